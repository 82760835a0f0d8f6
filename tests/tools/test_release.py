"""A release: the same bytes each time, one version, and files that other programs read."""

import ast
import os
import re
import stat
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest
import yaml

from course_utils import __version__
from tools import pythons, release, sealed, set_up

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(10))}


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def tracked():
    """Every file of the project, also one that is not committed yet."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("no git here")
    return sorted({name for name in done.stdout.split("\0") if name and (ROOT / name).exists()})


def test_the_version_is_said_once_and_the_rest_agrees():
    cited = yaml.safe_load(text_of("CITATION.cff"))
    heading = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", text_of("CHANGELOG.md"), re.M)
    assert (cited["version"], cited["date-released"]) == (__version__, heading[2])
    assert heading[1] == __version__ and date.fromisoformat(heading[2])
    assert set_up.project()["dynamic"] == ["version", "urls"]


def test_every_version_in_the_changelog_has_its_date():
    headings = re.findall(r"^## .*", text_of("CHANGELOG.md"), re.M)
    assert headings and all(re.search(r"\(\d{4}-\d\d-\d\d\)$", one) for one in headings)


def test_the_citation_has_what_its_format_asks_for():
    cited = yaml.safe_load(text_of("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors", "license"} <= set(cited)
    assert re.split(r" AND ", set_up.project()["license"]) == cited["license"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_public_hosts_jobs_run_what_everybody_runs(path):
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    for job in jobs.values():
        runs = " ".join(step.get("run", "") for step in job["steps"])
        assert re.search(r"bash \.ci/run|make [a-z-]+", runs)
        assert "timeout-minutes" in job


def test_declared_and_tried_pythons_agree():
    job = yaml.safe_load(text_of(".github/workflows/test.yml"))["jobs"]["pythons"]
    matrix = job["strategy"]["matrix"]
    assert matrix["python"] == pythons.declared()
    (row,) = (line for line in text_of("README.md").splitlines() if line.startswith("| Linux (Deb"))
    assert re.findall(r"3\.\d+", row) == pythons.declared()
    assert set_up.project()["requires-python"] == f">={pythons.declared()[0]}"
    assert all(
        f"Python {one['python']} | not tried" in text_of("README.md") for one in matrix["include"]
    )


def test_only_pythons_that_run_are_found(tmp_path, monkeypatch):
    for name, said in (("python3.12", "3.12"), ("python3.13", "no such version is installed")):
        fake = tmp_path / name
        fake.write_text(f"#!/bin/sh\necho {said}\n")
        fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr(pythons, "PLACES", ())
    there = pythons.found()
    assert there["3.12"] == str(tmp_path / "python3.12") and "3.13" not in there


def test_what_is_not_here_is_said(monkeypatch, capsys):
    monkeypatch.setattr(pythons, "found", lambda: {"3.12": "python3.12"})
    monkeypatch.setattr(pythons, "tried", lambda *_: "green")
    assert pythons.main([]) == 0
    said = capsys.readouterr().out
    assert "Python 3.12: green" in said and "Python 3.11: not here, not tried" in said
    with pytest.raises(SystemExit, match=r"No such Python here: 3\.19"):
        pythons.main(["--only", "3.19"])


def test_before_a_commit_the_same_ruff_runs():
    hooks = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    locked = re.search(r"^ruff==\S+", text_of("requirements-test.lock"), re.M)[0]
    assert [hook["additional_dependencies"] for hook in hooks] == [[locked]] * 2


def test_help_is_in_groups():
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True)
    groups = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert groups == ["Learn", "Test", "Write", "Teach", "The book", "Measure", "Keep"]


def test_an_archive_says_nothing_of_when_and_where_it_was_made(tmp_path, monkeypatch):
    for number, names in enumerate((["b", "a/c"], ["a/c", "b"])):
        folder = tmp_path / str(number)
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(name)
            os.utime(folder / name, (10**9 + number, 10**9 + number))
        sealed.zipped(folder, tmp_path / f"{number}.zip", "inside/")
    one, two = (tmp_path / f"{number}.zip" for number in range(2))
    assert one.read_bytes() == two.read_bytes()
    assert zipfile.ZipFile(one).namelist() == ["inside/a/c", "inside/b"]
    monkeypatch.setenv(sealed.VARIABLE, "1800000000")
    assert sealed.member("x").date_time == (2027, 1, 15, 8, 0, 0)


def test_a_pdf_keeps_its_length_and_gets_the_releases_date(monkeypatch):
    monkeypatch.setenv(sealed.VARIABLE, "1800000000")
    pdf = b"<</CreationDate (D:20261128210000+00'00')\n/ModDate (D:20261128210001+00'00')>>"
    pdf += b" /Date (D:1)"
    made = sealed.dated(pdf)
    assert len(made) == len(pdf) and made.count(b"(D:20270115080000+00'00')") == 2
    assert made.endswith(b"/Date (D:1)")


def test_checksums_are_those_that_other_programs_check(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    release.write_sums(tmp_path)
    done = subprocess.run(["sha256sum", "--check", release.SUMS], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_files_that_differ_are_named(tmp_path):
    for folder, text in (("one", "1"), ("two", "2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same").write_text("=")
        (tmp_path / folder / "other").write_text(text)
    (tmp_path / "one" / "alone").write_text("")
    assert release.differing(tmp_path / "one", tmp_path / "two") == ["alone", "other"]


def test_what_is_not_committed_is_not_released(monkeypatch):
    monkeypatch.setattr(release, "git", lambda *command: " M README.md")
    with pytest.raises(SystemExit, match=r"of what is committed; these are not:\n M README.md"):
        release.main([])


def test_every_file_can_lie_on_windows_and_macos():
    names = tracked()
    folded = [name.casefold() for name in names]
    assert len(set(folded)) == len(folded), "two names differ by case alone"
    for name in names:
        assert not set(name) & set('<>:"|?*\\'), name
        for part in name.split("/"):
            assert part.split(".")[0].lower() not in RESERVED and not part.endswith((" ", ".")), (
                name
            )
        assert len(name) < 150, name
        assert not stat.S_ISLNK((ROOT / name).lstat().st_mode), f"{name}: a symbolic link"


def test_scripts_have_the_ends_of_lines_of_their_system():
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" in content or name.endswith((".png", ".npz", ".gz", ".zip")):
            continue
        if name.endswith(".cmd"):
            assert content.count(b"\n") == content.count(b"\r\n") > 0
        else:
            assert b"\r\n" not in content, name
    attributes = text_of(".gitattributes")
    assert "* text=auto eol=lf" in attributes and "*.cmd text eol=crlf" in attributes


def without_encoding(tree):
    """Lines that read or write a text and do not say how its letters are written."""
    most = {"read_text": 0, "write_text": 1}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            said = any(keyword.arg in ("encoding", None) for keyword in node.keywords)
            if not said and len(node.args) <= most.get(node.func.attr, -1):
                yield node.lineno


def test_files_are_read_and_written_as_utf8_whatever_the_system_says():
    assert list(without_encoding(ast.parse("p.write_text(a)\np.read_text('utf-8')"))) == [1]
    for folder in ("course_utils", "tools", "packaging", "benchmarks", "experiments"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not list(without_encoding(ast.parse(path.read_text(encoding="utf-8")))), path


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
@pytest.mark.parametrize("version", ["3.12.1", "3.10.4"])
def test_the_starter_takes_a_python_that_is_new_enough(version, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    new = int(version > "3.11")
    for name in ("bin/python3", ".venv/bin/python"):
        fake = tmp_path / name
        test = f'[ "$1" = -c ] && exit {1 - new}\n' if name.startswith("bin") else ""
        fake.write_text(f'#!/bin/sh\n{test}echo {name} "$@"\n')
        fake.chmod(0o755)
    starter = tmp_path / "start.command"
    starter.write_bytes((ROOT / "start.command").read_bytes())
    (tmp_path / "bin" / "dirname").symlink_to("/usr/bin/dirname")
    done = subprocess.run(
        ["/bin/sh", starter, "--no-browser"],
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
    )
    if new:
        assert done.stdout.splitlines() == [
            "bin/python3 tools/set_up.py",
            ".venv/bin/python -m tools.lab --no-browser",
        ]
    else:
        assert done.returncode == 1 and "Python 3.11 or newer is needed" in done.stdout
    assert os.access(ROOT / "start.command", os.X_OK)


def test_windows_starter_does_the_same_steps():
    text = text_of("start.cmd")
    steps = [r"%COURSE_PYTHON% tools\set_up.py", r".venv\Scripts\python -m tools.lab %*"]
    assert [text.index(step) for step in steps] == sorted(text.index(step) for step in steps)
    labels = set(re.findall(r"goto (\w+)", text))
    assert labels == set(re.findall(r"^:(\w+)", text, re.M))


@pytest.mark.nightly
def test_other_programs_find_the_files_valid(tmp_path):
    """Needs cffconvert and check-jsonschema, which are no part of what tests install."""
    checks = {
        "cffconvert": [["--validate", "--infile", "CITATION.cff"]],
        "check-jsonschema": [
            ["--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)],
        ],
    }
    there = [name for name in checks if subprocess.run(["which", name], capture_output=True).stdout]
    if not there:
        pytest.skip("neither cffconvert nor check-jsonschema is here")
    for name in there:
        for arguments in checks[name]:
            done = subprocess.run([name, *arguments], cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
