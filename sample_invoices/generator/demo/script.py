"""The demo's orders and samples as values, from orders.toml and samples.toml.

>>> order = load_orders()["CF-2026-0325"]
>>> [(str(line.quantity), str(line.received)) for line in order.lines]
[('6', '4'), ('100', '100')]
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sample_invoices.generator.demo.cast import load_cast
from sample_invoices.generator.facts import ZERO, Company, Draft, Facts, Item, Terms, settle
from sample_invoices.generator.scan import Recipe

HERE = Path(__file__).parent
LINE = re.compile(r"(?P<code>\S+) x (?P<quantity>\d+)(?P<each> each)?(?: @ (?P<price>[\d.]+))?")


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One order line; `received` is None where no goods receipt exists."""

    number: str
    item: Item
    quantity: Decimal
    received: Decimal | None


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase order. `history`: delivered and invoiced in full last year."""

    number: str
    order_date: date
    status: str
    seller: Company
    lines: tuple[OrderedLine, ...]
    history: bool = False


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the line should make of a sample; `acceptable` are the outcomes that are right, the likeliest first."""

    match_kind: str
    match_outcome: str
    acceptable: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One file: what it is, the invoices in it, and what should become of it."""

    slug: str
    kind: str
    purpose: str
    facts: tuple[Facts, ...]
    orders: tuple[tuple[str, ...], ...]  # for each of `facts`
    expectation: Expectation
    look: str
    xml_facts: Facts | None = None  # where the embedded XML says something else than the page
    recipe: Recipe | None = None
    repeat: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False)


def parse_line(seller: Company, text: str, order: str | None = None) -> list[Draft]:
    """One line of the files as drafts; "each" stands for every size of a family."""
    match = LINE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a line: {text}")
    family = [item for item in seller.items if item.code.startswith(match["code"] + "X")]
    items = family if match["each"] else [seller.item(match["code"])]
    price = Decimal(match["price"]) if match["price"] else None
    return [Draft(item, Decimal(match["quantity"]), price, order) for item in items]


@cache
def load_orders() -> dict[str, Order]:
    """Every order by number."""
    rows = tomllib.loads((HERE / "orders.toml").read_text(encoding="utf-8"))["order"]
    return {row["number"]: order_of(row) for row in rows}


def order_of(row: dict[str, Any]) -> Order:
    """One table of orders.toml."""
    seller = load_cast().sellers[row["seller"]]
    drafts = [draft for text in row["lines"] for draft in parse_line(seller, text)]
    received = row.get("received", "none")
    counts = received if isinstance(received, list) else [None] * len(drafts)
    lines = tuple(
        OrderedLine(
            number=str(index * 10),
            item=draft.item,
            quantity=draft.quantity,
            received=draft.quantity if received == "all" else None if count is None else Decimal(count),
        )
        for index, (draft, count) in enumerate(zip(drafts, counts, strict=True), start=1)
    )
    return Order(row["number"], row["date"], row.get("status", "open"), seller, lines, row.get("history", False))


def drafts_of(row: dict[str, Any], key: str = "lines") -> list[Draft]:
    """The lines of a sample: its own, or those of its orders."""
    seller, orders = load_cast().sellers[row["seller"]], row.get("orders", [])
    if key in row:
        order = orders[0] if len(orders) == 1 else None
        return [draft for text in row[key] for draft in parse_line(seller, text, order)]
    ordered = [(load_orders()[number], line) for number in orders for line in load_orders()[number].lines]
    structured = row["kind"] in {"facturx", "ubl", "cii"}  # there an invoice line can name its order line
    return [
        Draft(line.item, line.quantity, None, order.number, line.number if structured else None)
        for order, line in ordered
    ]


def facts_of(row: dict[str, Any], key: str = "lines") -> Facts:
    """The invoice of one sample."""
    cast = load_cast()
    seller = cast.sellers[row["seller"]]
    issued: date = row["date"]
    credit = row.get("type_code") == "381"
    orders = row.get("orders", [])
    terms = Terms(
        number=row["number"],
        issue_date=issued,
        due_date=None if credit else issued + timedelta(days=seller.terms_days),
        currency=seller.currency,
        type_code=row.get("type_code", "380"),
        category=row.get("category", "S"),
        allowance_percent=Decimal(row.get("allowance_percent", "0")),
        order_reference=orders[0] if len(orders) == 1 else None,
        buyer_reference=row.get("buyer_reference"),
        preceding_invoice=row.get("preceding"),
        delivery_date=issued - timedelta(days=row["delivery_days"]) if "delivery_days" in row else None,
        payment_terms=row.get("payment_terms"),
        iban=row.get("iban"),
        gross_error=Decimal(row.get("gross_error", ZERO)),
    )
    return Facts(
        invoice=settle(terms, seller, cast.buyer, drafts_of(row, key)),
        seller=seller,
        buyer=cast.buyer,
        language=seller.language,
        mentions=tuple(row.get("mentions", ())),
        deliver_to=tuple(row.get("deliver_to", ())),
        customer_number=f"C-{20000 + sum(map(ord, seller.key))}",
    )


def recipe_of(row: dict[str, Any]) -> Recipe:
    """The scan table of a sample; one dpi serves both directions."""
    values = dict(row)
    dpi = values.pop("dpi", 200)
    across, down = dpi if isinstance(dpi, list) else (dpi, dpi)
    return Recipe(dpi=(float(across), float(down)), **values)


@cache
def load_samples() -> tuple[Sample, ...]:
    """Every sample in order; one that repeats another takes over what it does not say itself."""
    rows = tomllib.loads((HERE / "samples.toml").read_text(encoding="utf-8"))["sample"]
    by_slug = {row["slug"]: row for row in rows}
    return tuple(sample_of({**by_slug.get(row.get("repeat", ""), {}), **row}) for row in rows)


def sample_of(row: dict[str, Any]) -> Sample:
    """One table of samples.toml."""
    parts = [row, *({**row, **more} for more in row.get("more", ()))]
    kind, outcome, expected, *reasons = row["expect"]
    return Sample(
        slug=row["slug"],
        kind=row["kind"],
        purpose=row["purpose"],
        facts=tuple(facts_of(part) for part in parts),
        orders=tuple(tuple(part.get("orders", ())) for part in parts),
        expectation=Expectation(kind, outcome, (expected, *row.get("or", ())), tuple(reasons)),
        look=row.get("look", load_cast().sellers[row["seller"]].look),
        xml_facts=facts_of(row, "xml_lines") if "xml_lines" in row else None,
        recipe=recipe_of(row["scan"]) if "scan" in row else None,
        repeat=row.get("repeat"),
        raw=row,
    )
