"""Any number of other people's orders, made as cheaply as Python allows: what a look-up has to tell apart.

Same seed, same orders. Order numbers are unique within a stream; suppliers have about forty orders each.

>>> first = next(distractors(1, 10))
>>> first.status, len(first.lines)
('open', 1)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from models.order import OrderLine, OrderStatus, PurchaseOrder
from sample_invoices.generator.book.goods import NAMES
from sample_invoices.generator.book.names import firm_name
from sample_invoices.generator.book.numbers import LETTERS, WHEEL

EPOCH = date(2023, 1, 1)
DAYS = 1400
ORDERS_EACH = 40  # of one supplier
_DATES = tuple(EPOCH + timedelta(days=day) for day in range(DAYS))
_STATUS: tuple[OrderStatus, ...] = ("open",) * 3 + ("closed",)
_PAIRS = tuple(a + b for a in LETTERS for b in LETTERS)


def distractors(seed: int, count: int) -> Iterator[PurchaseOrder]:
    """`count` orders of one line each; models are built without a check, for their parts are right by construction."""
    rng = Random(f"distractors:{seed}")
    suppliers = tuple(_supplier(rng, at) for at in range(max(3, count // ORDERS_EACH)))
    taken: set[str] = set()
    lot = rng.random
    while len(taken) < count:
        running = int(lot() * 10**8)
        day = _DATES[int(lot() * DAYS)]
        number = WHEEL[running % len(WHEEL)].number(day.year, int(lot() * 10**8), _PAIRS[running % len(_PAIRS)])
        if number in taken:
            continue
        status = "open" if not taken else _STATUS[running & 3]
        taken.add(number)
        yield _order(number, day, status, suppliers[int(lot() * len(suppliers))], running)


def _supplier(rng: Random, at: int) -> tuple[str, str, str]:
    """Id, name and VAT id."""
    return f"D{at:06d}", firm_name(rng), f"DE{rng.randrange(10**8, 10**9)}"


def _order(number: str, day: date, status: OrderStatus, supplier: tuple[str, str, str], lot: int) -> PurchaseOrder:
    seller_id, name, vat_id = supplier
    cents, quantity = 100 + lot % 99_991, 1 + lot % 37
    line = OrderLine.model_construct(
        line_number="1",
        item_name=NAMES[lot % len(NAMES)],
        quantity=Decimal(quantity),
        unit_code="C62",
        unit_price=Decimal(cents).scaleb(-2),
        net_amount=Decimal(cents * quantity).scaleb(-2),
    )
    return PurchaseOrder.model_construct(
        order_number=number,
        order_date=day,
        status=status,
        currency="EUR",
        seller_id=seller_id,
        seller_name=name,
        seller_vat_id=vat_id,
        lines=(line,),
    )
