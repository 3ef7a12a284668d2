"""Dates that make sense: issued, not in the future, due after that, not earlier than agreed.

>>> from validators.rule import RULES
>>> RULES["AP-TERMS"].severity
<Severity.WARNING: 'warning'>
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from models.finding import Severity
from validators.rule import Breach, Case, rule


@rule("AP-DATE-FUTURE", Severity.ERROR, ("issue_date",), "an invoice is issued before it arrives")
def not_in_future(case: Case) -> Iterable[Breach]:
    """The invoice is not dated after today.

    >>> list(not_in_future(Case.of(issue_date="2026-06-30", today=date(2026, 6, 30))))
    []
    >>> [wrong.message for wrong in not_in_future(Case.of(issue_date="2026-07-01", today=date(2026, 6, 30)))]
    ['The invoice is dated 2026-07-01, which is after today, 2026-06-30.']
    """
    issued, today = case.invoice.issue_date, case.context.today
    if issued is not None and issued > today:
        text = f"The invoice is dated {issued}, which is after today, {today}."
        yield Breach(text, today.isoformat(), issued.isoformat())


@rule("AP-DATE-OLD", Severity.ERROR, ("issue_date",), "CGI annexe II, art. 208: VAT of the two years before at most")
def not_too_old(case: Case) -> Iterable[Breach]:
    """The invoice is not older than its VAT can be deducted: on a page mostly a year that was misread.

    >>> list(not_too_old(Case.of(issue_date="2024-01-02", today=date(2026, 6, 30))))
    []
    >>> [wrong.message for wrong in not_too_old(Case.of(issue_date="2016-06-29", today=date(2026, 6, 30)))]
    ['The invoice is dated 2016-06-29, more than 3 years ago.']
    """
    issued, today = case.invoice.issue_date, case.context.today
    oldest = date(today.year - case.context.oldest_years, today.month, min(today.day, 28))
    if issued is not None and issued < oldest:
        text = f"The invoice is dated {issued}, more than {case.context.oldest_years} years ago."
        severity = Severity.WARNING if case.is_xml else None
        figures = {"years": str(case.context.oldest_years)}
        yield Breach(text, f"from {oldest.isoformat()}", issued.isoformat(), severity, figures=figures)


@rule("AP-DUE-DATE", Severity.ERROR, ("due_date", "issue_date"), "EN 16931-1:2017, BT-9")
def due_after_issue(case: Case) -> Iterable[Breach]:
    """The invoice is not due before it was issued; a warning on an e-invoice, where nobody can misread it.

    >>> list(due_after_issue(Case.of(issue_date="2026-05-01", due_date="2026-05-01")))
    []
    >>> [wrong.message for wrong in due_after_issue(Case.of(issue_date="2026-05-01", due_date="2026-04-30"))]
    ['The invoice is due on 2026-04-30, before it was issued on 2026-05-01.']
    """
    issued, due = case.invoice.issue_date, case.invoice.due_date
    if issued is not None and due is not None and due < issued:
        text = f"The invoice is due on {due}, before it was issued on {issued}."
        severity = Severity.WARNING if case.is_xml else None
        yield Breach(text, f"from {issued.isoformat()}", due.isoformat(), severity)


@rule("AP-TERMS", Severity.WARNING, ("due_date",), "the payment terms agreed with the supplier")
def within_agreed_terms(case: Case) -> Iterable[Breach]:
    """The invoice is not due earlier than was agreed with the supplier.

    >>> from models.order import Supplier
    >>> agreed = Supplier(seller_id="S1", name="Dupont", payment_terms_days=30)
    >>> list(within_agreed_terms(Case.of(issue_date="2026-05-01", due_date="2026-05-31", supplier=agreed)))
    []
    >>> early = Case.of(issue_date="2026-05-01", due_date="2026-05-15", supplier=agreed)
    >>> [wrong.message for wrong in within_agreed_terms(early)]
    ['The invoice is due after 14 days; 30 were agreed with Dupont.']
    """
    issued, due, supplier = case.invoice.issue_date, case.invoice.due_date, case.supplier
    if issued is None or due is None or supplier is None or supplier.payment_terms_days is None:
        return
    days, agreed = (due - issued).days, supplier.payment_terms_days
    if 0 <= days < agreed and not case.invoice.is_credit_note:
        yield Breach(
            f"The invoice is due after {days} days; {agreed} were agreed with {supplier.name}.",
            str(agreed), str(days), figures={"name": supplier.name},
        )  # fmt: skip
