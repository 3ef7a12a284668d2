"""Both sides of each waterfall row as text: what the invoice says, and what the order says.

>>> sorted(set(LABELS) - {row.name for row in COMPARISONS})
['other_number', 'other_supplier', 'prices', 'quantities', 'rivals']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from matching.comparisons import COMPARISONS
from matching.features import Evidence, price_percent, quantity_percent
from matching.lines import Link
from matching.pricing import line_price, open_quantity
from models.invoice import Invoice
from models.money import decimal_text

Sides = tuple[str, str]
Field = Sequence[Evidence]

LABELS = {row.name: row.label for row in COMPARISONS} | {
    "prices": "the prices",
    "quantities": "the quantities",
    "rivals": "the other orders",
    "other_supplier": "the rule on other suppliers",
    "other_number": "the rule on other numbers",
}
_SHOWS = {row.name: row.show for row in COMPARISONS}
_CENT = Decimal("0.0001")


def shown(name: str, evidence: Evidence, field: Field) -> Sides:
    """Both sides of a row as text; empty where a side says nothing. `field`: all candidates of the invoice."""
    if name in _SHOWS:
        return _SHOWS[name](evidence.pair)
    return _OTHERS[name](evidence, field) if name in _OTHERS else ("", "")


def _prices(evidence: Evidence, _: Field) -> Sides:
    """The prices of the line that differs most."""
    link = _farthest(evidence, price_percent)
    if link is None:
        return "", ""
    mine = line_price(evidence.pair.invoice.lines[link.invoice_line - 1])
    return _text(mine and mine / (link.factor or 1)), _text(link.target.price)


def _quantities(evidence: Evidence, _: Field) -> Sides:
    """The quantities of the line that differs most, in the order's unit; of the order what is open."""
    link = _farthest(evidence, quantity_percent)
    if link is None:
        return "", ""
    mine = evidence.pair.invoice.lines[link.invoice_line - 1].quantity
    return _text(mine and mine * (link.factor or 1)), _text(open_quantity(link.target.line))


def _rivals(evidence: Evidence, field: Field) -> Sides:
    """The likeliest of the other orders, by the weights set by hand."""
    others = [each for each in field if each is not evidence]
    best = max(others, key=lambda each: each.hand, default=None)
    return "", best.pair.order.order_number if best else ""


def _farthest(evidence: Evidence, differs: Callable[[Invoice, Link], float | None]) -> Link | None:
    found = [(abs(each), link) for link in evidence.pair.links or ()
             if (each := differs(evidence.pair.invoice, link)) is not None]  # fmt: skip
    return max(found, key=lambda row: row[0])[1] if found else None


def _other_supplier(evidence: Evidence, _: Field) -> Sides:
    return _SHOWS["seller"](evidence.pair)


def _other_number(evidence: Evidence, _: Field) -> Sides:
    return _SHOWS["order_number"](evidence.pair)


def _text(number: Decimal | None) -> str:
    return "" if number is None else decimal_text(round(number, 4).normalize())


_OTHERS: dict[str, Callable[[Evidence, Field], Sides]] = {
    "prices": _prices, "quantities": _quantities, "rivals": _rivals, "other_supplier": _other_supplier,
    "other_number": _other_number,
}  # fmt: skip
