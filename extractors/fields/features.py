"""Features of a candidate as a term: what labels say, where it stands, what it looks like.

All features are numbers, mostly in [0, 1]; names are the scorer's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from extractors.fields.candidates import Candidate
from extractors.fields.identifiers import with_prefix
from extractors.fields.layout import Token
from extractors.fields.lexicon import load_lexicon
from extractors.fields.links import KINDS, Link
from extractors.fields.scorer import Case
from extractors.fields.sums import TotalFacts

AMOUNTS = ("net_total", "tax_total", "gross_total", "payable_total", "prepaid_total", "sum_of_lines", "allowance_total",
           "charge_total", "rounding")  # fmt: skip
DATES = ("issue_date", "due_date", "delivery_date")
CODES = (
    "invoice_number",
    "order_reference",
    "buyer_reference",
    "contract_reference",
    "preceding_invoice",
    "seller_legal_id",
)
OTHERS = ("seller_vat_id", "buyer_vat_id", "iban", "bic")
FIELD_TERMS = (*AMOUNTS, *DATES, *CODES, *OTHERS)
# A label that half speaks for another term: what is to be paid is mostly the gross total.
KINDRED: Mapping[str, Mapping[str, float]] = {
    "gross_total": {"payable_total": 0.6, "net_total": 0.3, "sum_of_lines": 0.2},
    "payable_total": {"gross_total": 0.15},
    "net_total": {"sum_of_lines": 0.45},
    "sum_of_lines": {"net_total": 0.2},
    "order_reference": {"buyer_reference": 0.3},
    "buyer_vat_id": {"seller_vat_id": 0.5},
    "seller_vat_id": {"tax_total": 0.6},
}
HARMLESS = frozenset({"payable_total", "gross_total", "currency", "party_name", "remittance", "payment_terms"})
_PREFIXES = {
    "invoice_number": re.compile(
        r"^(?:INV|RE|RG|FA|FAC|FACT|FT|FV|AV|SI|R|F|BILL|CN|CS|CB|IV)[-_/. ]?\d", re.IGNORECASE
    ),
    "order_reference": re.compile(r"^(?:PO|P|BC|ORDER|ORD|CMD|45\d{6,})[-_/. ]?\d", re.IGNORECASE),
}
_PREFIXED = re.compile(r"^[A-Z]{2}[A-Z]?\d{6,12}$")
_PHONE = re.compile(r"^(?:\+|00)\d{2}|^0\d{1,4}[-/]\d{4,}$|^\d{2,4}-\d{6,8}$")


@dataclass(frozen=True)
class DocumentView:
    """What features look at: all candidates of the document with their links, and page sizes."""

    candidates: Sequence[Candidate]
    links: Mapping[int, Sequence[Link]]
    heights: Mapping[int, float]  # by page number
    first_page: int
    line_rows: frozenset[tuple[int, int]] = frozenset()  # (page, row) of line items
    sides: Mapping[int, str] = field(default_factory=dict)  # candidate identity to "seller" or "buyer"
    facts: TotalFacts = field(default_factory=TotalFacts)
    inside: frozenset[int] = frozenset()  # candidates within a party's lines


def cases_of(view: DocumentView) -> Iterator[tuple[Candidate, Case]]:
    """Every candidate as every term whose kind of value it is."""
    seen = Counter((c.kind, c.text) for c in view.candidates)
    dates = [c.value for c in view.candidates if isinstance(c.value, date)]
    money = [abs(c.value) for c in view.candidates if c.kind == "money" and isinstance(c.value, Decimal)]
    firsts: dict[str, Candidate] = {}
    for candidate in view.candidates:
        firsts.setdefault(candidate.kind, candidate)
    kinds = Counter(kind for kind, _ in seen)
    highest = max(money, default=Decimal(0))
    earliest = min(dates, default=None)
    for candidate in view.candidates:
        shared = _place(view, candidate)
        shared["repeated"] = float(seen[candidate.kind, candidate.text] > 1)
        shared["only"] = float(kinds[candidate.kind] == 1)
        shared["first_of_kind"] = float(firsts[candidate.kind] is candidate)
        shared.update(_looks(candidate, highest, earliest))
        if candidate.kind == "money" and isinstance(candidate.value, Decimal):
            shared["cash_fits"] = float(abs(candidate.value) in view.facts.cash_fits)
            shared["rounded"] = float(candidate.value in view.facts.rounded)
            shared["unrounded"] = float(candidate.value in view.facts.unrounded)
        links = view.links.get(id(candidate), ())
        for term in FIELD_TERMS:
            if candidate.kind in KINDS[term] and _may_be(term, candidate, links):
                yield candidate, Case(term, shared | _labels(term, candidate, links))


def _may_be(term: str, candidate: Candidate, links: Sequence[Link]) -> bool:
    """Skip what no label and no shape speaks for: bare integers as totals, unlabelled codes other than near a title."""
    if term in AMOUNTS:
        return candidate.kind == "money" or bool(links)
    if candidate.kind == "code":
        return bool(links) or (term == "invoice_number" and title_weight(candidate) > 0)
    return True


def _place(view: DocumentView, candidate: Candidate) -> dict[str, float]:
    height = view.heights.get(candidate.page, 1.0) or 1.0
    side = view.sides.get(id(candidate), "")
    row = candidate.row
    return {
        "top": max(0.0, 1.0 - candidate.box.y0 / height),
        "first_page": float(candidate.page == view.first_page),
        "bold": float(row.tokens[candidate.first].bold),
        "confidence": candidate.confidence - 1.0,
        "in_lines": float((candidate.page, row.number) in view.line_rows),
        "title": title_weight(candidate) if candidate.kind in ("code", "date") else 0.0,
        "in_seller": float(side == "seller"),
        "in_buyer": float(side == "buyer"),
        "inside_party": float(id(candidate) in view.inside),
        "bare": _bareness(candidate),
        "repaired": float(candidate.repaired),
    }


def title_weight(candidate: Candidate) -> float:
    """How surely the value follows a document title (`Rechnung Nr. 4711 vom 3.5.2026`): 1, less for sentences."""
    lexicon = load_lexicon()
    row = candidate.row
    if row.tokens[candidate.first].text.startswith("("):
        return 0.0
    for start in range(candidate.first):
        if not row.breaks[start]:
            continue
        for end in range(start, min(start + 6, candidate.first)):
            if "".join(t.key for t in row.tokens[start : end + 1]) in lexicon.types:
                if all(_is_filler(t) for t in row.tokens[end + 1 : candidate.first]):
                    return 1.0
                return 0.5 if row.tokens[candidate.first - 1].key in lexicon.labels else 0.0
    return 0.0


def _is_filler(token: Token) -> bool:
    return len(token.key) <= 3 or not token.key.isalpha() or token.key in load_lexicon().labels


def national_vat_id(candidate: Candidate, links: Sequence[Link]) -> str | None:
    """The VAT id of a number that stands by a national label such as NIF, NIP or P.IVA; None where it does not."""
    prefixes = load_lexicon().vat_prefixes
    countries = [prefixes[link.anchor.key] for link in links if link.anchor.key in prefixes and link.quality > 0.4]
    return next((found for country in countries if (found := with_prefix(str(candidate.value), country))), None)


def _bareness(candidate: Candidate) -> float:
    """1 for a code without a country prefix, little for one that has a prefix but another length than it should."""
    if candidate.kind != "code":
        return 0.0
    return 0.3 if _PREFIXED.match(str(candidate.value)) else 1.0


def _looks(candidate: Candidate, highest: Decimal, earliest: date | None) -> dict[str, float]:
    if isinstance(candidate.value, Decimal):
        value = abs(candidate.value)
        return {
            "no_cents": float(candidate.decimals not in (2, 3)),
            "currency": float(candidate.currency is not None),
            "highest": float(value == highest and value > 0),
            "zero": float(value == 0),
            "small": float(value < 1),
        }
    if isinstance(candidate.value, date):
        return {"timed": float(candidate.timed), "earliest": float(candidate.value == earliest)}
    if candidate.kind != "code":
        return {"checked": float(candidate.checked)}
    text = candidate.value
    digits = sum(map(str.isdigit, text))
    letters = sum(map(str.isalpha, text))
    return {
        "mixed": float(bool(letters)),
        "letters_first": float(text[0].isalpha() and digits >= 2),
        "short": float(len(text) < 3),
        "yearlike": float(text.isdigit() and len(text) == 4 and text[:2] in ("19", "20")),
        "phone_like": float(bool(_PHONE.match(text))),
        "no_digit": float(not digits),
    }


def _labels(term: str, candidate: Candidate, links: Sequence[Link]) -> dict[str, float]:
    kindred = KINDRED.get(term, {})
    own = rival = half = payable = 0.0
    for link in links:
        strength = link.quality * link.anchor.strength
        if link.anchor.term == term:
            own = max(own, strength)
        elif link.anchor.term in kindred:
            half = max(half, strength * kindred[link.anchor.term])
            payable = max(payable, strength if link.anchor.term == "payable_total" else 0.0)
        elif candidate.kind in ("vat_id", "iban") and link.anchor.term not in ("seller_vat_id", "buyer_vat_id"):
            continue  # their shape says enough: other labels of a crowded foot line mean their neighbours
        elif link.anchor.term not in HARMLESS or candidate.kind in ("money", "number"):
            rival = max(rival, strength)
    label = max(own, half)
    found = {"label": label, "rival": max(0.0, rival - 0.8 * own)}
    if candidate.kind == "code" and term in ("seller_vat_id", "buyer_vat_id") and national_vat_id(candidate, links):
        found["bare"] = 0.0
    prefix = _PREFIXES.get(term)
    if prefix is not None and isinstance(candidate.value, str):
        found["prefix"] = float(bool(prefix.match(candidate.value)))
    return found
