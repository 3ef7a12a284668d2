"""Dates as paper prints them, in eight languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.fields.dates import find_dates, is_month_first
from extractors.fields.lexicon import load_lexicon

MONTHS = load_lexicon().months


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-15", "2026-03-15"),
        ("15.03.2026", "2026-03-15"),
        ("15/3/26", "2026-03-15"),
        ("15 mars 2026", "2026-03-15"),
        ("1er mars 2026", "2026-03-01"),
        ("15. März 2026", "2026-03-15"),
        ("15 de marzo de 2026", "2026-03-15"),
        ("15 marzo 2026", "2026-03-15"),
        ("15 maart 2026", "2026-03-15"),
        ("15 de março de 2026", "2026-03-15"),
        ("15 marca 2026", "2026-03-15"),
        ("7 października 2025", "2025-10-07"),
        ("March 15, 2026", "2026-03-15"),
        ("15-Mar-2026", "2026-03-15"),
        ("28MAR18 18:32", "2018-03-28"),
        ("21-03-201813:29:51", "2018-03-21"),
        ("20180428/191204", "2018-04-28"),
    ],
)
def test_a_date_is_read(text: str, day: str) -> None:
    (found,) = find_dates(text, MONTHS)
    assert found.readings[0].isoformat() == day


def test_an_ambiguous_date_keeps_both_readings() -> None:
    (found,) = find_dates("03/04/2026", MONTHS)
    assert [d.isoformat() for d in found.readings] == ["2026-04-03", "2026-03-04"]


def test_a_date_with_dots_is_never_month_first() -> None:
    (found,) = find_dates("03.04.2026", MONTHS)
    assert [d.isoformat() for d in found.readings] == ["2026-04-03"]


@pytest.mark.parametrize("text", ["31.02.2026", "32/13/2026", "12.50", "99-99-9999", "v2.5.1", "2026"])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert not list(find_dates(text, MONTHS))


def test_the_order_is_settled_by_a_date_that_allows_one_only() -> None:
    assert is_month_first(["12/31/2025", "01/02/2026"], american=False)
    assert not is_month_first(["31/12/2025", "01/02/2026"], american=True)
    assert is_month_first(["01/02/2026"], american=True)


@given(st.dates(), st.text(max_size=10))
def test_no_text_breaks_the_search(day: object, text: str) -> None:
    assert all(found.readings for found in find_dates(f"{text}{day}{text}", MONTHS))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1 6/05/201 9, 17:13", "2019-05-16"),
        ("DATE:\t12/02/1 8", "2018-02-12"),
        ("26. 01 .20 20:12", "2020-01-26"),
        ("04/13/2C19", "2019-04-13"),
        ("APR IL 7, 2019\t9:04 PM", "2019-04-07"),
    ],
)
def test_a_date_that_a_recogniser_tore_is_one_date(text: str, day: str) -> None:
    assert [found.readings[0].isoformat() for found in find_dates(text, MONTHS, torn=True)] == [day]


def test_a_count_behind_a_date_is_not_its_year() -> None:
    assert not list(find_dates("1/ 2/ 3 4 pieces", MONTHS, torn=True))


def test_a_year_that_a_recogniser_tore_in_two_is_joined_and_an_hour_is_not_taken_for_its_end() -> None:
    (torn,) = find_dates("05-Jan-20 17 03:17:50 PM", MONTHS, torn=True)
    assert torn.readings[0].isoformat() == "2017-01-05"
    (timed,) = find_dates("05-Jan-20 17:50", MONTHS, torn=True)
    assert timed.readings[0].isoformat() == "2020-01-05"
    (printed,) = find_dates("05-Jan-20 17 pcs", MONTHS)
    assert printed.readings[0].isoformat() == "2020-01-05"
