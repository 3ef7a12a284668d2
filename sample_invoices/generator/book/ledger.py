"""One buying company's book: its suppliers, some with names alike, and the orders that it has placed with them.

The order numbers run on in the buyer's own scheme, so that neighbours are one digit apart; suppliers get the same
order again every few weeks, and firms of one trade sell the same goods at nearly the same price.

>>> book = ledger(1, 0)
>>> len({order.order_number for order in book.orders}) == len(book.orders), len(book.suppliers) > 5
(True, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from models.order import OrderLine, OrderStatus, PurchaseOrder, Supplier
from sample_invoices.generator.book.goods import GOODS, named
from sample_invoices.generator.book.names import firm_name, similar_name
from sample_invoices.generator.book.numbers import WHEEL, random_letters
from sample_invoices.generator.identifiers import ACCOUNT_DIGITS, iban, random_digits, random_vat

CENT = Decimal("0.01")
ZERO = Decimal(0)
START = date(2024, 1, 8)
DAYS = 900
COUNTRIES = ("FR", "FR", "DE", "DE", "GB", "IE")


@dataclass(frozen=True, slots=True)
class Ware:
    """One good as one supplier sells it."""

    good: int
    size: str
    code: str
    price: Decimal
    language: int

    @property
    def name(self) -> str:
        """The name in the supplier's language."""
        return named(self.good, self.size, self.language)

    @property
    def unit(self) -> str:
        """Unit code of UN/ECE recommendation 20."""
        return GOODS[self.good][1]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The book of one buyer. `wares` and `blankets` are what the truth of a case is made from."""

    name: str
    buyer: str
    buyer_vat_id: str
    suppliers: tuple[Supplier, ...]
    wares: dict[str, tuple[Ware, ...]]  # by seller_id
    orders: tuple[PurchaseOrder, ...]
    blankets: frozenset[str]  # numbers of orders over a sum and not over goods


@dataclass(frozen=True, slots=True)
class _Habits:
    """What one buyer does alike in all orders."""

    has_codes: bool
    has_receipts: bool
    has_vat_ids: bool
    buyer: str
    buyer_vat_id: str


def ledger(seed: int, at: int) -> Ledger:
    """The book of buyer number `at`."""
    rng = Random(f"ledger:{seed}:{at}")
    habits = _Habits(
        rng.random() < 0.5, rng.random() < 0.4, rng.random() < 0.8, firm_name(rng), random_vat(rng, "FR")[1]
    )
    suppliers = _suppliers(rng, f"L{seed}-{at}")
    wares = _all_wares(rng, suppliers)
    sketches = sorted(
        (s for each in suppliers for s in _sketches(rng, each, wares[each.seller_id])), key=lambda s: s[0]
    )
    scheme, letters, running = rng.choice(WHEEL), random_letters(rng), rng.randrange(10, 80_000)
    orders, blankets = [], set()
    for day, supplier, basket in sketches:
        running += rng.choice((1, 1, 1, 2, 3))
        number = scheme.number(day.year, running, letters)
        orders.append(_order(rng, number, day, supplier, basket, habits))
        blankets |= set() if basket else {number}
    return Ledger(
        f"{seed}-{at}", habits.buyer, habits.buyer_vat_id, suppliers, wares, tuple(orders), frozenset(blankets)
    )


def _suppliers(rng: Random, prefix: str) -> tuple[Supplier, ...]:
    found: list[Supplier] = []
    for at in range(rng.randint(6, 9)):
        alike = found and rng.random() < 0.4
        name = similar_name(rng.choice(found).name, rng) if alike else firm_name(rng)
        country = rng.choice(COUNTRIES)
        legal_id, vat_id = random_vat(rng, country)
        account = iban(country, random_digits(rng, ACCOUNT_DIGITS[country]))
        supplier = Supplier(
            seller_id=f"{prefix}-{at}", name=name, legal_id=legal_id, vat_id=vat_id, verified_ibans=(account,),
            country=country, currency="GBP" if country == "GB" else "EUR",
        )  # fmt: skip
        found.append(supplier)
    return tuple(found)


def _all_wares(rng: Random, suppliers: tuple[Supplier, ...]) -> dict[str, tuple[Ware, ...]]:
    wares: dict[str, tuple[Ware, ...]] = {}
    for supplier in suppliers:
        language = {"DE": 2, "FR": 0}.get(supplier.country or "", 1)
        lent = rng.choice(list(wares.values())) if wares and rng.random() < 0.4 else ()
        copied = [
            Ware(each.good, each.size, _code(rng), _near(rng, each.price), language)
            for each in lent[: rng.randint(2, 6)]
        ]
        wares[supplier.seller_id] = (*copied, *(_ware(rng, language) for _ in range(rng.randint(3, 9))))
    return wares


def _code(rng: Random) -> str:
    return rng.choice(("", "A", "ART-", "K")) + random_digits(rng, rng.randint(4, 7))


def _near(rng: Random, price: Decimal) -> Decimal:
    return max(CENT, (price * Decimal(rng.choice(("1", "1", "0.97", "1.04", "1.15")))).quantize(CENT))


def _ware(rng: Random, language: int) -> Ware:
    good = rng.randrange(len(GOODS))
    price = Decimal(str(round(2.718 ** rng.gauss(2.6, 1.4), 2))) + CENT
    return Ware(good, rng.choice(GOODS[good][2]), _code(rng), price.quantize(CENT), language)


Basket = tuple[tuple[Ware, Decimal], ...]
Sketch = tuple[date, Supplier, Basket]


def _sketches(rng: Random, supplier: Supplier, wares: tuple[Ware, ...]) -> list[Sketch]:
    """When what is ordered of one supplier: the same every few weeks, or always something else."""
    recurring = rng.random() < 0.4
    first, step = rng.randrange(400), rng.choice((14, 30, 30, 90))
    usual = _basket(rng, wares)
    found: list[Sketch] = []
    for at in range(rng.randint(5, 14)):
        day = START + timedelta(days=(first + at * step) % DAYS if recurring else rng.randrange(DAYS))
        basket = usual if recurring and rng.random() < 0.6 else _basket(rng, wares)
        if recurring and rng.random() < 0.3:
            basket = tuple((ware, quantity + rng.choice((-1, 1, 2))) for ware, quantity in basket)
            basket = tuple((ware, max(quantity, Decimal(1))) for ware, quantity in basket)
        found.append((day, supplier, () if rng.random() < 0.04 else basket))
    return found


def _basket(rng: Random, wares: tuple[Ware, ...]) -> Basket:
    chosen = rng.sample(wares, min(len(wares), rng.choice((1, 1, 2, 2, 3, 4, 5, 7))))
    return tuple((ware, Decimal(rng.choice((1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 50, 100)))) for ware in chosen)


def _order(rng: Random, number: str, day: date, supplier: Supplier, basket: Basket, habits: _Habits) -> PurchaseOrder:
    status: OrderStatus = rng.choices(("open", "closed", "cancelled"), (78, 18, 4))[0]
    state = "all" if status == "closed" else rng.choices(("none", "some", "all"), (78, 14, 8))[0]
    lines = tuple(_line(rng, str(at * 10), *each, state, habits) for at, each in enumerate(basket, 1))
    return PurchaseOrder(
        order_number=number, order_date=day, status=status, currency=supplier.currency, buyer_name=habits.buyer,
        buyer_vat_id=habits.buyer_vat_id, seller_id=supplier.seller_id, seller_name=supplier.name,
        seller_vat_id=supplier.vat_id if habits.has_vat_ids else None, lines=lines or (_blanket(rng),),
    )  # fmt: skip


def _line(rng: Random, number: str, ware: Ware, quantity: Decimal, state: str, habits: _Habits) -> OrderLine:
    done = {"none": ZERO, "all": quantity}.get(state)
    if done is None:
        done = Decimal(rng.randint(0, max(0, int(quantity) - 1)))
    return OrderLine(
        line_number=number, item_name=ware.name, seller_item_id=ware.code if habits.has_codes else None,
        quantity=quantity, unit_code=ware.unit, unit_price=ware.price,
        net_amount=(quantity * ware.price).quantize(CENT),
        quantity_received=quantity if habits.has_receipts else None, quantity_invoiced=done,
    )  # fmt: skip


def _blanket(rng: Random) -> OrderLine:
    """A sum that may be called off, without goods."""
    name = rng.choice(("Rahmenauftrag", "Commande ouverte", "Blanket order", "Contrat cadre"))
    return OrderLine(line_number="1", item_name=name, net_amount=Decimal(rng.randrange(2000, 40_000)))
