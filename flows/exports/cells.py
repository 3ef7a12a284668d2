"""One cell of an output table as text for a spreadsheet or JSON.

Texts are guarded, so that no spreadsheet runs them. Numbers are numbers by their column, not by their look, so a
negative amount stays as it is.

>>> csv_cell("=1+1"), csv_cell(Decimal("-1.50"), comma=True)
("'=1+1", '-1,50')
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from models.cells import guarded


def number_text(number: Decimal | float, *, comma: bool = False) -> str:
    """A number in decimal notation, with a decimal comma if asked for."""
    shown = format(number, "f") if isinstance(number, Decimal) else repr(number)
    return shown.replace(".", ",") if comma else shown


def instant_text(moment: datetime) -> str:
    """A UTC time as ISO 8601 with Z."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def csv_cell(value: Any, *, comma: bool = False) -> str:  # noqa: ANN401 - any cell
    """A cell for CSV; empty where there is no value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, Decimal | float):
        return number_text(value, comma=comma)
    return json_cell(value) if isinstance(value, date) else str(value)


def json_cell(value: Any) -> Any:  # noqa: ANN401 - any cell
    """A cell for JSON: exact numbers and times as text, the rest as it is."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value
