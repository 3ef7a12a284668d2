"""What the audit sample says of all that was let through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kpis import compute
from models.history import Audit, Figure, History

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=30)


def audits(count: int, wrong: int, *, segment: str = "scan/known", weight: float = 20.0) -> tuple[Audit, ...]:
    return tuple(Audit(segment, place < wrong, weight, START + timedelta(hours=place % 600)) for place in range(count))


def figures(*settled: Audit) -> dict[tuple[str, str], Figure]:
    found = compute(History(audits=settled), START, END)
    return {(row.name, row.label): row for row in found if row.name.startswith("audited")}


def test_the_rate_and_its_exact_interval() -> None:
    found = figures(*audits(300, 0))
    rate, high = found["audited_error_rate", ""], found["audited_error_rate_high", ""]
    assert (rate.value, rate.numerator, rate.denominator) == (0.0, 0, 300)
    assert found["audited_error_rate_low", ""].value == 0.0
    assert high.value == pytest.approx(0.0122, abs=1e-4)
    assert {label for _, label in found} == {""}  # one segment is the whole


def test_audits_weigh_by_how_rarely_such_documents_were_drawn() -> None:
    """Half the audits are from a segment that was drawn ten times as rarely and errs."""
    found = figures(*audits(100, 0, weight=1.0), *audits(100, 10, segment="scan/new", weight=10.0))
    assert found["audited_error_rate", ""].value == pytest.approx(100 / 1100)
    assert found["audited_error_rate", "scan/new"].value == pytest.approx(0.1)
    assert found["audited_error_rate", "scan/known"].value == 0.0
    assert found["audited_error_rate", ""].numerator == 10


def test_without_audits_in_the_period_nothing_is_said() -> None:
    early = [Audit("scan/known", wrong=True, weight=1.0, at=START - timedelta(days=1))]
    found = figures(*early)
    assert [row.value for row in found.values()] == [None, None, None]
    assert found["audited_error_rate", ""].denominator == 0
