"""Files that have the same bytes each time they are made: one date for all, and one order.

The date is SOURCE_DATE_EPOCH, which release tools everywhere read, or the first that a .zip can
have.
"""

import os
import re
import time
import zipfile

FIRST = 315_532_800  # 1980-01-01, in seconds
VARIABLE = "SOURCE_DATE_EPOCH"
DATES = re.compile(rb"/(CreationDate|ModDate) ?\(D:[^)]*\)")


def moment():
    """Return the date that is sealed in, in seconds since 1970."""
    return max(int(os.environ.get(VARIABLE, FIRST)), FIRST)


def member(name, kind=zipfile.ZIP_DEFLATED):
    """Return the description of a file in a .zip, without anything of the machine."""
    found = zipfile.ZipInfo(name, time.gmtime(moment())[:6])
    found.compress_type, found.external_attr, found.create_system = kind, 0o644 << 16, 3
    return found


def zipped(folder, target, inside=""):
    """Write every file of a folder to a .zip, by name. inside : the folder that they get there."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).parts):
            if path.is_file():
                name = inside + path.relative_to(folder).as_posix()
                archive.writestr(member(name), path.read_bytes())


def dated(pdf):
    """Return a PDF's bytes with the date that is sealed in; their number stays."""
    date = time.strftime("D:%Y%m%d%H%M%S+00'00'", time.gmtime(moment())).encode()

    def line(found):
        start = found[0][: found[0].index(b"(") + 1]
        return start + date.ljust(len(found[0]) - len(start) - 1) + b")"

    return DATES.sub(line, pdf)
