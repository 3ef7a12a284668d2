"""What the dashboard is made of: tiles, weeks, ages, shares in words, the menu; without a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bench.made_history import Year, make_year
from kpis.calendar import calendar_of
from kpis.service import statements
from models.settings import Settings
from models.settings_review import ReviewSettings
from models.store.engine import Store
from models.store.service import load_service
from models.tables import KpiRow
from review import dashboard as made
from review.language import TONGUES
from review.levels import BEFORE, KeptLevels, levels_of
from review.menu import menu_of
from review.plots import Bin, Frame, Point, Series, columns, trend
from review.rights import RIGHTS, ROUTES
from tests.desk import desk

__all__ = ["desk"]
EN, FR = TONGUES["en"], TONGUES["fr"]
OFFICE = calendar_of(ReviewSettings())
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Paris
FRAME = Frame("key", "Title", "Says", ("Week", "Value"))


def figure(name: str, value: float | None, *, part: str = "", label: str = "", of: tuple[float, int] | None = None,
           previous: float | None = None) -> KpiRow:  # fmt: skip
    unit = {"documents_received": "documents", "straight_through_rate": "share", "exception_minutes": "minutes",
            "turnaround_spread": "documents", "exception_rate": "share"}.get(name, "h")  # fmt: skip
    return KpiRow(id="", client_id="acme", name=name, value=value, part=part, dimension="week" if part else "",
                  label=label, unit=unit, previous=previous, numerator=of[0] if of else None,
                  denominator=of[1] if of else None, period_start=TUESDAY, period_end=TUESDAY,
                  computed_at=TUESDAY)  # fmt: skip


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "La totalité"), (0.93, "Presque la totalité"), (0.75, "Les trois quarts"), (0.66, "Les deux tiers"),
     (0.5, "La moitié"), (0.33, "Un tiers"), (0.25, "Un quart"), (0.42, "42\u202f%"), (0.1, "10\u202f%")],
)  # fmt: skip
def test_a_share_near_a_round_one_is_said_in_words(share: float, words: str) -> None:
    assert made.share_words(FR, share).replace("\xa0", "\u202f") == words


def test_ages_count_business_hours_and_nothing_is_late_at_its_own_moment() -> None:
    due = [TUESDAY, TUESDAY - timedelta(minutes=1), TUESDAY - timedelta(days=7), TUESDAY + timedelta(hours=6),
           TUESDAY + timedelta(days=30), None]  # fmt: skip
    chart = made.age_chart(EN, "acme", due, OFFICE, TUESDAY)
    assert {row[0]: row[2] for row in chart.rows if row[2] != "0"} == {
        "late by over 8 h": "1", "late by up to 8 h": "1", "up to 4 h": "1", "4 to 8 h": "1", "over 40 h": "1",
        "clock stands": "1"}  # fmt: skip
    assert chart.says == "2 of 6 open documents are late; due within eight business hours: 2 more."


def test_open_documents_that_are_in_time_are_not_made_to_sound_late() -> None:
    assert made.age_chart(EN, "acme", [TUESDAY + timedelta(days=9)], OFFICE, TUESDAY).says.startswith("Nothing is late")
    assert made.age_chart(EN, "acme", [], OFFICE, TUESDAY).bars == ()


def test_a_tile_says_which_way_it_went_in_words() -> None:
    tile = made.tile(EN, "through", figure("straight_through_rate", 0.8, previous=0.7))
    assert (tile.told, tile.verdict, tile.change, tile.before, tile.rises) == ("80%", "better", "+10.0 pt", "70%", True)
    assert made.tile(EN, "through", figure("straight_through_rate", None)).told == "–"


def test_a_week_of_few_documents_is_drawn_but_not_spoken_of() -> None:
    rows = [figure("straight_through_rate", 0.5, part="2026-W45", of=(50, 100)),
            figure("straight_through_rate", 0.6, part="2026-W46", of=(60, 100)),
            figure("straight_through_rate", 1.0, part="2026-W47", of=(2, 2))]  # fmt: skip
    chart = made.trend_chart(EN, "acme", made.THROUGH, made.by_week(rows))
    assert len(chart.dots) == 3
    assert "60% of the documents exported in week 46" in chart.frame.says
    assert [row[3] for row in chart.rows] == ["50 / 100", "60 / 100", "2 / 2"]


def test_the_dearest_reason_is_named_and_every_reason_stands_in_the_table() -> None:
    rows = [figure("exception_minutes", 90.0), figure("exception_minutes", 60.0, label="unknown_supplier"),
            figure("exception_minutes", 30.0, label="no_order"), figure("exception_rate", 0.2, of=(20, 100)),
            figure("exception_rate", 0.15, label="unknown_supplier", of=(15, 100))]  # fmt: skip
    chart = made.pareto_chart(EN, "acme", rows)
    assert chart.says.startswith("Two thirds of the minutes lost go to “the supplier is not in the master data”.")
    assert [row[1] for row in chart.rows] == ["15", "–"]


def test_the_spread_adds_up_and_says_how_many_left_within_a_day() -> None:
    rows = [figure("turnaround_spread", 10), figure("turnaround_spread", 6, label="to_2"),
            figure("turnaround_spread", 4, label="more"), figure("turnaround_median", 1.5),
            figure("turnaround_p90", 50.0)]  # fmt: skip
    chart = made.spread_chart(EN, "acme", rows)
    assert [row[1] for row in chart.rows] == ["0", "6", "0", "0", "0", "0", "0", "4"]
    assert "60% within one working day" in chart.frame.says


def test_columns_stack_upwards_and_nothing_lies_outside_the_drawing() -> None:
    bins = [Bin("W1", "week 1", ((3.0,), (2.0, 1.0))), Bin("W2", "week 2", ((0.0,), (0.0, 0.0)))]
    chart = columns(FRAME, [Series("in", 5), Series("out", 0), Series("no", 1)], bins, str)
    came, out, no = chart.rects
    assert no.y == pytest.approx(out.y - no.height)
    assert came.height == pytest.approx(out.height + no.height, abs=0.2)
    assert all(one.x >= 0 and one.x + one.width <= 560 for one in chart.rects)
    assert all(one.y >= 0 and one.y + one.height <= 230 for one in chart.rects)


def test_a_week_without_a_share_leaves_a_gap_and_a_dash() -> None:
    points = [Point("W1", "week 1", 0.5, 0.4, 0.6, "1"), Point("W2", "week 2", None, 0.0, 1.0, "0 / 0")]
    chart = trend(FRAME, points, EN.percent)
    assert len(chart.dots) == 1
    assert chart.rows[1] == ("week 2", "–", "–", "0 / 0")


def test_levels_without_the_documents_that_were_done_before_are_those_of_the_page_and_kept_a_minute(
    desk: Store,
) -> None:
    end = make_year(desk, Settings(), Year(documents=400, days=80, end=TUESDAY))
    kept = KeptLevels()
    with desk.read() as session:
        first = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)  # the month begins in Paris
        [whole] = statements(load_service(session, "acme", first - BEFORE, end), end)
        assert levels_of(session, "acme", end).made == whole
        assert whole.documents > 20
        again = kept.of(session, "acme", end)
        assert kept.of(session, "acme", end + timedelta(seconds=59)) is again
        assert kept.of(session, "acme", end + timedelta(seconds=61)) is not again


def test_every_page_of_the_menu_is_a_route_that_asks_for_no_more_than_the_menu() -> None:
    for group in menu_of(frozenset().union(*RIGHTS.values()) - {"steer"}) + menu_of(RIGHTS["administrator"]):
        for entry in group.entries:
            assert ROUTES["GET", entry.path] in {entry.right, "see"}, entry
            for tongue in TONGUES.values():
                assert tongue.t(entry.words)
                assert tongue.t(group.words)
