"""How late an invoice may be paid at most, by law: France, its special trades, public buyers, the European Union.

Longer terms than the law allows are void, and who agrees to them is fined (Code de commerce, art. L441-16): the buyer
has to pay earlier than the invoice says.

>>> latest_day(LIMITS["transport"], date(2026, 5, 4))
datetime.date(2026, 6, 3)
>>> latest_day(LIMITS["perishables"], date(2026, 5, 4))
datetime.date(2026, 6, 9)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from models.finding import Severity
from validators.rule import Breach, Case, rule
from validators.vat import MEMBERS

FURTHEST = 3650  # days; a later due date is a misread one
LAST_YEAR = 9990  # from here on days cannot be added any more


def end_of_month(day: date) -> date:
    """The last day of a day's month."""
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def _end_of_decade(day: date) -> date:
    """The tenth, the twentieth or the last of a month: deliveries of ten days are settled together."""
    return day.replace(day=10 if day.day <= 10 else 20) if day.day <= 20 else end_of_month(day)


def _same(day: date) -> date:
    return day


class Limit(NamedTuple):
    """The most days, from which day they run, and where it is written."""

    days: int
    source: str
    start: Callable[[date], date] = _same


LIMITS: dict[str, Limit] = {
    "general": Limit(60, "Code de commerce, art. L441-10 I"),
    "transport": Limit(30, "Code de commerce, art. L441-11 II 5"),
    "perishables": Limit(30, "Code de commerce, art. L441-11 II 1", _end_of_decade),
    "livestock": Limit(20, "Code de commerce, art. L441-11 II 2"),
    "alcohol": Limit(30, "Code de commerce, art. L441-11 II 3", end_of_month),
    "wine": Limit(60, "Code de commerce, art. L441-11 II 4"),
    "public": Limit(30, "Code de la commande publique, art. R2192-10; directive 2011/7 art. 4 (3)"),
    "union": Limit(60, "directive 2011/7 art. 3 (5)"),
}


def latest_day(limit: Limit, start: date) -> date:
    """The last day on which an invoice of this day (or delivery of this day) may be due."""
    return limit.start(start) + timedelta(days=limit.days)


def _trade(case: Case) -> str:
    """Under which limit the invoice of a French seller falls."""
    rules, supplier = case.context.rules, case.supplier
    if rules.public_buyer:
        return "public"
    return rules.sectors.get(supplier.seller_id, "general") if supplier else "general"


def _span(case: Case) -> int | None:
    """The days between invoice and due date, where a law may care for them."""
    issued, due = case.invoice.issue_date, case.invoice.due_date
    if issued is None or due is None or case.invoice.is_credit_note or due.year > LAST_YEAR:
        return None
    if not 0 <= (due - issued).days <= FURTHEST:
        return None
    return (due - issued).days


@rule("AP-FR-TERMS", Severity.WARNING, ("due_date",), "Code de commerce, art. L441-10 and L441-11")
def within_legal_terms(case: Case) -> Iterable[Breach]:
    """A French invoice is due within 60 days, or 45 days and the end of the month; some trades have less.

    The end of the month may come before the 45 days or after them: both ways of counting are accepted.

    >>> french = {"seller_vat_id": "FR40303265045", "issue_date": "2026-05-04"}
    >>> list(within_legal_terms(Case.of(due_date="2026-07-15", **french)))
    []
    >>> [wrong.message for wrong in within_legal_terms(Case.of(due_date="2026-07-16", **french))]
    ['The invoice is due 73 days after its date; French law allows 60, or 45 and the end of the month.']
    >>> from models.order import Supplier
    >>> from models.settings_rules import RulesSettings
    >>> trade = RulesSettings(sectors={"S1": "transport"})
    >>> haulier = {"supplier": Supplier(seller_id="S1", name="Durand"), "rules": trade}
    >>> [wrong.message for wrong in within_legal_terms(Case.of(due_date="2026-06-04", **haulier, **french))]
    ['The invoice is due 31 days after its date; French law allows 30 for this trade (transport).']
    """
    days, issued, due = _span(case), case.invoice.issue_date, case.invoice.due_date
    is_french = case.seller_country == "FR" or (case.supplier is not None and case.supplier.country == "FR")
    if days is None or issued is None or due is None or not is_french:
        return
    trade = _trade(case)
    limit = LIMITS[trade]
    delivered = case.invoice.delivery_date if trade == "perishables" else None
    start = min(delivered or issued, due)  # a day of delivery after the due date is a misread one
    latest = latest_day(limit, start)
    if trade in {"general", "wine"}:  # both ways to count 45 days and the end of the month
        latest = max(latest, end_of_month(issued + timedelta(days=45)), end_of_month(issued) + timedelta(days=45))
    if due <= latest:
        return
    text = f"The invoice is due {days} days after its date; French law allows {limit.days}"
    if trade == "general":
        yield Breach(f"{text}, or 45 and the end of the month.", str(limit.days), str(days))
    else:
        for_whom = "a public buyer" if trade == "public" else f"this trade ({trade})"
        yield Breach(f"{text} for {for_whom}.", str(limit.days), str(days), says=trade)


@rule("AP-EU-TERMS", Severity.WARNING, ("due_date",), "directive 2011/7 art. 3 (5) and 4 (3)")
def within_union_terms(case: Case) -> Iterable[Breach]:
    """An invoice of another member state is due within 60 days, or what was agreed; a public buyer's within 30.

    >>> german = {"seller_vat_id": "DE136695976", "issue_date": "2026-05-04"}
    >>> list(within_union_terms(Case.of(due_date="2026-07-03", **german)))
    []
    >>> [wrong.message for wrong in within_union_terms(Case.of(due_date="2026-07-04", **german))]
    ['The invoice is due 61 days after its date; European law allows 60 unless more was agreed.']
    >>> from models.settings_rules import RulesSettings
    >>> town = Case.of(due_date="2026-07-04", rules=RulesSettings(public_buyer=True), **german)
    >>> [wrong.message for wrong in within_union_terms(town)]
    ['The invoice is due 61 days after its date; European law allows a public buyer 30.']
    """
    days, country = _span(case), case.seller_country
    if days is None or country == "FR" or country not in MEMBERS:
        return
    if case.context.rules.public_buyer:
        if days > LIMITS["public"].days:
            text = f"The invoice is due {days} days after its date; European law allows a public buyer"
            yield Breach(f"{text} {LIMITS['public'].days}.", str(LIMITS["public"].days), str(days), says="public")
        return
    agreed = (case.supplier.payment_terms_days if case.supplier else None) or 0
    allowed = LIMITS["union"].days
    if days > max(allowed, agreed):
        text = f"The invoice is due {days} days after its date; European law allows {allowed} unless more was agreed."
        yield Breach(text, str(allowed), str(days))
