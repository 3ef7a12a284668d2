"""The content of one document of a family: lines, dates, references, and the values of labels that name no field."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sample_invoices.generator.identifiers import random_digits
from sample_invoices.generator.training.deal import ZERO, Deal, Goods, Plan, settle
from sample_invoices.generator.training.family import Family
from sample_invoices.generator.training.parties import Party, random_party
from sample_invoices.generator.training.serials import ORDER_STYLES, numbered

EPOCH = date(2015, 1, 1)
DAYS = 4300
CASH_ROUNDERS = frozenset({"CH", "MY", "AU", "NZ"})  # no coin smaller than five
KINDS = {
    "invoice": 0.84,
    "credit_note": 0.06,
    "pro_forma": 0.02,
    "reminder": 0.02,
    "statement": 0.01,
    "order": 0.03,
    "delivery_note": 0.02,
}
QUANTITIES = (1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 25, 40, 50, 100, 150, 250, 500, 1000)
HALVES = ("0.5", "1.5", "2.25", "3.75", "7.5", "0.25", "12.5")


def random_deal(rng: Random, family: Family) -> Deal:
    """One document's content."""
    kind = "receipt" if family.scene == "till" else rng.choices(list(KINDS), list(KINDS.values()))[0]
    day = EPOCH + timedelta(days=rng.randrange(DAYS))
    goods = random_lines(rng, family, day)
    buyer = random_party(rng, family.buyer_country, family.speech.language, person=rng.random() < 0.12)
    plan = random_plan(rng, family, kind, day)
    if abs(sum((item.net for item in goods), ZERO)) < 1:
        plan.charge = ZERO
    invoice = settle(plan, goods, family.seller, buyer)
    gross = invoice.gross_total or ZERO
    if kind == "invoice" and rng.random() < 0.09 and gross > 20:
        share = Decimal(rng.choice((20, 30, 50, 100)))
        plan.prepaid = (gross * share / 100).quantize(Decimal("0.01"))
        invoice = settle(plan, goods, family.seller, buyer)
    ship_to = random_party(rng, family.buyer_country, family.speech.language) if rng.random() < 0.3 else buyer
    decoys = random_decoys(rng, family, day, gross, buyer)
    return Deal(
        kind,
        family.speech.language,
        invoice,
        family.seller,
        buyer,
        tuple(goods),
        family.inclusive,
        decoys,
        ship_to,
        family.terms_days,
    )


def line_count(rng: Random, scene: str) -> int:
    """Mostly few lines, now and then very many."""
    if scene in {"free", "subscription"}:
        return rng.choice((1, 1, 1, 2, 3))
    return min(48, 1 + int(math.exp(rng.gauss(0.9, 0.85))))


def random_lines(rng: Random, family: Family, day: date) -> list[Goods]:
    """Lines drawn from the supplier's catalogue."""
    lines = []
    dated = "date" in family.look.columns or family.scene == "hotel"
    for index in range(line_count(rng, family.scene)):
        item = rng.choice(family.catalogue)
        quantity = Decimal(rng.choice(QUANTITIES if family.scene == "goods" else QUANTITIES[:9]))
        if item.unit in {"HUR", "KGM", "MTR", "LTR"} and rng.random() < 0.35:
            quantity = Decimal(rng.choice(HALVES))
        lines.append(
            replace(
                item,
                quantity=quantity * item.base,
                discount=Decimal(rng.choice((5, 10, 15, 20)))
                if "discount" in family.look.columns and rng.random() < 0.5
                else ZERO,
                day=day - timedelta(days=max(0, 12 - index)) if dated else None,
            )
        )
    return lines


def random_plan(rng: Random, family: Family, kind: str, day: date) -> Plan:
    """The header: what the supplier always shows, and what this document has."""
    due = day + timedelta(days=family.terms_days)
    shows = family.shows
    references = {}
    if "order_reference" in shows and rng.random() < 0.85:
        style = family.order_style if rng.random() < 0.5 else rng.choice(ORDER_STYLES)
        references["order_reference"] = numbered(style, rng, day)
    if "buyer_reference" in shows:
        references["buyer_reference"] = rng.choice(
            (
                f"REF {random_digits(rng, 4)}",
                family.seller.person2,
                f"KST {random_digits(rng, 3)}",
                f"{random_digits(rng, 2)}-{random_digits(rng, 4)}-{random_digits(rng, 2)}",
            )
        )
    if "contract_reference" in shows:
        references["contract_reference"] = numbered(rng.choice(ORDER_STYLES), rng, day)
    if kind == "credit_note":
        references["preceding_invoice"] = numbered(family.number_style, rng, day)
    if "payment_terms" in shows:
        references["payment_terms"] = family.speech.sentence("terms", rng, days=family.terms_days)
    return Plan(
        kind=kind,
        number=numbered(family.number_style, rng, day),
        day=day,
        currency=family.speech.currency,
        due=due if "due_date" in shows and kind in {"invoice", "pro_forma"} and rng.random() < 0.95 else None,
        delivery=day - timedelta(days=rng.randint(0, 14)) if "delivery_date" in shows else None,
        allowance=Decimal(rng.choice((2, 3, 5, 10))) if rng.random() < 0.1 else ZERO,
        charge=Decimal(rng.choice((490, 500, 690, 995, 1200, 2500, 1850))) / 100 if rng.random() < 0.12 else ZERO,
        rounded=family.country.code in (CASH_ROUNDERS if family.scene == "till" else {"CH"}) and rng.random() < 0.5,
        inclusive=family.inclusive,
        negative=kind == "credit_note" and rng.random() < 0.4,
        references=references,
    )


def random_decoys(rng: Random, family: Family, day: date, gross: Decimal, buyer: Party) -> dict[str, str]:
    """Values of labels that name no field."""
    speech, earlier = family.speech, day - timedelta(days=rng.randint(1, 40))
    start, later = day.replace(day=1), day + timedelta(days=rng.randint(0, 3))
    nights = rng.randint(1, 7)
    arrival = day - timedelta(days=nights)
    return {
        "customer_number": rng.choice(("", "K", "C-", "D")) + random_digits(rng, family.customer_digits),
        "delivery_note": numbered(rng.choice(ORDER_STYLES), rng, day),
        "order_date": speech.day(earlier),
        "quote": numbered(rng.choice(ORDER_STYLES), rng, day),
        "project": rng.choice((buyer.city, f"P{random_digits(rng, 4)}", buyer.surname, random_digits(rng, 6))),
        "person": family.seller.person,
        "period": f"{speech.day(start)} - {speech.day(day)}",
        "arrival": speech.day(arrival),
        "departure": speech.day(day),
        "print_date": f"{speech.day(later)} {rng.randint(7, 19):02d}:{rng.randint(0, 59):02d}",
        "ship_via": rng.choice(("UPS", "DHL", "EXW", "DAP", "FedEx Ground", "DPD", "Post")),
        "payment_method": rng.choice(("Visa", "Bank transfer", "SEPA", "PayPal", "Cash", "Mastercard ****1234")),
        "tax_number": family.seller.tax_number,
        "phone": family.seller.phone,
        "email": family.seller.email,
        "fee": speech.money(Decimal(rng.choice(("40", "5", "10", "35", "12.50")))),
        "capital": speech.money(Decimal(rng.choice((10_000, 25_000, 50_000, 100_000, 1_500_000)))),
        "previous_balance": speech.money((gross * rng.randint(1, 300) / 100).quantize(Decimal("0.01"))),
        "note": random_digits(rng, rng.randint(4, 8)),
        "day": speech.day(earlier),
        "day2": speech.day(day + timedelta(days=rng.randint(3, 10))),
        "percent": str(rng.choice((2, 3, 5))),
    }
