"""Features of a candidate as a term: what labels say, where it stands, what it looks like.

All features are numbers, mostly in [0, 1]; names are the scorer's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from extractors.fields.arithmetic import Arithmetic
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
NUMBERED = 0.8  # of a title's weight: the date behind a number
NUMBER_WORDS = frozenset({"nr", "no", "num", "numero", "nummer", "number", "n", "numer"})
OF = frozenset({"vom", "of", "du", "de", "del", "dated", "van", "z", "dnia", "from", "den", "dd"})
MANY = 12  # ranks are told apart up to here
NARROW = 1.8  # height over width from which a page is a strip of paper
_PREFIXES = {
    "invoice_number": re.compile(
        r"^(?:INV|RE|RG|FA|FAC|FACT|FT|FV|AV|SI|R|F|BILL|CN|CS|CB|IV)[-_/. ]?\d", re.IGNORECASE
    ),
    "order_reference": re.compile(r"^(?:PO|P|BC|ORDER|ORD|CMD|45\d{6,})[-_/. ]?\d", re.IGNORECASE),
}
_PREFIXED = re.compile(r"^[A-Z]{2}[A-Z]?\d{6,12}$")
_EMPLOYER = re.compile(r"^\d{2}-\d{7}$")  # the US employer number: no VAT id, though labelled as tax id
VAT_IDS = frozenset({"seller_vat_id", "buyer_vat_id"})
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
    widths: Mapping[int, float] = field(default_factory=dict)  # by page number
    last_page: int = 1
    sums: Arithmetic = field(default_factory=Arithmetic)


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
    order = _order(view.candidates)
    for at, candidate in enumerate(view.candidates):
        shared = _place(view, candidate) | order.get(id(candidate), {})
        shared["repeated"] = float(seen[candidate.kind, candidate.text] > 1)
        shared["only"] = float(kinds[candidate.kind] == 1)
        shared["first_of_kind"] = float(firsts[candidate.kind] is candidate)
        shared.update(_looks(candidate, highest, earliest))
        if candidate.kind == "money" and isinstance(candidate.value, Decimal):
            shared["cash_fits"] = float(abs(candidate.value) in view.facts.cash_fits)
            shared["rounded"] = float(candidate.value in view.facts.rounded)
            shared["unrounded"] = float(candidate.value in view.facts.unrounded)
            shared.update(view.sums.signs(candidate.value))
        links = view.links.get(id(candidate), ())
        shared.update(_named(links))
        for term in FIELD_TERMS:
            if candidate.kind in KINDS[term] and _may_be(term, candidate, links):
                yield candidate, Case(term, shared | _labels(term, candidate, links), candidate.text, at)


def _order(candidates: Sequence[Candidate]) -> dict[int, dict[str, float]]:
    """Where a candidate comes among those of its kind: from the top, from the foot, and by size."""
    kinds: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        kinds[candidate.kind].append(candidate)
    found: dict[int, dict[str, float]] = {}
    for same in kinds.values():
        last = len(same) - 1
        sizes = sorted({abs(c.value) for c in same if isinstance(c.value, Decimal)}, reverse=True)
        ranks = {value: rank for rank, value in enumerate(sizes)}
        for at, candidate in enumerate(same):
            found[id(candidate)] = {
                "nth": float(min(at, MANY)),
                "from_last": float(min(last - at, MANY)),
                "of_kind": float(min(last + 1, 2 * MANY)),
            }
            if isinstance(candidate.value, Decimal):
                found[id(candidate)]["size_rank"] = float(min(ranks[abs(candidate.value)], MANY))
                found[id(candidate)]["of_highest"] = float(abs(candidate.value) / sizes[0]) if sizes[0] else 0.0
    return found


def _named(links: Sequence[Link]) -> dict[str, float]:
    """How strongly each label speaks, whatever the term that is asked for: `by_` and the label's term."""
    found: dict[str, float] = {}
    for link in links:
        name = f"by_{link.anchor.term}"
        found[name] = max(found.get(name, 0.0), link.quality * link.anchor.strength)
    if links:
        best = max(links, key=lambda link: link.quality * link.anchor.strength)
        found["label_below"] = float(best.below)
        found["labels"] = float(len({link.anchor.term for link in links}))
    return found


def _may_be(term: str, candidate: Candidate, links: Sequence[Link]) -> bool:
    """Skip what no label and no shape speaks for: bare integers as totals, unlabelled codes other than near a title."""
    if term in AMOUNTS:
        return candidate.kind == "money" or bool(links)
    if candidate.kind == "code":
        if term in VAT_IDS and _EMPLOYER.match(candidate.text):
            return False
        return bool(links) or (term == "invoice_number" and title_weight(candidate) > 0)
    return True


def _place(view: DocumentView, candidate: Candidate) -> dict[str, float]:
    height = view.heights.get(candidate.page, 1.0) or 1.0
    width = view.widths.get(candidate.page, 1.0) or 1.0
    side = view.sides.get(id(candidate), "")
    row = candidate.row
    return {
        "top": max(0.0, 1.0 - candidate.box.y0 / height),
        "left": candidate.box.x0 / width,
        "right": candidate.box.x1 / width,
        "narrow": float(height > NARROW * width),
        "last_page": float(candidate.page == view.last_page),
        "size": candidate.box.height / row.height,
        "length": float(min(len(candidate.text), 30)),
        "digits": sum(map(str.isdigit, candidate.text)) / max(1, len(candidate.text)),
        "alone": float(candidate.first == 0 and candidate.last == len(row.tokens) - 1),
        "first_page": float(candidate.page == view.first_page),
        "bold": float(row.tokens[candidate.first].bold),
        "confidence": candidate.confidence - 1.0,
        "in_lines": float((candidate.page, row.number) in view.line_rows),
        "title": max(title_weight(candidate), NUMBERED * _follows_number(candidate))
        if candidate.kind in ("code", "date")
        else 0.0,
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


def _follows_number(candidate: Candidate) -> bool:
    """Whether a date stands behind a number and a word such as of: `Nr. 4711 vom 3.5.2026`, whatever comes before."""
    tokens = candidate.row.tokens[max(0, candidate.first - 3) : candidate.first]
    if candidate.kind != "date" or len(tokens) < 3:
        return False
    label, number, of = tokens
    known = load_lexicon().labels.get(label.key)
    named = label.key in NUMBER_WORDS or (known is not None and known.term == "invoice_number")
    return named and any(map(str.isdigit, number.text)) and of.key in OF


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
