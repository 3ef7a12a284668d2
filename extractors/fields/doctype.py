"""Which document this is, and in which language: from titles and frequent words.

>>> language_of(["Rechnung", "vom", "und", "der", "Betrag"])
'de'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from extractors.fields.layout import Row, segments_of
from extractors.fields.lexicon import load_lexicon, squeeze
from models.extraction import DocumentType

KINDS: dict[str, DocumentType] = {
    "invoice": "invoice", "credit_note": "credit_note", "pro_forma": "pro_forma", "reminder": "reminder",
    "statement": "statement",
    "order": "order", "delivery_note": "delivery_note", "receipt": "receipt",
}  # fmt: skip
TITLE_WORDS = 4  # a title longer than this is a sentence


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
    return language if count >= 3 else None


def document_type(rows: Sequence[Row]) -> DocumentType:
    """The kind that the titles name: large and early titles weigh most."""
    lexicon = load_lexicon()
    heights = sorted(row.height for row in rows)
    usual = heights[len(heights) // 2] if heights else 1.0
    votes: Counter[str] = Counter()
    for at, row in enumerate(rows[:60]):
        for segment in segments_of(row):
            for first in range(min(2, len(segment.tokens))):
                for last in range(first, min(first + TITLE_WORDS, len(segment.tokens))):
                    label = lexicon.types.get("".join(t.key for t in segment.tokens[first : last + 1]))
                    if label is not None:
                        whole = last + 1 == len(segment.tokens) and first == 0
                        if label.term not in ("invoice", "credit_note", "receipt") and (
                            not whole or segment.text.endswith(":")
                        ):
                            continue  # `Bon de commande : BC-1` quotes an order
                        weight = (2.0 if whole else 1.0) * max(0.3, 1 - at / 40) * min(2.5, (row.height / usual) ** 1.5)
                        votes[label.term] += int(
                            100 * weight * (1 + 0.3 * (last - first)) * (1.0 if first == 0 else 0.6)
                        )
    if not votes:
        return "invoice"
    best, weight = votes.most_common(1)[0]
    if best in ("order", "delivery_note", "receipt", "statement") and votes["invoice"] > 0.45 * weight:
        best = "invoice"  # invoices quote orders and deliveries; receipts are often titled tax invoice
    return KINDS[best]
