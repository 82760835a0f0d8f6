"""A Mermaid flowchart of a lesson as boxes and arrows in HTML, which needs no script.

JupyterLab draws Mermaid by itself. Here each row is a chain of boxes; an arrow back starts a new
row.
"""

import re
from html import escape

FENCE = re.compile(r"```mermaid\nflowchart \w+\n(.*?)```", re.S)
NODE = r'\s*(\w+)(?:\["([^"]+)"\])?\s*'
EDGE = re.compile(NODE + r'(?:--\s*"?([^">]+?)"?\s*-->|-->)' + NODE)


def drawn(text):
    """Markdown with its flowcharts as HTML."""
    return FENCE.sub(lambda found: flowchart(found[1]), text)


def flowchart(lines):
    """The HTML of one flowchart, given by its lines of edges."""
    names, edges = {}, []
    for line in lines.strip().splitlines():
        found = EDGE.fullmatch(line)
        if not found:
            raise ValueError(
                f'an edge must be A["text"] --> B or A -- text --> B, got {line.strip()!r}'
            )
        start, start_name, label, end, end_name = found.groups()
        names.update({key: name for key, name in ((start, start_name), (end, end_name)) if name})
        edges.append((start, label, end))
    rows = "".join(row(chain, names) for chain in chains(edges))
    return f'<div class="flowchart">{rows}</div>'


def chains(edges):
    """Edges that follow each other, [[(start, label, end), ...], ...]."""
    rows = []
    for edge in edges:
        if rows and rows[-1][-1][2] == edge[0] and edge[2] not in {e[0] for e in rows[-1]}:
            rows[-1].append(edge)
        else:
            rows.append([edge])
    return rows


def row(chain, names):
    parts = [box(chain[0][0], names)]
    for _, label, end in chain:
        said = f"<i>{escape(label)}</i>" if label else ""
        parts.append(f'<span class="arrow">{said} →</span>{box(end, names)}')
    return f"<p>{''.join(parts)}</p>"


def box(key, names):
    return f'<span class="box">{escape(names.get(key, key))}</span>'
