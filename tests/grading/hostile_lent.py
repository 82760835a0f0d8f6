"""What tests lend to answers, or find after them: databases, figures, lists, folders, modules.

Each sheet is one of `hostile_objects.Sheet`: the answer must not get the points, and CANARY stays.
"""

from tests.grading.hostile_objects import sheet

# What tells of a database on the students' side says something else.
FORGED_TABLES = """
import gc
import types

def tell(*lines):
    found = [one for one in gc.get_objects() if isinstance(one, types.FunctionType)]
    told = next(one for one in found if one.__name__ == "held_by")
    text = "def held_by(connection): return [" + repr([*lines]) + ", False, '']"
    exec(text, names := {})
    told.__code__ = names["held_by"].__code__
"""
ITEMS = "CREATE TABLE items (name TEXT)"
FORGED_PLACE = """
import os
plain = os.path.relpath

def enter(name):
    os.path.relpath = lambda *about: "PLACE"
"""

SHEETS = [
    sheet(
        "a database that is handed over",
        "import sqlite3",
        """
        def add(conn, name):
            conn.execute("INSERT INTO items VALUES (?)", (name,))
        """,
        f"""
        conn = sqlite3.connect(":memory:")
        conn.execute("{ITEMS}")
        add(conn, "pen")
        add(conn, "cup")
        assert conn.execute("SELECT COUNT(*), MIN(name) FROM items").fetchone() == (2, "cup")
        """,
        {
            "another file attached": FORGED_TABLES
            + f"""
def add(conn, name):
    tell("{ITEMS}", "ATTACH 'CANARY' AS other", "CREATE TABLE other.t (x)")
""",
            "a program loaded": FORGED_TABLES
            + f"""
def add(conn, name):
    tell("{ITEMS}", "INSERT INTO items VALUES (load_extension('CANARY'))")
""",
            "written into a file": FORGED_TABLES
            + """
def add(conn, name):
    tell("VACUUM INTO 'CANARY'")
""",
            "a count without an end": FORGED_TABLES
            + f"""
def add(conn, name):
    tell("{ITEMS}", "INSERT INTO items WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL "
         "SELECT x + 1 FROM c) SELECT MAX(x) FROM c")
""",
            "no statements": FORGED_TABLES
            + """
def add(conn, name):
    tell(1, None, b"x")
""",
            "reads that say what is hoped for": """
                class Row(tuple):
                    def __eq__(self, other):
                        return True

                class Fake:
                    def fetchone(self):
                        return Row((0, 0))

                def add(conn, name):
                    import sqlite3
                    sqlite3.connect = lambda *about: Fake()
                """,
        },
    ),
    sheet(
        "a view in the place of a table",
        "import sqlite3",
        """
        def clean(conn):
            conn.execute("DELETE FROM items WHERE name = ''")
        """,
        f"""
        conn = sqlite3.connect(":memory:")
        conn.execute("{ITEMS}")
        conn.executemany("INSERT INTO items VALUES (?)", [("a",), ("",), ("b",)])
        clean(conn)
        assert len(conn.execute("SELECT name FROM items").fetchall()) == 2
        """,
        {
            "that never ends": """
                def clean(conn):
                    conn.execute("DROP TABLE items")
                    conn.execute(
                        "CREATE VIEW items AS WITH RECURSIVE c(name) AS (SELECT 1 UNION ALL "
                        "SELECT name + 1 FROM c) SELECT MAX(name) AS name FROM c"
                    )
                """
        },
    ),
    sheet(
        "axes that are handed over",
        """
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
        import numpy as np
        """,
        """
        def squares(ax, xs):
            ax.plot(xs, [x * x for x in xs])
            ax.set_title("Squares")
        """,
        """
        fig, ax = plt.subplots()
        squares(ax, [1, 2, 3])
        other, expected = plt.subplots()
        expected.plot([1, 2, 3], [1, 4, 9])
        assert ax.get_title() == "Squares"
        assert np.allclose(ax.lines[0].get_ydata(), expected.lines[0].get_ydata())
        """,
        {
            "every line is alike": """
                from matplotlib.lines import Line2D

                def squares(ax, xs):
                    ax.plot(xs, xs)
                    ax.set_title("Squares")
                    Line2D.get_ydata = lambda *about, **more: np.zeros(3)
                """,
            "a title that equals all": """
                class Any(str):
                    def __eq__(self, other):
                        return True

                def squares(ax, xs):
                    ax.plot(xs, [x * x for x in xs])
                    ax.get_title = lambda: Any("")
                """,
            "no numbers": """
                def squares(ax, xs):
                    ax.plot([], [])
                    ax.set_title("Squares")
                """,
        },
    ),
    sheet(
        "a figure found where pyplot is",
        """
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
        """,
        """
        def chart(rows):
            plt.bar(range(len(rows)), rows)
            plt.ylabel("count")
        """,
        """
        plt.close("all")
        chart([3, 4])
        assert plt.gca().get_ylabel() == "count"
        assert [bar.get_height() for bar in plt.gca().patches] == [3, 4]
        """,
        {
            "pyplot gives what equals all": """
                class Any:
                    def __eq__(self, other):
                        return True

                    def __getattr__(self, name):
                        return self

                    def __call__(self, *about):
                        return self

                    def __iter__(self):
                        return iter([self, self])

                def chart(rows):
                    plt.gca = Any
                """
        },
    ),
    sheet(
        "lists that are filled later",
        "",
        """
        def recorder(seen):
            return seen.append

        def total(numbers):
            return sum(numbers)
        """,
        """
        seen, numbers = [], [1, 2, 3]
        found = total(numbers)
        record = recorder(seen)
        record("a")
        assert seen == ["a"]
        assert found == sum(numbers)
        """,
        {
            "another one is emptied": """
                kept = []

                def recorder(seen):
                    def record(key):
                        kept[0].clear()
                        seen.append(key)
                    return record

                def total(numbers):
                    kept.append(numbers)
                    return 0
                """,
            "all it says": """
                class Any(list):
                    def __eq__(self, other):
                        return True

                def recorder(seen):
                    return lambda key: seen.append(Any())

                def total(numbers):
                    return sum(numbers)
                """,
        },
    ),
    sheet(
        "another folder",
        """
        import os

        os.makedirs("deep", exist_ok=True)
        """,
        """
        def enter(name):
            os.chdir(name)
        """,
        """
        enter("deep")
        assert os.path.basename(os.getcwd()) == "deep"
        open("note.txt", "w").close()
        os.remove("note.txt")
        """,
        {
            "above": "def enter(name):\n    os.chdir('..')",
            "of others": "def enter(name):\n    os.chdir(os.path.dirname('CANARY'))",
            "told to be above": FORGED_PLACE.replace("PLACE", "../../../../deep"),
            "told to be elsewhere": FORGED_PLACE.replace("PLACE", "/tmp"),
            "nowhere": FORGED_PLACE.replace("PLACE", "x" * 10_000),
        },
    ),
    sheet(
        "a module that is written",
        "",
        """
        %%writefile shapes.py
        def area(a, b):
            return a * b
        """,
        """
        import shapes
        assert shapes.area(2, 3) == 6
        """,
        {
            "its answer equals all": """
                %%writefile shapes.py
                class Any:
                    def __eq__(self, other):
                        return True

                def area(a, b):
                    return Any()
                """,
            "it is none": """
                %%writefile shapes.py
                import sys
                sys.modules["shapes"] = 6
                """,
            "run where it is read": """
                %%writefile shapes.py
                open("CANARY", "w").write("x")
                area = min
                """,
        },
    ),
    sheet(
        "a member that is a number",
        "import enum",
        """
        class Level(enum.IntEnum):
            LOW = 1
            HIGH = 3

        def level(points):
            return Level.HIGH if points > 50 else Level.LOW
        """,
        """
        assert level(90) == 3
        assert level(9) == 1
        assert level(90).name == "HIGH"
        """,
        {
            "equal to all": """
                class Level(enum.IntEnum):
                    HIGH = 7

                    def __eq__(self, other):
                        return True

                    __hash__ = int.__hash__

                def level(points):
                    return Level.HIGH
                """,
            "another number each time": """
                class Level(enum.IntEnum):
                    HIGH = 3

                    def __int__(self):
                        return 1

                def level(points):
                    return Level.HIGH
                """,
        },
    ),
    sheet(
        "records of a logger",
        "import logging",
        """
        def half(n):
            logging.getLogger("half").warning("half of %d", n)
            return n // 2
        """,
        """
        class Keep(logging.Handler):
            def __init__(self):
                super().__init__()
                self.kept = []

            def emit(self, record):
                self.kept.append(record.getMessage())

        keep = Keep()
        logging.getLogger("half").addHandler(keep)
        assert half(8) == 4
        assert keep.kept == ["half of 8"]
        """,
        {
            "words that equal all": """
                class Any(str):
                    def __eq__(self, other):
                        return True

                def half(n):
                    logging.getLogger("half").warning(Any("x"))
                    return n // 2
                """,
            "a flood": """
                def half(n):
                    for k in range(5000):
                        logging.getLogger("half").warning("half of 8" * 1000)
                    return n // 2
                """,
        },
    ),
]
