"""Invoice lines to order lines: all pairs are weighed, then assigned together so that the whole is likeliest.

Weights in log2 odds (see weights.py); a pair below zero is worse than no link. `scipy` solves the assignment.

>>> from models.invoice import InvoiceLine
>>> from models.order import OrderLine
>>> bolts, nuts = OrderLine(line_number="1", item_name="Bolt M8"), OrderLine(line_number="2", item_name="Nut M8")
>>> invoice = (InvoiceLine(item_name="NUT M8"), InvoiceLine(item_name="bolt M8"))
>>> links = link_lines(invoice, targets_of("PO1", (bolts, nuts)))
>>> [(link.invoice_line, link.target.line.line_number) for link in links]
[(1, '2'), (2, '1')]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from matching.names import fold
from matching.pricing import line_price, order_price, units_per_unit
from matching.weights import Row, probability_of, weight_at
from models.invoice import InvoiceLine
from models.order import OrderLine
from models.reference import canonical_number, squeeze

PRIOR = -2.0
LINK_TWICE = 2.0  # a second invoice line on the same order line needs more than a bare majority

_TOKENS = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


class Side(NamedTuple):
    """A line of either side, made ready for comparing: figures as floats, since likeness is not money."""

    name: str
    models: frozenset[str]  # words with digits: sizes and model numbers
    seller_item: str
    buyer_item: str
    number: str  # of the order line that the invoice line names, or that the order line has
    unit: str | None
    quantity: float | None
    price: float | None  # for one unit
    position: int


class Target(NamedTuple):
    """An order line, the order it is on, its exact price for one unit, and its side of a comparison."""

    order: str
    line: OrderLine
    price: Decimal | None
    side: Side


class LinePair(NamedTuple):
    """One invoice line beside one order line."""

    mine: Side
    theirs: Side


class Link(NamedTuple):
    """Invoice line (from 1) to order line, with its match weight and the share of its quantity that was ordered."""

    invoice_line: int
    target: Target
    weight: float
    coverage: float = 1.0

    @property
    def probability(self) -> float:
        """Match probability of the link, in [0, 1]."""
        return probability_of(self.weight)


@lru_cache(maxsize=65_536)
def _words(name: str | None) -> str:
    return " ".join(_TOKENS.findall(fold(name or "")))


@lru_cache(maxsize=65_536)
def _models(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split() if not word.isalpha() and _DIGIT.search(word))


def _side(line: InvoiceLine | OrderLine, number: str | None, price: Decimal | None, position: int) -> Side:
    words = _words(line.item_name)
    return Side(
        words,
        _models(words),
        canonical_number(line.seller_item_id),
        canonical_number(line.buyer_item_id),
        squeeze(number).lstrip("0"),
        line.unit_code,
        None if line.quantity is None else abs(float(line.quantity)),
        None if price is None else float(price),
        position,
    )


def targets_of(order: str, lines: Sequence[OrderLine]) -> tuple[Target, ...]:
    """Order lines made ready for comparing."""
    prices = [order_price(line) for line in lines]
    return tuple(
        Target(order, line, price, _side(line, line.line_number, price, at))
        for at, (line, price) in enumerate(zip(lines, prices, strict=True))
    )


def line_marks(line: InvoiceLine | OrderLine) -> frozenset[str]:
    """What an exact search would find a line by: its words, its item numbers, its price as stated.

    >>> sorted(line_marks(InvoiceLine(item_name="Bolt, M8", unit_price="2.50", seller_item_id="A-1")))
    ['#A1', '2.5', 'bolt m8']
    """
    price = "" if line.unit_price is None else f"{float(line.unit_price):.6g}"
    items = (f"#{squeeze(number)}" for number in (line.seller_item_id, line.buyer_item_id) if number)
    return frozenset((_words(line.item_name), price, *items)) - {""}


def closeness(left: float | Decimal | None, right: float | Decimal | None) -> float | None:
    """One less the relative difference of two magnitudes, in [0, 1]; None when one is missing."""
    if left is None or right is None:
        return None
    a, b = abs(float(left)), abs(float(right))
    largest = max(a, b)
    return 1.0 if largest == 0.0 else 1.0 - abs(a - b) / largest


def _item_name(pair: LinePair) -> float | None:
    a, b = pair.mine.name, pair.theirs.name
    if not a or not b:
        return None
    if a == b:
        return 1.0
    alike = max(fuzz.token_sort_ratio(a, b), 0.9 * fuzz.token_set_ratio(a, b)) / 100
    left, right = pair.mine.models, pair.theirs.models
    return alike * 0.85 if left and right and left.isdisjoint(right) else alike  # "Screw M8" is not "Screw M10"


def _item_ids(pair: LinePair) -> float | None:
    mine, theirs = pair
    both = [
        a == b for a, b in ((mine.seller_item, theirs.seller_item), (mine.buyer_item, theirs.buyer_item)) if a and b
    ]
    return float(any(both)) if both else None


def _order_line(pair: LinePair) -> float | None:
    return float(pair.mine.number == pair.theirs.number) if pair.mine.number else None


def _quantity(pair: LinePair) -> float | None:
    factor = _factor(pair.mine.unit, pair.theirs.unit)
    taken, ordered = pair.mine.quantity, pair.theirs.quantity
    if taken is None or ordered is None or factor is None:
        return None
    taken *= factor
    return 1.0 if abs(taken - ordered) < 1e-9 * ordered else 0.5 if taken < ordered else 0.0


def _unit_price(pair: LinePair) -> float | None:
    factor = _factor(pair.mine.unit, pair.theirs.unit)
    return closeness(pair.mine.price / factor, pair.theirs.price) if pair.mine.price is not None and factor else None


@lru_cache(maxsize=4096)
def _factor(mine: str | None, theirs: str | None) -> float | None:
    factor = units_per_unit(mine, theirs)
    return None if factor is None else float(factor)


def _position(pair: LinePair) -> float:
    return float(pair.mine.position == pair.theirs.position)


LINE_COMPARISONS: tuple[Row[LinePair], ...] = (
    Row("item_id", "the item number", _item_ids,
        lambda p: (p.mine.seller_item or p.mine.buyer_item, p.theirs.seller_item or p.theirs.buyer_item),
        ((0.0, -2.0), (1.0, 6.0))),
    Row("order_line", "the order line number", _order_line, lambda p: (p.mine.number, p.theirs.number),
        ((0.0, -1.5), (1.0, 4.0))),
    Row("item_name", "the item's name", _item_name, lambda p: (p.mine.name, p.theirs.name),
        ((0.0, -4.0), (0.4, -3.0), (0.6, -1.0), (0.8, 2.0), (1.0, 5.0))),
    Row("quantity", "the quantity", _quantity, lambda p: (str(p.mine.quantity), str(p.theirs.quantity)),
        ((0.0, -1.0), (0.5, 0.0), (1.0, 1.5))),
    Row("unit_price", "the unit price", _unit_price, lambda p: (str(p.mine.price), str(p.theirs.price)),
        ((0.0, -2.5), (0.5, -1.5), (0.9, 0.8), (0.99, 1.6), (1.0, 2.0))),
    Row("position", "the position", _position, lambda p: (str(p.mine.position + 1), str(p.theirs.position + 1)),
        ((0.0, 0.0), (1.0, 0.5))),
)  # fmt: skip


def line_weight(pair: LinePair) -> float:
    """The match weight of one pair of lines, in log2 odds."""
    total = PRIOR
    for row in LINE_COMPARISONS:
        similarity = row.similarity(pair)
        if similarity is not None:
            total += weight_at(row.points, similarity)
    return total


def link_lines(lines: Sequence[InvoiceLine], targets: Sequence[Target]) -> tuple[Link, ...]:
    """Assign invoice lines to order lines, each order line once; then let leftover lines share a clear target.

    The sum of weights is the largest possible (not greedy). Ordered by invoice line; lines without a link are absent.
    """
    if not lines or not targets:
        return ()
    mine = [_side(line, line.order_line, line_price(line), at) for at, line in enumerate(lines)]
    weights = [[line_weight(LinePair(side, target.side)) for target in targets] for side in mine]
    links = [_link(row, mine[row], targets[column], weights[row][column]) for row, column in _assign(weights)]
    linked = {link.invoice_line for link in links}
    for at, row_weights in enumerate(weights):
        best = max(range(len(targets)), key=row_weights.__getitem__)
        if at + 1 not in linked and row_weights[best] > LINK_TWICE:
            links.append(_link(at, mine[at], targets[best], row_weights[best]))
    return tuple(sorted(links, key=lambda link: link.invoice_line))


def _link(row: int, side: Side, target: Target, weight: float) -> Link:
    ordered, taken = target.side.quantity, (side.quantity or 0.0) * (_factor(side.unit, target.side.unit) or 0.0)
    return Link(row + 1, target, weight, 1.0 if ordered is None or taken <= ordered else ordered / taken)


def _assign(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The pairs (row, column) with the largest sum of positive weights, each row and column once."""
    bests = [max(range(len(row)), key=row.__getitem__) for row in weights]
    if len(set(bests)) == len(bests):  # nobody wants the same line: the optimum is plain, and scipy stays unloaded
        return [(row, best) for row, best in enumerate(bests) if weights[row][best] > 0.0]
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    gains = np.maximum(np.asarray(weights, dtype=float), 0.0)  # zero is the price of rejecting a pair
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if gains[row, column] > 0.0]
