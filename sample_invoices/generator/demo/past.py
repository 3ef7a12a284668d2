"""Earlier invoices of the demo client: of its own suppliers and of others as small, each with its purchase order.

They are what a back office has in its archive when it begins: the same kinds of files as the samples, none of the same
invoices. Some name no order, or name it wrongly, as on real paper.

>>> book = make_book(1, strangers=2, rounds=1)
>>> len(book.sellers), len(book.rounds[0]) == len(book.sellers)
(14, True)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from faker import Faker

from models.money import decimal_text, round_amount
from sample_invoices.generator.demo.cast import load_cast
from sample_invoices.generator.demo.masterdata import (
    PURCHASE_ORDER_HEADER,
    SUPPLIER_HEADER,
    Row,
    supplier_rows,
    to_csv,
)
from sample_invoices.generator.demo.produce import MAKERS, Produced
from sample_invoices.generator.demo.script import Expectation, Sample
from sample_invoices.generator.facts import Company, Draft, Facts, Terms, settle
from sample_invoices.generator.locales import languages, load_locale
from sample_invoices.generator.looks import load_looks
from sample_invoices.generator.randomly import (
    FAKER_LOCALES,
    NUMBER_STYLES,
    random_company,
    random_line,
    random_recipe,
)

KINDS = (("ubl", "cii", "facturx"), ("pdf",), ("scan", "png", "jpg"))  # e-invoice, digital, scan
SCAN = 2
MOST_SELLERS = 1000
QUANTITIES = (1, 2, 3, 5, 8, 10, 20)
NO_ORDER, WRONG_ORDER = 0.06, 0.04  # shares of invoices that do not name their order, or with a wrong character
LAST = date(2026, 10, 15)
SPREAD = 80  # days before it
_FITTING = Expectation("two_way", "match", ("approve",), ())


@dataclass(frozen=True, slots=True)
class Seller:
    """A supplier of the demo client with its id there."""

    seller_id: str
    company: Company


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier invoice: the file, what is true of it, and the order that it is for."""

    produced: Produced
    seller_id: str
    facts: Facts
    order: str
    channel: int  # row of KINDS


@dataclass(frozen=True, slots=True)
class Plan:
    """One invoice before its file is made."""

    seller: Seller
    facts: Facts
    order: str
    ordered: date
    kind: str
    channel: int
    slug: str

    def make(self, seed: int) -> Past:
        """Print it."""
        recipe = random_recipe(Random(f"{seed}:{self.slug}:scan")) if self.channel == SCAN else None
        kind = "tiff" if recipe and recipe.mode == "fax" else self.kind
        sample = Sample(self.slug, kind, "", (self.facts,), ((self.order,),), _FITTING, self.seller.company.look,
                        recipe=recipe)  # fmt: skip
        return Past(MAKERS[kind](sample, seed), self.seller.seller_id, self.facts, self.order, self.channel)


@dataclass(frozen=True, slots=True)
class Book:
    """Suppliers, and their invoices in rounds: a round holds one of each supplier."""

    sellers: tuple[Seller, ...]
    rounds: tuple[tuple[Plan, ...], ...]

    def files(self) -> dict[str, bytes]:
        """The master data as the files that are imported."""
        plans = [plan for each in self.rounds for plan in each]
        rows = [row for seller in self.sellers for row in _billed_before(seller)]
        rows += [row for plan in plans for row in _order_rows(plan)]
        known = {row["seller_id"] for row in supplier_rows()}
        others = [_supplier_row(seller) for seller in self.sellers if seller.seller_id not in known]
        return {
            "suppliers.csv": to_csv(SUPPLIER_HEADER, [*supplier_rows(), *others]),
            "purchase-orders.csv": to_csv(PURCHASE_ORDER_HEADER, rows),
        }


def make_book(seed: int, *, strangers: int, rounds: int, scans: int = 0) -> Book:
    """The book of a seed: e-invoices and digital PDFs by turns, the last `scans` rounds on paper."""
    cast = load_cast()
    own = [Seller(cast.seller_ids[key], cast.sellers[key]) for key in cast.seller_ids]
    sellers = (*own, *(_stranger(seed, number) for number in range(strangers)))
    plans = []
    for number in range(rounds + scans):
        made = []
        for at, seller in enumerate(sellers):
            channel = SCAN if number >= rounds else (number + at) % 2
            made.append(_plan(seed, number, at, seller, channel))
        plans.append(tuple(made))
    return Book(sellers, tuple(plans))


def _stranger(seed: int, number: int) -> Seller:
    """A random company with a catalogue, one of the looks and one of the languages."""
    rng = Random(f"{seed}:company:{number}")
    locale = load_locale(rng.choice(languages()))
    country = rng.choice(locale.countries)
    faker = Faker(FAKER_LOCALES[country])
    faker.seed_instance(rng.getrandbits(64))
    items = {(item := random_line(rng, faker, locale).item).code: item for _ in range(7)}
    company = replace(
        random_company(rng, faker, country), items=tuple(items.values()), language=locale.language,
        look=rng.choice(sorted(load_looks())), terms_days=rng.choice((14, 30, 30, 45)),
    )  # fmt: skip
    return Seller(f"H-{number + 1:04d}", replace(company, key=f"h{number + 1}"))


def _plan(seed: int, number: int, at: int, seller: Seller, channel: int) -> Plan:
    """One invoice over one order, as ordered."""
    slug = f"{seller.seller_id.lower()}-{number + 1:02d}"
    rng = Random(f"{seed}:{slug}")
    company = seller.company
    issued = LAST - timedelta(days=rng.randrange(SPREAD))
    order = f"CF-2026-{(number * MOST_SELLERS + at) * 7919 % 10**6:06d}"  # 7919 is prime: each number comes once
    items = rng.sample(company.items, k=min(len(company.items), rng.choice((1, 1, 2, 2, 3, 4))))
    kind = rng.choice(KINDS[channel])
    drafts = [
        Draft(item, item.base * rng.choice(QUANTITIES), None, order, str(10 * position) if channel == 0 else None)
        for position, item in enumerate(items, start=1)
    ]
    style = Random(f"{seed}:{seller.seller_id}").choice(NUMBER_STYLES)
    terms = Terms(
        number=style.format(n=1000 + number * 37 + rng.randrange(37), y=issued.year, yy=issued.year % 100),
        issue_date=issued, due_date=issued + timedelta(days=company.terms_days), currency=company.currency,
        order_reference=_named(order, rng),
        buyer_reference=f"AP-{rng.randrange(100, 1000)}" if channel == 0 else None,
        delivery_date=issued - timedelta(days=rng.randrange(5)) if rng.random() < 0.4 else None,
    )  # fmt: skip
    facts = Facts(settle(terms, company, load_cast().buyer, drafts), company, load_cast().buyer, company.language,
                  customer_number=f"C-{20000 + sum(map(ord, company.key))}")  # fmt: skip
    return Plan(seller, facts, order, issued - timedelta(days=rng.randint(5, 25)), kind, channel, slug)


def _named(order: str, rng: Random) -> str | None:
    """How the invoice names its order: rightly as a rule, not at all, or with a wrong digit."""
    luck = rng.random()
    if luck < NO_ORDER:
        return None
    if luck < NO_ORDER + WRONG_ORDER:
        at = rng.randrange(len(order) - 6, len(order))
        return f"{order[:at]}{(int(order[at]) + rng.randint(1, 9)) % 10}{order[at + 1 :]}"
    return order


def _supplier_row(seller: Seller) -> Row:
    company = seller.company
    return {
        "seller_id": seller.seller_id, "name": company.name, "legal_id": company.legal_id or "",
        "vat_id": company.vat_id, "iban": company.iban, "country": company.country, "currency": company.currency,
        "payment_terms_days": str(company.terms_days), "address": company.address, "status": "active",
    }  # fmt: skip


def _billed_before(seller: Seller) -> list[Row]:
    """An order of last year, delivered and invoiced: none of these suppliers is new to the client."""
    item = seller.company.items[0]
    return [_row(seller, f"CF-2025-{seller.seller_id}", LAST - timedelta(days=400), "closed", "10",
                 Draft(item, item.base * 5), billed=True)]  # fmt: skip


def _order_rows(plan: Plan) -> list[Row]:
    lines = plan.facts.invoice.lines
    by_code = {item.code: item for item in plan.seller.company.items}
    return [
        _row(plan.seller, plan.order, plan.ordered, "open", str(10 * at),
             Draft(by_code[line.seller_item_id or ""], line.quantity or Decimal(1)), billed=False)
        for at, line in enumerate(lines, start=1)
    ]  # fmt: skip


def _row(seller: Seller, number: str, ordered: date, status: str, line: str, draft: Draft, *, billed: bool) -> Row:
    """One order line; the price is for one unit, as order systems have it."""
    company, item, buyer = seller.company, draft.item, load_cast().buyer
    price, quantity = item.price / item.base, decimal_text(draft.quantity)
    return {
        "order_number": number, "order_date": ordered.isoformat(), "status": status, "currency": company.currency,
        "buyer_name": buyer.name, "buyer_vat_id": buyer.vat_id, "seller_id": seller.seller_id,
        "seller_name": company.name, "seller_vat_id": company.vat_id, "line_number": line,
        "seller_item_id": item.code, "buyer_item_id": "", "item_name": item.name, "quantity": quantity,
        "unit_code": item.unit, "unit_price": decimal_text(price),
        "net_amount": decimal_text(round_amount(price * draft.quantity)), "vat_rate": decimal_text(item.rate),
        "quantity_received": quantity if billed else "", "quantity_invoiced": quantity if billed else "0",
    }  # fmt: skip
