"""What stands beside the goods: freight, packing and small fees; deductions; tax as a line. Known by their words.

>>> is_small_cost(InvoiceLine(item_name="Frais de port")), is_small_cost(InvoiceLine(item_name="Portable computer"))
(True, False)
>>> is_deduction(InvoiceLine(item_name="Less down payment of 3 May", net_amount="-500"))
True
>>> is_tax(InvoiceLine(item_name="TVA 20,00 %")), is_tax(InvoiceLine(item_name="Tax advice, 2 hours"))
(True, False)
"""

from __future__ import annotations

import re

from matching.names import fold
from models.invoice import InvoiceLine

_WORDS: dict[str, tuple[str, ...]] = {
    "fr": ("port", "frais de port", "transport", "livraison", "emballage", "expedition", "participation energie",
           "frais de dossier", "frais de gestion", "eco contribution", "eco participation", "deee", "consigne",
           "surcharge carburant", "supplement carburant", "forfait livraison", "affranchissement"),
    "en": ("freight", "shipping", "delivery charge", "delivery fee", "carriage", "postage", "packing", "packaging",
           "handling", "fuel surcharge", "courier", "small order surcharge", "delivery"),
    "de": ("fracht", "versand", "versandkosten", "porto", "verpackung", "lieferkosten", "transportkosten",
           "mindermengenzuschlag", "maut", "energiezuschlag", "frachtkosten", "zustellung", "pfand"),
    "es": ("portes", "transporte", "envio", "gastos de envio", "embalaje"),
    "it": ("trasporto", "spese di trasporto", "spedizione", "imballo"),
    "nl": ("verzendkosten", "vracht", "vrachtkosten", "verpakking", "bezorgkosten"),
    "pt": ("portes", "frete", "embalagem", "transporte"),
    "pl": ("transport", "przesylka", "koszt wysylki", "opakowanie"),
}  # fmt: skip
_DEDUCTIONS: tuple[str, ...] = (
    "down payment", "advance payment", "prepayment", "deposit", "discount", "rebate", "early payment", "allowance",
    "acompte", "avance", "remise", "rabais", "ristourne", "escompte", "arrhes",
    "anzahlung", "vorauszahlung", "abschlag", "abschlagszahlung", "rabatt", "skonto", "nachlass", "bonus", "gutschrift",
    "anticipo", "descuento", "acconto", "sconto", "korting", "aanbetaling", "voorschot", "adiantamento", "desconto",
    "zaliczka", "rabat", "rounding", "arrondi", "rundung",
)  # fmt: skip


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(sorted({re.escape(word) for word in words}, key=len)[::-1]) + r")\b")


_COST = _any_of(tuple(word for words in _WORDS.values() for word in words))
_DEDUCTION = _any_of(_DEDUCTIONS)
_TAX = re.compile(
    r"(?:\d+ )*(?:tva|t v a|vat|mwst|mehrwertsteuer|ust|umsatzsteuer|iva|btw|podatek vat|sales tax|gst|tax|taxe|moms)"
    r"(?: (?:\d+|de|von|at|a|of|al|a taux normal))*"
)
_NOISE = re.compile(r"[\W_]+")


def _plain(line: InvoiceLine) -> str:
    return _NOISE.sub(" ", fold(line.item_name or "")).strip()


def is_small_cost(line: InvoiceLine) -> bool:
    """Whether the line's words say that it is a cost beside the goods, in any of the languages."""
    return bool(_COST.search(_plain(line)))


def is_deduction(line: InvoiceLine) -> bool:
    """Whether the line takes off a discount or what was paid before; a return of goods is none."""
    return line.net_amount is not None and line.net_amount < 0 and bool(_DEDUCTION.search(_plain(line)))


def is_tax(line: InvoiceLine) -> bool:
    """Whether the line is the tax itself: "VAT 19 %" and nothing more."""
    return bool(_TAX.fullmatch(_plain(line)))


def asks_for_nothing(line: InvoiceLine) -> bool:
    """Whether no order line can answer for it: free of charge, words without any figure, tax, a deduction."""
    if line.net_amount == 0 or (line.net_amount is None and line.quantity is None and line.unit_price is None):
        return True
    return is_tax(line) or is_deduction(line)
