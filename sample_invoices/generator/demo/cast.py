"""The companies of the demo, from companies.toml.

>>> load_cast().buyer.name
'Ateliers Bellecombe SAS'
>>> load_cast().sellers["vercorin"].item("TF-M8X20").base
Decimal('100')
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sample_invoices.generator.facts import HUNDRED, Company, Item

COMPANIES = Path(__file__).parent / "companies.toml"
NOT_OF_COMPANY = {"seller_id", "items", "series"}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the buyer, every seller by key, and the seller ids of those whom the supplier file knows."""

    buyer: Company
    sellers: dict[str, Company]
    seller_ids: dict[str, str]


@cache
def load_cast() -> Cast:
    """Read the cast."""
    raw = tomllib.loads(COMPANIES.read_text(encoding="utf-8"))
    rows = [*raw["seller"], *raw["stranger"]]
    return Cast(
        buyer=company_of(raw["buyer"]),
        sellers={row["key"]: company_of(row) for row in rows},
        seller_ids={row["key"]: row["seller_id"] for row in raw["seller"]},
    )


def company_of(row: dict[str, Any]) -> Company:
    """One table of the file as a company with its catalogue."""
    plain = {key: value for key, value in row.items() if key not in NOT_OF_COMPANY}
    items = [item_of(*item) for item in row.get("items", ())]
    for family in row.get("series", ()):
        items.extend(sizes_of(*family))
    return Company(**plain, items=tuple(items))


def item_of(code: str, name: str, price: str, unit: str, rate: str, base: str = "1") -> Item:
    """One row of a catalogue."""
    return Item(code, name, Decimal(price), unit, Decimal(rate), Decimal(base))


def sizes_of(code: str, name: str, diameters: list[int], lengths: list[int]) -> list[Item]:
    """Every size of a family of screws; thicker and longer ones cost more."""
    return [
        Item(
            code=code.format(d=d, l=length),
            name=name.format(d=d, l=length),
            price=Decimal(210 + 3 * d * length) / HUNDRED,
            base=HUNDRED,
        )
        for d in diameters
        for length in lengths
    ]
