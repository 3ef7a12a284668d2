"""What the commands print: data on stdout, the rest on stderr, and nothing that steers the terminal.

Names, values and messages come from documents and files of strangers: control characters in them are shown, not sent.

>>> safe("F-1" + chr(27) + "[2J")
'F-1\\x1b[2J'
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

DONE, FAILURE, USAGE, NEEDS_PERSON, CONFIGURATION = 0, 1, 2, 3, 5

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def safe(text: object, longest: int | None = None) -> str:
    """Text on one line without control characters, cut to `longest` characters."""
    shown = "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(text))
    return shown if longest is None or len(shown) <= longest else shown[: longest - 1] + "…"


def out(text: str = "") -> None:
    """One line of data, made of safe parts."""
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def note(text: str) -> None:
    """One line for the person at the terminal."""
    sys.stderr.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def out_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    """One JSON value on one line."""
    out(json.dumps(value, ensure_ascii=False, default=str))


def title(text: str) -> None:
    """A heading: bold on a terminal that takes colours."""
    bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    out(f"\n{_BOLD}{text}{_PLAIN}" if bold else f"\n{text}")


def columns(rows: Iterable[Sequence[object]], *, widest: int = 60) -> None:
    """Rows as aligned columns of safe text, two spaces in; the last column is not cut."""
    cells = [[safe(cell, None if at == len(row) - 1 else widest) for at, cell in enumerate(row)] for row in rows]
    if not cells:
        return
    widths = [max(len(row[at]) for row in cells if at < len(row)) for at in range(max(map(len, cells)))]
    for row in cells:
        out("  " + "  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip())
