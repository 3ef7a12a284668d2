"""Which of the candidate orders are compared line by line: the likeliest by a quick look, and those that are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from matching.blocking import cited_numbers
from matching.collective import members
from matching.comparisons import Pair
from matching.links import Link
from matching.score import names_order, quick_share, quick_weight
from models.invoice import Invoice
from models.match import SupplierMatch
from models.order import PurchaseOrder

FULL_COMPARISONS = 8  # candidates whose lines are compared, beside those that the invoice names
LINES_SPAN = 11.0  # what lines can change between two orders (8.5 bits), and the margin of an ambiguous match
SHOWN = 5  # candidates that a result lists, whether or not their lines were compared


def shortlist(
    invoice: Invoice,
    supplier: SupplierMatch,
    orders: Sequence[PurchaseOrder],
    links_to: Callable[[PurchaseOrder], tuple[Link, ...]],
    text_order_numbers: Sequence[str] = (),
) -> list[Pair]:
    """The orders worth scoring: all are weighed quickly; the best, named ones and those of a sum by their lines."""
    citations = cited_numbers(invoice, text_order_numbers)
    pairs = [Pair(invoice, order, supplier, citations) for order in orders]
    quick = [(quick_weight(pair), pair) for pair in pairs]
    reachable = max((weight for weight, _ in quick), default=0.0) - LINES_SPAN
    quick.sort(key=lambda row: (-row[0] - LINES_SPAN * quick_share(invoice, row[1].order), row[1].order.order_number))
    together = members(invoice, supplier, [pair.order for _, pair in quick])
    kept = []
    for rank, (weight, pair) in enumerate(quick):
        may_win = rank < FULL_COMPARISONS and weight > reachable
        if may_win or names_order(pair) or pair.order.order_number in together:
            kept.append(replace(pair, links=links_to(pair.order)))
        elif rank < SHOWN:
            kept.append(pair)
    return kept
