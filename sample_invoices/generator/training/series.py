"""The endless series of training documents: document n depends on (seed, n) only.

>>> first, = generate(1, 1)
>>> first.composed.reading()[0].words == next(iter(generate(1, 1))).composed.reading()[0].words
True
>>> two = list(generate(4, 2, per_family=2))
>>> two[0].composed.deal.seller == two[1].composed.deal.seller
True
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from models.document import Page, Word
from models.invoice import TERMS
from sample_invoices.generator.sheet import Printed, PrintedWord
from sample_invoices.generator.training.content import random_deal
from sample_invoices.generator.training.deal import Deal
from sample_invoices.generator.training.family import Family, random_family
from sample_invoices.generator.training.paper import Paper
from sample_invoices.generator.training.sheets import print_sheets
from sample_invoices.generator.training.tills import print_till
from sample_invoices.generator.training.truth import line_terms, truth_fields
from sample_invoices.generator.training.words import Words


@dataclass(frozen=True, slots=True)
class Drawn:
    """One document as it stands on its pages: every word, and every printed value."""

    deal: Deal
    family: Family
    paper: Paper

    @property
    def words(self) -> tuple[PrintedWord, ...]:
        """Every word with its box, its page, and the term it belongs to ("" for none)."""
        return tuple(self.paper.words)

    @property
    def prints(self) -> tuple[Printed, ...]:
        """Every printed value with its term."""
        return tuple(self.paper.prints)

    @property
    def pages(self) -> tuple[int, ...]:
        """Page numbers."""
        return tuple(range(1, self.paper.page + 1))

    @property
    def marks(self) -> dict[str, tuple[Printed, ...]]:
        """Term to every place where its value stands: page, box, text as printed."""
        places: dict[str, list[Printed]] = {}
        for item in self.paper.prints:
            places.setdefault(item.term, []).append(item)
        return {term: tuple(items) for term, items in places.items()}

    def reading(self) -> tuple[Page, ...]:
        """The pages as a reader of the text layer would give them; words in the order of `words`."""
        pages: list[list[Word]] = [[] for _ in self.pages]
        for word in self.paper.words:
            pages[word.page - 1].append(Word(word.text, word.box))
        size = (self.paper.width, self.paper.height)
        return tuple(Page(number, *size, tuple(words)) for number, words in enumerate(pages, start=1))


@dataclass(frozen=True, slots=True)
class RandomDocument:
    """One random document; `pdf` is empty unless it was asked for."""

    number: int
    composed: Drawn
    pdf: bytes = b""

    def record(self) -> dict[str, Any]:
        """Everything as JSON: fields, what is visible, boxes, and every word with its label."""
        composed = self.composed
        marks = composed.marks
        return {
            "kind": "digital-pdf",
            "doc_type": composed.deal.kind,
            "language": composed.deal.language,
            "country": composed.deal.seller.country,
            "group": composed.family.group,
            "pages": len(composed.pages),
            "fields": truth_fields(composed.deal, marks),
            "visible": visible_terms(composed),
            "visible_in_lines": line_terms(marks),
            "boxes": {
                term: [{"page": item.page, "box": list(item.box), "text": item.text} for item in items]
                for term, items in marks.items()
            },
            "words": [[word.text, word.page, *word.box, word.term] for word in composed.words],
        }


def visible_terms(composed: Drawn) -> list[str]:
    """The header terms that the pages show."""
    printed = {item.term for item in composed.paper.prints}
    signs = composed.family.speech.currency_signs()
    if any(sign in word.text for word in composed.paper.words for sign in signs):
        printed.add("currency")
    return [term for term in TERMS if term in printed]


def generate(
    seed: int,
    count: int,
    *,
    start: int = 0,
    render_pages: bool = False,
    words: Words = "all",
    per_family: int = 1,
) -> Iterator[RandomDocument]:
    """Documents `start` to `start + count` of the endless series that a seed stands for.

    `words` denies or demands the held-out synonyms; `per_family` consecutive documents share seller, layout and labels.
    """
    for number in range(start, start + count):
        family = random_family(Random(f"{seed}:family:{number // per_family}"), words)
        rng = Random(f"{seed}:{number}")
        deal = random_deal(rng, family)
        paper = (print_till if family.scene == "till" else print_sheets)(deal, family, rng)
        yield RandomDocument(number, Drawn(deal, family, paper), paper.draw() if render_pages else b"")
