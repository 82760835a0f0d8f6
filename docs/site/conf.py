"""Sphinx's settings for the web book; tools/book lays out the pages and calls Sphinx."""

from course_utils import __version__

project = "Attention from scratch"
author = "The authors of the attention course"
copyright = "2026, the authors of the attention course. Text CC BY 4.0, code BSD-3-Clause"
release = version = __version__
language = "en"

extensions = ["myst_nb", "tools.book.mathml", "tools.book.scripts", "tools.book.page"]
templates_path = ["templates"]
html_extra_path = ["404.html"]
html_math_renderer = "mathml"
html_theme = "sphinx_book_theme"
html_title = "Attention from scratch, in NumPy"
html_static_path = ["static"]
html_css_files = ["book.css", "page.css"]
html_js_files = [("frame.js", {"defer": ""}), ("page.js", {"defer": ""})]
html_sidebars = {"**": ["masthead.html", "contents.html"]}
html_favicon = "static/favicon.svg"
html_context = {"default_mode": "light"}  # without JavaScript; else see layout.html
html_copy_source = html_show_sourcelink = False
html_use_index = html_domain_indices = False
# The page's own table of contents lists modules, not all of their functions.
toc_object_entries = add_module_names = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "show_navbar_depth": 1,
    "back_to_top_button": False,
    "primary_sidebar_end": [],
    "search_bar_text": "Search the book",
}

# What is shown was computed when the lesson was committed.
nb_execution_mode = "off"
# Widgets come as stills, so nothing of ipywidgets is fetched.
nb_ipywidgets_js = {}
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/html", 0), ("html", "image/svg+xml", 1)]

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "dollarmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 4
# The anchor that JupyterLab gives a heading, so that a lesson's own links work here too.
myst_heading_slug_func = "tools.book.links.slug"
myst_update_mathjax = False

# The book as an EPUB (tools/book/epub.py), which has templates of its own.
if tags.has("epub"):  # noqa: F821 (Sphinx gives it)
    templates_path = html_css_files = html_js_files = []
epub_title = html_title
epub_tocdepth = 2
epub_show_urls = "no"
epub_use_index = False
epub_css_files = ["epub.css"]
epub_exclude_files = [
    *("search.html", "404.html", "_static/book.css", "_static/page.css", "_static/page.js"),
    "_static/frame.js",
    *("_static/search.js", "_static/explorers.js", "_static/explorers.css", ".nojekyll"),
]
