"""Formulas as MathML, which browsers draw and screen readers read: no script, nothing to fetch."""

import re
from xml.etree import ElementTree

from docutils.nodes import SkipNode
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

# LaTeX that docutils does not know: what has the same meaning to it.
SAME = {r"\\big[lr]?(?![a-z])": "", r"\\dots(?![a-z])": r"\\ldots"}
BRACE = "⏟"  # as \underbrace draws it
SPACE = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", SPACE)


def setup(app):
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def inline(writer, node):
    writer.body.append(mathml(node))
    raise SkipNode


def block(writer, node):
    number = ""
    if node.get("number"):
        number = f'<span class="eqno">({get_node_equation_number(writer, node)})</span>'
    start = writer.starttag(node, "div", CLASS="math-block", tabindex="0")
    writer.body.append(f"{start}{number}{mathml(node, as_block=True)}</div>\n")
    raise SkipNode


def mathml(node, as_block=False):
    """The formula of a node; what cannot be read is a warning, and shown as it was written."""
    try:
        return formula(node.astext(), as_block)
    except MathError as error:
        warn = logging.getLogger(__name__).warning
        warn("%s In the formula: %s", error, node.astext(), location=node)
        return f"<code>{node.astext()}</code>"


def formula(latex, as_block=False):
    """LaTeX as MathML. Raises MathError for a command that docutils does not know."""
    for pattern, same in SAME.items():
        latex = re.sub(pattern, same, latex)
    made = tex2mathml(latex, as_block=as_block)
    return with_words_below(made) if BRACE in made else made


def with_words_below(made):
    """MathML in which the words of a brace stand below it; docutils puts them at its right."""
    tree = ElementTree.fromstring(made)
    for script in tree.iter(f"{{{SPACE}}}msub"):
        if script[0].tag.endswith("munder") and BRACE in "".join(script[0][-1].itertext()):
            script.tag = f"{{{SPACE}}}munder"
    return ElementTree.tostring(tree, "unicode")
