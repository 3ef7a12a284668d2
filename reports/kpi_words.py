"""Figures in words of the reader's language: values with their units, what they are of, and how they changed.

>>> en = TONGUES["en"]
>>> in_unit(en, 1.5, "h"), in_unit(en, 0.25, "h"), in_unit(en, 0.125, "share"), in_unit(en, 1.2, "EUR")
('1.5 h', '15 min', '12.5%', '€1.20')
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeVar

from kpis import KPIS
from kpis.breakdown import OTHERS, UNKNOWN
from reports.language import TONGUES, Tongue, reason_texts

_LABELS = ("state", "cause", "kpi_cost", "kpi_hold", "kpi_hours", "reject", "quarantine")
_PARTS = ("kpi_part", "type", "tier")
_MANIFOLD = 10  # beyond that per cent say nothing: both values stand there
_COUNTS = frozenset({"documents", "corrections"})
_SHORT = ((1.0, 1.0, "h"), (1 / 60, 60.0, "min"), (0.0, 3600.0, "s"))  # from so many hours: factor and unit

__all__ = ["TONGUES", "Change", "bounds_of", "change_of", "in_unit", "label_text", "part_text", "value_text"]


class FigureLike(Protocol):
    """A figure as it is computed or kept."""

    @property
    def name(self) -> str:
        """Of KPIS."""

    @property
    def label(self) -> str:
        """What part it is of; empty: the whole."""

    @property
    def value(self) -> float | None:
        """None where there is nothing to compute it from."""

    @property
    def previous(self) -> float | None:
        """In the period before."""

    @property
    def unit(self) -> str:
        """Its unit."""


Row = TypeVar("Row", bound=FigureLike)


class Change(NamedTuple):
    """How a figure stands to the period before: `better`, `worse`, `changed` or `same`, and by how much."""

    verdict: str
    told: str


def bounds_of(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[Row, Row]]:
    """The interval of each figure that has one, by the figure's name and label: its rows `_low` and `_high`."""
    found = {(row.name, row.label): row for row in rows}
    return {
        (name, label): (found[f"{name}_low", label], found[f"{name}_high", label])
        for name, label in found
        if (f"{name}_low", label) in found and (f"{name}_high", label) in found
    }


def label_text(tongue: Tongue, row: FigureLike) -> str:
    """What a figure is about, in words: a reason, a stage, or the whole."""
    if not row.label:
        return tongue.t("kpis.all")
    for key in (f"segment.{row.label.replace('/', '_')}", *(f"{group}.{row.label}" for group in _LABELS)):
        if tongue.has(key):
            return tongue.t(key)
    return reason_texts(tongue, row.label)[0]


def part_text(tongue: Tongue, part: str) -> str:
    """A part of a dimension in words: a channel, a type; a supplier's name as it is."""
    if part in {OTHERS, UNKNOWN}:
        return tongue.t("kpis.others" if part == OTHERS else "kpis.unknown")
    return next((tongue.t(f"{group}.{part}") for group in _PARTS if tongue.has(f"{group}.{part}")), part)


def value_text(tongue: Tongue, row: FigureLike) -> str:
    """A figure with its unit."""
    return in_unit(tongue, row.value, row.unit)


def in_unit(tongue: Tongue, value: float | None, unit: str) -> str:
    """A number with its unit; a dash where there is none."""
    if value is None:
        return "–"
    if unit == "share":
        return tongue.percent(value)
    if unit == "h":
        factor, name = next((factor, name) for least, factor, name in _SHORT if value >= least or not least)
        return f"{tongue.number(value * factor, 1)} {name}"
    if len(unit) == 3 and unit.isupper():
        return tongue.amount(Decimal(str(value)), unit)
    short = {"seconds": "s", "minutes": "min"}.get(unit, unit)
    return tongue.number(value) if unit in _COUNTS else f"{tongue.number(value, 1)} {short}"


def change_of(tongue: Tongue, row: FigureLike) -> Change | None:
    """How a figure stands to the period before; None where one of both has no value."""
    if row.value is None or row.previous is None:
        return None
    if in_unit(tongue, row.value, row.unit) == in_unit(tongue, row.previous, row.unit):
        return Change("same", "")  # to whoever reads it
    wish = KPIS[row.name].better
    rises = row.value > row.previous
    verdict = "changed" if wish == "neither" else "better" if rises == (wish == "higher") else "worse"
    if row.unit == "share":
        return Change(verdict, f"{tongue.signed(100 * (row.value - row.previous))} pt")
    if not row.previous or abs(row.value) > _MANIFOLD * abs(row.previous):
        return Change(verdict, "")
    return Change(verdict, f"{tongue.signed(100 * (row.value - row.previous) / row.previous)} %")
