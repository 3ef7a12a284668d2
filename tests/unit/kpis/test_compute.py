from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assurance import clopper_pearson
from kpis import KPIS, compute
from kpis.view import percentile
from models.history import Correction, Event, Figure, History, Touch

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Paris
END = START + timedelta(days=30)


def events(document: str, *moves: tuple[float, str, str]) -> list[Event]:
    """Moves as (hours after START, actor, state)."""
    found: list[Event] = []
    for hours, actor, state in moves:
        before = found[-1].to_state if found else None
        found.append(Event(document, START + timedelta(hours=hours), actor, before, state))
    return found


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


STRAIGHT = events("a", (1, "system", "received"), (2, "worker", "extracted"), (2, "worker", "matched"),
                  (2, "policy", "approved"), (3, "publisher", "exported"))  # fmt: skip
REVIEWED = events("b", (1, "system", "received"), (2, "worker", "extracted"), (2, "worker", "matched"),
                  (2, "policy", "in_review"), (10, "user:ann", "approved"), (11, "publisher", "exported"))  # fmt: skip
UNREAD = events("c", (5, "system", "received"), (6, "worker", "quarantined"))
EARLIER = events("d", (-100, "system", "received"), (-99, "publisher", "exported"), (7, "user:ann", "in_review"),
                 (8, "user:ann", "approved"), (9, "publisher", "exported"))  # fmt: skip

HISTORY = History(
    events=tuple(sorted(STRAIGHT + REVIEWED + UNREAD + EARLIER, key=lambda event: event.at)),
    touches=(Touch("b", hours(10), 60.0), Touch("d", hours(8), 600.0)),
    corrections=(
        Correction("b", "gross_total", hours(9), changed=False),
        Correction("b", "gross_total", hours(10), changed=True),
        Correction("b", "due_date", hours(10), changed=False),
        Correction("b", "iban", hours(-1), changed=True),
    ),
    reasons={"b": ("low_confidence", "no_order"), "c": ("encrypted",), "a": ("no_order",)},
    matches={"a": "match", "b": "no_order"},
)


def figure(history: History, name: str, label: str = "") -> Figure:
    [found] = [each for each in compute(history, START, END) if (each.name, each.label) == (name, label)]
    return found


@pytest.mark.parametrize(
    ("name", "label", "value"),
    [
        ("documents_received", "", 3),
        ("documents_exported", "", 2),
        ("documents_rejected", "", 0),
        ("documents_open", "", 1),
        ("turnaround_median", "", 2.0),  # from 10:00 to 12:00
        ("turnaround_p90", "", 7.0),  # from 10:00 to 20:00, with an hour for lunch, until 18:00
        ("turnaround_calendar_median", "", 2.0),
        ("turnaround_calendar_p90", "", 10.0),
        ("stage_median", "in_review", 1.0),
        ("stage_p90", "in_review", 6.0),
        ("stage_calendar_median", "in_review", 1.0),
        ("stage_calendar_p90", "in_review", 8.0),
        ("documents_reopened", "", 1),
        ("rework_rate", "", 0.0),
        ("first_time_right_rate", "", 0.5),
        ("exception_minutes", "no_order", 0.5),
        ("alert_overrides", "", 0),
        ("touch_time", "", 30.0),
        ("straight_through_rate", "", 0.5),
        ("exception_rate", "", 2 / 3),
        ("exception_rate", "no_order", 1 / 3),
        ("exception_rate", "encrypted", 1 / 3),
        ("error_rate", "", 0.5),
        ("first_pass_match_rate", "", 0.5),
    ],
)
def test_each_figure_of_a_known_history(name: str, label: str, value: float) -> None:
    assert figure(HISTORY, name, label).value == pytest.approx(value)


def test_an_empty_history_has_no_values_but_every_figure() -> None:
    found = {each.name: each for each in compute(History(), START, END)}
    assert {name.partition("_")[0] for name in set(KPIS) - set(found)} == {"stage"}
    assert found["straight_through_rate"].value is None
    assert found["documents_received"].value == 0


def test_every_figure_has_a_definition_with_its_unit() -> None:
    units = {each.name: each.unit for each in compute(HISTORY, START, END)}
    assert units.pop("cost_per_invoice") == "EUR"
    assert units == {name: KPIS[name].unit for name in units}
    assert all(row.formula.endswith(".") and row.title for row in KPIS.values())


def test_a_look_at_a_document_before_its_export_is_no_straight_through() -> None:
    looked = replace(HISTORY, touches=(Touch("a", hours(2.5), 1.0),))
    assert figure(looked, "straight_through_rate").value == 0
    later = replace(HISTORY, touches=(Touch("a", hours(100), 1.0),))
    assert figure(later, "straight_through_rate").value == 0.5


def test_the_interval_is_exact_at_its_ends_and_holds_the_share() -> None:
    assert clopper_pearson(5, 10) == pytest.approx((0.1871, 0.8129), abs=1e-4)  # table in Clopper and Pearson
    assert clopper_pearson(0, 5)[0] == 0.0
    assert clopper_pearson(5, 5)[1] == 1.0
    assert figure(HISTORY, "error_rate_low").value < 0.5 < figure(HISTORY, "error_rate_high").value  # type: ignore[operator]


def test_a_percentile_is_a_value_that_occurred() -> None:
    generator = random.Random(7)
    for size in range(1, 40):
        values = [generator.random() for _ in range(size)]
        for share in (0.1, 0.5, 0.9, 1.0):
            found = percentile(values, share)
            assert found in values
            assert sum(value <= found for value in values) >= share * size
    assert percentile([], 0.5) is None


def test_causes_are_ranked_by_count_and_by_the_minutes_that_they_cost() -> None:
    changed = (
        Correction("b", "gross_total", hours(10), changed=True, cause="label"),
        Correction("b", "due_date", hours(10), changed=True, cause="ocr"),
        Correction("b", "due_date", hours(11), changed=True, cause="label"),  # what is said last counts
        Correction("d", "iban", hours(8), changed=True, cause="ocr"),
        Correction("d", "buyer_name", hours(8), changed=False, cause=""),
        Correction("d", "order_reference", hours(-1), changed=True, cause="parse"),
    )
    history = replace(HISTORY, corrections=changed)
    found = {(each.name, each.label): each.value for each in compute(history, START, END)}
    ranks = [label for name, label in found if name == "corrections"]
    assert ranks == ["", "label", "ocr"]
    assert found["corrections", ""] == 3
    assert [label for name, label in found if name == "correction_minutes"] == ["", "ocr", "label"]
    assert (found["correction_minutes", "ocr"], found["correction_minutes", "label"]) == (10.0, 1.0)
