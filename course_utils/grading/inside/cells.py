"""A student's cell, from its text to what runs."""

import asyncio
import linecache

CELL = "<cell {}>"


def run(number, source, plain, names):
    """Run a cell among these names; its lines can be shown where something stops."""
    file = CELL.format(number)
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compiled(source, plain, file), names)


def compiled(source, plain, file):
    """Compile a cell's code, or where that is no Python, `plain`: without what is IPython's."""
    try:
        return compile(source, file, "exec", dont_inherit=True)
    except SyntaxError:
        return compile(plain, file, "exec", dont_inherit=True)


def silent(*arguments, **named):
    """Do nothing, in the place of what shows things on a screen."""


def awaited(thing):
    """Return what comes of a coroutine, or of anything else that can be awaited."""

    async def waiting():
        return await thing

    return asyncio.new_event_loop().run_until_complete(waiting())
