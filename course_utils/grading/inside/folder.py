"""The files beside a notebook, as one side sees them: what has changed since it last looked."""

import contextlib
import os
import stat

MOST_FILES, MOST_BYTES = 500, 8_000_000
NOT_BESIDE = ("matplotlib",)  # what a library keeps for itself


class Folder:
    """A folder, and what was known of its files."""

    def __init__(self, place):
        self.place = place
        self.known = dict(self._files())

    def changes(self):
        """Return ({path: bytes} of files that are new or changed, paths that are gone)."""
        now = dict(self._files())
        new = [path for path, seen in now.items() if self.known.get(path) != seen]
        gone = [path for path in self.known if path not in now]
        self.known = now
        return {path: self._bytes(path) for path in new}, gone

    def take(self, files, gone):
        """Write files, and remove those that are gone; they count as known."""
        for path in sorted(gone, reverse=True):
            with contextlib.suppress(OSError):
                (os.rmdir if path.endswith("/") else os.unlink)(os.path.join(self.place, path))
        for path, data in sorted(files.items()):
            with contextlib.suppress(OSError):  # a folder where a file is, or the other way round
                self._write(os.path.join(self.place, path), data)
        self.known = dict(self._files())

    def grown(self, files, but=()):
        """Return (how many files there were with these, their bytes together), but for some."""
        sizes = {path: seen[1] for path, seen in self.known.items() if seen}
        sizes |= {path: len(data) for path, data in files.items()}
        sizes = [size for path, size in sizes.items() if path not in but]
        return len(sizes), sum(sizes)

    def whole(self):
        """Return ({path: bytes} of all that is there, hidden files too, the paths that stay)."""
        paths, links = self._everything()
        return {path: self._bytes(path) for path in paths}, links

    def restore(self, files, links):
        """Let there be these files and links, and no others; say whether that is so."""
        paths, others = self._everything()
        self.take(files, [path for path in (*paths, *others) if path not in (*files, *links)])
        paths, others = self._everything()
        return set(paths) == set(files) and set(others) == set(links)

    def _everything(self):
        """Return (paths of files and folders, paths of links and of whatever else there is)."""
        plain, others = [], []
        for place, folders, names in os.walk(self.place):
            folders[:] = [name for name in folders if self._is_own(os.path.join(place, name))]
            for name in (*folders, *names):
                whole = os.path.join(place, name)
                path, mode = os.path.relpath(whole, self.place), os.lstat(whole).st_mode
                if stat.S_ISDIR(mode):
                    plain.append(f"{path}/")
                else:
                    (plain if stat.S_ISREG(mode) else others).append(path)
        return plain, others

    def _is_own(self, path):
        """Say whether a folder is no other disk's: Python itself may be shown below /tmp."""
        return os.lstat(path).st_dev == os.lstat(self.place).st_dev

    def _write(self, whole, data):
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        if not whole.endswith("/"):
            with open(whole, "wb") as file:
                file.write(data)

    def _files(self):
        found = 0
        for place, folders, names in os.walk(self.place):
            kept = (n for n in folders if n not in NOT_BESIDE and n[0] not in "._")
            folders[:] = sorted(n for n in kept if self._is_own(os.path.join(place, n)))
            for name in folders:
                yield os.path.relpath(os.path.join(place, name), self.place) + "/", ()
            for name in sorted(names):
                found += 1
                whole = os.path.join(place, name)
                if found > MOST_FILES:
                    return
                if os.path.islink(whole):
                    continue
                about = os.stat(whole)
                if about.st_size <= MOST_BYTES:
                    path = os.path.relpath(whole, self.place)
                    yield path, (about.st_mtime_ns, about.st_size)

    def _bytes(self, path):
        if path.endswith("/"):  # a folder
            return b""
        with open(os.path.join(self.place, path), "rb") as file:
            return file.read(MOST_BYTES)
