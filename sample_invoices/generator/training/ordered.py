"""Orders for a random document: the one it is for, and others of its supplier that it could be mistaken for.

Shares are set by hand. Truth is the deal: what was ordered follows from what is billed, never from what was read.

>>> from sample_invoices.generator.training.series import generate
>>> document, = generate(1, 1)
>>> made = orders_of(document.composed.deal, "S1", Random(1))
>>> made.order is None or made.order in {order.order_number for order in made.orders}
True
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from models.order import OrderLine, PurchaseOrder, Supplier
from sample_invoices.generator.training.deal import Deal, Goods
from sample_invoices.generator.training.parties import Party

# What the book holds beside the invoice: as ordered; more was ordered than is billed; the same was ordered twice; the
# order is unknown, but its like is not; nobody ordered it; another price.
SITUATIONS = {"whole": 62, "partial": 12, "twin": 14, "other_number": 2, "none": 6, "price": 4}
UNNAMED = 0.08  # share of invoices whose order stands in the book under another number than they print
OTHERS = 6  # orders of the same supplier, at most
_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")
Basket = Sequence[tuple[Goods, Decimal]]


@dataclass(frozen=True, slots=True)
class Ordered:
    """A small book. `links` are (invoice line from 1, order line) of the order that the invoice is for."""

    orders: tuple[PurchaseOrder, ...]
    order: str | None
    links: tuple[tuple[int, str], ...]
    situation: str


def supplier_of(party: Party, seller_id: str, currency: str) -> Supplier:
    """The master data's record of a seller that was paid before."""
    return Supplier(
        seller_id=seller_id, name=party.name, legal_id=party.legal_id or None, vat_id=party.vat_id or None,
        verified_ibans=tuple(filter(None, (party.iban, party.iban2))), country=party.country, currency=currency,
        address=party.address, has_history=True,
    )  # fmt: skip


def orders_of(deal: Deal, seller_id: str, rng: Random) -> Ordered:
    """The orders of one supplier around one invoice."""
    situation = rng.choices(list(SITUATIONS), list(SITUATIONS.values()))[0]
    named = deal.invoice.order_reference
    number = named if named and rng.random() >= UNNAMED else _number(rng)
    day = (deal.invoice.issue_date or date(2026, 1, 1)) - timedelta(days=rng.randint(4, 40))
    basket = [(item, item.quantity) for item in deal.goods]
    book = _Book(deal, seller_id, rng)
    found = [book.order(_number(rng), day, book.other_basket()) for _ in range(rng.randint(1, OTHERS))]
    if situation in {"twin", "other_number"}:
        found.append(book.order(_beside(number, rng), day - timedelta(days=rng.choice((7, 30))), basket))
    if situation not in {"none", "other_number"}:
        found.append(book.order(number, day, book.as_ordered(basket, situation)))
    rng.shuffle(found)
    is_there = any(order.order_number == number for order in found)
    links = tuple((at, str(10 * at)) for at in range(1, len(basket) + 1)) if is_there else ()
    return Ordered(tuple(found), number if is_there else None, links, situation)


@dataclass(frozen=True, slots=True)
class _Book:
    deal: Deal
    seller_id: str
    rng: Random

    def order(self, number: str, day: date, basket: Basket) -> PurchaseOrder:
        """One open order."""
        deal = self.deal
        lines = tuple(_line(str(10 * at), item, quantity) for at, (item, quantity) in enumerate(basket, 1))
        return PurchaseOrder(
            order_number=number, order_date=day, currency=deal.invoice.currency, buyer_name=deal.buyer.name,
            buyer_vat_id=deal.buyer.vat_id, seller_id=self.seller_id, seller_name=deal.seller.name,
            seller_vat_id=deal.seller.vat_id, lines=lines,
        )  # fmt: skip

    def other_basket(self) -> Basket:
        """Some of the same goods in other quantities."""
        goods = self.rng.sample(self.deal.goods, self.rng.randint(1, len(self.deal.goods)))
        return [(item, item.quantity + self.rng.randint(1, 9)) for item in goods]

    def as_ordered(self, basket: Basket, situation: str) -> Basket:
        """What was ordered, given what is billed."""
        if situation == "partial":
            return [(item, quantity + self.rng.randint(0, 5)) for item, quantity in basket]
        if situation != "price":
            return basket
        at = self.rng.randrange(len(basket))
        return list(_dearer(basket, at, Decimal(self.rng.choice(("0.85", "0.93", "1.1")))))


def _dearer(basket: Basket, at: int, factor: Decimal) -> Iterable[tuple[Goods, Decimal]]:
    for index, (item, quantity) in enumerate(basket):
        yield (replace(item, price=(item.price * factor).quantize(_CENT)) if index == at else item), quantity


def _line(number: str, item: Goods, quantity: Decimal) -> OrderLine:
    price = item.price / item.base * (_HUNDRED - item.discount) / _HUNDRED
    return OrderLine(
        line_number=number, seller_item_id=item.code or None, item_name=item.name, quantity=quantity,
        unit_code=item.unit, unit_price=price, net_amount=(price * quantity).quantize(_CENT), vat_rate=item.rate,
    )  # fmt: skip


def _number(rng: Random) -> str:
    return rng.choice(("PO-{:06d}", "45000{:05d}", "B{:05d}", "CF-2026-{:05d}")).format(rng.randrange(10**5))


def _beside(number: str, rng: Random) -> str:
    """A number one digit away."""
    at = rng.choice([at for at, sign in enumerate(number) if sign.isdigit()] or [len(number) - 1])
    digit = int(number[at]) if number[at].isdigit() else 0
    return f"{number[:at]}{(digit + rng.randint(1, 9)) % 10}{number[at + 1 :]}"
