"""Rates of exchange: the file, the command, and what a document is told by them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.commands.currency import run_rates
from flows.currency_file import read_rates
from models.store.audit import now
from models.store.currency import put_rates, rates_for

TODAY = date(2026, 6, 30)
GOOD = b"day,currency,per_euro,source\n2026-05-04,USD,1.10,ECB\n2026-05-11,USD,1.20,ECB\n2026-05-04,PLN,4.25,NBP\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-05-04,usd,1.1,ECB", "no currency"),
        ("2026-05-04,USD,0,ECB", "no rate"),
        ("2026-05-04,USD,-1,ECB", "no rate"),
        ("2026-05-04,USD,NaN,ECB", "no rate"),
        ("2026-05-04,USD,1E+999999,ECB", "no rate"),
        ("2026-05-04,USD,1.1234567,ECB", "decimals"),
        ("2026-05-04,USD,one,ECB", "no number"),
        ("2026-05-04,USD,1.1,", "without its source"),
        ("04/05/2026,USD,1.1,ECB", "no day"),
        ("2026-02-30,USD,1.1,ECB", "day"),
        ("2026-07-01,USD,1.1,ECB", "not come yet"),
        ("2026-05-04,DEM,2,me", "fixed by law"),
        ("2026-05-04,EUR,1,me", "fixed by law"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_line(row: str, reason: str) -> None:
    good, bad = read_rates(b"day,currency,per_euro,source\n" + row.encode(), TODAY)
    assert good == []
    assert [problem.line for problem in bad] == [2]
    assert reason in bad[0].reason


NONE = [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"day;currency\n2026-05-04;USD\n", b'"' * 200_000]


@pytest.mark.parametrize("content", NONE)
def test_a_file_that_is_none_gives_no_rates(content: bytes) -> None:
    good, bad = read_rates(content, TODAY)
    assert good == []
    assert bad


def test_a_day_twice_is_taken_once() -> None:
    good, bad = read_rates(GOOD + b"2026-05-04,USD,1.30,ECB\n", TODAY)
    assert len(good) == 3
    assert "already" in bad[0].reason


def test_the_newest_rate_not_after_the_day_is_found(office: Any) -> None:
    rates, _ = read_rates(GOOD, TODAY)
    with office.store.write() as session:
        assert put_rates(session, rates, actor="ada", at=now()) == 3
        assert put_rates(session, rates, actor="ada", at=now()) == 0
    with office.store.read() as session:
        found = rates_for(session, ("USD", "EUR", "DEM", "XXX", None), date(2026, 5, 10))
        assert [(rate.currency, rate.day) for rate in found] == [("USD", date(2026, 5, 4))]
        assert found[0].per_euro == Decimal("1.10")
        assert rates_for(session, ("USD",), date(2026, 5, 3)) == ()
        assert rates_for(session, ("USD",), None) == ()


def test_the_command_says_what_it_took(office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rates.csv"
    file.write_bytes(GOOD + b"2026-05-04,usd,1,ECB\n")
    assert run_rates(office.store, file, strict=True) == 1
    assert run_rates(office.store, file) == 3
    told = capsys.readouterr()
    assert "3 rates of exchange, 3 new or changed, 1 bad" in told.out
    assert "rates.csv:5: usd is no currency" in told.err
    assert run_rates(office.store, tmp_path / "none.csv") == 2
