"""An invoice line beside an order line: LINE_COMPARISONS, one row per similarity, and what they add up to.

>>> [row.name for row in LINE_COMPARISONS]
['item_id', 'order_line', 'item_name', 'alias', 'quantity', 'unit_price', 'position']
"""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import fuzz

from matching.line_sides import LinePair, closeness
from matching.weights import Row, weight_at
from models.match import Comparison

PRIOR = -2.0
OTHER_SIZE = 0.85  # of the name's likeness where both have sizes and share none: "Screw M8" is not "Screw M10"
OTHER_ORDER = -4.0  # log2 odds where the invoice line names another order than the order line is on


def _item_name(pair: LinePair) -> float | None:
    a, b = pair.mine.name, pair.theirs.name
    if not a or not b:
        return None
    if a == b:
        return 1.0
    alike = max(fuzz.token_sort_ratio(a, b), 0.9 * fuzz.token_set_ratio(a, b)) / 100
    left, right = pair.mine.models, pair.theirs.models
    return alike * OTHER_SIZE if left and right and left.isdisjoint(right) else alike


def item_ids(pair: LinePair) -> float | None:
    """1 where a number of the item is the same on both sides, 0 where all that both give differ, None without."""
    mine, theirs = pair.mine, pair.theirs
    both = [
        a == b for a, b in ((mine.seller_item, theirs.seller_item), (mine.buyer_item, theirs.buyer_item)) if a and b
    ]
    return float(any(both)) if both else None


def _order_line(pair: LinePair) -> float | None:
    return float(pair.mine.number == pair.theirs.number) if pair.mine.number else None


def _alias(pair: LinePair) -> float | None:
    """How surely this wording was confirmed to mean this item; 0 where it was confirmed to mean others only."""
    wording = pair.mine.keys[0]
    if not pair.aliases.confirmed or not pair.aliases.knows(wording):
        return None
    return 1.0 - 0.5 ** pair.aliases.times(wording, pair.theirs.keys)


def _quantity(pair: LinePair) -> float | None:
    taken, ordered, still = pair.mine.quantity, pair.theirs.quantity, pair.theirs.still
    if taken is None or ordered is None or still is None or pair.factor is None:
        return None
    taken *= pair.factor
    if abs(taken - ordered) < 1e-9 * ordered or abs(taken - still) < 1e-9 * still:
        return 1.0
    return 0.5 if taken < ordered else 0.0


def _unit_price(pair: LinePair) -> float | None:
    price, factor = pair.mine.price, pair.factor
    return closeness(price / factor, pair.theirs.price) if price is not None and factor else None


def _position(pair: LinePair) -> float:
    return float(pair.mine.position == pair.theirs.position)


def _confirmed(pair: LinePair) -> tuple[str, str]:
    times = pair.aliases.times(pair.mine.keys[0], pair.theirs.keys)
    said = "confirmed as another item" if not times else f"confirmed before: {times} time{'s' if times > 1 else ''}"
    return said, pair.theirs.name


LINE_COMPARISONS: tuple[Row[LinePair], ...] = (
    Row("item_id", "the item number", item_ids,
        lambda p: (p.mine.seller_item or p.mine.buyer_item, p.theirs.seller_item or p.theirs.buyer_item),
        ((0.0, -2.0), (1.0, 6.0))),
    Row("order_line", "the order line number", _order_line, lambda p: (p.mine.number, p.theirs.number),
        ((0.0, -1.5), (1.0, 4.0))),
    Row("item_name", "the item's name", _item_name, lambda p: (p.mine.name, p.theirs.name),
        ((0.0, -4.0), (0.4, -3.0), (0.6, -1.0), (0.8, 2.0), (1.0, 5.0))),
    Row("alias", "what was confirmed before", _alias, _confirmed, ((0.0, -1.0), (0.5, 6.5), (1.0, 8.5))),
    Row("quantity", "the quantity", _quantity, lambda p: (str(p.mine.quantity), str(p.theirs.quantity)),
        ((0.0, -1.0), (0.5, 0.0), (1.0, 1.5))),
    Row("unit_price", "the unit price", _unit_price, lambda p: (str(p.mine.price), str(p.theirs.price)),
        ((0.0, -2.5), (0.5, -1.5), (0.9, 0.8), (0.99, 1.6), (1.0, 2.0))),
    Row("position", "the position", _position, lambda p: (str(p.mine.position + 1), str(p.theirs.position + 1)),
        ((0.0, 0.0), (1.0, 0.5))),
)  # fmt: skip


def line_weight(pair: LinePair, without: Collection[str] = ()) -> float:
    """The match weight of one pair of lines, in log2 odds; `without`: names of comparisons that are left out."""
    total = PRIOR + _order_weight(pair)
    for row in LINE_COMPARISONS:
        similarity = None if row.name in without else row.similarity(pair)
        if similarity is not None:
            total += weight_at(row.points, similarity)
    return total


def line_waterfall(pair: LinePair) -> tuple[Comparison, ...]:
    """What a link's weight is made of, row by row; they add up to `line_weight`."""
    rows = [Comparison(name="prior", invoice_value="", order_value="", weight=PRIOR)]
    for row in LINE_COMPARISONS:
        if (similarity := row.similarity(pair)) is not None:
            mine, theirs = row.show(pair)
            weight = round(weight_at(row.points, similarity), 3)
            rows.append(Comparison(name=row.name, invoice_value=mine, order_value=theirs, weight=weight))
    if other := _order_weight(pair):
        mine, theirs = pair.mine.order, pair.theirs.order
        rows.append(Comparison(name="order_number", invoice_value=mine, order_value=theirs, weight=other))
    return tuple(rows)


def _order_weight(pair: LinePair) -> float:
    """Nothing where the line names no order, or this one however it is cut; else a heavy doubt."""
    mine, theirs = pair.mine.order, pair.theirs.order
    return 0.0 if not mine or mine in theirs or theirs in mine else OTHER_ORDER
