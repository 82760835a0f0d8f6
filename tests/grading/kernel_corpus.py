"""Cells in sequences, as people write them, and what is seen of a notebook's names after each.

`python -m tests.grading.kernel_corpus` runs them all as the worker does and prints what was seen.
"""

import io
import json
import os
import re
import sys
import tempfile
import types

NOT_SEEN = ("In", "Out", "get_ipython", "exit", "quit", "open", "display", "out", "task")
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
FILE = re.compile(r"<(ipython-input|cell)[^>]*>|/tmp/ipykernel[^ ']*")

CORPUS = {
    "plain": [
        "x = 1",
        "y = x + 1\nz = y * 2",
        "",
        "   ",
        "\n\n",
        "# a comment\n# and another",
        "x",
    ],
    "last value": ["3 * 4", "a = _ + 1", "a", "b = _, __, _1", "5;", "c = _", "None", "d = _"],
    "own underscore": ["_ = 7", "8", "e = _", "for _ in range(3):\n    pass", "9", "f = _"],
    "history": ["1", "n = len(In), In[1], Out", "i = _i, _ii, _i1", "k = sorted(Out)"],
    "magic above": ["%matplotlib inline\nimport math\nx = math.pi", "y = x > 3"],
    "call of a magic": [
        "get_ipython().run_line_magic('matplotlib', 'inline')\nimport numpy as np\nx = np.ones(2)",
        "z = get_ipython() is not None",
        "if 'google.colab' in str(get_ipython()):\n    z = 5",
    ],
    "continued command": ["!true \\\n  --quiet \\\n  more\nx = 1", "!true; true\ny = 2"],
    "command's lines": ["a = !true", "b = list(a)\nc = len(a)", "del a", "d = !true\nd = d == []"],
    "command in blocks": ["if True:\n    !true\n    x = 2", "for k in range(2):\n    %time y = k"],
    "pip": ["%pip --version\nx = 1", "!pip --version\ny = 2"],
    "in strings": [
        's = """\n%time 1\n!ls\n?\n"""',
        "def f():\n    '''What?\n    %matplotlib inline\n    !ls\n    '''\n    return 1\nx = f()",
        "t = '%%bash'",
        "u = '''\n%%time\n''' # what?",
        "v = 5 # really?",
        "w = 'a?'\n%time w2 = '''\n%time\n'''",
    ],
    "percent goes on": [
        "x = (7\n% 4)",
        "y = (7\n     % 4\n     %3)",
        "z = 7 \\\n% 4",
        "w = [1,\n!= 2]",
    ],
    "time": [
        "%time x = 5",
        "y = %time x + 1",
        "%time\nz = 3",
        "def f():\n    return 9\nq = %time f()",
        "%time f()",
        "r = _",
        "%time for k in range(3): x += k",
        "%time 1 / 0\nafter = 1",
        "%time undefined",
    ],
    "cell of time": [
        "%%time\nx = 5\ny = x",
        "%%time\nx + 1",
        "a = _",
        "%%time\n%matplotlib inline\nz = 1\n",
        "\n\n%%time\nw = 2",
        "%%time\n1 / 0\nlost = 3",
        "%%time\n\n\nv = 3\nv",
        "%%time x = 8\ny = x + 1",
        "# first\n%%time\nu = 3",
    ],
    "timeit": [
        "n = 0",
        "%timeit -n 1 -r 1 m = 5",
        "%%timeit -n 1 -r 1\nm = 6\n",
        "%timeit -n1 -r1 n + 1",
        "%timeit -n 1 -r 1 1 / 0",
        "%%timeit -n 1 -r 1 k = 2\nk + 1",
        "o = 'm' in dir()",
    ],
    "capture": [
        "%%capture out\nprint('hello')\nx = 1",
        "said = out.stdout\nagain = str(out)",
        "%%capture\ny = 2",
        "%%capture out\nz = 2\n1 / 0\nlost = 1",
        "more = 3\ndel out",
        "%%capture --no-stderr out\nprint(1)",
        "said = out.stdout\ndel out",
    ],
    "prun": ["%prun -q x = 1", "%%prun -q\ny = 2\nz = y", "%prun -q 1 / 0"],
    "other languages": [
        "%%bash\ntrue\nx=1",
        "%%html\n<b>x</b>",
        "%%javascript\nalert(1)",
        "%%latex\n$x$",
        "%%markdown\n# x",
        "%%sh\ntrue",
        "x = 1",
    ],
    "files": [
        "%%writefile own_module.py\ndef double(x):\n    return 2 * x\n",
        "import own_module\nx = own_module.double(4)\ndel own_module",
        "from own_module import double as d\ny = d(2)\ndel d",
        "%%writefile -a own_module.py\nz = 3\n",
        "%run own_module.py",
        "%run own_module",
        "w = z + 1\ndel double",
        "%%file other.txt\nhello",
        "with open('other.txt') as f:\n    text = f.read()\ndel f",
    ],
    "environment": [
        "%env COURSE_X=1\nimport os\nx = os.environ['COURSE_X']",
        "%env COURSE_Y 2",
        "y = os.environ['COURSE_Y']",
        "%set_env COURSE_Z=3",
        "z = %env COURSE_Z",
        "import os\nos.makedirs('folder', exist_ok=True)",
        "%cd -q folder\nhere = os.getcwd().split('/')[-1]",
        "%cd ..\nthere = %pwd\nthere = there == os.getcwd()",
        "%cd nowhere_at_all",
    ],
    "extensions": [
        "%load_ext autoreload\n%autoreload 2\nx = 1",
        "%config InlineBackend.figure_format = 'retina'\ny = 1",
        "%who\n%whos",
        "z = %who_ls",
        "%reset -f",
        "w = 1",
    ],
    "help": [
        "x = 1\nx?",
        "?x",
        "x??",
        "import math\nmath.pi?",
        "y = 2\nmath.*s*?",
        "z = 3\n?math.pi\nw = 4",
        "def f():\n    return 1\nf?\nq = f()",
        "l = [1]\nl.append?",
    ],
    "quoting": [
        "def f(*a):\n    return a",
        "x = 1\n/f 1",
        "g = _",
        ",f a b",
        "h = _",
        ";f a b",
        "i = _",
    ],
    "bare": ["pwd", "cd .", "time x = 3", "ls", "timeit -n1 -r1 1", "time = 5\ntime", "who"],
    "prompts": [
        ">>> x = 1\n>>> y = 2",
        "In [1]: z = 3",
        ">>> def f():\n...     return 5\n>>> w = f()",
    ],
    "indented": ["    x = 1\n    y = 2", "  z = 3", "    # only this\n    w = 4", "\tv = 5"],
    "white space": [
        "x = 1\r\ny = 2\r\n",
        "if x:\r\n    z = 3\r\n",
        "\x0cw = 4",
        "a = 1;b = 2",
        "c = 5   \n\n\n",
    ],
    "tabs": [
        "if True:\n\tx = 1\n\ty = 2",
        "if True:\n\tx = 1\n        y = 2",
        "if True:\n  x = 1\n   y = 2",
    ],
    "unfinished": [
        "x = (1,",
        "y = '''abc",
        "z = 'abc",
        "def f(:",
        "for k in",
        "w = 1 \\",
        "if True:",
        "x = 1)",
    ],
    "names": [
        "größe = 1\nπ = 3\nℌ = 2",
        "x = H",
        "变量 = 5\ny = 变量",
        "\ufeffz = 1",
        "w = '\u2028'",
    ],
    "walrus": [
        "(x := 5)",
        "[y := 1, y**2]",
        "z = [last := k for k in range(3)]",
        "if (m := len('ab')) > 1:\n    w = m",
    ],
    "match": [
        "match [1, 2]:\n    case [a, b]:\n        x = a + b\n    case _:\n        x = 0",
        "match = 5\ncase = 6",
    ],
    "comprehensions": [
        "x = [k * j for k in range(2) for j in range(2)]",
        "y = {k: k for k in 'ab'}",
        "z = sum(k for k in x)",
    ],
    "decorated": [
        "def twice(f):\n    return lambda *a: 2 * f(*a)\n@twice\ndef g(x):\n    return x\ny = g(4)"
    ],
    "classes": [
        "class A:\n    x = 1\n    y = x\n    def m(self):\n        return self.x",
        "a = A().m()\nn = A.__module__, A.__qualname__\ndel A",
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int = 1\np = P() == P(1)",
        "class B:\n    return 1",
        "class C:\n    v = undefined_name",
        "P = p = None",
    ],
    "scopes": [
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n"
        "        return n\n    g()\n    return g()\nx = f()",
        "def s():\n    global made\n    made = 3\ns()",
        "nonlocal x",
        "return 5",
        "y = 1\nreturn y\nz = 2",
        "yield 1",
        "break",
        "y = 5\ncontinue",
        "x = 8\nglobal x",
        "def h():\n    print(q)\n    q = 1\nh()",
    ],
    "errors": [
        "x = 1\n1 / 0\nx = 2",
        "y = undefined",
        "raise ValueError('no')",
        "assert x == 2, 'not two'",
        "import no_such_module",
        "[][1]",
        "{}['a']",
        "int('a')",
        "class Own(Exception):\n    pass\nraise Own",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    z = str(e)\nfinally:\n    w = 1",
        "raise SystemExit",
        "import sys\nsys.exit(1)",
        "raise KeyboardInterrupt",
        "raise NotImplementedError",
        "def f():\n    return f()\nf()",
        "input('name? ')",
        "name = input()",
        "del Own",
    ],
    "futures": [
        "from __future__ import annotations\ndef f(x: undefined_a) -> undefined_b:\n    return x",
        "def g(x: undefined_c):\n    return x\na = g.__annotations__",
        "x: int = 5\nb = __annotations__['x']",
        "y = 1\nfrom __future__ import division\nz = 1",
        "from __future__ import no_such_feature",
        "from __future__ import barry_as_FLUFL",
    ],
    "no futures": ["def g(x: undefined_c):\n    return x", "x: int = 5\nb = __annotations__['x']"],
    "await": [
        "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + 1",
        "x = await f(1)",
        "await f(5)",
        "y = _",
        "z = [await f(k) for k in range(3)]",
        "async def many():\n    for k in range(3):\n        yield k",
        "w = [k async for k in many()]",
        "v = 0\nasync for k in many():\n    v += k",
        "import contextlib\n@contextlib.asynccontextmanager\nasync def opened():\n    yield 7",
        "async with opened() as o:\n    u = o",
        "task = asyncio.create_task(f(10))",
        "done = task.done()\nt = await task",
        "both = await asyncio.gather(f(1), f(2))",
        "asyncio.run(f(1))",
        "loop = asyncio.get_running_loop()\nr = loop.is_running()\ndel loop",
        "await undefined",
        "def g():\n    await f(1)",
        "s = sum([k async for k in many()])",
        "lock = asyncio.Lock()\nasync with lock:\n    held = lock.locked()\ndel lock",
    ],
    "await without a library": [
        "async def f():\n    return 3",
        "x = await f()",
        "y = x + await f()",
    ],
    "imports": [
        "from math import *\nx = cos(0)",
        "import os.path as p, sys\ny = p.basename('/a/b')",
        "from collections import (deque,\n    Counter)\nz = Counter('aab')['a']",
        "from math import no_such_name",
        "from . import x",
        "import json; del json",
    ],
    "deleting": ["x = 1\ny = 2\ndel x", "x", "del y, nothing", "del z"],
    "running text": [
        "exec('x = 5')",
        "y = eval('x + 1')",
        "exec('1 +')",
        "code = compile('z = 1', '<a>', 'exec')\nexec(code)\ndel code",
    ],
    "f-strings": [
        "a = 5\nx = f'{a!r:>{a}}'",
        "y = f\"{'a' + f'{a}'}\"",
        "z = f'{a=}'",
        "w = f'{'",
        "v = f'{a:%}'",
    ],
    "long lines": ["x = [\n" + "    1,\n" * 200 + "]\nx = len(x)", "y = 1" + " + 1" * 500],
    "main": [
        "x = __name__",
        "import sys\ny = sys.modules['__main__'].x",
        "if __name__ == '__main__':\n    z = 1",
        "__file__",
    ],
    "shown": [
        "display(1)",
        "from IPython.display import display, HTML, Markdown\ndisplay(HTML('<b>x</b>'))\nx = 1",
        "del HTML, Markdown",
    ],
    "shell of IPython": [
        "from IPython import get_ipython\n"
        "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1",
        "import IPython\ny = IPython.get_ipython().__class__.__name__\ndel IPython",
    ],
    "old Python": [
        "print 'hello'",
        "exec 'x = 1'",
        "x = 0777",
        "raise ValueError, 'a'",
        "`x`",
        "x <> 1",
    ],
    "magic's own": [
        "from IPython.core.magic import register_line_magic\n@register_line_magic\n"
        "def own(line):\n    return line + '!'\ndel own, register_line_magic",
        "x = %own hello",
    ],
    "semicolons": [
        "0",
        "1;",
        "a = _",
        "x = 1; x",
        "b = _",
        "x; # shown?",
        "c = _",
        "'a;'",
        "d = _",
    ],
    "magics with names": [
        "n = 3\n%time y = n * 2",
        "!true $n {n}",
        "x = %time n",
        "%timeit -n 1 -r 1 -o n",
        "z = 5",
    ],
}


def seen(names):
    """What can be seen of a notebook's names: those that it bound, as texts."""
    kept = [n for n in names if not n.startswith("_") and n not in NOT_SEEN]
    return {name: _spelled(names[name]) for name in sorted(kept)}


def _spelled(value):
    if isinstance(value, types.ModuleType):
        return value.__name__
    return FILE.sub("", ADDRESS.sub("", repr(value)))[:300]


def main():
    """Run each sequence in a process of its own, with names of its own."""
    from course_utils.grading.inside.cells import Notebook

    found = {}
    for title, cells in CORPUS.items():
        reading, writing = os.pipe()
        if not os.fork():
            os.close(reading)
            with open(writing, "w") as answer:
                json.dump(_states(Notebook, cells), answer)
                answer.flush()
                os._exit(0)
        os.close(writing)
        with open(reading) as answer:
            found[title] = json.load(answer)
        os.wait()
    print(json.dumps(found))


def _states(notebook, cells):
    os.chdir(tempfile.mkdtemp())
    sys.stdout, sys.path[0] = io.StringIO(), ""
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    book, states = notebook(vars(main)), []
    for number, cell in enumerate(cells):
        error = ""
        try:
            book.run(number, cell)
        except BaseException as raised:
            error = type(raised).__name__
        states.append([error, seen(vars(main))])
    return states


if __name__ == "__main__":
    main()
