"""Invoice lines to order lines: all pairs are weighed, then assigned together so that the whole is likeliest.

Weights in log2 odds (see weights.py); a pair below zero is worse than no link. What the assignment leaves is split and
merged by the moves of moves.py, while the amount without a link falls.

>>> from models.order import OrderLine
>>> bolts, nuts = OrderLine(line_number="1", item_name="Bolt M8"), OrderLine(line_number="2", item_name="Nut M8")
>>> invoice = (InvoiceLine(item_name="NUT M8"), InvoiceLine(item_name="bolt M8"))
>>> links = link_lines(invoice, targets_of("PO1", (bolts, nuts)))
>>> [(link.invoice_line, link.target.line.line_number) for link in links]
[(1, '2'), (2, '1')]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from matching.assignment import assign, assign_greedily
from matching.board import Board
from matching.line_comparisons import LINE_COMPARISONS, line_waterfall, line_weight
from matching.line_sides import NO_ALIASES, LinePair, Side, Target, closeness, line_marks, sides_of, targets_of
from matching.links import Link
from matching.moves import settle
from matching.packs import conversion, pack_size
from matching.pricing import units_per_unit
from matching.small_costs import is_deduction, is_tax
from models.aliases import Aliases
from models.invoice import InvoiceLine

__all__ = ["LINE_COMPARISONS", "Link", "LinkOptions", "Target", "closeness", "explained", "line_marks", "link_lines",
           "targets_of"]  # fmt: skip

NEAREST = 0.01  # log2 odds between the ends of an invoice
IMPOSSIBLE = -99.0  # log2 odds of a pair that must never be


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """What linking may use: for measuring what each part is worth."""

    without: frozenset[str] = field(default_factory=frozenset)  # names of LINE_COMPARISONS
    is_greedy: bool = False
    has_moves: bool = True
    weigh: Callable[[LinePair], float] | None = None  # log2 odds of a pair, instead of the weights set by hand


ALL = LinkOptions()


def link_lines(
    lines: Sequence[InvoiceLine],
    targets: Sequence[Target],
    *,
    aliases: Aliases = NO_ALIASES,
    options: LinkOptions = ALL,
    is_return: bool = False,
) -> tuple[Link, ...]:
    """Assign invoice lines to order lines, then split and merge what is left.

    Ordered by invoice line, then as the order has its lines; lines without a link are absent. `is_return`: the lines
    give back, so that what was invoiced is open.
    """
    if not lines or not targets:
        return ()
    has_orders = len({target.order for target in targets}) > 1
    sides = [side if has_orders else side._replace(order="") for side in sides_of(lines)]
    pairs = [_pairs(line, side, targets, aliases) for line, side in zip(lines, sides, strict=True)]
    weights = [_weights(line, row, targets, options) for line, row in zip(lines, pairs, strict=True)]
    chosen = assign_greedily(weights) if options.is_greedy else assign(_tied(weights))
    links = [_link(lines[row], pairs[row][at], targets[at], weights[row][at], row) for row, at in chosen]
    board = Board(lines, targets, weights, tuple(links), pairs, is_return=is_return)
    return settle(board, has_moves=options.has_moves)


def explained(links: Sequence[Link]) -> tuple[Link, ...]:
    """The links with their waterfalls, for those that are shown to people."""
    return tuple(
        link if link.waterfall or link.pair is None else link._replace(waterfall=line_waterfall(link.pair))
        for link in links
    )


def _pairs(line: InvoiceLine, side: Side, targets: Sequence[Target], aliases: Aliases) -> list[LinePair]:
    return [LinePair(side, target.side, _quick_factor(line, side, target), aliases) for target in targets]


def _weights(
    line: InvoiceLine, pairs: Sequence[LinePair], targets: Sequence[Target], options: LinkOptions
) -> list[float]:
    is_beside = is_tax(line) or is_deduction(line)
    weigh = options.weigh or (lambda pair: line_weight(pair, options.without))
    return [
        IMPOSSIBLE if _cannot_be(line, target, is_beside=is_beside) else weigh(pair)
        for pair, target in zip(pairs, targets, strict=True)
    ]


def _tied(weights: Sequence[Sequence[float]]) -> list[list[float]]:
    """Weights with a hair's breadth for lines in the same sequence: what nothing else tells apart stays in order."""
    return [
        [weight - NEAREST * abs(row / len(weights) - column / len(found)) for column, weight in enumerate(found)]
        for row, found in enumerate(weights)
    ]


def _cannot_be(line: InvoiceLine, target: Target, *, is_beside: bool) -> bool:
    """Whether an order line can never answer: a price for something free, goods for tax or for a deduction."""
    if line.net_amount == 0:
        return bool(target.price)
    return is_beside and (target.line.net_amount or 0) >= 0


def _quick_factor(line: InvoiceLine, side: Side, target: Target) -> float | None:
    """As `conversion`, without it where no name speaks of packs."""
    if pack_size(line.item_name) is None and pack_size(target.line.item_name) is None:
        return _family_factor(side.unit, target.side.unit)
    return _float(conversion(line, target.line, target.price))


@lru_cache(maxsize=4096)
def _family_factor(mine: str | None, theirs: str | None) -> float | None:
    return _float(units_per_unit(mine, theirs))


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _link(line: InvoiceLine, pair: LinePair, target: Target, weight: float, row: int) -> Link:
    factor = conversion(line, target.line, target.price)
    ordered, taken = pair.theirs.quantity, (pair.mine.quantity or 0.0) * float(factor or 0)
    coverage = 1.0 if ordered is None or taken <= ordered else ordered / taken
    return Link(row + 1, target, weight, coverage, factor, pair=pair)
