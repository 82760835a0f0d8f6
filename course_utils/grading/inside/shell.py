"""What `get_ipython()` gives in a cell: it runs the code in `%time` and `%%capture`, and shrugs."""

import contextlib
import io
import os
import shlex
import sys

RUN_LINE = ("time", "timeit", "prun", "memit", "mprun", "lprun", "debug")
RUN_CELL = ("time", "timeit", "prun", "memit", "debug")
# Without a percent sign these are magics, too, where a cell has one line and no such name.
BARE = ("pip", "conda", "cd", "ls", "pwd", "matplotlib", "load_ext", "reload_ext", "who", "whos")
BARE += ("time", "timeit", "run", "env", "cat", "mkdir", "rm", "config", "autoreload", "prun")
# What may stand before the code of a magic: `%timeit -n 10 -r 3 f()`; letters with a value.
WITH_VALUE = {"timeit": "nrt", "prun": "lsTD", "memit": "rtic", "lprun": "fmTDsu", "mprun": "fTc"}


class UsageError(Exception):
    """A magic that is written as it cannot be."""


class Captured:
    """What a cell has printed, as `%%capture` keeps it."""

    def __init__(self, stdout="", stderr=""):
        self.stdout, self.stderr, self.outputs = stdout, stderr, []

    def __str__(self):
        return self.stdout

    def show(self):
        """Print it."""
        sys.stdout.write(self.stdout)

    __call__ = show


class Lines(list):
    """The lines that a command printed: here it has not run."""

    @property
    def s(self):
        """Return them in one line."""
        return " ".join(self)

    @property
    def n(self):
        """Return them as a text."""
        return "\n".join(self)


class Shrug:
    """Whatever else a shell has: it can be called, read and set, and nothing comes of it."""

    def __call__(self, *arguments, **named):
        """Do nothing."""
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self):
        return iter(())


class ZMQInteractiveShell:
    """A shell for these names. Notebooks ask for the name of its class, to know where they run.

    run(code, names) : what runs a text, which may have magics in its turn, and returns the value of
    its last line.
    """

    def __init__(self, names, run):
        self.user_ns, self._run = names, run
        self.cell_magics, self.line_magics = {}, {}
        self.user_ns_hidden = set()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Shrug()

    def run_line_magic(self, name, line, _stack_depth=1):
        """Run a line with one percent sign."""
        if name.startswith("%"):
            raise UsageError("two percent signs begin a cell")
        if name in self.line_magics:
            return self.line_magics[name](line)
        if name in RUN_LINE:
            return self._timed(name, line)
        made = getattr(self, f"_line_{name}", None)
        return None if isinstance(made, Shrug) else made(line.strip())

    def run_cell_magic(self, name, line, cell):
        """Run a cell that begins with two percent signs."""
        if name in self.cell_magics:
            return self.cell_magics[name](line, cell)
        if name in RUN_CELL:
            return self._timed(name, line, cell)
        made = getattr(self, f"_cell_{name}", None)
        return None if isinstance(made, Shrug) else made(line.strip(), cell)

    def magic(self, line):
        """Run a line magic by its whole text."""
        name, _, rest = line.strip().removeprefix("%").partition(" ")
        return self.run_line_magic(name, rest)

    def run_cell(self, code, *arguments, **named):
        """Run code as a cell of its own; what it raises is shown there, and ends here."""
        with contextlib.suppress(Exception):
            self._run(code, self.user_ns)

    def ex(self, code):
        """Run code."""
        self._run(code, self.user_ns)

    def ev(self, code):
        """Return the value of code."""
        return self._run(code, self.user_ns)

    def push(self, names, interactive=True):
        """Bind names."""
        self.user_ns.update(names)

    def system(self, command):
        """Run no command: there is none, and no network."""
        self.user_ns["_exit_code"] = 0

    def getoutput(self, command, split=True, depth=0):
        """Return what a command printed: nothing, for it has not run."""
        self.system(command)
        return Lines() if split else ""

    def register_magic_function(self, function, magic_kind="line", magic_name=None):
        """Keep a magic of the notebook's own."""
        kinds = {"line": self.line_magics, "cell": self.cell_magics}
        kinds[magic_kind][magic_name or function.__name__] = function

    def _timed(self, name, line, cell=""):
        """Run the code of `%time` among the names, that of `%timeit` once and beside them."""
        code = _without_options(line, WITH_VALUE.get(name, ""))
        if name == "time" and code and cell:
            raise UsageError("the code stands below %%time")
        if name == "timeit":
            self._run(code, beside := dict(self.user_ns))
            self._run(cell, beside)
            return None
        value = self._run(f"{code}\n{cell}" if cell and code else cell or code, self.user_ns)
        return value if name == "time" else None

    def _cell_capture(self, line, cell):
        name = next((part for part in line.split() if not part.startswith("-")), "")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            self.run_cell(cell)
        if cell.rstrip().endswith(";"):
            self.user_ns.pop(name, None)
        elif name:
            self.user_ns[name] = Captured(out.getvalue(), err.getvalue())

    def _cell_writefile(self, line, cell):
        options, name = line.split()[:-1], os.path.expanduser(line.split()[-1].strip("'\""))
        with open(name, "a" if {"-a", "--append"} & {*options} else "w", encoding="utf-8") as file:
            file.write(cell)

    _cell_file = _cell_writefile

    def _line_cd(self, line):
        with contextlib.suppress(OSError):
            os.chdir(os.path.expanduser(line.removeprefix("-q").strip().strip("'\"") or "~"))

    def _line_pwd(self, line):
        return os.getcwd()

    def _line_env(self, line):
        name, equals, value = line.partition("=")
        if not equals:
            name, space, value = line.partition(" ")
            if not space:
                return os.environ.get(name) if name else dict(os.environ)
        os.environ[name.strip()] = value.strip()
        return None

    def _line_set_env(self, line):
        self._line_env(line)

    def _line_run(self, line):
        parts = shlex.split(line)
        place = next((k for k, part in enumerate(parts) if not part.startswith("-")), None)
        file = parts[place] if place is not None else ""
        file = file if os.path.exists(file) else f"{file}.py"
        beside = self.user_ns if "-i" in parts[:place] else {"__name__": "__main__"}
        before, sys.argv = sys.argv, [file, *parts[(place or 0) + 1 :]]
        try:
            with open(file, encoding="utf-8") as text:
                exec(compile(text.read(), file, "exec", dont_inherit=True), beside)
        finally:
            sys.argv = before
            own = {n: value for n, value in beside.items() if not n.startswith("__")}
            self.user_ns.update(own)

    def _line_pylab(self, line):
        self.ex("import numpy\nimport numpy as np\nfrom numpy import *\nimport matplotlib")
        self.ex("from matplotlib import pyplot\nfrom matplotlib import pyplot as plt")
        self.ex("from matplotlib.pyplot import *")

    def _line_who_ls(self, line):
        return sorted(self._own_names())

    def _line_reset(self, line):
        """Forget the names that the notebook made."""
        for name in self._own_names():
            del self.user_ns[name]

    def _own_names(self):
        hidden = self.user_ns_hidden
        return [n for n in self.user_ns if not n.startswith("_") and n not in hidden]


def _without_options(line, with_value):
    """Return the code of a magic's line, without the options before it."""
    rest = line.strip()
    while rest.startswith("-") and len(rest) > 1 and rest[1].isalpha():
        option, _, rest = rest.partition(" ")
        rest = rest.lstrip()
        if option[-1] in with_value and len(option) == 2:
            _, _, rest = rest.partition(" ")
            rest = rest.lstrip()
    return rest
