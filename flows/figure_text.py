"""Figures as text: for a terminal, as JSON, as CSV. Numbers are those of the rows, unrounded where a machine reads.

>>> shown(0.25, "share"), shown(1.5, "h"), shown(90.0, "seconds"), shown(None, "h"), shown(3, "documents")
('25.0%', '1.5 h', '90 s', '–', '3')
>>> shown(1.2345, "EUR")
'1.23 EUR'
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from kpis import KPIS
from models.decision import REASON_TEXTS, Reason
from models.tables import KpiRow

COLUMNS = ("client", "name", "label", "dimension", "part", "value", "previous", "unit", "numerator", "denominator",
           "period_start", "period_end", "computed_at")  # fmt: skip
HEADINGS = ("figure", "of", "value", "counted", "before")


def as_object(client_id: str, rows: Sequence[KpiRow]) -> dict[str, object]:
    """The figures of one computation as JSON takes them."""
    return {
        "client": client_id,
        "period_start": rows[0].period_start.isoformat() if rows else None,
        "period_end": rows[0].period_end.isoformat() if rows else None,
        "computed_at": rows[0].computed_at.isoformat() if rows else None,
        "kpis": [
            {"name": row.name, "label": row.label, "dimension": row.dimension, "part": row.part, "value": row.value,
             "previous": row.previous, "unit": row.unit, "numerator": row.numerator, "denominator": row.denominator,
             "better": KPIS[row.name].better}
            for row in rows
        ],
    }  # fmt: skip


def as_csv(rows: Sequence[KpiRow], *, head: bool) -> str:
    """The figures as CSV, guarded: a supplier's name is a stranger's text."""
    from flows.exports.cells import csv_cell  # with it come the writers of all formats: only who asks for CSV waits

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if head:
        writer.writerow(COLUMNS)
    for row in rows:
        cells = [row.client_id, *(getattr(row, name) for name in COLUMNS[1:])]
        writer.writerow(csv_cell(cell) for cell in cells)
    return out.getvalue()


def title_of(client_id: str, rows: Sequence[KpiRow]) -> str:
    """Whose figures, of which period."""
    return f"{client_id}, {rows[0].period_start:%Y-%m-%d} to {rows[0].period_end:%Y-%m-%d}" if rows else client_id


def cells_of(row: KpiRow) -> tuple[str, ...]:
    """A figure as a line of a table."""
    of = " ".join(filter(None, (row.part, label_text(row.label))))
    before = shown(row.previous, row.unit) if row.previous is not None else ""
    return KPIS[row.name].title, of, shown(row.value, row.unit), _counted(row), before


def label_text(label: str) -> str:
    """A label in words."""
    if label in set(Reason):
        return REASON_TEXTS[Reason(label)][0]
    return label.replace("_", " ")


def _counted(row: KpiRow) -> str:
    if row.numerator is None:
        return "" if row.denominator is None else f"{row.denominator:g}"
    return f"{row.numerator:g} / {row.denominator:g}"


def shown(value: float | None, unit: str) -> str:
    """A figure with its unit, for a terminal."""
    if value is None:
        return "–"
    if unit == "h":
        return _duration(value)
    if len(unit) == 3 and unit.isupper():
        return f"{value:.2f} {unit}"
    return _SHOWN.get(unit, "{:g}").format(value)


def _duration(hours: float) -> str:
    """Hours as the unit in which a person would say them."""
    for size, form in ((48.0, f"{hours / 24:.1f} d"), (1.0, f"{hours:.1f} h"), (1 / 60, f"{60 * hours:.0f} min")):
        if hours >= size:
            return form
    return f"{3600 * hours:.0f} s"


_SHOWN = {"share": "{:.1%}", "seconds": "{:.0f} s", "minutes": "{:.1f} min"}
