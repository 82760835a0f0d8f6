"""A student's cells, from their text to what they mean: as a kernel of IPython would run them."""

import __future__

import ast
import builtins
import inspect
import linecache
import re
import sys

from course_utils.grading.inside import magics
from course_utils.grading.inside.shell import BARE, ZMQInteractiveShell

CELL = "<cell {}>"
AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
FUTURES = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]
PROMPT = re.compile(r"\s*In \[\d+\]:")
ROUNDS = 10  # of the event loop
UNDERSCORES = ("_", "__", "___")


class StdinNotImplementedError(NotImplementedError):
    """What `input` raises where nobody sits before the notebook."""


class Notebook:
    """The names of a notebook, and what passes from cell to cell: futures, results, tasks."""

    def __init__(self, names):
        self.names, self.flags, self.loop, self.file = names, 0, None, CELL.format(0)
        self.count, self.source, self.results = 0, "", dict.fromkeys(UNDERSCORES, "")
        self.shell = ZMQInteractiveShell(names, self.evaluate)
        names.update({"In": [""], "Out": {}, "_oh": {}, "_dh": ["/tmp"], "_i": "", "_ii": ""})
        names.update(self.results, _iii="", get_ipython=self.get_ipython, display=silent)
        names.update(exit=silent, quit=silent, _oh=names["Out"], _ih=names["In"])
        self.shell.user_ns_hidden.update(names)
        builtins.input = _nobody_answers

    def get_ipython(self):
        """Return the shell of the notebook."""
        return self.shell

    def run(self, number, source):
        """Run a cell; its lines can be shown where something stops."""
        self.file = CELL.format(number)
        linecache.cache[self.file] = (
            len(source),
            None,
            source.splitlines(keepends=True),
            self.file,
        )
        if not source.strip():
            return
        self._take_note(source)
        if "IPython" in source and "get_ipython" in source:
            magics.lead_to(self.get_ipython)
        value = self.evaluate(source, self.names)
        if value is not None and not _is_quiet(source):
            self._keep(value)

    def evaluate(self, source, names, own=None):
        """Run code statement by statement, as a kernel does; return the value of its last line.

        own : the names of the function or the class that a magic stands in.
        """
        nodes = self._parsed(source)
        if own is None and self._needs_a_loop(source, nodes):
            return self.wait(self._run_in_loop(nodes, names))
        value = None
        for place, node in enumerate(nodes):
            value = eval(self._compiled(node, place == len(nodes) - 1), names, own)
        return value

    def _needs_a_loop(self, source, nodes):
        """Say whether code may look for the event loop that a kernel's cells run in."""
        if self.loop and self.loop.is_running():  # code of a magic: its cell runs in there
            return False
        return self.loop or "asyncio" in sys.modules or "asyncio" in source or _awaits(nodes)

    def wait(self, awaitable):
        """Return what comes of an awaitable, in the event loop of this notebook."""
        import asyncio

        self.loop = self.loop or asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(awaitable)

    async def _run_in_loop(self, nodes, names):
        import asyncio

        value = None
        for place, node in enumerate(nodes):
            code = self._compiled(node, place == len(nodes) - 1)
            value = eval(code, names)
            if code.co_flags & inspect.CO_COROUTINE:
                value = await value
        for _ in range(ROUNDS):  # a kernel's tasks go on when the cell is over
            await asyncio.sleep(0)
        return value

    def _parsed(self, source):
        """Return the statements of a text; where it is no Python, of what IPython makes of it.

        The code that stands below a magic keeps the numbers of its lines.
        """
        above = self.source[: max(0, self.source.find(source.strip()))]
        source = "\n" * above.count("\n") + source.lstrip("\n")
        if not PROMPT.match(source) and not self._is_bare_magic(source):
            try:
                return self._parse(source)
            except SyntaxError:
                pass
        elif self._is_bare_magic(source):
            source = f"%{source.strip()}"
        return self._parse(magics.as_python(source))

    def _parse(self, text):
        return compile(text, self.file, "exec", self.flags | AWAIT | ast.PyCF_ONLY_AST, True).body

    def _is_bare_magic(self, source):
        """Say whether it is one line like `pip install numpy`, and no such name is there."""
        words = source.split(maxsplit=1)
        if "\n" in source.strip() or not words or words[0] not in BARE:
            return False
        rest = words[1] if len(words) > 1 else ""
        return words[0] not in self.names and not rest.startswith(("=", ",", ":", "("))

    def _compiled(self, node, last):
        """Compile a statement; its futures are those of all that follows."""
        if last and isinstance(node, ast.Expr):
            module, mode = ast.Expression(node.value), "eval"
        else:
            module, mode = ast.Module([node], []), "exec"
        code = compile(module, self.file, mode, self.flags | AWAIT, True)
        self.flags |= sum(flag for flag in FUTURES if code.co_flags & flag & ~self.flags)
        return code

    def _take_note(self, source):
        """Keep what the cell says, as a kernel does, under `In` and `_i`."""
        self.count += 1
        names = self.names
        if isinstance(names.get("_ih"), list):
            names["_ih"].append(source)
        names["_iii"], names["_ii"], names["_i"] = names.get("_ii"), names.get("_i"), self.source
        self.source = source
        names[f"_i{self.count}"] = source

    def _keep(self, value):
        """Keep what the last line gave, under `_` and `Out`; a name of the student's stays."""
        mine = all(self.names.get(name, old) is old for name, old in self.results.items())
        results = self.results
        self.results = {"_": value, "__": results["_"], "___": results["__"]}
        if mine:
            self.names.update(self.results)
        self.names[f"_{self.count}"] = value
        outputs = self.names.get("_oh")
        if isinstance(outputs, dict):
            outputs[self.count] = value


def _awaits(nodes):
    """Say whether something is awaited outside of functions."""
    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            return True
        if isinstance(node, ast.comprehension) and node.is_async:
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False


def _is_quiet(source):
    """Say whether a cell ends in a semicolon, which lets its value go."""
    lines = [line for line in source.splitlines() if line.strip() and line.strip()[0] != "#"]
    return bool(lines) and lines[-1].split("#")[0].rstrip().endswith(";")


def _nobody_answers(*arguments):
    """Raise what a kernel raises without somebody to answer."""
    raise StdinNotImplementedError("nobody can answer here")


def silent(*arguments, **named):
    """Do nothing, in the place of what shows things on a screen."""
