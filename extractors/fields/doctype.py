"""Which document this is, and in which language: from titles, from what a till prints, and from frequent words.

>>> language_of(["Rechnung", "vom", "und", "der", "Betrag"])
'de'
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple, get_args

from extractors.fields.anchors import Anchor
from extractors.fields.layout import Row, Segment, segments_of
from extractors.fields.letterhead import STRIP
from extractors.fields.lexicon import Label, LabelIndex, load_lexicon, squeeze
from extractors.fields.sheet import Sheet
from models.extraction import DocumentType

KINDS: Mapping[str, DocumentType] = {kind: kind for kind in get_args(DocumentType)}
TITLE_ROWS = 60  # a title stands above; what comes later quotes
TITLE_WORDS = 5  # a title longer than this is a sentence
LEAST_VOTES = 3  # frequent words and labels that make a language
QUOTED = frozenset({"order", "delivery_note", "receipt", "statement"})  # what invoices quote, or are titled as well
BESIDE_INVOICE = 0.45  # of the other title's weight: from here on the word invoice is the title
TILL = 3.0  # signs from which a page comes from a till
WEAK = 1.0  # weight of what is no more than a word in the text, as `bon` in `Votre bon de commande`
STRONG = 0.8
MONEY_TERMS = frozenset({"gross_total", "payable_total", "net_total", "tax_total", "invoice_number"})
# What a till prints and what an invoice to be paid later prints, by term of a label, once each.
TILL_TERMS: Mapping[str, float] = {
    "cash": 2.0, "person": 1.0, "due_date": -3.0, "iban": -3.0, "order_reference": -1.5, "buyer_vat_id": -2.0,
    "payment_terms": -2.0, "remittance": -2.0, "bic": -2.0, "customer_number": -0.5,
}  # fmt: skip
_NUMBER = re.compile(r"\d")
_BETWEEN = frozenset((
    "", "no", "nr", "num", "number", "numer", "numero", "nummer", "n", "of", "vom", "van", "du", "de", "del", "dd",
    "date", "datum", "z", "dnia", "am", "on", "to", "from", "til",
))  # fmt: skip
_CLOCK = re.compile(r"(?<![\d:.])\d{1,2}:\d{2}(?::\d{2})?(?!\d)")


class Title(NamedTuple):
    """A title as it stands: its kind and how much it weighs."""

    kind: str
    weight: float


def language_of(words: Iterable[str]) -> str | None:
    """The language whose frequent words and labels occur most; None where too few do."""
    lexicon = load_lexicon()
    votes: Counter[str] = Counter()
    for key in map(squeeze, words):
        for language, common in lexicon.words.items():
            votes[language] += 2 * (key in common)
        label = lexicon.labels.get(key) or lexicon.columns.get(key)
        if label and len(key) > 2:
            votes[label.language] += 1
    if not votes:
        return None
    language, count = votes.most_common(1)[0]
    return language if count >= LEAST_VOTES else None


def document_type(sheets: Sequence[Sheet]) -> DocumentType:
    """The kind that the first page's titles name, large and early ones before others; or what the pages look like."""
    votes = vote(sheets[0].rows)
    best = max(votes, key=lambda kind: votes[kind], default="")
    if best in QUOTED and votes.get("invoice", 0) > BESIDE_INVOICE * votes[best]:
        best = "invoice"  # invoices quote orders and deliveries; receipts are often titled tax invoice
    if best in ("", "invoice", "receipt") and till_signs(sheets) >= TILL:
        return "receipt"
    if best == "receipt" and votes[best] < WEAK and till_signs(sheets) <= -TILL:
        return "invoice"  # it is to be paid later
    if best:
        return KINDS[best]
    return "invoice" if asks_for_money(sheets) else "other"


def vote(rows: Sequence[Row]) -> dict[str, float]:
    """How much the titles of a page weigh, by kind."""
    votes: dict[str, float] = {}
    for title in find_titles(rows):
        votes[title.kind] = votes.get(title.kind, 0.0) + title.weight
    return votes


def find_titles(rows: Sequence[Row]) -> Iterator[Title]:
    """The titles among the upper rows of a page; one for each segment at most."""
    heights = sorted(row.height for row in rows)
    usual = heights[len(heights) // 2] if heights else 1.0
    for at, row in enumerate(rows[:TITLE_ROWS]):
        place = max(0.3, 1 - at / 40) * min(2.5, (row.height / usual) ** 1.5)
        for segment in segments_of(row):
            found = _title_of(segment, is_large=row.height >= 1.25 * usual)
            if found is not None:
                yield Title(found.kind, found.weight * place)


def till_signs(sheets: Sequence[Sheet]) -> float:
    """How much the pages look like a till's receipt: a strip of paper, money given, a cashier, a time of day."""
    page = sheets[0].page
    terms = {anchor.term for anchor in _anchors(sheets) if anchor.strength >= STRONG}
    signs = sum(weight for term, weight in TILL_TERMS.items() if term in terms)
    signs += 2.0 * (page.height > STRIP * page.width)
    signs += 1.0 * any(_CLOCK.search(row.text) for sheet in sheets for row in sheet.rows)
    signs -= 2.0 * any(section.term == "buyer" for sheet in sheets for section in sheet.lines.sections)
    return signs


def asks_for_money(sheets: Sequence[Sheet]) -> bool:
    """Whether any label of a total or of an invoice number is there."""
    return any(anchor.term in MONEY_TERMS for anchor in _anchors(sheets))


@lru_cache(maxsize=1)
def load_titles() -> tuple[LabelIndex, LabelIndex]:
    """Squeezed titles of documents, and of pages that are attached to one (terms, record)."""
    tables = tomllib.loads((files("extractors.fields") / "kinds.toml").read_text(encoding="utf-8"))
    own, attached = (
        LabelIndex({squeeze(name): Label(kind, 1.0, "") for kind, names in tables[table].items() for name in names})
        for table in ("types", "attachments")
    )
    return LabelIndex({**own, **load_lexicon().types}), attached


def _anchors(sheets: Sequence[Sheet]) -> Iterator[Anchor]:
    return (anchor for sheet in sheets for anchors in sheet.anchors.values() for anchor in anchors)


def _title_of(segment: Segment, *, is_large: bool) -> Title | None:
    """The longest title at the start of a segment or after its first word, and what follows it."""
    keys = [token.key for token in segment.tokens]
    ordinal = bool(keys[0]) and keys[0].isdigit()  # `2. Mahnung`
    for first in range(min(2, len(keys))):
        for last in range(min(first + TITLE_WORDS, len(keys)) - 1, first - 1, -1):
            label = load_titles()[0].get("".join(keys[first : last + 1]))
            if label is None:
                continue
            at_start = first == 0 or ordinal
            rest = keys[last + 1 :]
            is_numbered = bool(rest) and all(key in _BETWEEN or _NUMBER.search(key) for key in rest)
            whole = at_start and not rest and not segment.text.endswith(":")
            stands = whole or (at_start and is_numbered and is_large)
            if label.term not in ("invoice", "credit_note", "receipt") and not stands:
                continue  # `Bon de commande : BC-1` quotes an order
            weight = 2.0 if at_start and (not rest or (is_numbered and is_large)) else 1.0
            return Title(label.term, weight * (1 + 0.3 * (last - first)) * (1.0 if at_start else 0.6))
    return None
