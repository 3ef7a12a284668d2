r"""What a terminal gets: data on stdout, everything else on stderr, colours and bars only where somebody sees them.

>>> EXIT_DONE, EXIT_PEOPLE
(0, 3)
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

EXIT_DONE, EXIT_FAILURE, EXIT_USAGE, EXIT_PEOPLE, EXIT_SETTINGS = 0, 1, 2, 3, 5

_quiet = [False]


def be_quiet(*, quiet: bool) -> None:
    """Leave out messages on stderr, errors excepted."""
    _quiet[0] = quiet


def write_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON knows
    """One JSON value on one line of stdout, visible at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


def safe(text: object, longest: int | None = None) -> str:
    r"""Text on one line without control characters, cut to `longest` characters: names and values come from strangers.

    >>> safe("F-1" + chr(27) + "[2J")
    'F-1\\x1b[2J'
    """
    shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(text))
    return shown if longest is None or len(shown) <= longest else shown[: longest - 1] + "…"


def write_line(text: str) -> None:
    """A line of data on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A message on stderr."""
    if not _quiet[0]:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def complain(text: str) -> None:
    """An error on stderr, even where quiet was asked for."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def write_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout: drawn for a terminal, tab-separated for a pipe."""
    if not sys.stdout.isatty():
        for row in (headings, *rows):
            write_line("\t".join(map(safe, row)))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(safe(cell)) for cell in row))
    Console(no_color="NO_COLOR" in os.environ).print(table)


def shows_progress() -> bool:
    """Whether a bar would be seen."""
    return sys.stderr.isatty() and not _quiet[0]
