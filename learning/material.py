"""Examples to learn from: pages with their words, and what is true of them.

Synthetic ones come from the sample generator, which knows where it printed each value. Real ones come from folders with
a `truth.jsonl`, one object a line: file, group (the layout family), fields, visible, licence. What the truth does not
know is neither right nor wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from learning.truth import ours
from models.document import Box, Page

Words = Literal["all", "train", "held_out"]
SYNTHETIC = "generator"
MISREAD, LETTERS = 0.35, (0.003, 0.02)  # share of documents with misread letters, and which share of their letters
FORBIDDEN = ("AGPL", "GPL-", "NC", "non-commercial")  # licences that would bind what is made from their material
UNCLEAR = frozenset({"sroie"})  # sets whose own terms are not stated with them


@dataclass(frozen=True, eq=False)
class Example:
    """One document: what a reader sees, and the truth that is known about it."""

    name: str
    pages: tuple[Page, ...]
    fields: Mapping[str, str]  # our names; values as text
    visible: frozenset[str]  # terms that the pages show
    group: str  # layout family: never on both sides of a split
    set: str
    language: str
    complete: bool = False  # a term that is not in `fields` is surely not on the page
    marks: Mapping[str, tuple[tuple[int, Box], ...]] = field(default_factory=dict)  # term to page and place


def synthetic(
    seed: int, count: int, *, words: Words = "all", misread: float = MISREAD, per_family: int = 1
) -> Iterator[Example]:
    """Examples of the generator, in order; the same seed gives the same ones.

    `words`: "train" leaves out the held-out label words, "held_out" uses them. A share `misread` of the documents has
    characters as a recogniser would misread them. `per_family` documents in a row are one supplier's.
    """
    from sample_invoices.generator.training.series import generate

    for document in generate(seed, count, words=words, per_family=per_family):
        record = document.record()
        name = f"{SYNTHETIC}-{seed}-{document.number}"
        yield Example(
            name=name,
            pages=_misread(document.composed.reading(), Random(name), misread),  # noqa: S311 - a lot, no secret
            fields=ours(record["fields"]),
            visible=frozenset(record["visible"]),
            group=f"{SYNTHETIC}-{record['group']}",
            set=SYNTHETIC,
            language=record["language"],
            complete=True,
            marks={
                term: tuple((place["page"], Box(*place["box"])) for place in places)
                for term, places in record["boxes"].items()
            },
        )


def _misread(pages: tuple[Page, ...], rng: Random, share: float) -> tuple[Page, ...]:
    from sample_invoices.generator.training.noise import noisy

    return noisy(pages, rng.uniform(*LETTERS), rng) if rng.random() < share else pages


def real(rows: Iterable[Mapping[str, Any]], pages: Mapping[str, tuple[Page, ...]], name: str) -> Iterator[Example]:
    """Examples of one set: truth lines whose licence allows it, with the pages of their files by file name."""
    for row in rows:
        file = str(row["file"]).rsplit("/", 1)[-1]
        if not row.get("fields") or not pages.get(file) or not is_allowed(str(row.get("licence", ""))):
            continue
        fields = _believable(ours(row["fields"]))
        yield Example(
            name=f"{name}/{file}",
            pages=pages[file],
            fields=fields,
            visible=frozenset(ours(dict.fromkeys(row.get("visible", row["fields"]), ""))) & fields.keys(),
            group=str(row.get("group") or file),
            set=name,
            language=str(row.get("language", "")),
        )


def is_allowed(licence: str) -> bool:
    """Whether weights may be made from material under a licence; without a licence they may not."""
    return bool(licence) and not any(word in licence for word in FORBIDDEN)


def _believable(fields: dict[str, str]) -> dict[str, str]:
    """Without an address that is a country alone: the page mostly shows more, which is not wrong."""
    return {term: value for term, value in fields.items() if term != "seller_address" or len(value) > 3}
