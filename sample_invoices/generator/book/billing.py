"""What a supplier bills: a whole order or a part of it, several orders, freight beside it, another price, a credit.

>>> from sample_invoices.generator.book.ledger import ledger
>>> made = bill(ledger(1, 0), "whole", Random(1))
>>> made is not None and made.outcome, made is not None and made.invoice.net_total is not None
('match', True)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from models.invoice import Invoice, InvoiceLine
from models.match import MatchOutcome
from models.order import OrderLine, PurchaseOrder, Supplier
from sample_invoices.generator.book.goods import FREIGHT, UNORDERED
from sample_invoices.generator.book.ledger import CENT, ZERO, Ledger

SITUATIONS = {
    "whole": 26, "partial": 12, "rest": 8, "several_orders": 7, "price": 7, "more": 6, "freight": 8, "box": 4,
    "per_hundred": 4, "closed": 4, "other_seller": 4, "already_invoiced": 4, "no_order": 8, "credit": 5, "blanket": 3,
    "unordered": 3,
}  # fmt: skip
Links = tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as the supplier wrote it, without its order number and its names."""

    invoice: Invoice
    seller: Supplier
    orders: tuple[str, ...]
    links: Links
    outcome: MatchOutcome
    day: date  # of the latest order
    telling: frozenset[int] = frozenset()  # lines (from 1) on which the outcome rests


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line with what it is on the order."""

    line: InvoiceLine
    order: str = ""
    order_line: str = ""
    is_telling: bool = False  # without this line nothing would be wrong with the invoice


def bill(book: Ledger, situation: str, rng: Random) -> Bill | None:
    """An invoice of one situation, or None where no order of the book fits."""
    found = [order for order in book.orders if _FITS[situation](order, book)]
    if not found:
        return None
    order = rng.choice(found)
    orders = _together(order, found, rng) if situation == "several_orders" else (order,)
    if situation == "several_orders" and len(orders) < 2:
        return None
    entries = [entry for each in orders for entry in _entries(each, situation, rng)]
    if situation in _EXTRAS:
        entries.append(_Entry(_EXTRAS[situation](rng), is_telling=situation == "unordered"))
    if situation == "credit":
        entries = entries[: rng.randint(1, len(entries))]
    bill = _settled(book, orders, entries, situation)
    return _by_another(bill, book, rng) if situation == "other_seller" else bill


def _together(order: PurchaseOrder, found: list[PurchaseOrder], rng: Random) -> tuple[PurchaseOrder, ...]:
    others = [each for each in found if each.seller_id == order.seller_id and each is not order]
    return (order, *rng.sample(others, min(len(others), rng.choice((1, 1, 2)))))


def _open(line: OrderLine) -> Decimal:
    return (line.quantity or ZERO) - line.quantity_invoiced


def _is_whole(order: PurchaseOrder, book: Ledger) -> bool:
    return _has_goods(order, book) and all(line.quantity_invoiced == 0 for line in order.lines)


def _has_goods(order: PurchaseOrder, book: Ledger) -> bool:
    return order.status == "open" and order.order_number not in book.blankets


_FITS: dict[str, Callable[[PurchaseOrder, Ledger], bool]] = dict.fromkeys(SITUATIONS, _is_whole) | {
    "partial": lambda o, b: _is_whole(o, b) and any((line.quantity or ZERO) > 1 for line in o.lines),
    "rest": lambda o, b: (
        _has_goods(o, b)
        and any(line.quantity_invoiced for line in o.lines)
        and any(_open(line) > 0 for line in o.lines)
    ),
    "closed": lambda o, b: o.status == "cancelled" and o.order_number not in b.blankets and not _is_used_up(o),
    "already_invoiced": lambda o, b: _has_goods(o, b) and _is_used_up(o),
    "credit": lambda o, b: o.order_number not in b.blankets and _is_used_up(o),
    "blanket": lambda o, b: o.order_number in b.blankets and o.status == "open",
    "box": lambda o, b: _is_whole(o, b) and any(_boxed(line) for line in o.lines),
}


def _is_used_up(order: PurchaseOrder) -> bool:
    return all(line.quantity is not None and _open(line) <= 0 for line in order.lines)


def _boxed(line: OrderLine) -> bool:
    return line.unit_code == "C62" and line.quantity is not None and line.quantity % 12 == 0


def _entries(order: PurchaseOrder, situation: str, rng: Random) -> list[_Entry]:
    if situation == "blanket":
        return [_call_off(order, rng)]
    lines = [line for line in order.lines if situation in ("already_invoiced", "credit") or _open(line) > 0]
    if situation == "partial" and len(lines) > 1:
        lines = lines[: rng.randint(1, len(lines))]
    spoilt = rng.randrange(len(lines))
    found = []
    for at, line in enumerate(lines):
        quantity = line.quantity or ZERO if situation in ("already_invoiced", "credit") else _open(line)
        if situation == "partial":
            quantity = Decimal(rng.randint(1, max(1, int(quantity) - (len(lines) == len(order.lines)))))
        entry = _Entry(_billed(line, quantity), order.order_number, line.line_number)
        found.append(_altered(entry, situation, rng) if at == spoilt or situation in ("box", "per_hundred") else entry)
    return found


def _billed(line: OrderLine, quantity: Decimal) -> InvoiceLine:
    price = line.unit_price or ZERO
    return InvoiceLine(
        quantity=quantity, unit_code=line.unit_code, unit_price=price, net_amount=(quantity * price).quantize(CENT),
        item_name=line.item_name, seller_item_id=line.seller_item_id, vat_rate=Decimal(20),
    )  # fmt: skip


def _altered(entry: _Entry, situation: str, rng: Random) -> _Entry:
    """A line as the situation has it: dearer, more of it, in dozens, priced for a hundred."""
    line = entry.line
    quantity, price = line.quantity or ZERO, line.unit_price or ZERO
    if situation == "price":
        price = (price * Decimal(rng.choice(("1.03", "1.08", "1.15", "1.4", "0.9")))).quantize(CENT) + CENT * 2
    elif situation == "more":
        quantity += max(Decimal(1), (quantity * Decimal(rng.choice(("0.1", "0.25", "1")))).to_integral_value())
    elif situation == "box" and quantity % 12 == 0 and line.unit_code == "C62":
        return replace(
            entry,
            line=line.model_copy(update={"quantity": quantity / 12, "unit_code": "DZN", "unit_price": price * 12}),
        )
    elif situation == "per_hundred":
        return replace(
            entry, line=line.model_copy(update={"unit_price": price * 100, "price_base_quantity": Decimal(100)})
        )
    else:
        return entry
    update = {"quantity": quantity, "unit_price": price, "net_amount": (quantity * price).quantize(CENT)}
    return replace(entry, line=line.model_copy(update=update), is_telling=True)


def _call_off(order: PurchaseOrder, rng: Random) -> _Entry:
    amount = ((order.lines[0].net_amount or ZERO) * rng.randint(5, 60) / 100).quantize(CENT)
    line = InvoiceLine(item_name=rng.choice(UNORDERED), quantity=Decimal(1), unit_price=amount, net_amount=amount)
    return _Entry(line, order.order_number, order.lines[0].line_number)


def _freight(rng: Random) -> InvoiceLine:
    cost = Decimal(rng.randint(400, 2400)).scaleb(-2)
    return InvoiceLine(item_name=rng.choice(FREIGHT), quantity=Decimal(1), unit_price=cost, net_amount=cost)


def _unordered(rng: Random) -> InvoiceLine:
    cost = Decimal(rng.randint(4000, 60_000)).scaleb(-2)
    return InvoiceLine(item_name=rng.choice(UNORDERED), quantity=Decimal(1), unit_price=cost, net_amount=cost)


_EXTRAS = {"freight": _freight, "unordered": _unordered}
_OUTCOMES: dict[str, MatchOutcome] = {
    "price": "price_variance", "more": "quantity_variance", "closed": "closed_order", "no_order": "no_order",
    "other_seller": "seller_mismatch", "already_invoiced": "already_invoiced", "unordered": "quantity_variance",
}  # fmt: skip


def _settled(book: Ledger, orders: tuple[PurchaseOrder, ...], entries: list[_Entry], situation: str) -> Bill:
    lines = tuple(entry.line.model_copy(update={"line_id": str(at)}) for at, entry in enumerate(entries, 1))
    net = sum((line.net_amount or ZERO for line in lines), ZERO)
    tax = (net / 5).quantize(CENT)
    seller = next(each for each in book.suppliers if each.seller_id == orders[0].seller_id)
    invoice = Invoice(
        type_code="381" if situation == "credit" else "380", currency=orders[0].currency, net_total=net,
        sum_of_lines=net, tax_total=tax, gross_total=net + tax, payable_total=net + tax, lines=lines,
    )  # fmt: skip
    is_ordered = situation != "no_order"
    links = tuple((at, each.order, each.order_line) for at, each in enumerate(entries, 1) if each.order and is_ordered)
    numbers = tuple(order.order_number for order in orders) if is_ordered else ()
    day = max(order.order_date for order in orders if order.order_date)
    telling = frozenset(at for at, each in enumerate(entries, 1) if each.is_telling)
    bill = Bill(invoice, seller, numbers, links, _OUTCOMES.get(situation, "match"), day, telling)
    return bill if is_ordered else _of_nothing(bill)


def _of_nothing(bill: Bill) -> Bill:
    """A purchase that nobody ordered: the supplier's goods in other quantities, at other prices."""
    lines = tuple(
        line.model_copy(
            update={
                "quantity": (line.quantity or ZERO) + 3 + at,
                "unit_price": ((line.unit_price or ZERO) * Decimal("1.37") + Decimal("1.13")).quantize(CENT),
            }
        )
        for at, line in enumerate(bill.invoice.lines)
    )
    lines = tuple(
        line.model_copy(
            update={"net_amount": ((line.quantity or ZERO) * (line.unit_price or ZERO)).quantize(CENT),
                    "item_name": UNORDERED[at % len(UNORDERED)], "seller_item_id": None}
        )
        for at, line in enumerate(lines)
    )  # fmt: skip
    net = sum((line.net_amount or ZERO for line in lines), ZERO)
    update = {"lines": lines, "net_total": net, "sum_of_lines": net, "gross_total": net * Decimal("1.2")}
    return replace(bill, invoice=bill.invoice.model_copy(update=update))


def _by_another(bill: Bill, book: Ledger, rng: Random) -> Bill:
    others = [each for each in book.suppliers if each.seller_id != bill.seller.seller_id]
    return replace(bill, seller=rng.choice(others))
