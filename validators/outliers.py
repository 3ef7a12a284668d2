"""What is unusual for a supplier: an amount, an invoice after a long silence, a rush at the weekend.

>>> from validators.rule import RULES
>>> {RULES[name].severity.value for name in ("AP-AMOUNT-OUTLIER", "AP-DORMANT-VENDOR", "AP-WEEKEND-RUSH")}
{'warning'}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from math import log
from statistics import median

from models.finding import Severity
from validators.rule import Breach, Case, money, rule

NORMAL = 1.4826  # median absolute deviation to standard deviation, of a normal distribution
LEAST_SPREAD = 0.05  # of the logarithm: five per cent are no outlier where the amount was always the same
RUSH_DAYS = 3  # to pay within, of what comes at a weekend
SATURDAY = 5


def robust_z(amount: Decimal, history: Sequence[Decimal]) -> float:
    """How many robust standard deviations an amount lies from the usual one, on the logarithm; 0 without a history.

    >>> usual = [Decimal(each) for each in (95, 98, 100, 102, 105)]
    >>> round(robust_z(Decimal(101), usual), 1), round(robust_z(Decimal(1000), usual)) > 20
    (0.2, True)
    """
    logs = [log(abs(each)) for each in history if each]
    if not logs or not amount:
        return 0.0
    middle = median(logs)
    spread = max(LEAST_SPREAD, NORMAL * median(abs(each - middle) for each in logs))
    return (log(abs(amount)) - middle) / spread


@rule("AP-AMOUNT-OUTLIER", Severity.WARNING, ("gross_total",), "B. Iglewicz and D. Hoaglin 1993: robust z-scores")
def usual_amount(case: Case) -> Iterable[Breach]:
    """The amount is one that is usual for the supplier.

    >>> from datetime import date
    >>> from models.fraud import FraudFacts, Past
    >>> before = tuple(Past(document_id="d", issued=None, received=date(2026, 5, 1), amount=Decimal(100 + at))
    ...                for at in range(8))
    >>> list(usual_amount(Case.of(gross_total="120", fraud=FraudFacts(past=before))))
    []
    >>> [wrong.message for wrong in usual_amount(Case.of(gross_total="9000", fraud=FraudFacts(past=before)))]
    ['9000.00 is far above what this supplier usually bills: 103.50, of 8 invoices.']
    >>> [wrong.says for wrong in usual_amount(Case.of(gross_total="2", fraud=FraudFacts(past=before)))]
    ['below']
    """
    amount, past, rules = case.invoice.gross_total, case.context.fraud.past, case.context.rules
    if amount is None or len(past) < rules.outlier_history:
        return
    z = robust_z(amount, [row.amount for row in past])
    if abs(z) < rules.outlier_z:
        return
    usual = money(Decimal(str(median(abs(row.amount) for row in past))))
    word = "above" if z > 0 else "below"
    yield Breach(f"{money(amount)} is far {word} what this supplier usually bills: {usual}, of {len(past)} invoices.",
                 usual, money(amount), says=word, figures={"count": str(len(past))})  # fmt: skip


@rule("AP-DORMANT-VENDOR", Severity.WARNING, ("seller_name",), "a sleeping supplier is a usual cover")
def awake_supplier(case: Case) -> Iterable[Breach]:
    """The supplier has billed within the last year.

    >>> from datetime import date
    >>> from models.fraud import FraudFacts, Past
    >>> old = (Past(document_id="d", issued=None, received=date(2024, 5, 1), amount=Decimal(9)),)
    >>> list(awake_supplier(Case.of(fraud=FraudFacts(received=date(2025, 1, 1), past=old))))
    []
    >>> [wrong.message for wrong in awake_supplier(Case.of(fraud=FraudFacts(received=date(2026, 5, 1), past=old)))]
    ['This supplier billed nothing for 730 days, since 2024-05-01.']
    """
    facts = case.context.fraud
    if facts.received is None or not facts.past:
        return
    last = max(row.received for row in facts.past)
    days = (facts.received - last).days
    if days > case.context.rules.dormant_days:
        yield Breach(f"This supplier billed nothing for {days} days, since {last}.", last.isoformat(), str(days))


@rule("AP-WEEKEND-RUSH", Severity.WARNING, ("due_date",), "fraud comes when nobody can be asked, and is urgent")
def no_rush(case: Case) -> Iterable[Breach]:
    """What comes at a weekend is not to be paid within three days.

    >>> from datetime import date
    >>> from models.fraud import FraudFacts
    >>> saturday = FraudFacts(received=date(2026, 6, 6))
    >>> list(no_rush(Case.of(due_date=date(2026, 7, 6), fraud=saturday)))
    []
    >>> [wrong.message for wrong in no_rush(Case.of(due_date=date(2026, 6, 8), fraud=saturday))]
    ['It came on a weekend, 2026-06-06, and is due on 2026-06-08.']
    """
    came, due = case.context.fraud.received, case.invoice.due_date
    if came is None or due is None or came.weekday() < SATURDAY:
        return
    if came <= due <= came + timedelta(days=RUSH_DAYS):
        yield Breach(f"It came on a weekend, {came}, and is due on {due}.", came.isoformat(), due.isoformat())
