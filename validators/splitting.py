"""Amounts beside a limit: several just below it within a week, one just below it, and round ones.

>>> from validators.rule import RULES
>>> RULES["AP-SPLITTING"].severity.value
'error'
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from models.finding import Severity
from models.fraud import Past
from models.money import decimal_text
from validators.rule import Breach, Case, money, rule

SOURCE = "a usual sign of approvals that are evaded"
_ROUND_SHARE = 3  # where every third earlier amount is round, round ones are the supplier's way


def limit_below(amount: Decimal | None, limits: Iterable[Decimal], share: float) -> Decimal | None:
    """The limit that an amount stays just below, or reaches to the cent.

    >>> limit_below(Decimal("9600"), (Decimal(5000), Decimal(10000)), 0.95)
    Decimal('10000')
    >>> limit_below(Decimal("9499.99"), (Decimal(10000),), 0.95) is None
    True
    """
    if amount is None:
        return None
    least = Decimal(str(share))
    return next((limit for limit in sorted(limits) if limit > 0 and limit * least <= amount <= limit), None)


@rule("AP-SPLITTING", Severity.ERROR, ("gross_total",), SOURCE)
def not_split(case: Case) -> Iterable[Breach]:
    """A purchase is not split into invoices that each stay just below a limit.

    >>> from models.fraud import FraudFacts
    >>> day = date(2026, 6, 1)
    >>> before = tuple(Past(document_id=f"d{at}", issued=day, received=day, amount=Decimal(9700)) for at in (1, 2))
    >>> facts = FraudFacts(received=day, past=before, limits=(Decimal(10000),))
    >>> list(not_split(Case.of(gross_total="4000", issue_date=day, fraud=facts)))
    []
    >>> [wrong.message for wrong in not_split(Case.of(gross_total="9800", issue_date=day, fraud=facts))]
    ['3 invoices of this supplier within 7 days stay just below the limit of 10000.00: together 29200.00.']
    """
    facts, rules, amount = case.context.fraud, case.context.rules, case.invoice.gross_total
    limit = limit_below(amount, facts.limits, rules.splitting_share)
    if limit is None or amount is None:
        return
    below = [row for row in facts.past if limit_below(row.amount, (limit,), rules.splitting_share)]
    together = max((_within(below, at, rules.splitting_days) for at in _days(case)), key=len, default=[])
    if len(together) + 1 < rules.splitting_count:
        return
    total = amount + sum((row.amount for row in together), Decimal(0))
    count = len(together) + 1
    yield Breach(
        f"{count} invoices of this supplier within {rules.splitting_days} days stay just below the limit of "
        f"{money(limit)}: together {money(total)}.",
        money(limit), money(amount),
        figures={"count": str(count), "days": str(rules.splitting_days), "total": money(total)},
    )  # fmt: skip


def _days(case: Case) -> list[tuple[str, date]]:
    """The invoice's own days: a supplier writes the one, the mail room the other."""
    days = (("issued", case.invoice.issue_date), ("received", case.context.fraud.received))
    return [(name, day) for name, day in days if day is not None]


def _within(rows: Iterable[Past], own: tuple[str, date], days: int) -> list[Past]:
    """The most of them that lie with the invoice's own day in one span of so many days."""
    name, day = own
    dated = [(at, row) for row in rows if (at := getattr(row, name)) is not None]
    spans = (
        [row for at, row in dated if start <= at < start + timedelta(days=days)]
        for start in {day, *(at for at, _ in dated)}
        if start <= day < start + timedelta(days=days)
    )
    return max(spans, key=len, default=[])


@rule("AP-JUST-BELOW", Severity.WARNING, ("gross_total",), SOURCE)
def not_just_below(case: Case) -> Iterable[Breach]:
    """The amount does not stay just below a limit.

    >>> from models.fraud import FraudFacts
    >>> facts = FraudFacts(limits=(Decimal(10000),))
    >>> list(not_just_below(Case.of(gross_total="9400", fraud=facts)))
    []
    >>> [wrong.message for wrong in not_just_below(Case.of(gross_total="9990", fraud=facts))]
    ['9990.00 stays just below the limit of 10000.00.']
    """
    amount = case.invoice.gross_total
    limit = limit_below(amount, case.context.fraud.limits, case.context.rules.splitting_share)
    if limit is not None:
        yield Breach(f"{money(amount)} stays just below the limit of {money(limit)}.", money(limit), money(amount))


def is_round(amount: Decimal, step: Decimal) -> bool:
    """Whether an amount is a multiple of a round one.

    >>> is_round(Decimal("3000.00"), Decimal(1000)), is_round(Decimal("3000.01"), Decimal(1000))
    (True, False)
    """
    return amount != 0 and amount.adjusted() < 20 and amount % step == 0


@rule("AP-ROUND-AMOUNT", Severity.WARNING, ("gross_total",), "invoices for nothing are written in round sums")
def not_round(case: Case) -> Iterable[Breach]:
    """The amount is not round, unless round amounts are usual with the supplier.

    >>> list(not_round(Case.of(gross_total="2999.40")))
    []
    >>> [wrong.message for wrong in not_round(Case.of(gross_total="3000"))]
    ['3000.00 is a round amount, which is unusual for this supplier.']
    """
    amount, step = case.invoice.gross_total, case.context.rules.round_amount
    if amount is None or not is_round(amount, step):
        return
    before = case.context.fraud.past
    if sum(is_round(row.amount, step) for row in before) * _ROUND_SHARE >= max(1, len(before)):
        return
    yield Breach(f"{money(amount)} is a round amount, which is unusual for this supplier.", decimal_text(step),
                 money(amount))  # fmt: skip
