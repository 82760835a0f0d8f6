"""Classes of a test's own whose objects lose their methods on the way to an answer.

A list that counts how often it is read goes over as a plain list, and counts nothing. Asked only
where SOURCE's own solution does not get full marks.
"""

import ast
from collections.abc import Iterable, Iterator

from course_utils.grading.master import Master
from course_utils.grading.script import Kind, Step

# Kinds of Python's and NumPy's own of which an object goes over as what it holds.
PLAIN = {"list", "tuple", "dict", "set", "frozenset", "str", "bytes", "bytearray", "int", "float"}
PLAIN |= {"complex", "ndarray", "deque", "defaultdict", "OrderedDict", "Counter"}
NOT_HANDED_OVER = ("Error", "Exception", "Warning", "TestCase", "Enum")  # ends of bases' names
NOT_ASKED = {"__init__", "__new__", "__post_init__", "__repr__", "__str__"}
GOES_PLAIN = "one that is handed to an answer goes over as a plain {}"
READ_ALONE = "an answer that is handed one can read its attributes, and nothing else of it"
MEND = "so what its methods do or count is lost: define it in a given cell above the first answer"
WITHOUT = ", without that base (keep the {} in an attribute)"


def own_classes(master: Master, failed: Iterable[str]) -> list[str]:
    """Return a sentence for each such class that the tests of these questions use."""
    tests = [one for one in master.steps if one.kind is Kind.TEST and one.grade_id in {*failed}]
    words = frozenset().union(*(one.words for one in tests))
    found = dict[str, str]()
    for step in master.steps:
        found |= {one.name: said for one, said in _lost_in(step) if one.name in words}
    return list(found.values())


def _lost_in(step: Step) -> Iterator[tuple[ast.ClassDef, str]]:
    """Yield the classes of a cell whose objects lose something, each with a sentence."""
    for one in ast.walk(ast.parse(step.source)):
        if not isinstance(one, ast.ClassDef) or step.kind is Kind.ANSWER:
            continue
        bases = [ast.unparse(base).rpartition(".")[2] for base in one.bases]
        plain = [base for base in bases if base in PLAIN]
        asked = {node.name for node in one.body if isinstance(node, ast.FunctionDef)} - NOT_ASKED
        special = any(name.startswith("__") for name in asked)
        other = any(base.endswith(NOT_HANDED_OVER) for base in bases)
        if not other and asked and (plain or (special and step.kind is Kind.TEST)):
            yield one, _sentence(step.grade_id, one.name, plain)


def _sentence(cell: str, name: str, plain: list[str]) -> str:
    lost = GOES_PLAIN.format(plain[0]) if plain else READ_ALONE
    mend = MEND + (WITHOUT.format(plain[0]) if plain else "")
    return f"the cell {cell!r} has a class {name!r}: {lost}, {mend}"
