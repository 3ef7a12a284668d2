"""Costs that come beside what was ordered: freight, packing, deposits, small fees. Known by their words.

>>> is_small_cost(InvoiceLine(item_name="Frais de port")), is_small_cost(InvoiceLine(item_name="Portable computer"))
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
_ANY = re.compile(
    r"\b(?:" + "|".join(sorted({re.escape(w) for ws in _WORDS.values() for w in ws}, key=len)[::-1]) + r")\b"
)
_NOISE = re.compile(r"[\W_]+")


def is_small_cost(line: InvoiceLine) -> bool:
    """Whether the line's words say that it is a cost beside the goods, in any of the languages."""
    return bool(_ANY.search(_NOISE.sub(" ", fold(line.item_name or ""))))
