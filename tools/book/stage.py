"""Lay the book's pages out in one folder, as Sphinx wants them.

The folders keep their names, so the links between lessons, sheets and documents stay right.
"""

import shutil
from pathlib import Path

import nbformat

from tools.book import about, api, editions, glossary, links
from tools.book.chinese import summaries
from tools.book.front import front_page
from tools.book.lessons import lesson_page
from tools.book.sheets import sheet_page

ROOT = Path(__file__).resolve().parents[2]
NOT_A_PAGE = ("conf.py", "static", "templates", "404.html")
AS_THEY_ARE = ("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE")


def stage(source, edition=editions.FULL):
    """Write every page of an edition into the folder `source`, which is made anew."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source / "docs", ignore=shutil.ignore_patterns("site"))
    shutil.copytree(
        ROOT / "docs" / "site", source, dirs_exist_ok=True, ignore=lambda *_: NOT_A_PAGE
    )
    for name in AS_THEY_ARE:
        shutil.copy(ROOT / name, source / name)
    write(source / "reference", api.pages(ROOT / "course_utils"))
    lessons = {path.stem: read(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    sheets = {path.stem: read(path) for path in sorted((ROOT / "exercises").glob("*.ipynb"))}
    about.write(source, lessons, sheets)
    write_front(source, lessons)
    linked = links.linked_cells(ROOT) | write_glossary(source, lessons)
    for page in source.rglob("*.md"):
        page.write_text(links.in_book(page.read_text(encoding="utf-8")), encoding="utf-8")
    write_notebooks(source, lessons, linked, edition)
    editions.trim(source, edition)


def write_front(source, lessons):
    page, claims = source / "index.md", (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    text = front_page(page.read_text(encoding="utf-8"), claims, lessons)
    page.write_text(text, encoding="utf-8")


def write_glossary(source, lessons):
    """Add the first uses to the glossary; returns the ids of the cells that it links to."""
    page = source / "docs" / "glossary.md"
    text, linked = glossary.with_first_uses(page.read_text(encoding="utf-8"), lessons)
    page.write_text(text, encoding="utf-8")
    return linked


def write_notebooks(source, lessons, linked, edition):
    """Lessons and sheets, each as a notebook that says what the site shows."""
    chinese = summaries((ROOT / "docs" / "chinese.md").read_text(encoding="utf-8"))
    for stem, lesson in lessons.items():
        summary = chinese.get(stem.split("_")[0], "")
        page = lesson_page(lesson, f"{stem}.ipynb", linked, summary)
        save(page, source / "notebooks" / f"{stem}.ipynb")
    for path in sorted((ROOT / "exercises").glob("*.ipynb")):
        solution = read(ROOT / "solutions" / path.name)
        sheet = sheet_page(read(path), solution, path.name, solved=edition != editions.CLASS)
        save(sheet, source / "exercises" / path.name)


def write(folder, pages):
    """Write {name: text} into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def read(path):
    return nbformat.read(path, as_version=4)


def save(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
