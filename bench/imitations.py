"""Names that imitate a supplier's, and honest names beside it, drawn by a seed; and how many of each are told.

An imitation has another company's identifiers or none: homoglyphs, one or two edits, another legal form, the very name
with another SIREN or VAT id. Honest pairs are two companies of one trade and town, whose names share words.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any, NamedTuple

from matching import match_supplier
from models.invoice import Invoice
from models.order import Supplier

TRICKS = ("homoglyph", "one_edit", "two_edits", "other_ids", "pair", "legal_form")
_TRADES = ("Menuiserie", "Boulangerie", "Transports", "Garage", "Plomberie", "Imprimerie", "Pharmacie", "Cabinet",
           "Ateliers", "Entreprise", "Services", "Conseil", "Nettoyage", "Sécurité", "Traiteur", "Fleurs")  # fmt: skip
_NAMES = (
    "Dupont", "Martin", "Bernard", "Petit", "Robert", "Richard", "Durand", "Leroy", "Moreau", "Simon", "Laurent",
    "Lefebvre", "Michel", "Garcia", "David", "Bertrand", "Roux", "Vincent", "Fournier", "Morel", "Girard",
    "André", "Mercier", "Lambert", "Bonnet", "François", "Martinez", "Legrand", "Garnier", "Faure", "Rousseau",
    "Blanc", "Guérin", "Muller", "Henry", "Roussel", "Nicolas", "Perrin", "Morin", "Mathieu", "Clément",
    "Gauthier",
)  # fmt: skip
_TOWNS = ("Lyon", "Lille", "Nantes", "Rennes", "Dijon", "Tours", "Metz", "Brest", "Angers", "du Midi", "de l'Ouest",
          "Atlantique", "des Alpes", "du Nord", "et Fils", "Frères", "International", "Groupe")  # fmt: skip
_FORMS = ("SARL", "SAS", "SA", "EURL")
_GLYPHS = str.maketrans("aeopcxi", "аеорсхі")  # Latin letters to Cyrillic ones that print alike
_PAIRS = (("m", "rn"), ("w", "vv"), ("d", "cl"), ("l", "1"), ("o", "0"))


class Pair(NamedTuple):
    """The supplier of the master data, and the invoice's seller beside it; `trick` is empty for an honest one."""

    supplier: Supplier
    invoice: Invoice
    trick: str


def make_imitations(seed: int, crafted: int = 300, honest: int = 5000) -> tuple[Pair, ...]:
    """Crafted pairs, then honest ones."""
    draw = Random(f"imitations:{seed}")  # noqa: S311 - seeded, for figures that repeat
    bad = [_crafted(draw, TRICKS[at % len(TRICKS)]) for at in range(crafted)]
    return (*bad, *(_honest(draw) for _ in range(honest)))


def tell_imitations(seed: int, pairs: tuple[Pair, ...]) -> dict[str, Any]:
    """How many imitations and how many honest names raise the alert."""
    told = [_is_told(pair) for pair in pairs]
    crafted = [(pair, hit) for pair, hit in zip(pairs, told, strict=True) if pair.trick]
    honest = [hit for pair, hit in zip(pairs, told, strict=True) if not pair.trick]
    return {
        "seed": seed, "crafted": len(crafted), "honest": len(honest),
        "told": sum(hit for _, hit in crafted) / len(crafted), "false": sum(honest) / len(honest),
        "missed": dict(Counter(pair.trick for pair, hit in crafted if not hit)),
    }  # fmt: skip


def _is_told(pair: Pair) -> bool:
    found = match_supplier(pair.invoice, (pair.supplier,))
    return any(finding.rule == "AP-SUPPLIER-LOOKALIKE" for finding in found.findings)


def _supplier(draw: Random) -> Supplier:
    name = f"{draw.choice(_TRADES)} {draw.choice(_NAMES)} {draw.choice(_TOWNS)}"
    siren = f"{draw.randint(300_000_000, 899_999_999)}"
    return Supplier(seller_id="S1", name=f"{name} {draw.choice(_FORMS)}", legal_id=siren, vat_id=_vat(siren))


def _vat(siren: str) -> str:
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _crafted(draw: Random, trick: str) -> Pair:
    supplier = _supplier(draw)
    siren = f"{draw.randint(300_000_000, 899_999_999)}"
    ids = draw.choice(({"seller_legal_id": siren}, {"seller_vat_id": _vat(siren)},
                       {"seller_legal_id": siren, "seller_vat_id": _vat(siren)}))  # fmt: skip
    return Pair(supplier, Invoice(seller_name=_imitated(draw, supplier.name, trick), **ids), trick)


def _imitated(draw: Random, name: str, trick: str) -> str:
    if trick == "homoglyph":
        return name.translate(_GLYPHS)
    if trick == "pair":
        usable = [pair for pair in _PAIRS if pair[0] in name]
        old, new = draw.choice(usable) if usable else ("e", "é")
        return name.replace(old, new, 1)
    if trick == "legal_form":
        body, _, form = name.rpartition(" ")
        return f"{body} {draw.choice([each for each in _FORMS if each != form])}"
    for _ in range({"one_edit": 1, "two_edits": 2}.get(trick, 0)):
        name = _edited(draw, name)
    return name


def _edited(draw: Random, name: str) -> str:
    at = draw.randrange(name.index(" ") + 1, name.rindex(" "))  # in what distinguishes, not in the legal form
    kind = draw.choice(("drop", "double", "swap", "change"))
    if kind == "drop":
        return name[:at] + name[at + 1 :]
    if kind == "double":
        return name[:at] + name[at] + name[at:]
    if kind == "swap":
        return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
    return name[:at] + draw.choice("aeinorstl") + name[at + 1 :]


def _honest(draw: Random) -> Pair:
    """Another company, often of one trade, name or town; sometimes the supplier itself in another notation."""
    supplier, other = _supplier(draw), _supplier(draw)
    if draw.random() < 0.2:
        name = supplier.name.upper() if draw.random() < 0.5 else supplier.name.rpartition(" ")[0]
        return Pair(supplier, Invoice(seller_name=name, seller_legal_id=supplier.legal_id), "")
    mine, theirs = supplier.name.split(" ", 2), other.name.split(" ", 2)
    kept = draw.choice(((0,), (1,), (2,), (0, 2), (1, 2), ()))
    parts = [mine[at] if at in kept else theirs[at] for at in range(3)]
    if parts[:2] == mine[:2] and parts[2].rpartition(" ")[0] == mine[2].rpartition(" ")[0]:  # the very name again
        parts[1] = theirs[1] + "e"
    return Pair(supplier, Invoice(seller_name=" ".join(parts), seller_legal_id=other.legal_id), "")
