"""Lines of invoices and orders made ready for comparing: words, numbers and figures, once for each line.

Figures as floats, since likeness is not money; exact amounts stay on the lines themselves.

>>> target = targets_of("PO1", (OrderLine(line_number="010", item_name="Screw, M8", quantity="4", unit_price="2"),))[0]
>>> target.side.name, target.side.number, sorted(target.side.models), target.price
('screw m8', '10', ['m8'], Decimal('2'))
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from matching.names import fold
from matching.pricing import line_price, open_quantity, order_price
from models.aliases import Aliases, invoice_key, order_keys
from models.invoice import InvoiceLine
from models.order import OrderLine
from models.reference import canonical_number, squeeze

NO_ALIASES = Aliases()

_TOKENS = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


class Side(NamedTuple):
    """A line of either side, made ready for comparing."""

    name: str
    models: frozenset[str]  # words with digits: sizes and model numbers
    seller_item: str
    buyer_item: str
    number: str  # of the order line that the invoice line names, or that the order line has
    order: str  # the order that the invoice line names, or that the order line is on; canonical
    unit: str | None
    quantity: float | None
    still: float | None  # of an order line: what is open; of an invoice line as `quantity`
    price: float | None  # for one unit
    position: int
    keys: tuple[str, ...]  # under what aliases know the item


class Target(NamedTuple):
    """An order line, the order it is on, its exact price for one unit, and its side of a comparison."""

    order: str
    line: OrderLine
    price: Decimal | None
    side: Side


class LinePair(NamedTuple):
    """One invoice line beside one order line: their sides, the order's units in one of the invoice's, the memory."""

    mine: Side
    theirs: Side
    factor: float | None = 1.0
    aliases: Aliases = NO_ALIASES


@lru_cache(maxsize=65_536)
def _words(name: str | None) -> str:
    return " ".join(_TOKENS.findall(fold(name or "")))


@lru_cache(maxsize=65_536)
def _models(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split() if not word.isalpha() and _DIGIT.search(word))


def sides_of(lines: Sequence[InvoiceLine]) -> list[Side]:
    """Invoice lines made ready for comparing."""
    return [_invoice_side(line, at) for at, line in enumerate(lines)]


def _invoice_side(line: InvoiceLine, position: int) -> Side:
    words, price = _words(line.item_name), line_price(line)
    quantity = _magnitude(line.quantity)
    return Side(
        words, _models(words), canonical_number(line.seller_item_id), canonical_number(line.buyer_item_id),
        squeeze(line.order_line).lstrip("0"), canonical_number(line.order_reference), line.unit_code,
        quantity, quantity, None if price is None else float(price), position, (invoice_key(line),),
    )  # fmt: skip


def targets_of(order: str, lines: Sequence[OrderLine]) -> tuple[Target, ...]:
    """Order lines made ready for comparing."""
    return tuple(_target(order, line, at) for at, line in enumerate(lines))


def _target(order: str, line: OrderLine, position: int) -> Target:
    words, price = _words(line.item_name), order_price(line)
    side = Side(
        words, _models(words), canonical_number(line.seller_item_id), canonical_number(line.buyer_item_id),
        squeeze(line.line_number).lstrip("0"), canonical_number(order), line.unit_code, _magnitude(line.quantity),
        _magnitude(open_quantity(line)), None if price is None else float(price), position, order_keys(line),
    )  # fmt: skip
    return Target(order, line, price, side)


def _magnitude(number: Decimal | None) -> float | None:
    return None if number is None else abs(float(number))


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
