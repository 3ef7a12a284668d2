"""The line that the flows of this process work on: opened once, warm, shared by all runs.

A flow that a Prefect worker starts in a process of its own finds none open and opens one for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from flows.champion import reader_pool
from flows.house import House, open_house
from flows.line import Line

_open_line: ContextVar[Line | None] = ContextVar("open_line", default=None)


@contextmanager
def open_line(home: Path | None = None) -> Iterator[Line]:
    """The line of this process, opened where there is none yet."""
    line = _open_line.get()
    if line is not None:
        yield line
        return
    with open_house(home) as house, reader_pool(house) as pool:
        line = Line(house, pool)
        token = _open_line.set(line)
        try:
            yield line
        finally:
            _open_line.reset(token)


@contextmanager
def open_office(home: Path | None = None) -> Iterator[House]:
    """The house of this process's line; where there is none, a house without a line: nothing will be read in it."""
    line = _open_line.get()
    if line is not None:
        yield line.house
        return
    with open_house(home) as house:
        yield house
