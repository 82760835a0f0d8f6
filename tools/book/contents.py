"""The side bar: every part of the book with its pages, from the toctrees of the front page.

Sphinx resolves all toctrees anew for each page, which took two thirds of the time of a build.
"""

from html import escape

from sphinx import addnodes


def parts(env, root):
    """[(caption, [(page, title), ...]), ...] of the front page."""
    trees = env.get_doctree(root).findall(addnodes.toctree)
    return [(tree["caption"], [titled(env, *entry) for entry in tree["entries"]]) for tree in trees]


def titled(env, title, name):
    """An entry of a toctree as (page, title)."""
    return name, title or env.titles[name].astext()


def shown_as(env, name, listed):
    """The page of the side bar that a page belongs to: itself, or the one whose toctree has it."""
    if name in listed:
        return name
    return next((parent for parent, inside in env.toctree_includes.items()
                 if name in inside and parent in listed), "")  # fmt: skip


def links(pages, current, pathto):
    """The list of one part, with the page that one is on marked."""
    return "".join(item(name, title, name == current, pathto) for name, title in pages)


def item(name, title, is_current, pathto):
    here = ' aria-current="page"' if is_current else ""
    mark = " current active" if is_current else ""
    link = f'<a class="reference internal{mark}" href="{pathto(name)}"{here}>{escape(title)}</a>'
    return f'<li class="toctree-l1{mark}">{link}</li>\n'


def side_bar(contents, current, pathto):
    """The HTML of the whole side bar, in the theme's classes."""
    return "".join(
        f'{head(caption)}<ul class="nav bd-sidenav">\n{links(pages, current, pathto)}</ul>\n'
        for caption, pages in contents
    )


def head(caption):
    """What stands above a part that has a name: to a screen reader a heading of its own."""
    if not caption:
        return ""
    text = f'<span class="caption-text">{escape(caption)}</span>'
    return f'<p class="caption" role="heading" aria-level="2">{text}</p>\n'
