"""What the match found wrong, said as findings: one rule for each outcome, with both figures.

>>> from validators.rule import RULES
>>> sorted(name for name in RULES if name.startswith("AP-MATCH"))[:3]
['AP-MATCH-AMBIGUOUS', 'AP-MATCH-CLOSED', 'AP-MATCH-INVOICED']
"""

from __future__ import annotations

from collections.abc import Iterable

from models.finding import Severity
from models.match import MatchOutcome, MatchResult, OrderCandidate, Variance
from validators.rule import Breach, Case, rule

SOURCE = "two- and three-way match, tolerances of the client"
_PRICE_TEXTS = {
    "price": "the price of one unit is {actual}, the order says {expected}",
    "total": "the net total is {actual}, but only {expected} of the order is open",
    "currency": "the invoice is in {actual}, the order in {expected}",
}
AS_LIKELY = 0.25  # of the best order's probability: from here another one is said to fit as well
_QUANTITY_TEXTS = {
    "quantity": "{actual} invoiced, but only {expected} of the order line is open",
    "not_received": "{actual} invoiced, but only {expected} was received and not invoiced yet",
    "not_ordered": "{actual} is charged for something that is not on the order",
}


def _orders(case: Case) -> str:
    numbers = case.match.orders if case.match else ()
    return f"order {numbers[0]}" if len(numbers) == 1 else f"orders {', '.join(numbers)}"


def _figures(case: Case) -> dict[str, str]:
    return {"orders": ", ".join(case.match.orders) if case.match else ""}


def _is(case: Case, outcome: MatchOutcome) -> bool:
    return case.match is not None and case.match.outcome == outcome


def _variances(case: Case, texts: dict[str, str]) -> Iterable[Breach]:
    if case.match is None or case.match.outcome in ("no_order", "seller_mismatch"):
        return
    for row in case.match.variances:
        if row.kind in texts:
            text = f"{_where(case, row)}: {texts[row.kind].format(**row.model_dump())}."
            says, figures = _place(case, row)
            yield Breach(text, row.expected, row.actual, says=f"{row.kind}{says}", figures=figures)


def _place(case: Case, row: Variance) -> tuple[str, dict[str, str]]:
    """Where a variance is, for other languages: a line and its item, or the orders."""
    if row.invoice_line is None or row.invoice_line > len(case.invoice.lines):
        return "_order", {"orders": ", ".join(case.match.orders) if case.match else ""}
    name = case.invoice.lines[row.invoice_line - 1].item_name
    return "", {"line": str(row.invoice_line) + (f" ({name[:40]})" if name else "")}


def _where(case: Case, row: Variance) -> str:
    if row.invoice_line is None or row.invoice_line > len(case.invoice.lines):
        return _orders(case).capitalize()
    name = case.invoice.lines[row.invoice_line - 1].item_name
    return f"Line {row.invoice_line}" + (f" ({name[:40]})" if name else "")


@rule("AP-MATCH-PRICE", Severity.ERROR, ("lines", "net_total", "currency"), SOURCE)
def prices_as_ordered(case: Case) -> Iterable[Breach]:
    """Prices are those of the order, within the tolerance.

    >>> from models.match import MatchResult
    >>> list(prices_as_ordered(Case.of(match=MatchResult(outcome="match"))))
    []
    >>> higher = Variance(invoice_line=1, kind="price", expected="10.00", actual="10.50")
    >>> match = MatchResult(outcome="price_variance", orders=("PO-7",), variances=(higher,))
    >>> [wrong.message for wrong in prices_as_ordered(Case.of(match=match, lines=[{"item_name": "Bolt"}]))]
    ['Line 1 (Bolt): the price of one unit is 10.50, the order says 10.00.']
    """
    return _variances(case, _PRICE_TEXTS)


@rule("AP-MATCH-QUANTITY", Severity.ERROR, ("lines",), SOURCE)
def quantities_as_ordered(case: Case) -> Iterable[Breach]:
    """Quantities are no more than was ordered, and received, and not invoiced before.

    >>> from models.match import MatchResult
    >>> list(quantities_as_ordered(Case.of(match=MatchResult(outcome="match"))))
    []
    >>> more = Variance(invoice_line=1, kind="not_received", expected="4", actual="6")
    >>> match = MatchResult(outcome="quantity_variance", orders=("PO-7",), variances=(more,))
    >>> [wrong.message for wrong in quantities_as_ordered(Case.of(match=match, lines=[{"item_name": "Bolt"}]))]
    ['Line 1 (Bolt): 6 invoiced, but only 4 was received and not invoiced yet.']
    """
    return _variances(case, _QUANTITY_TEXTS)


@rule("AP-MATCH-NO-ORDER", Severity.ERROR, ("order_reference",), SOURCE)
def has_order(case: Case) -> Iterable[Breach]:
    """The invoice belongs to an order; a policy may say that none is needed.

    >>> from models.match import MatchResult
    >>> list(has_order(Case.of(match=MatchResult(outcome="match"))))
    []
    >>> [wrong.message for wrong in has_order(Case.of(match=MatchResult(), order_reference="PO-7"))]
    ['No order fits; the invoice names PO-7.']
    """
    if _is(case, "no_order"):
        cited = case.invoice.order_reference
        yield Breach(f"No order fits; the invoice names {cited or 'none'}.", actual=cited, says="" if cited else "none")


@rule("AP-MATCH-CLOSED", Severity.ERROR, ("order_reference",), SOURCE)
def order_is_open(case: Case) -> Iterable[Breach]:
    """The order is open.

    >>> from models.match import MatchResult
    >>> list(order_is_open(Case.of(match=MatchResult(outcome="match"))))
    []
    >>> [w.message for w in order_is_open(Case.of(match=MatchResult(outcome="closed_order", orders=("PO-7",))))]
    ['The invoice is for order PO-7, which is closed or cancelled.']
    """
    if _is(case, "closed_order"):
        text = f"The invoice is for {_orders(case)}, which is closed or cancelled."
        yield Breach(text, "open", "closed", figures=_figures(case))


@rule("AP-MATCH-SELLER", Severity.ERROR, ("order_reference", "seller_name"), SOURCE)
def order_is_of_seller(case: Case) -> Iterable[Breach]:
    """The order was given to this seller.

    >>> from models.match import MatchResult
    >>> list(order_is_of_seller(Case.of(match=MatchResult(outcome="match"))))
    []
    >>> other = MatchResult(outcome="seller_mismatch", orders=("PO-7",))
    >>> [wrong.message for wrong in order_is_of_seller(Case.of(match=other, seller_name="Dupont"))]
    ['The invoice names order PO-7, which was given to another supplier than Dupont.']
    """
    if _is(case, "seller_mismatch"):
        name = case.invoice.seller_name
        text = f"The invoice names {_orders(case)}, which was given to another supplier than {name or 'this one'}."
        yield Breach(text, actual=name, says="" if name else "nameless", figures=_figures(case))


@rule("AP-MATCH-INVOICED", Severity.ERROR, ("order_reference",), SOURCE)
def order_is_not_used_up(case: Case) -> Iterable[Breach]:
    """Something of the order is left to invoice.

    >>> from models.match import MatchResult
    >>> list(order_is_not_used_up(Case.of(match=MatchResult(outcome="match"))))
    []
    >>> used = MatchResult(outcome="already_invoiced", orders=("PO-7",))
    >>> [wrong.message for wrong in order_is_not_used_up(Case.of(match=used))]
    ['All that this invoice asks for on order PO-7 was invoiced before.']
    """
    if _is(case, "already_invoiced"):
        text = f"All that this invoice asks for on {_orders(case)} was invoiced before."
        yield Breach(text, figures=_figures(case))


@rule("AP-MATCH-AMBIGUOUS", Severity.ERROR, ("order_reference",), SOURCE)
def order_is_certain(case: Case) -> Iterable[Breach]:
    """One order fits better than all others.

    >>> from models.match import MatchResult, OrderCandidate
    >>> list(order_is_certain(Case.of(match=MatchResult(outcome="match"))))
    []
    >>> both = (OrderCandidate(order="PO-7", probability=0.9), OrderCandidate(order="PO-8", probability=0.9))
    >>> unsure = MatchResult(outcome="ambiguous", orders=("PO-7",), candidates=both)
    >>> [wrong.message for wrong in order_is_certain(Case.of(match=unsure))]
    ['The invoice fits order PO-7 (90 %) and order PO-8 (90 %) about equally well.']
    """
    if case.match is not None and _is(case, "ambiguous"):
        yield _doubt(case.match, _orders(case))._replace(figures=_figures(case) | _rivals(case.match))


def _doubt(match: MatchResult, orders: str) -> Breach:
    """Why nobody can say by itself which order is meant."""
    best, *others = match.candidates
    rival = others[0] if others and others[0].probability > AS_LIKELY * best.probability else None
    if len(match.orders) > 1:
        return Breach(f"The invoice may be for {orders} together; that is not certain.", says="together")
    if any(row.name == "other_number" for row in best.waterfall):
        return Breach(f"The invoice fits {orders}, but names another number.", says="number")
    if rival is None:
        return Breach(f"The invoice may be for {orders} ({_share(best)}); that is not certain.", says="one")
    both = f"order {best.order} ({_share(best)}) and order {rival.order} ({_share(rival)})"
    return Breach(f"The invoice fits {both} about equally well.")


def _rivals(match: MatchResult) -> dict[str, str]:
    """The two likeliest orders with their shares, for other languages."""
    best, *others = match.candidates
    found = {"best": best.order, "share": _share(best)}
    return found | ({"rival": others[0].order, "rival_share": _share(others[0])} if others else {})


def _share(candidate: OrderCandidate) -> str:
    return f"{candidate.probability:.0%}".replace("%", " %")
