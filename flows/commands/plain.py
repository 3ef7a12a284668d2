"""A heading and aligned columns for the pages of text that some commands print."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from flows.terminal import safe, write_line

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def title(text: str) -> None:
    """A heading: bold on a terminal that takes colours."""
    bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    write_line(f"\n{_BOLD}{text}{_PLAIN}" if bold else f"\n{text}")


def columns(rows: Iterable[Sequence[object]], *, widest: int = 60) -> None:
    """Rows as aligned columns of safe text, two spaces in; the last column is not cut."""
    cells = [[safe(cell, None if at == len(row) - 1 else widest) for at, cell in enumerate(row)] for row in rows]
    if not cells:
        return
    widths = [max(len(row[at]) for row in cells if at < len(row)) for at in range(max(map(len, cells)))]
    for row in cells:
        write_line("  " + "  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip())
