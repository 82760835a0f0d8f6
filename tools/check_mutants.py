"""Wrong programs made of right ones: a small change in the syntax tree of each right answer.

What a check refuses of them is its strength; what it passes is either no mistake at all or a gap.
*Weighed:* mutmut and cosmic-ray do this to the files of a package, and run its tests anew for every
change. Here a right answer is one function and its test one call of `judge`, so that ten thousand
changes take minutes; and what learners get wrong are axes, masks and scales, of which these
libraries know nothing. Answers that are no code are changed in `answer_mutants`.
"""

import ast
import copy
import inspect
import itertools
import textwrap
import tomllib
import warnings
from pathlib import Path
from typing import NamedTuple

from course_utils.checks.calls import Stop
from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.exercises import Effort
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.orders import OrderExercise
from course_utils.checks.outcomes import NotAnsweredYet
from course_utils.checks.values import ValueExercise
from course_utils.checks.work import WorkExercise
from tools.answer_mutants import wrong_answers_of

ARGUED = Path(__file__).with_name("check_mutants_argued.toml")
IN_CODE = (FunctionExercise, ValueExercise)  # what has a right answer in code
TRIED = (*IN_CODE, ChoiceExercise, OrderExercise, WorkExercise)
EFFORT = Effort(seconds=2)

OPPOSITES = {
    "max": "min",
    "argmax": "argmin",
    "any": "all",
    "sum": "mean",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "triu": "tril",
    "hstack": "vstack",
    "floor": "ceil",
    "sin": "cos",
}
OPPOSITES |= {there: here for here, there in OPPOSITES.items()}
COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CALCULATED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}


# What makes no other program, whatever it is called with, and is not tried.
SYMMETRIC = {"allclose", "isclose", "maximum", "minimum", "max", "min", "zip", "array_equal"}
CONVERTS = {"float", "int", "bool", "list", "tuple", "array", "asarray", "stack"}
CONVERTS |= {"float32", "float64", "astype", "tolist"}
ASKS_FOR_SIZES = {"len", "zeros_like", "ones_like", "empty_like"}
SIZES = {"shape", "size", "ndim", "dtype"}
SAYS_NOTHING_NEW = {"dtype", "strict"}  # a mask of 0 and 1 is a mask; lengths are equal
TOLERANCE = 1e-3  # how near is near enough may be anything below


class Mutant(NamedTuple):
    """One wrong program: of which exercise, and of which of its right answers; what was changed."""

    exercise: object
    of: str
    change: str
    program: ast.Module

    @property
    def key(self):
        """Return what names it in the list of those that are no mistakes."""
        return f"{self.exercise.id} {self.of}, {self.change}"

    def survives(self):
        """Tell whether the check passes it."""
        code = self._code()
        try:
            answer = code if self.exercise.answer_is_code else code()
            return self.exercise.judge(answer, EFFORT).passed
        except (NotAnsweredYet, Stop, Exception):
            return False

    def _code(self):
        """Return the changed function, which sees the names that the right one sees."""
        names = dict(self.exercise.right.__globals__)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "'int' object is not callable; did you miss a comma?"
            exec(compile(self.program, "<mutant>", "exec"), names)
        return names[self.of]


def argued():
    """Return {key: why} of the mutants that are no mistakes, from the list beside this file."""
    groups = tomllib.loads(ARGUED.read_text(encoding="utf-8"))["same"]
    return {key: group["why"] for group in groups for key in group["mutants"]}


def mutants_of(exercise):
    """Yield every mutant of an exercise's right answers, each program once."""
    if not (isinstance(exercise, IN_CODE) or exercise.answer_is_code):
        yield from wrong_answers_of(exercise)
        return
    seen = set()
    for code in (exercise.right, *exercise.others):
        tree = _tree(code)
        if tree is None:
            continue
        seen.add(ast.unparse(tree.body[0].body))
        for change, program in _changed(tree):
            body = ast.unparse(program.body[0].body)
            if body not in seen:
                seen.add(body)
                yield Mutant(exercise, code.__name__, change, program)


def _tree(code):
    """Return the syntax tree of a function without its decorators and docstring."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    function = tree.body[0]
    if not isinstance(function, ast.FunctionDef):
        return None
    function.decorator_list = []
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:] or [ast.Pass()]
    return tree


def _changed(tree):
    """Yield (what was changed, the changed tree) for every small change of a tree."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    arguments = [argument.arg for argument in tree.body[0].args.args]
    first = tree.body[0].body[0].lineno
    for place, node in enumerate(ast.walk(tree)):
        for new in _instead_of(node, parents.get(node), arguments):
            program = copy.deepcopy(tree)
            target = next(itertools.islice(ast.walk(program), place, None))
            before = ast.unparse(node)
            _put(program, target, copy.deepcopy(new))
            ast.fix_missing_locations(program)
            after = ast.unparse(new) if new is not None else "nothing"
            yield f"line {node.lineno - first + 1}: {before} → {after}", program


def _put(program, target, new):
    """Put a new node where the target is, or nothing where a statement is to go."""
    for parent in ast.walk(program):
        for field, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, field, new)
                return
            if isinstance(value, list) and any(item is target for item in value):
                kept = [new if item is target else item for item in value]
                setattr(parent, field, [item for item in kept if item is not None] or [ast.Pass()])
                return


def _instead_of(node, parent, arguments):
    """Yield what may stand in place of a node."""
    if isinstance(parent, ast.keyword) and parent.arg in SAYS_NOTHING_NEW:
        return
    kinds = {
        ast.BinOp: _calculations,
        ast.Compare: _comparisons,
        ast.UnaryOp: lambda node: [node.operand],
        ast.Constant: _constants,
        ast.Attribute: _attributes,
        ast.Call: _calls,
        ast.Slice: _slices,
        ast.BoolOp: lambda node: node.values,
        ast.IfExp: lambda node: [node.body, node.orelse],
        ast.Tuple: _tuples,
        ast.Subscript: lambda node: [node.value] if isinstance(node.ctx, ast.Load) else [],
        ast.Assign: lambda node: [None],
        ast.AugAssign: lambda node: [None],
        ast.Expr: lambda node: [None],
        ast.Break: lambda node: [None],
    }
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in arguments:
        yield from _names(node, parent, arguments)
    if isinstance(node, ast.UnaryOp) and isinstance(parent, ast.keyword):
        return  # axis=-1 and axis=1 of two axes
    yield from kinds.get(type(node), lambda node: [])(node)


def _names(node, parent, arguments):
    """Another argument, the constant 1, and a mask or a sign turned round."""
    yield from (ast.Name(other, ast.Load()) for other in arguments if other != node.id)
    yield ast.Constant(1)
    sizes_alone = isinstance(parent, ast.Attribute) and parent.attr in SIZES
    if sizes_alone or (isinstance(parent, ast.Call) and _name_of(parent) in ASKS_FOR_SIZES):
        return
    sign = ast.Invert() if "mask" in node.id else ast.USub()
    yield ast.UnaryOp(sign, ast.Name(node.id, ast.Load()))


def _calculations(node):
    """Another sign, one side alone (a scale dropped), and a product turned round."""
    for operation in CALCULATED.get(type(node.op), ()):
        yield ast.BinOp(node.left, operation(), node.right)
    yield from (node.left, node.right)
    if isinstance(node.op, ast.MatMult | ast.Sub | ast.Div):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            turned = copy.copy(node)
            setattr(turned, side, _turned(getattr(node, side)))
            yield turned


def _turned(matrix):
    """Return a matrix with its axes exchanged; for a vector that raises an error."""
    method = ast.Attribute(matrix, "swapaxes", ast.Load())
    return ast.Call(method, [ast.Constant(0), ast.Constant(1)], [])


def _name_of(call):
    """Return the last part of what is called: "exp" of np.exp(…)."""
    return getattr(call.func, "attr", None) or getattr(call.func, "id", None)


def _comparisons(node):
    for operation in COMPARED.get(type(node.ops[0]), ()) if len(node.ops) == 1 else ():
        yield ast.Compare(node.left, [operation()], node.comparators)


def _constants(node):
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield from (ast.Constant(node.value + step) for step in (1, -1))
    elif isinstance(node.value, float) and abs(node.value) >= TOLERANCE:
        yield from (ast.Constant(node.value * factor) for factor in (2, 0.5))


def _attributes(node):
    """A transposition dropped, another name of a pair, another infinity."""
    if node.attr == "T":
        yield node.value
    if node.attr in OPPOSITES:
        yield ast.Attribute(node.value, OPPOSITES[node.attr], node.ctx)
    if node.attr == "inf":
        yield from (ast.Constant(size) for size in (0, 100, 1000))


def _calls(node):
    """A call left out, an argument or a keyword left out, two arguments turned round."""
    name = _name_of(node)
    if name in CONVERTS:
        return
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]
    elif isinstance(node.func, ast.Attribute):
        yield node.func.value
    for keyword in node.keywords:
        if keyword.arg not in SAYS_NOTHING_NEW:
            yield ast.Call(node.func, node.args, [k for k in node.keywords if k is not keyword])
    if node.args and isinstance(node.func, ast.Name) and name in OPPOSITES:
        yield ast.Call(ast.Name(OPPOSITES[name], ast.Load()), node.args, node.keywords)
    if len(node.args) > 1:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
    if len(node.args) > 1 and name not in SYMMETRIC:
        first, *between, last = node.args
        yield ast.Call(node.func, [last, *between, first], node.keywords)


def _slices(node):
    """A slice without its beginning, its end or its step, or one place further."""
    for field in ("lower", "upper", "step"):
        value = getattr(node, field)
        if value is not None:
            yield ast.Slice(**{f: None if f == field else getattr(node, f) for f in node._fields})
            if field != "step":
                further = ast.BinOp(value, ast.Add(), ast.Constant(1))
                yield ast.Slice(
                    **{f: further if f == field else getattr(node, f) for f in node._fields}
                )


def _tuples(node):
    """Two neighbours exchanged, where a tuple is read."""
    if isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts) - 1):
            a, b = node.elts[i : i + 2]
            yield ast.Tuple([*node.elts[:i], b, a, *node.elts[i + 2 :]], node.ctx)
