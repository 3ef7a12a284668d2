"""Unusual amounts, sleeping suppliers and rushes at weekends on generated histories: told where planted, else silent.

A thousand honest invoices, with suppliers from steady ones (a rent) to wild ones (repairs), and as many with one thing
planted. The seed is fixed; the shares of false alarms stand in docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from models.fraud import FraudFacts, Past
from validators.outliers import awake_supplier, no_rush, usual_amount
from validators.rule import Case

MANY, SEED = 1000, 20261122
TODAY = date(2026, 11, 20)
RHYTHMS = (7, 14, 30, 30, 30, 61, 91)  # days between two invoices of a supplier
TERMS = (0, 8, 14, 30, 30, 30, 45, 60)  # days to pay; 0: at once, as with what was paid by card
Plant = Callable[[Random, "Bill"], "Bill"]


class Bill:
    """An invoice with the supplier's history: its amount, when it came, when it is due."""

    def __init__(self, draw: Random) -> None:
        self.spread = draw.choice((0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8))  # of the logarithm
        self.usual = draw.uniform(3, 9)
        rhythm = draw.choice(RHYTHMS)
        self.came = TODAY - timedelta(days=draw.randrange(365))
        days = [at * rhythm + draw.randrange(5) for at in range(1, draw.randint(9, 60))]
        self.past = tuple(
            Past(document_id=str(ago), issued=None, received=self.came - timedelta(days=ago), amount=self.amount(draw))
            for ago in days
        )
        self.gross = self.amount(draw)
        self.due = self.came + timedelta(days=draw.choice(TERMS))

    def amount(self, draw: Random) -> Decimal:
        return Decimal(str(round(2.718281828 ** draw.gauss(self.usual, self.spread), 2)))

    def case(self) -> Case:
        facts = FraudFacts(received=self.came, past=self.past)
        return Case.of(gross_total=str(self.gross), due_date=self.due, fraud=facts)


def slipped(draw: Random, bill: Bill) -> Bill:
    """The point of the amount is two places further, to either side."""
    bill.gross = max(Decimal("0.01"), round(bill.gross * draw.choice((Decimal(100), Decimal("0.01"))), 2))
    return bill


def slept(draw: Random, bill: Bill) -> Bill:
    ago = timedelta(days=draw.randint(366, 900)) - (bill.came - max(row.received for row in bill.past))
    bill.past = tuple(row.model_copy(update={"received": row.received - ago}) for row in bill.past)
    return bill


def rushed(draw: Random, bill: Bill) -> Bill:
    bill.came += timedelta(days=(draw.choice((5, 6)) - bill.came.weekday()) % 7)
    bill.due = bill.came + timedelta(days=draw.randint(0, 3))
    return bill


def share_told(rule: Callable[[Case], object], plant: Plant | None = None) -> float:
    """The share of a thousand invoices of which a rule says something."""
    draw, told = Random(SEED), 0
    for _ in range(MANY):
        bill = Bill(draw)
        told += bool(list(rule((plant(draw, bill) if plant else bill).case())))  # type: ignore[call-overload]
    return told / MANY


@pytest.mark.parametrize(
    ("rule", "plant", "least", "most"),
    [(usual_amount, slipped, 0.97, 0.01), (awake_supplier, slept, 1.0, 0.0), (no_rush, rushed, 1.0, 0.05)],
)  # fmt: skip
def test_what_is_planted_is_told_and_honest_invoices_seldom(
    rule: Callable[[Case], object], plant: Plant, least: float, most: float
) -> None:
    assert share_told(rule, plant) >= least
    assert share_told(rule) <= most


def test_a_short_history_says_nothing_of_amounts() -> None:
    draw = Random(SEED)
    bill = slipped(draw, Bill(draw))
    bill.past = bill.past[:7]
    assert list(usual_amount(bill.case())) == []
