"""Supplier rules that a document's corrections propose, and what a rule does to the supplier's earlier invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from learning.replay import Effect, Past, confidence, counts_of, replay
from learning.supplier_rules import Rule, propose
from models.document import Page
from models.store.documents import load_extraction
from models.store.seen import kept_words, load_words
from models.store.teaching import comes_again, corrections_of, earlier_documents
from models.tables import DocumentRow


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule that a correction of this document speaks for. `key` names it in the form."""

    key: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule does to the supplier's earlier invoices, counted by the very replay that is listed."""

    counts: dict[str, int]
    effects: tuple[Effect, ...]
    documents: int
    sure: float

    def told(self) -> dict[str, object]:
        """What is kept with the rule."""
        changed = [each._asdict() for each in self.effects if each.verdict != "unchanged"]
        return {"counts": self.counts, "documents": self.documents, "sure": self.sure, "effects": changed}


def offers_of(session: Session, home: Path, document: DocumentRow) -> tuple[Offer, ...]:
    """The rules that a document's corrections propose; none for e-invoices, unknown suppliers and those seen once."""
    if document.source != "page" or not comes_again(session, document):
        return ()
    rows = corrections_of(session, document.id)
    pages = _pages(session, home, document) if rows else ()
    rules = [rule for row in rows for rule in (propose(row.term, row.before, row.after, pages) if pages else ())]
    return tuple(Offer(f"{rule.term}:{rule.kind}:{at}", rule) for at, rule in enumerate(rules))


def _pages(session: Session, home: Path, document: DocumentRow) -> Sequence[Page]:
    words = load_words(kept_words(home, document.sha256)) or ()
    extraction = load_extraction(session, document.id)
    numbers = extraction.pages if extraction else ()
    return tuple(page for page in words if not numbers or page.number in numbers)


def preview_of(session: Session, home: Path, client_id: str, seller_id: str, rule: Rule) -> Preview:
    """A rule replayed on the supplier's last documents whose words are kept."""
    pasts = [
        Past(each.document.id, each.extraction, words, each.truth, each.is_known)
        for each in earlier_documents(session, client_id, seller_id, rule.term)
        if (words := load_words(kept_words(home, each.document.sha256)))
    ]
    effects = tuple(replay(rule, pasts))
    return Preview(counts_of(effects), effects, len(pasts), confidence(rule, pasts))
