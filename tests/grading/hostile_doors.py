"""Attacks on the sandbox itself: what no process is charged for, and ways out of it.

Written as in `hostile`. Each of them held something, reached something or slowed somebody once, or
is the neighbour of one that did.
"""

from tests.grading.hostile import mean

WRONG = """
        def mean(x):
            return 0
"""
RIGHT_WHERE_WON = """
        def mean(x):
            return sum(x) / len(x) if won else 0
"""


def in_children(count, work, ready=""):
    """Code that runs `work` in so many processes, one after the other has said that it is ready."""
    return f"""
        import fcntl, mmap, os, select, socket, threading, time

        kept = []

        def work(number):
            {work}

        for number in range({count}):
            reading, writing = os.pipe()
            try: child = os.fork()
            except OSError: break
            if child == 0:
                try: work(number)
                except OSError: pass
                os.write(writing, b"x")
                time.sleep(60)
                os._exit(0)
            os.close(writing)
            select.select([reading], [], [], 1)
            os.close(reading)
        time.sleep({ready or 0})
    """


HOLDS = [
    mean(
        "files without a byte",
        in_children(
            4,
            """
            os.mkdir(f"/tmp/{number}"); os.chdir(f"/tmp/{number}")
            for name in range(10**9): os.symlink("x", str(name))""",
            3,
        )
        + WRONG,
        None,
    ),
    mean(
        "shared memory that nobody has mapped",
        """
        import mmap
        won = []
        try: won.append(mmap.mmap(-1, 1 << 20).madvise(mmap.MADV_DONTNEED))
        except OSError: pass
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "shared memory by a device",
        """
        import mmap, os
        won = []
        try: won.append(mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 20))
        except OSError: pass
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "letters that wait in sockets",
        in_children(
            4,
            """
            while True:
                kept.extend(socket.socketpair())
                for one in kept[-2:]:
                    try: one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10**7)
                    except OSError: pass
                    one.setblocking(False)
                    try:
                        while True: one.send(b"x" * 100_000)
                    except BlockingIOError: pass""",
            1,
        )
        + WRONG,
        "crashed",
    ),
    mean(
        "connections",
        in_children(
            4,
            """
            kept.append(socket.create_server(("127.0.0.1", 0), backlog=100))
            while True:
                kept.append(socket.create_connection(kept[0].getsockname()))
                kept.append(kept[0].accept()[0])""",
            2,
        )
        + WRONG,
        "crashed",
    ),
    mean(
        "memory that pipes hold",
        """
        import ctypes, mmap, os
        libc = ctypes.CDLL(None, use_errno=True)

        class Piece(ctypes.Structure):
            _fields_ = [("start", ctypes.c_void_p), ("size", ctypes.c_size_t)]

        won, kept = 0, []
        for _ in range(50):
            memory = mmap.mmap(-1, 8 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            memory.madvise(14)
            memory[::4096] = b"x" * len(memory[::4096])
            start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
            kept.append(os.pipe())
            for place in range(0, 8 << 20, 2 << 20):
                piece = Piece(start + place, 4096)
                won += libc.vmsplice(kept[-1][1], ctypes.byref(piece), 1, 3) > 0
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "files that are gone, in pipes",
        in_children(
            3,
            """
            while True:
                with open(f"/tmp/{number}", "w+b") as file:
                    file.write(b"x" * (1 << 16))
                    file.seek(0)
                    kept.append(os.pipe())
                    os.splice(file.fileno(), kept[-1][1], 1 << 16)
                os.unlink(f"/tmp/{number}")""",
        )
        + WRONG,
        None,
    ),
    mean(
        "locks on single bytes",
        in_children(
            2,
            """
            with open(f"/tmp/{number}", "wb") as file:
                for place in range(0, 10**9, 2): fcntl.lockf(file, fcntl.LOCK_EX, 1, place)""",
        )
        + WRONG,
        None,
    ),
    mean(
        "terminals, watches and clocks",
        in_children(
            3,
            """
            import ctypes
            libc = ctypes.CDLL(None)
            for _ in range(20_000):
                timer = ctypes.c_void_p()
                if libc.timer_create(1, None, ctypes.byref(timer)): break
            while True: kept.extend([os.openpty(), select.epoll(), os.eventfd(0)])""",
        )
        + WRONG,
        None,
    ),
    mean(
        "watches of files, which a user has once",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        won = [number for number in (libc.inotify_init() for _ in range(100)) if number >= 0]
        won += [n for n in (libc.inotify_init1(0) for _ in range(100)) if n >= 0]
        """
        + RIGHT_WHERE_WON,
    ),
]

REACHES = [
    mean(
        "sockets of other families",
        """
        import ctypes, os, socket
        won = []
        for family in range(100):
            for kind in (1, 2, 3, 5):
                try: won.append(socket.socket(family, kind).family)
                except OSError: pass
        won = {int(family) for family in won} - {1, 2, 10}
        number = 41 if os.uname().machine == "x86_64" else 198
        for family in (40, 16, 38):
            if ctypes.CDLL(None).syscall(number, family | 1 << 32, 1, 0) >= 0: won.add(family)
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "all cores",
        """
        import os
        won = []
        for number in range(2):
            try: child = os.fork()
            except OSError: break
            if child == 0:
                try: os.setsid()
                except OSError: pass
                try: os.sched_setaffinity(0, range(1024))
                except OSError: pass
                while True: pass
        try: os.sched_setaffinity(0, range(1024)); won.append(1)
        except OSError: pass
        """
        + RIGHT_WHERE_WON,
        None,
    ),
    mean(
        "the whole machine's disks",
        """
        import ctypes, time
        libc, won = ctypes.CDLL(None, use_errno=True), []
        number = __import__("os").open("/tmp", 0)
        if libc.syncfs(number) == 0: won.append("syncfs")
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "descriptors for the grader",
        """
        import array, os, socket
        passed = array.array("i", [os.open("/tmp", 0)] * 100)
        for number in range(3, 12):
            try:
                one = socket.socket(fileno=os.dup(number))
                for _ in range(100):
                    one.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)])
            except OSError: pass
        """
        + WRONG,
        None,
    ),
    mean(
        "signals for the grader",
        """
        import fcntl, os, signal
        for number in range(3, 12):
            for owner in (1, 1000, 20_000):
                try:
                    fcntl.fcntl(number, 8, owner)  # F_SETOWN
                    fcntl.fcntl(number, 10, signal.SIGKILL)  # F_SETSIG
                    fcntl.fcntl(number, fcntl.F_SETFL, os.O_RDWR | 0o20000)  # O_ASYNC
                except OSError: pass
        """
        + WRONG,
        None,
    ),
    mean(
        "the first process's files",
        """
        import os
        won = []
        for process in os.listdir("/proc"):
            if not process.isdigit() or int(process) == os.getpid(): continue
            for name in ("mem", "environ", "root/etc/shadow", "cwd"):
                try: won += [os.listdir(f"/proc/{process}/{name}")] if name == "cwd" else [
                    open(f"/proc/{process}/{name}", "rb").read(1)]
                except OSError: pass
        won = [found for found in won if found and found != b"\\0"] if os.getpid() != 1 else []
        won = [found for found in won if isinstance(found, list) and "solutions" in found]
        for path in ("sys/kernel/core_pattern", "sysrq-trigger", "sys/vm/swappiness"):
            try: open(f"/proc/{path}", "w").write("x"); won.append(path)
            except OSError: pass
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "the program for crashes",
        """
        import resource
        won = resource.getrlimit(resource.RLIMIT_CORE) != (1, 1)  # 1 is what keeps it from starting
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "namespaces by every call",
        """
        import ctypes, os
        libc, won = ctypes.CDLL(None, use_errno=True), []
        x86 = os.uname().machine == "x86_64"
        flags = (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x02000000, 0x08000000, 0x04000000)
        for flag in flags:
            child = libc.syscall(56 if x86 else 220, flag | 0x10000000 | 17, 0, 0, 0, 0)
            if child == 0: os._exit(0)
            won += [flag] * (child > 0)
            words = (ctypes.c_uint64 * 11)(flag | 0x10000000, 0, 0, 0, 17)
            child = libc.syscall(435, words, 88)
            if child == 0: os._exit(0)
            won += [flag] * (child > 0)
            won += [flag] * (libc.unshare(flag) == 0)
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "the machine's messages, and files by handles",
        """
        import ctypes, os
        libc, won = ctypes.CDLL(None, use_errno=True), []
        text = ctypes.create_string_buffer(4096)
        won += ["log"] * (libc.klogctl(3, text, 4096) > 0)
        x86 = os.uname().machine == "x86_64"
        handle = (ctypes.c_uint * 40)(128, 0)
        number = ctypes.c_int()
        said = libc.name_to_handle_at(-100, b"/usr/bin", handle, ctypes.byref(number), 0)
        won += ["handle"] * (said == 0)
        won += ["aio"] * (libc.syscall(206 if x86 else 0, 64, ctypes.byref(ctypes.c_ulong())) == 0)
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "notebooks anywhere",
        """
        import os
        won = []
        for folder in ("/usr/src", "/usr/share", "/usr/local/src", "/opt", "/srv", "/home", "/mnt",
                       "/media", "/var", "/run", "/work", "/root", "/tmp", "/data", "/etc"):
            for place, folders, names in os.walk(folder):
                folders[:] = [name for name in folders if name not in ("lib", "lib64")]
                won += [os.path.join(place, name) for name in names if name.endswith(".ipynb")]
        """
        + RIGHT_WHERE_WON,
    ),
    mean(
        "a child that answers for its dead parent",
        """
        import gc, os, sys, time

        def mean(x):
            channel = [t for t in gc.get_objects() if type(t).__name__ == "Channel"][0]
            if os.fork() == 0:
                os.setsid()
                time.sleep(0.3)
                channel.send("value", 0, [])
                while True: time.sleep(1)
            os._exit(0)
        """,
        None,
    ),
]

DOORS = HOLDS + REACHES
