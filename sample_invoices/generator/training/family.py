"""A family: one supplier with its speech, layout, goods and habits; its documents differ in content only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from sample_invoices.generator.identifiers import random_digits
from sample_invoices.generator.training.country import WEIGHTS, Country, load_country
from sample_invoices.generator.training.deal import Goods
from sample_invoices.generator.training.look import Look, random_look
from sample_invoices.generator.training.parties import Party, random_party
from sample_invoices.generator.training.serials import NUMBER_STYLES, ORDER_STYLES, PORTUGUESE_STYLES
from sample_invoices.generator.training.speech import Speech, random_speech
from sample_invoices.generator.training.words import Words, languages, load_pack

SCENES = {"goods": 0.44, "services": 0.2, "subscription": 0.07, "hotel": 0.05, "free": 0.06, "till": 0.18}
TILL_COUNTRIES = {"MY": 30, "SG": 6, "US": 14, "GB": 8, "DE": 18}
SHOWN = {
    "due_date": 0.62,
    "order_reference": 0.55,
    "delivery_date": 0.35,
    "buyer_reference": 0.2,
    "buyer_vat_id": 0.28,
    "contract_reference": 0.1,
    "payment_terms": 0.5,
    "currency": 0.12,
    "seller_vat_id": 0.85,
    "iban": 0.72,
    "seller_legal_id": 0.3,
    "customer_number": 0.5,
    "remittance": 0.08,
}
REFERENCE_DECOYS = (
    "delivery_note",
    "order_date",
    "quote",
    "project",
    "person",
    "period",
    "ship_via",
    "payment_method",
    "print_date",
    "tax_number",
    "phone",
    "email",
)
UNITS = ("C62", "C62", "C62", "HUR", "KGM", "MTR", "XBX", "LTR", "MON", "DAY")


@dataclass(frozen=True, slots=True)
class Family:
    """Everything that the documents of one supplier share."""

    scene: str
    country: Country
    speech: Speech
    look: Look
    seller: Party
    catalogue: tuple[Goods, ...]
    number_style: str
    order_style: str
    shows: frozenset[str]
    decoys: tuple[str, ...]
    terms_days: int
    inclusive: bool
    buyer_country: str
    customer_digits: int

    @property
    def group(self) -> str:
        """The name of the layout family."""
        if self.scene == "till":
            return f"till-{self.look.number:02d}-{self.look.meta}-{self.look.totals}-{self.look.letterhead}"
        return self.look.group


def random_family(rng: Random, words: Words) -> Family:
    """A supplier that never was."""
    scene = rng.choices(list(SCENES), list(SCENES.values()))[0]
    weights = {**WEIGHTS, **(TILL_COUNTRIES if scene == "till" else {})}
    code = rng.choices(list(weights), list(weights.values()))[0]
    country = load_country(code)
    speech = random_speech(rng, country, words)
    if speech.language not in languages():
        speech.language = country.languages[0]
    abroad = rng.random() < 0.15
    return Family(
        scene=scene,
        country=country,
        speech=speech,
        look=random_look(rng, code),
        seller=random_party(rng, code, speech.language),
        catalogue=tuple(random_goods(rng, speech, country, scene) for _ in range(rng.randint(3, 14))),
        number_style=rng.choice(PORTUGUESE_STYLES if code == "PT" and rng.random() < 0.6 else NUMBER_STYLES),
        order_style=rng.choice(ORDER_STYLES),
        shows=frozenset(term for term, share in SHOWN.items() if rng.random() < share),
        decoys=tuple(key for key in REFERENCE_DECOYS if rng.random() < 0.22),
        terms_days=rng.choice((0, 7, 8, 10, 14, 14, 15, 20, 30, 30, 30, 30, 45, 60, 90)),
        inclusive=scene in {"till", "hotel"} or (scene == "goods" and rng.random() < 0.05),
        buyer_country=rng.choice(list(WEIGHTS)) if abroad else code,
        customer_digits=rng.randint(3, 10),
    )


def random_goods(rng: Random, speech: Speech, country: Country, scene: str) -> Goods:
    """One article of a supplier."""
    goods = load_pack(speech.language).lists["goods"]
    rate = rng.choice(country.rates[:3]) if rng.random() < 0.85 else rng.choice(country.rates)
    if rng.random() < 0.75:
        rate = country.rates[0]
    scale = {"till": 1.6, "services": 5.2, "free": 6.5, "hotel": 3.6, "subscription": 4.0}.get(scene, 3.2)
    price = Decimal(str(round(math.exp(rng.gauss(scale, 1.2)), 2))) + Decimal("0.01")
    if rng.random() < 0.3:
        price = price.quantize(Decimal(1)) + (Decimal(1) if price < 1 else Decimal("0.00"))
    return Goods(
        code=random_code(rng),
        name=speech.plain(random_name(rng, goods, scene)),
        quantity=Decimal(1),
        unit="HUR" if scene == "services" and rng.random() < 0.6 else rng.choice(UNITS),
        price=price.quantize(Decimal("0.01")),
        rate=rate,
        base=Decimal(100) if scene == "goods" and rng.random() < 0.04 else Decimal(1),
    )


def random_name(rng: Random, goods: dict[str, list[str]], scene: str) -> str:
    """What an article is called."""
    if scene == "till":
        return rng.choice(goods["food"] if rng.random() < 0.7 else goods["things"])
    if scene == "hotel":
        return rng.choice(goods["hotel"])
    if scene in {"services", "free", "subscription"} or rng.random() < 0.15:
        return rng.choice(goods["services"])
    return " ".join(filter(None, (rng.choice(goods["things"]), rng.choice(goods["qualities"]))))


def random_code(rng: Random) -> str:
    """An article's number."""
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(rng.randint(1, 3)))
    return rng.choice(
        (
            random_digits(rng, rng.randint(4, 8)),
            f"{letters}-{random_digits(rng, 3)}",
            f"{letters}{random_digits(rng, 4)}",
            f"{random_digits(rng, 3)}.{random_digits(rng, 3)}",
            f"40{random_digits(rng, 11)}",
            f"{letters}-{random_digits(rng, 2)}-{letters}",
        )
    )
