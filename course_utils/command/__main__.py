"""The command `attention-course`: one door for learners and teachers, with nothing cloned."""

import argparse
import sys

from course_utils.command import door
from course_utils.grading.environment import start_clean

MODULE = "course_utils.command.__main__"
VERSION = sys.modules["course_utils"].__version__  # no room imports the front door
HELP = """
lab [FOLDER]         open the course in JupyterLab; your copies are in FOLDER (attention-course)
progress [FOLDER]    what is done there, and where to go next
book                 the course as a book, in your browser
doctor               what works on this machine, and what to do for what does not
hand-out FOLDER      lessons and sheets for a class, without results, to share with it
collect SHEET HOMES FOLDER   what students handed in, from their homes on a JupyterHub
grade SHEET FILES    marks and feedback for a class, on Linux: `grade 02 from-moodle.zip`
"""
SAID = """attention-course {version}: attention from scratch, in NumPy
{help}
What follows `lab` goes to JupyterLab: attention-course lab --no-browser
attention-course grade --help lists what grading can do."""


def main():
    """Start anew without what changes Python, then run the command that is named."""
    start_clean(MODULE)
    door.run(command, sys.argv[1:])


def command(arguments):
    """Run one of the commands; return its exit code, None for 0."""
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help", "help"):
        print(SAID.format(version=VERSION, help=HELP.rstrip()))
        return 0
    if name in ("-V", "--version"):
        print(f"attention-course {VERSION}")
        return 0
    if name not in COMMANDS:
        known = ", ".join(COMMANDS)
        raise SystemExit(f"There is no command {name!r}: expected one of {known}.")
    return COMMANDS[name](rest)


def _lab(arguments):
    from course_utils.command.lab import learners_folder, open_lab, with_folder

    folder, options = with_folder(arguments)
    return open_lab(learners_folder(folder), options)


def _progress(arguments):
    from course_utils.command.lab import learners_folder, with_folder
    from course_utils.command.progress import told

    print(told(learners_folder(with_folder(arguments)[0])))


def _book(arguments):
    from course_utils.command import book

    parser = argparse.ArgumentParser(prog="attention-course book", description=book.__doc__)
    parser.add_argument("--port", type=int, default=book.PORT, help="default: %(default)s")
    parser.add_argument("--no-browser", action="store_true", help="only say the address")
    options = parser.parse_args(arguments)
    return book.show(options.port, not options.no_browser)


def _doctor(arguments):
    from course_utils.command.doctor import examine, works
    from course_utils.command.lab import learners_folder, with_folder

    found = examine(learners_folder(with_folder(arguments)[0]))
    print(found)
    return 0 if works(found) else 1


def _grade(arguments):
    from course_utils.command.grade import grade

    return grade(arguments)


def _hand_out(arguments):
    from course_utils.command.lab import hand_out_to_a_class

    parser = argparse.ArgumentParser(prog="attention-course hand-out")
    parser.add_argument("folder", metavar="FOLDER", help="lessons and sheets are copied here")
    hand_out_to_a_class(parser.parse_args(arguments).folder)


def _collect(arguments):
    from course_utils.command import collect

    parser = argparse.ArgumentParser(prog="attention-course collect")
    parser.add_argument("sheet", metavar="SHEET", help="its number, such as 02")
    parser.add_argument("homes", metavar="HOMES", help="the folder of the students' homes")
    parser.add_argument("out", metavar="FOLDER", help="a folder for each student is made here")
    parser.add_argument("--in", dest="place", default=collect.FOLDER, help="in a home: %(default)s")
    given = parser.parse_args(arguments)
    found = collect.collect(given.sheet, given.homes, given.out, given.place)
    print(collect.told(found, given.out))


COMMANDS = {"lab": _lab, "progress": _progress, "book": _book, "doctor": _doctor}
COMMANDS |= {"hand-out": _hand_out, "collect": _collect, "grade": _grade}

if __name__ == "__main__":
    main()
