"""A match by a person's word: the chosen orders are taken as they are, only lines nobody set are paired by likeness.

What the orders still allow, prices and receipts are checked as in any match; being likely or ambiguous is no question
any more. The invoice's facts stay what they are.

>>> from models.invoice import InvoiceLine
>>> from models.order import OrderLine
>>> lines = (OrderLine(line_number="1", item_name="Bolt", quantity="10", unit_price="2.00"),
...          OrderLine(line_number="2", item_name="Nut", quantity="10", unit_price="2.00"))
>>> invoice = Invoice(net_total="20.00", lines=(InvoiceLine(item_name="Bolt", quantity="10", unit_price="2.00",
...                                                         net_amount="20.00"),))
>>> chosen = OrderChoice(orders=("PO-7",), links=(ChosenLink(invoice_line=1, order="PO-7", order_line="2"),),
...                      line_count=1)
>>> match = match_by_hand(MatchResult(), invoice, (PurchaseOrder(order_number="PO-7", lines=lines),), chosen)
>>> [(link.order_line, link.by) for link in match.lines], match.by
([('2', 'person')], 'person')
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.comparisons import Pair
from matching.line_comparisons import line_weight
from matching.line_sides import NO_ALIASES, LinePair, Target, sides_of, targets_of
from matching.lines import link_lines
from matching.links import Link
from matching.order_sets import Found
from matching.orders import summed_up
from matching.outcome import gives_back
from matching.packs import conversion
from matching.score import score_candidates
from matching.tolerance import NO_TOLERANCES, Limits
from models.aliases import Aliases
from models.bounds import within_bounds
from models.choice import ChosenLink, OrderChoice
from models.invoice import Invoice
from models.match import LineMatch, MatchResult
from models.order import PurchaseOrder
from models.settings import MatchingSettings
from models.tolerances import ToleranceBook

CERTAIN = 1.0  # probability of what a person said


def match_by_hand(
    proposed: MatchResult,
    invoice: Invoice,
    orders: Sequence[PurchaseOrder],
    choice: OrderChoice,
    settings: MatchingSettings = MatchingSettings(),  # noqa: B008 - frozen
    *,
    aliases: Aliases = NO_ALIASES,
    tolerances: ToleranceBook = NO_TOLERANCES,
) -> MatchResult:
    """The proposed match with the orders and links of a choice in place of its own; its candidates stay.

    Orders of the choice that are not among `orders` (deleted since) are left out. Where lines came or went since, the
    links set by hand no longer say which lines they meant: all lines are paired anew.
    """
    invoice = within_bounds(invoice)
    kept = MatchResult(supplier=proposed.supplier, candidates=proposed.candidates, by="person")
    by_number = {order.order_number: order for order in orders}
    chosen = [by_number[number] for number in choice.orders if number in by_number]
    if not chosen:
        return kept
    set_by_hand = choice.links if choice.line_count == len(invoice.lines) else ()
    links = _links(invoice, chosen, set_by_hand, aliases)
    pairs = [Pair(invoice, order, proposed.supplier, (), links) for order in chosen]
    rows = tuple(score_candidates(pairs, settings.ranker))
    limits = Limits(settings, tolerances, proposed.supplier.seller_id or chosen[0].seller_id)
    result = summed_up(kept, invoice, Found(rows, links, CERTAIN), rows, limits)
    by_person = {(link.invoice_line, link.order, link.order_line) for link in set_by_hand}
    return result.model_copy(update={"lines": tuple(_marked(line, by_person) for line in result.lines)})


def _links(
    invoice: Invoice, orders: Sequence[PurchaseOrder], chosen: Sequence[ChosenLink], aliases: Aliases
) -> tuple[Link, ...]:
    """Links set by hand, and the rest of the lines paired by likeness with all order lines."""
    targets = [target for order in orders for target in targets_of(order.order_number, order.lines)]
    known = {(target.order, target.line.line_number): target for target in targets}
    forced = [
        _forced(invoice, link, target, aliases)
        for link in chosen
        if link.invoice_line <= len(invoice.lines) and (target := known.get((link.order, link.order_line))) is not None
    ]
    settled = {link.invoice_line for link in chosen}
    free = [at for at, _ in enumerate(invoice.lines, 1) if at not in settled]
    paired = link_lines([invoice.lines[at - 1] for at in free], targets, aliases=aliases, is_return=gives_back(invoice))
    found = [*forced, *(link._replace(invoice_line=free[link.invoice_line - 1]) for link in paired)]
    return tuple(sorted(found, key=lambda link: (link.invoice_line, link.key)))


def _forced(invoice: Invoice, link: ChosenLink, target: Target, aliases: Aliases) -> Link:
    line = invoice.lines[link.invoice_line - 1]
    factor = conversion(line, target.line, target.price)
    side = sides_of(invoice.lines)[link.invoice_line - 1]
    pair = LinePair(side, target.side, None if factor is None else float(factor), aliases)
    return Link(link.invoice_line, target, line_weight(pair), factor=factor, pair=pair)


def _marked(line: LineMatch, by_person: set[tuple[int, str, str]]) -> LineMatch:
    if (line.invoice_line, line.order, line.order_line) not in by_person:
        return line
    return line.model_copy(update={"by": "person", "probability": CERTAIN})
