"""Which order an invoice belongs to, line by line, and what differs: the room's second door.

>>> from models.invoice import InvoiceLine
>>> from models.order import OrderLine
>>> line = OrderLine(line_number="1", item_name="Bolt", quantity="10", unit_price="2.00")
>>> order = PurchaseOrder(order_number="PO-7", seller_name="Acme", lines=(line,))
>>> invoice = Invoice(seller_name="Acme", order_reference="PO-7", net_total="20.00",
...                   lines=(InvoiceLine(item_name="Bolt", quantity="10", unit_price="2.00", net_amount="20.00"),))
>>> match_invoice(invoice, SupplierMatch(), (order,)).outcome
'match'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matching.blocking import PRINTED, cited_numbers
from matching.comparisons import SAME_SELLER, Pair, best_citation
from matching.lines import Link, link_lines, targets_of
from matching.outcome import Case, outcome_of, variances_of
from matching.score import ScoredCandidate, names_order, quick_share, quick_weight, score_candidate
from matching.tolerance import quantity_taken
from models.bounds import within_bounds
from models.invoice import Invoice
from models.match import LineMatch, MatchResult, SupplierMatch
from models.order import PurchaseOrder
from models.settings import MatchingSettings

FULL_COMPARISONS = 8  # candidates whose lines are compared, beside those that the invoice names
LINES_SPAN = 11.0  # what lines can change between two orders (8.5 bits), and the margin of an ambiguous match
SHOWN = 5  # candidates that the result lists


def match_invoice(
    invoice: Invoice,
    supplier: SupplierMatch,
    orders: Sequence[PurchaseOrder],
    settings: MatchingSettings = MatchingSettings(),  # noqa: B008 - frozen
    text_order_numbers: Sequence[str] = (),
) -> MatchResult:
    """Match an invoice against candidate orders (in any order; those that blocking brought).

    `text_order_numbers` are strings of the page that may be order numbers. Probabilities in [0, 1]; candidates best
    first. A line match of a credit note has a negative quantity: it gives back.
    """
    invoice = within_bounds(invoice)
    scored = _score(invoice, supplier, orders, text_order_numbers)
    chosen = _choose(scored, settings)
    result = MatchResult(supplier=supplier, candidates=tuple(row.candidate for row in scored[:SHOWN]))
    if not chosen:
        return result
    case = _case(invoice, chosen, scored, settings)
    return result.model_copy(
        update={
            "supplier": _supplier_by_order(supplier, chosen[0]),
            "kind": "three_way" if case.three_way else "two_way",
            "outcome": outcome_of(case),
            "orders": tuple(row.pair.order.order_number for row in chosen),
            "probability": min(row.candidate.probability for row in chosen),
            "lines": tuple(_line_match(link, invoice) for link in case.links),
            "variances": variances_of(case),
        }
    )


def _score(
    invoice: Invoice, supplier: SupplierMatch, orders: Sequence[PurchaseOrder], text_order_numbers: Sequence[str]
) -> list[ScoredCandidate]:
    """Candidates, best first: all are weighed quickly, the best and the named ones with their lines."""
    citations = cited_numbers(invoice, text_order_numbers)
    pairs = [Pair(invoice, order, supplier, citations) for order in orders]
    quick = [(quick_weight(pair), pair) for pair in pairs]
    reachable = max((weight for weight, _ in quick), default=0.0) - LINES_SPAN
    quick.sort(key=lambda row: (-row[0] - LINES_SPAN * quick_share(invoice, row[1].order), row[1].order.order_number))
    scored = []
    for rank, (weight, pair) in enumerate(quick):
        may_win = rank < FULL_COMPARISONS and weight > reachable
        if may_win or names_order(pair):
            scored.append(score_candidate(replace(pair, links=_links(pair))))
        elif rank < SHOWN:
            scored.append(score_candidate(pair))
    return sorted(scored, key=lambda row: (-row.weight, row.pair.order.order_number))


def _links(pair: Pair) -> tuple[Link, ...]:
    return link_lines(pair.invoice.lines, targets_of(pair.order.order_number, pair.order.lines))


def _choose(scored: Sequence[ScoredCandidate], settings: MatchingSettings) -> list[ScoredCandidate]:
    """The orders that the invoice is matched to: those it names, else the likeliest where it is likely enough."""
    cited = [row for row in scored if row.is_cited]
    of_seller = [row for row in cited if row.seller is None or row.seller >= SAME_SELLER]
    if of_seller:
        return _one_for_each_number(of_seller)
    if scored and scored[0].candidate.probability >= settings.probability_threshold:
        return [scored[0]]
    return cited[:1]  # the number is another supplier's: said as such, rather than "no order"


def _one_for_each_number(cited: Sequence[ScoredCandidate]) -> list[ScoredCandidate]:
    """For each number on the invoice the order that has it, exactly before nearly; named numbers before printed."""
    named = [row for row in cited if (row.number or 0.0) > PRINTED] or list(cited)
    best: dict[str, ScoredCandidate] = {}
    for row in sorted(named, key=lambda row: (-(row.number or 0.0), -row.weight)):
        best.setdefault(best_citation(row.pair)[0], row)
    return sorted(best.values(), key=lambda row: -row.weight)


def _case(
    invoice: Invoice, chosen: list[ScoredCandidate], scored: Sequence[ScoredCandidate], settings: MatchingSettings
) -> Case:
    orders = tuple(row.pair.order for row in chosen)
    targets = [target for order in orders for target in targets_of(order.order_number, order.lines)]
    links = chosen[0].pair.links or () if len(chosen) == 1 else link_lines(invoice.lines, targets)
    has_receipts = any(line.quantity_received is not None for order in orders for line in order.lines)
    three_way = settings.three_way == "always" or (settings.three_way == "auto" and has_receipts)
    rivals = tuple(row for row in scored if row not in chosen)
    return Case(invoice, orders, tuple(links), tuple(chosen), rivals, settings, three_way)


def _supplier_by_order(supplier: SupplierMatch, best: ScoredCandidate) -> SupplierMatch:
    """The order tells the supplier where nothing on the invoice contradicts it."""
    seller_id = best.pair.order.seller_id
    unknown = supplier.seller_id is None and not supplier.findings
    if not unknown or seller_id is None or not best.is_cited or (best.seller or 0.0) < 0.9:
        return supplier
    return SupplierMatch(seller_id=seller_id, by="order", probability=min(0.9, best.candidate.probability))


def _line_match(link: Link, invoice: Invoice) -> LineMatch:
    return LineMatch(
        invoice_line=link.invoice_line,
        order=link.target.order,
        order_line=link.target.line.line_number,
        quantity=quantity_taken(link, invoice),
        probability=link.probability,
    )
