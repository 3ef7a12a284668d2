"""Amounts as paper prints them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.fields.numbers import decimal_marks, find_numbers, find_torn_numbers, fold_digits, parse_number


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1.234,56", ".", "1234.56"),
        ("1,234.56", ",", "1234.56"),
        ("1 234,56", ".", "1234.56"),
        ("1'234.56", ",", "1234.56"),
        ("1’234.56", ".", "1234.56"),
        ("12.345.678,90", ".", "12345678.90"),
        ("1.234", ".", "1.234"),
        ("1.234", ",", "1234"),
        ("1,234", ",", "1.234"),
        ("1,234", ".", "1234"),
        ("0.025", ",", "0.025"),
        ("0,5", ".", "0.5"),
        ("1234,5", ".", "1234.5"),
        ("10", ".", "10"),
        (".50", ".", "0.50"),
    ],
)
def test_separators_are_understood(text: str, decimal: str, value: str) -> None:
    assert parse_number(text, decimal) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$1999.96", "1999.96", "USD"),
        ("1 234,56 €", "1234.56", "EUR"),
        ("-218,48 €", "-218.48", "EUR"),
        ("12,00-", "-12.00", None),
        ("(12.00)", "-12.00", None),
        ("EUR 1.234,--", "1234", "EUR"),
        ("CHF 1'234.50", "1234.50", "CHF"),
        ("RM5.30", "5.30", "MYR"),
        ("276,75 PLN", "276.75", "PLN"),
        ("£243.60", "243.60", "GBP"),
    ],
)
def test_sign_and_currency_are_read(text: str, value: str, currency: str | None) -> None:
    (number,) = find_numbers(text, "," if "," in text else ".")
    assert (number.value, number.currency) == (Decimal(value), currency)


@pytest.mark.parametrize("text", ["31.12.2025", "2025/12/31", "AB12", "x10", "12:30"])
def test_dates_codes_and_times_are_no_amounts(text: str) -> None:
    assert not [number for number in find_numbers(text) if number.decimals == 2 or number.currency]


def test_a_rate_is_told_from_an_amount() -> None:
    rate, amount = find_numbers("TVA 20,0% 16,38", ",")
    assert rate.percent
    assert not amount.percent


def test_letters_among_digits_are_read_as_digits_only_in_amounts() -> None:
    assert fold_digits("Total 1O.5O Ol OS") == "Total 10.50 Ol OS"


def test_the_decimal_mark_is_what_clear_amounts_use() -> None:
    assert decimal_marks(["1.000", "12,50", "3.400,00"]) == (",",)
    assert decimal_marks(["1.000", "no amount"]) == (",", ".")


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_every_amount_survives_both_notations(value: Decimal) -> None:
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert parse_number(english, ".") == value
    assert parse_number(german, ",") == value


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text: str) -> None:
    assert all(0 <= n.start < n.end <= len(text) for n in find_numbers(text))


def test_a_torn_rate_is_one_rate() -> None:
    found = [(str(n.value), n.percent) for n in find_torn_numbers("1 9, 00%\t41,60\t7,90\t49,50", ",")]
    assert found[0] == ("19.00", True)
    assert [value for value, _ in found[1:]] == ["41.60", "7.90", "49.50"]
