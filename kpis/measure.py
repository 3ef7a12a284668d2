"""All figures of a period at once: the whole and its parts, with what each was in the period before.

>>> from datetime import UTC, timedelta
>>> start = datetime(2026, 11, 1, tzinfo=UTC)
>>> whole = measure(History(), start, start + timedelta(days=30), Basis())
>>> [(row.figure.value, row.previous) for row in whole if row.figure.name == "documents_received"][0]
(0, 0)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from kpis.breakdown import DIMENSIONS, cut_view
from kpis.compute import compute, compute_view
from kpis.view import Basis, view_of
from models.history import Figure, History


class Measured(NamedTuple):
    """A figure and its value in the period of the same length before; None where that had none."""

    figure: Figure
    previous: float | None


def measure(
    history: History, start: datetime, end: datetime, basis: Basis, by: Iterable[str] = DIMENSIONS
) -> tuple[Measured, ...]:
    """Every figure of [start, end). Parts of dimensions are not compared with the period before."""
    view = view_of(history, start, end, basis)
    before = {(row.name, row.label): row.value for row in compute(history, start - (end - start), start, basis)}
    whole = [Measured(row, before.get((row.name, row.label))) for row in compute_view(view)]
    return (*whole, *(Measured(row, None) for row in cut_view(view, by)))
