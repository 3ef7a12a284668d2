"""The line that the flows of this process work on: opened once, warm, shared by all runs.

A flow that a Prefect worker starts in a process of its own finds none open and opens one for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from extractors import ReaderPool
from flows.house import open_house
from flows.line import Line

_open_line: ContextVar[Line | None] = ContextVar("open_line", default=None)


@contextmanager
def open_line(home: Path | None = None) -> Iterator[Line]:
    """The line of this process, opened where there is none yet."""
    line = _open_line.get()
    if line is not None:
        yield line
        return
    with open_house(home) as house, ReaderPool(house.settings.reading, house.settings.limits) as pool:
        line = Line(house, pool)
        token = _open_line.set(line)
        try:
            yield line
        finally:
            _open_line.reset(token)
