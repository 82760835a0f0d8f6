"""Databases of SQLite as items: by the statements that make them, so that both sides have one.

What comes from the other side may only make tables and fill them: no statement of it selects,
calls a function or opens a file.
"""

import sqlite3

MOST_LETTERS = 8_000_000  # of all statements
# Actions of SQLite's authorizer: a view's or a trigger's own text is looked at when it is used.
MAKES = {"CREATE_INDEX", "CREATE_TABLE", "CREATE_TRIGGER", "CREATE_VIEW", "INSERT", "TRANSACTION"}
MAKES |= {"READ", "UPDATE", "REINDEX", "DELETE", "FUNCTION"}
MAKES = {getattr(sqlite3, f"SQLITE_{name}") for name in MAKES}
LEVELS = (None, "", "DEFERRED", "IMMEDIATE", "EXCLUSIVE")
OF_SQLITE = ("sqlite_master", "sqlite_sequence", "sqlite_schema")
CHANGES_THERE = {sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
# What a table's own conditions and values may call: none gives more than it gets.
FUNCTIONS = {"abs", "coalesce", "date", "datetime", "ifnull", "instr", "iif", "julianday", "length"}
FUNCTIONS |= {"like", "lower", "ltrim", "max", "min", "nullif", "round", "rtrim", "strftime"}
FUNCTIONS |= {"substr", "substring", "time", "trim", "typeof", "upper"}


def empty():
    """Return a connection to a database without anything in it."""
    return sqlite3.connect(":memory:")


def state_of(value):
    """Return what a connection holds; of a cursor, its connection."""
    return value.connection if isinstance(value, sqlite3.Cursor) else held_by(value)


def take(value, state):
    """Let a connection hold that, or a cursor have that connection; say whether it was one."""
    if isinstance(value, sqlite3.Cursor):
        if type(state) is not sqlite3.Connection:
            return False
        value.__init__(state)
    elif not are_statements(state):
        return False
    else:
        fill(value, state)
    return True


def held_by(connection):
    """Return [the statements that make what it sees, whether rows have names, its isolation level].

    Nothing at all where it is closed.
    """
    try:
        factory, text = connection.row_factory, connection.text_factory
        connection.total_changes  # noqa: B018 - a closed one raises here
    except sqlite3.ProgrammingError:
        return []
    if factory not in (None, sqlite3.Row) or text is not str:
        raise TypeError("a database with a row_factory of its own cannot be handed over")
    connection.row_factory = None
    try:
        return [[*connection.iterdump()], factory is not None, connection.isolation_level]
    finally:
        connection.row_factory = factory


def fill(connection, state):
    """Let a connection have that, in the place of what it had."""
    if not state:
        connection.close()
        return
    lines, by_name, isolation = state
    made = sqlite3.connect(":memory:")
    try:
        made.set_authorizer(only_makes)  # in the place of one that may be there
        for line in lines:
            made.execute(line)
        connection.rollback()
        made.set_authorizer(None)
        made.backup(connection)
    finally:
        made.close()
    connection.row_factory = sqlite3.Row if by_name else None
    connection.isolation_level = isolation


def are_statements(state):
    """Say whether it is what `held_by` gives."""
    if state == []:
        return True
    if type(state) is not list or len(state) != 3 or type(state[0]) is not list:
        return False
    lines, by_name, isolation = state
    fine = all(type(line) is str for line in lines) and sum(map(len, lines)) <= MOST_LETTERS
    return fine and isolation in LEVELS and type(by_name) is bool


def only_makes(action, about, *more):
    """Say whether a step makes or fills a table."""
    allowed = action in MAKES and (action not in CHANGES_THERE or about in OF_SQLITE)
    allowed = allowed and (action != sqlite3.SQLITE_FUNCTION or more[0] in FUNCTIONS)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
