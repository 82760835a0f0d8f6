"""Scripts and styles that only some pages need: a page loads them where it has what they serve."""

# What a page's HTML has: NAME, of NAME.js and NAME.css in docs/site/static.
NEEDED = {'data-card="': "cards", 'class="explorer"': "explorers"}


def setup(app):
    """Tell Sphinx to add them, page by page; an EPUB has none."""

    def on_page(app, name, template, context, doctree):
        for mark, wanted in NEEDED.items():
            if app.builder.name == "html" and mark in context.get("body", ""):
                app.add_js_file(f"{wanted}.js", loading_method="defer")
                app.add_css_file(f"{wanted}.css")

    app.connect("html-page-context", on_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
