"""VAT rates by country and day, and money by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.currency import FIXED, CurrencyRate, convert, rate_on
from validators.rates import FOREVER, countries, is_covered, rates_at, when_held
from validators.rule import Case
from validators.vat import MEMBERS, rates_of_country


@pytest.mark.parametrize(
    ("country", "day", "held", "not_held"),
    [
        ("FR", "2013-12-31", "19.6", "20"),
        ("FR", "2014-01-01", "20", "19.6"),
        ("DE", "2020-06-30", "19", "16"),
        ("DE", "2020-07-01", "16", "19"),
        ("DE", "2020-12-31", "5", "7"),
        ("DE", "2021-01-01", "7", "5"),
        ("LU", "2022-12-31", "17", "16"),
        ("LU", "2023-06-01", "13", "14"),
        ("LU", "2024-01-01", "14", "13"),
        ("IE", "2020-09-01", "21", "23"),
        ("IE", "2021-03-01", "23", "21"),
        ("ES", "2024-11-15", "7.5", "18"),
        ("ES", "2025-01-01", "21", "7.5"),
        ("EE", "2023-12-31", "20", "22"),
        ("EE", "2025-06-30", "22", "24"),
        ("EE", "2025-07-01", "24", "22"),
        ("RO", "2025-07-31", "19", "21"),
        ("RO", "2025-08-01", "21", "19"),
        ("RO", "2025-08-01", "11", "5"),
        ("SK", "2024-12-31", "10", "19"),
        ("SK", "2025-01-01", "23", "20"),
        ("FI", "2024-08-31", "24", "25.5"),
        ("FI", "2024-09-01", "25.5", "24"),
        ("FI", "2026-01-01", "13.5", "14"),
        ("CZ", "2023-12-31", "15", "12"),
        ("CZ", "2024-01-01", "12", "15"),
        ("CH", "2023-12-31", "7.7", "8.1"),
        ("CH", "2024-01-01", "8.1", "7.7"),
        ("NL", "2018-12-31", "6", "9"),
        ("GB", "2010-12-31", "17.5", "20"),
        ("NO", "2018-01-01", "12", "10"),
        ("LT", "2026-01-01", "12", "9"),
        ("EL", "2020-01-01", "24", "23"),
        ("MC", "2020-01-01", "20", "19.6"),
    ],
)
def test_a_rate_holds_from_its_first_day_to_its_last(country: str, day: str, held: str, not_held: str) -> None:
    rates = rates_at(country, date.fromisoformat(day))
    assert Decimal(held) in rates
    assert Decimal(not_held) not in rates


def test_every_member_state_and_three_neighbours_have_rates_today() -> None:
    for country in (MEMBERS - {"MC"}) | {"GB", "CH", "NO"}:
        assert country in countries()
        assert is_covered(country, date(2026, 11, 22)), country


def test_the_table_is_in_order() -> None:
    for country in countries():
        for rate in {row.rate for day in ("2012-06-01", "2026-06-01") for row in when_held(country, Decimal(20))}:
            assert 0 < rate < 30
        spans = [row for rate in rates_at(country, date(2026, 6, 1)) for row in when_held(country, rate)]
        assert all(row.first < row.last <= FOREVER and 0 < row.rate < 30 for row in spans), country


def spoken(day: str, rate: str, **terms: Any) -> list[str]:
    case = Case.of(issue_date=day, vat_breakdown=[{"rate": rate}], **{"seller_vat_id": "DE136695976", **terms})
    return [each.says for each in rates_of_country(case)]


def test_last_months_supply_may_have_last_months_rate() -> None:
    assert spoken("2021-01-20", "16") == []
    assert spoken("2021-03-20", "16") == ["then"]
    assert spoken("2021-03-20", "16", delivery_date="2020-12-15") == []
    assert spoken("2020-06-20", "16") == ["then"]


def test_a_rate_that_no_country_ever_had_is_told_apart_from_an_old_one() -> None:
    assert spoken("2026-05-04", "17.77") == [""]
    assert spoken("2026-05-04", "16") == ["then"]


def test_a_credit_note_gives_back_an_older_rate_but_none_to_come() -> None:
    assert spoken("2026-05-04", "16", type_code="381") == []
    assert spoken("2020-01-04", "16", type_code="381") == ["then"]


def test_days_before_the_table_are_not_judged() -> None:
    assert spoken("1999-05-04", "16") == []
    assert spoken("0001-01-01", "16") == []


USD = [CurrencyRate(currency="USD", day=day, per_euro=rate, source="ECB")
       for day, rate in (("2026-05-01", "1.10"), ("2026-05-08", "1.20"), ("2026-05-15", "1.30"))]  # fmt: skip


def test_the_newest_rate_not_after_the_day_counts_and_its_age_is_told() -> None:
    found = convert(Decimal("120"), "USD", "EUR", date(2026, 5, 14), USD)
    assert found == (Decimal("100.00"), date(2026, 5, 8), 6)
    assert convert(Decimal("120"), "USD", "EUR", date(2026, 4, 30), USD) is None
    assert convert(Decimal("1"), "XXX", "EUR", date(2026, 5, 14), USD) is None


def test_two_foreign_currencies_meet_in_the_euro() -> None:
    rates = [*USD, CurrencyRate(currency="GBP", day="2026-05-02", per_euro="0.80", source="ECB")]
    found = convert(Decimal("120"), "USD", "GBP", date(2026, 5, 14), rates)
    assert found == (Decimal("80.00"), date(2026, 5, 2), 12)


def test_fixed_rates_are_law_whatever_is_entered() -> None:
    wrong = CurrencyRate(currency="DEM", day="2026-05-01", per_euro="2", source="somebody")
    known = rate_on("DEM", date(2026, 5, 4), [wrong])
    assert known is not None
    assert known.per_euro == Decimal("1.95583")
    assert FIXED["BGN"] == Decimal("1.95583")


@given(st.decimals("0", "999999", places=2), st.decimals("0.0001", "30000", places=4), st.integers(0, 400))
def test_there_and_back_differs_by_roundings_only(amount: Decimal, per_euro: Decimal, age: int) -> None:
    day = date(2026, 5, 4)
    rate = [CurrencyRate(currency="USD", day=day - timedelta(days=age), per_euro=per_euro, source="x")]
    there = convert(amount, "EUR", "USD", day, rate)
    assert there is not None
    assert there.age_days == age
    back = convert(there.amount, "USD", "EUR", day, rate)
    assert back is not None
    assert abs(back.amount - amount) <= Decimal("0.005") / per_euro + Decimal("0.005")
