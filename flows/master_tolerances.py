"""The rows of a file of tolerances: whose they are, and what can be wrong with them.

>>> row = MasterRow(2, {"scope": "vendor", "key": "S1", "price_tolerance_percent": 2})
>>> list(tolerance_conflicts([row]))
[RowProblem(line=2, reason='scope is vendor: it is one of supplier, category')]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flows.master_cells import read_key, read_number, read_text
from flows.master_table import Column, RowProblem
from models.store.loading import MasterRow
from models.store.tolerances import stored_key
from models.tolerances import SCOPES, TOLERANCE_NAMES

TOLERANCE_COLUMNS: dict[str, Column] = {
    "scope": Column(read_key, needed=True),
    "key": Column(read_text, needed=True),
    **dict.fromkeys(TOLERANCE_NAMES, Column(read_number, numeric=True)),
}


def tolerance_conflicts(rows: Sequence[MasterRow]) -> Iterator[RowProblem]:
    """Rows of an unknown scope, with a figure below zero, or whose key another row has in other letters."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        scope = row.values["scope"]
        if scope not in SCOPES:
            yield RowProblem(row.line, f"scope is {scope}: it is one of {', '.join(SCOPES)}")
            continue
        first = seen.setdefault((scope, stored_key(row.values)), row.line)
        if first != row.line:
            yield RowProblem(row.line, f"repeats {scope} {row.values['key']} of line {first}")
        elif below := _below_zero(row.values):
            yield RowProblem(row.line, f"{below} is below zero")


def _below_zero(values: Mapping[str, Any]) -> str | None:
    return next((name for name in TOLERANCE_NAMES if (figure := values.get(name)) is not None and figure < 0), None)
