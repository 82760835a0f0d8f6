"""The finished site, made lighter: no style that no page uses, no map of a script, pictures as WebP
without loss. Each picture but a page's first loads when it comes near, and keeps its place free.
One of several panels has a second picture for narrow windows, with its panels below each other.
"""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from tools.book.stacked import stacked

# A theme's icons are drawn by book.css.
NOT_SHIPPED = (
    *("**/*.map", "**/*.po", "**/*.mo", "_static/*macros.html"),
    "_static/scripts/*",
    "_static/documentation_options.js",
    "_static/vendor/fontawesome/**/*.woff2",
)
SPHINX_SEARCH = ("searchtools.js", "language_data.js", "*-stemmer.js", "doctools.js",
                 "sphinx_highlight.js")  # fmt: skip
# The picture of a link's preview: not every platform takes WebP there.
PREVIEW = "alignment.png"
NARROW = 600  # pixels of a window, as in page.css
WIDE = 600  # pixels: a picture that a telephone shows by scrolling, for its words to be read

COMMENT = re.compile(r"/\*.*?\*/", re.S)
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
GROUP = re.compile(r":([\w-]+)\(([^()]*)\)")  # the innermost, such as `:is(.a, .b)`
NOBODY = "._"  # a class that no page has
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
STEP = re.compile(r"(?:from|to|[\d.]+%|[\s,])*")  # of an animation
EMPTY_BLOCK = re.compile(r"@(?:media|supports)[^{}]*\{\s*\}")
PNG = re.compile(r'((?:src|href)="[^"]*?_images/[^"]+)\.png(")')
IMG = re.compile(r"<img\b([^>]*?)\s*/?>")


def lighten(site, panels=None):
    """Make a site lighter in place: it looks the same.

    panels : {SHA-256 of a PNG: where its panels are, as `panels_of` returns them}.
    """
    for pattern in (*NOT_SHIPPED, *(f"_static/{name}" for name in SPHINX_SEARCH)):
        for path in list(site.glob(pattern)):
            path.unlink()
    sizes, narrow = in_webp(site / "_images", panels or {})
    for path in site.rglob("*.html"):
        html = with_pictures(path.read_text("utf-8"), sizes, narrow)
        path.write_text(html, encoding="utf-8")
    words = used_words(site)
    for path in site.rglob("*.css"):
        path.write_text(used_styles(path.read_text("utf-8"), words), encoding="utf-8")


def in_webp(folder, panels):
    """All pictures: {name: (width, height)}, and the same of those for narrow windows."""

    def both(path):
        return stacked_beside(path, panels), lighter(path)

    paths = sorted(folder.glob("*.png"))
    with ThreadPoolExecutor(2) as threads:  # the encoder leaves Python alone meanwhile
        made = dict(zip((path.name for path in paths), threads.map(both, paths), strict=True))
    narrow = {name: second for name, (second, _) in made.items() if second}
    return {name: size for name, (_, size) in made.items()}, narrow


def stacked_beside(path, panels):
    """Write a picture's second one for narrow windows; returns its (width, height), or None."""
    where = panels.get(hashlib.sha256(path.read_bytes()).hexdigest())
    with Image.open(path) as image:
        second = stacked(image.convert("RGB"), where or [])
    if second is None:
        return None
    second.save(path.with_name(f"{path.stem}-narrow.webp"), lossless=True, method=1)
    return second.size


def lighter(path):
    """Write a picture as WebP without loss, in place of the PNG; returns (width, height)."""
    with Image.open(path) as image:
        image.convert("RGBA" if image.has_transparency_data else "RGB").save(
            path.with_suffix(".webp"), lossless=True, method=1
        )
        size = image.size
    if path.name != PREVIEW:
        path.unlink()
    return size


def with_pictures(html, sizes, narrow=None):
    """The page with its pictures' new names and sizes; all but the first load when they are near.

    sizes : {name of the PNG: (width, height)}.  narrow : the same of those that have a second one.
    """
    seen = []

    def tag(found):
        seen.append(found)
        wait = ' loading="lazy" decoding="async"' if len(seen) > 1 else ""
        tag = f"<img{with_height(found[1], sizes)}{wait} />"
        return for_narrow(tag, narrow or {}) or scrolled(tag)

    return PNG.sub(r"\1.webp\2", IMG.sub(tag, html))


def for_narrow(tag, narrow):
    """A picture with its second one, which a narrow window shows; None where there is none."""
    name = re.search(r'src="([^"]*?_images/)([^"]+)\.png"', tag)
    size = narrow.get(f"{name[2]}.png") if name else None
    if not size:
        return None
    wide, tall = (round(side / 2) for side in size)
    second = f'srcset="{name[1]}{name[2]}-narrow.webp" width="{wide}" height="{tall}"'
    return f'<picture><source media="(max-width: {NARROW}px)" {second} />{tag}</picture>'


def scrolled(tag):
    """A wide picture in a box that scrolls where the window is narrow."""
    width = re.search(r' width="(\d+)', tag)
    wide = width and int(width[1]) >= WIDE
    return f'<span class="wide-picture">{tag}</span>' if wide else tag


def with_height(attributes, sizes):
    """The attributes of <img> with width and height, for a picture whose size is known."""
    name = re.search(r'src="[^"]*?_images/([^"]+)"', attributes)
    size = sizes.get(name[1]) if name else None
    if not size or " height=" in attributes:
        return attributes
    width = re.search(r' width="(\d+)', attributes)
    wide = int(width[1]) if width else size[0]
    attributes = re.sub(r' width="[^"]*"', "", attributes)
    return f'{attributes} width="{wide}" height="{round(size[1] * wide / size[0])}"'


def used_words(site):
    """Every class that a page has, and every word of a script, which may set it as a class."""
    words = set()
    for path in site.rglob("*.html"):
        for names in re.findall(r'class="([^"]*)"', path.read_text("utf-8")):
            words.update(names.split())
    for path in (site / "_static").rglob("*.js"):
        words.update(re.findall(r"[A-Za-z][\w-]*", path.read_text("utf-8")))
    return words


def used_styles(css, words):
    """The style sheet without the rules whose classes no page has and no script names."""

    def rule(found):
        before, colon, selectors = found[1].rpartition(";")
        if "Font Awesome" in found[2] and "@font-face" in selectors:
            return before + colon
        if selectors.lstrip().startswith("@") or STEP.fullmatch(selectors):
            return found[0]  # a font, or the steps of an animation
        kept = [part for part in alternatives(selectors) if is_used(part, words)]
        return before + colon + (f"{','.join(kept)}{{{found[2]}}}" if kept else "")

    return EMPTY_BLOCK.sub("", RULE.sub(rule, COMMENT.sub("", css)))


def alternatives(selectors):
    """The selectors of a list; a comma within brackets belongs to one of them."""
    depth, parts = 0, [""]
    for letter in selectors:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def is_used(selector, words):
    """Whether every class that a selector asks for is known; what it rules out does not count.

    Of `:is(.a, .b)` one is enough.
    """

    def group(found):
        asks = found[1] in ("is", "where", "has")
        return (
            NOBODY
            if asks and not any(known(part, words) for part in alternatives(found[2]))
            else ""
        )

    while GROUP.search(selector):
        selector = GROUP.sub(group, selector)
    return known(selector, words)


def known(selector, words):
    return all(name in words for name in CLASS.findall(selector))
