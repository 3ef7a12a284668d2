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
from decimal import Decimal

from matching.line_sides import NO_ALIASES
from matching.lines import ALL, LinkOptions, explained
from matching.links import Link
from matching.order_sets import Found, Linking, choose
from matching.outcome import Case, gives_back, outcome_of, variances_of
from matching.pricing import open_amount
from matching.ranker import MatcherModel
from matching.score import ScoredCandidate, score_candidates
from matching.shortlist import SHOWN, shortlist
from matching.tolerance import NO_TOLERANCES, Limits, quantity_taken
from models.aliases import Aliases
from models.bounds import within_bounds
from models.invoice import Invoice
from models.match import LineMatch, MatchResult, SupplierMatch
from models.order import PurchaseOrder
from models.settings import MatchingSettings
from models.tolerances import ToleranceBook


def match_invoice(  # noqa: PLR0913 - what a client may set stands by name
    invoice: Invoice,
    supplier: SupplierMatch,
    orders: Sequence[PurchaseOrder],
    settings: MatchingSettings = MatchingSettings(),  # noqa: B008 - frozen
    text_order_numbers: Sequence[str] = (),
    *,
    aliases: Aliases = NO_ALIASES,
    tolerances: ToleranceBook = NO_TOLERANCES,
    options: LinkOptions = ALL,
    model: MatcherModel | None = None,
) -> MatchResult:
    """Match an invoice against candidate orders (in any order; those that blocking brought).

    `text_order_numbers` are strings of the page that may be order numbers. `aliases` are what this supplier calls its
    items, `tolerances` those of the client's suppliers and categories, `model` ranks in place of the shipped trees.
    Probabilities in [0, 1]; candidates best first.
    A line match of a credit note has a negative quantity: it gives back.
    """
    invoice = within_bounds(invoice)
    linking = Linking(invoice.lines, aliases, options, is_return=gives_back(invoice))
    pairs = shortlist(invoice, supplier, orders, linking.to, text_order_numbers)
    scored = score_candidates(pairs, settings.ranker, model)
    scored.sort(key=lambda row: (-row.weight, row.pair.order.order_number))
    found = choose(scored, linking, settings)
    result = MatchResult(supplier=supplier, candidates=tuple(row.candidate for row in scored[:SHOWN]))
    if found is None:
        return result
    supplier = _supplier_by_order(supplier, found.rows[0])
    limits = Limits(settings, tolerances, supplier.seller_id or found.rows[0].pair.order.seller_id)
    return summed_up(result.model_copy(update={"supplier": supplier}), invoice, found, scored, limits)


def summed_up(
    result: MatchResult, invoice: Invoice, found: Found, scored: Sequence[ScoredCandidate], limits: Limits
) -> MatchResult:
    """The result with the orders that were found, their links, and what differs from them."""
    case = _case(invoice, found, scored, limits)
    return result.model_copy(
        update={
            "kind": "three_way" if case.three_way else "two_way",
            "outcome": outcome_of(case),
            "orders": tuple(row.pair.order.order_number for row in found.rows),
            "probability": found.probability,
            "lines": tuple(_line_match(link, invoice) for link in explained(case.links)),
            "variances": variances_of(case),
            "amount_left": sum((open_amount(order, by_receipt=case.three_way) for order in case.orders), Decimal(0)),
        }
    )


def _case(invoice: Invoice, found: Found, scored: Sequence[ScoredCandidate], limits: Limits) -> Case:
    orders = tuple(row.pair.order for row in found.rows)
    has_receipts = any(line.quantity_received is not None for order in orders for line in order.lines)
    way = limits.settings.three_way
    three_way = way == "always" or (way == "auto" and has_receipts)
    rivals = tuple(row for row in scored if row not in found.rows)
    return Case(invoice, orders, found.links, found.rows, rivals, limits, three_way, found.is_certain)


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
        invoiced_before=link.target.line.quantity_invoiced,
        probability=link.probability,
        margin=link.margin,
        waterfall=link.waterfall,
    )
