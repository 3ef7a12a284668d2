"""Whether paper and book leave it open which order an invoice is for: another order fits the bill as well.

>>> is_nearer("4500017", "4500017", "4500018"), is_nearer("450001", "4500017", "4500018")
(True, False)
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from rapidfuzz.distance import OSA

from models.invoice import InvoiceLine
from models.order import OrderLine, PurchaseOrder
from sample_invoices.generator.book.billing import Bill
from sample_invoices.generator.book.ledger import ZERO, Ledger

UNREADABLE = (
    "missing",
    "damaged_1",
    "damaged_2",
    "damaged_3",
    "cut",
)  # ways of the number in which a twin may be meant
OVER, PART, ALL = 0, 1, 2  # how what is billed stands to what is open
DOZEN = 12

Fit = tuple[int | Decimal, ...]  # the more in each place, the better an order fits
Billed = tuple[tuple[OrderLine, Decimal], ...]  # what is billed of each order line, in the order's unit


def is_open_question(book: Ledger, made: Bill, number: str, printed: str | None, *, has_lines: bool, day: date) -> bool:
    """Whether nobody could say which order is meant, by the number as printed or by anything else.

    Args:
        book: All orders.
        made: What was billed.
        number: How the number stands on the paper, a key of `NUMBERS`.
        printed: The numbers as printed, " / " between them.
        has_lines: Whether the lines were read; else only the amount tells.
        day: Of the invoice: what was ordered later is not meant.
    """
    if not made.orders or number not in UNREADABLE:
        return number == "wrong" and bool(made.orders)
    is_blank = number == "missing"
    if is_blank and (set(made.orders) & book.blankets or (len(made.orders) > 1 and not has_lines)):
        return True  # goods of any kind on a frame, or any orders that come to the sum
    texts = [""] * len(made.orders) if is_blank or printed is None else printed.split(" / ")
    return any(
        not is_nearer(text, order, other)
        for text, order in zip(texts, made.orders, strict=True)
        for other in twins(book, made, order, has_lines=has_lines, day=day)
    )


def is_nearer(printed: str, order: str, other: str) -> bool:
    """Whether what is printed is fewer edits from the order's number than from the other's; nothing printed is not."""
    return bool(printed) and OSA.distance(printed, order) < OSA.distance(printed, other)


def twins(book: Ledger, made: Bill, number: str, *, has_lines: bool, day: date) -> list[str]:
    """Orders of the same seller that fit what was billed on one order at least as well."""
    ordered = {order.order_number: order for order in book.orders}
    mine, is_credit = ordered[number], made.invoice.type_code == "381"
    lines = {line.line_number: line for line in mine.lines}
    billed = tuple((lines[line], _quantity(made.invoice.lines[at - 1])) for at, order, line in made.links
                   if order == number)  # fmt: skip
    if number in book.blankets:
        return []
    fit = _fit if has_lines else _amount_fit
    own = fit(billed, mine, is_credit)
    return [
        order.order_number
        for order in book.orders
        if order.seller_id == mine.seller_id
        and (order.order_date is None or order.order_date <= day)
        and order.order_number not in (*made.orders, *book.blankets)
        and order.status in (("open", "closed") if is_credit else ("open",))
        and (theirs := fit(billed, order, is_credit))
        and all(each >= best for each, best in zip(theirs, own, strict=False))  # what fits nothing has many twins
    ]


def _quantity(line: InvoiceLine) -> Decimal:
    return (line.quantity or ZERO) * (DOZEN if line.unit_code == "DZN" else 1)


def _room(line: OrderLine, is_credit: bool) -> Decimal:  # noqa: FBT001 - passed on from the bill
    return line.quantity_invoiced if is_credit else (line.quantity or ZERO) - line.quantity_invoiced


def _stands(asked: Decimal, room: Decimal) -> int:
    return ALL if asked == room else PART if asked < room else OVER


def _fit(billed: Billed, order: PurchaseOrder, is_credit: bool) -> Fit:  # noqa: FBT001
    """How each billed line stands to the order's line of the same item and price, and how few lines are left over.

    Empty where an item is not on the order.
    """
    found = []
    for target, quantity in billed:
        alike = [_stands(quantity, _room(line, is_credit)) for line in order.lines
                 if (line.item_name, line.unit_price) == (target.item_name, target.unit_price)
                 and _room(line, is_credit) > 0]  # fmt: skip
        if not alike:
            return ()
        found.append(max(alike))
    untouched = sum(_room(line, is_credit) > 0 for line in order.lines) - len(billed)
    return (*found, -max(0, untouched))


def _amount_fit(billed: Billed, order: PurchaseOrder, is_credit: bool) -> Fit:  # noqa: FBT001
    """As `_fit` where only the amount was read: how it stands to the order's, and how much of it there is room for."""
    asked = sum((quantity * (line.unit_price or ZERO) for line, quantity in billed), ZERO)
    room = sum((_room(line, is_credit) * (line.unit_price or ZERO) for line in order.lines), ZERO)
    return (Decimal(_stands(asked, room)), min(asked, room)) if room > 0 else ()
