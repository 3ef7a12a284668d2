"""What people type, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.language import TONGUES
from review.values import InputError, parse_value


@pytest.mark.parametrize(
    ("typed", "language", "expected"),
    [
        ("1234,50", "fr", "1234.50"), ("1 234,50 €", "fr", "1234.50"), ("1\u202f234,50", "fr", "1234.50"),
        ("1.234,56", "en", "1234.56"), ("1,234.56", "fr", "1234.56"), ("1'234.56", "en", "1234.56"),
        ("1.234.567", "fr", "1234567"), ("1,234,567.89", "en", "1234567.89"), ("-3,5", "fr", "-3.5"),
        ("\u22123.5", "en", "-3.5"), ("20 %", "en", "20"), ("0.125", "en", "0.125"), ("0,125", "en", "0.125"),
        ("1.234", "en", "1.234"), ("1,234", "fr", "1.234"), ("007", "en", "7"),
    ],
)  # fmt: skip
def test_numbers_are_read(typed: str, language: str, expected: str) -> None:
    assert parse_value("amount", typed, language) == Decimal(expected)


@pytest.mark.parametrize(
    ("typed", "language", "key"),
    [
        ("1,234", "en", "input.thousands"), ("1.234", "fr", "input.thousands"), ("12a", "en", "input.number"),
        ("NaN", "en", "input.number"), ("1e9", "en", "input.number"), ("Infinity", "en", "input.number"),
        ("1.2,3.4", "en", "input.number"), ("--1", "en", "input.number"), ("9" * 30, "en", "input.number"),
        ("١٢", "en", "input.number"), (",", "en", "input.number"), ("x" * 3000, "en", "input.too_long"),
    ],
)  # fmt: skip
def test_what_is_no_number_or_reads_two_ways_is_refused(typed: str, language: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_value("amount", typed, language)
    assert caught.value.key == key


@pytest.mark.parametrize("typed", ["2026-04-03", "3.4.2026", "03/04/2026", "3-4-26", " 03.04.2026 "])
def test_dates_are_day_first_or_iso(typed: str) -> None:
    assert parse_value("date", typed, "fr") == date(2026, 4, 3)


@pytest.mark.parametrize("typed", ["31/02/2026", "2026-13-01", "yesterday", "3.4", "12/31/2026", "20260403"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(InputError):
        parse_value("date", typed, "en")


def test_texts_lose_control_characters_and_codes_are_upper_case() -> None:
    assert parse_value("text", " a\x00b\u0007c \r\n d ", "en") == "abc \n d"
    assert parse_value("code", "eur", "en") == "EUR"
    assert parse_value("text", "   ", "en") is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(["en", "fr"]))
def test_an_amount_as_it_is_shown_reads_as_itself(amount: Decimal, language: str) -> None:
    assert parse_value("amount", TONGUES[language].form_value(amount), language) == amount


@given(st.dates(), st.sampled_from(["en", "fr"]))
def test_a_date_as_it_is_shown_reads_as_itself(day: date, language: str) -> None:
    shown = TONGUES[language].form_value(day)
    if day.year >= 1000:
        assert parse_value("date", shown, language) == day


@given(
    st.text(max_size=60), st.sampled_from(["amount", "date", "text", "code", "number"]), st.sampled_from(["en", "fr"])
)
def test_any_text_is_a_value_or_an_input_error(typed: str, kind: str, language: str) -> None:
    wrong = ""
    try:
        parse_value(kind, typed, language)  # type: ignore[arg-type]
    except InputError as error:
        wrong = error.key
    assert not wrong or TONGUES[language].has(wrong)
