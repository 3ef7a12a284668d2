"""Examples as rows to learn from: every candidate as every term, every party in every role, every value that was given.

A row is right where its value is; where the truth does not know a term, the example has no rows for it. Where the
generator marked the places of a value, an equal value elsewhere (due on the day of issue) is left out: it is right by
accident.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from extractors.fields import party_rows, rivals
from extractors.fields.candidates import Candidate, Locale
from extractors.fields.dates import is_month_first
from extractors.fields.features import DocumentView, cases_of
from extractors.fields.numbers import decimal_marks
from extractors.fields.party import Party
from extractors.fields.party_cases import SIDES, WeightedPartyScorer, party_cases
from extractors.fields.reader import decide
from extractors.fields.roles import choose
from extractors.fields.scorer import Case, WeightedScorer
from extractors.fields.sheet import prepare
from extractors.fields.sums import read_facts
from extractors.fields.survey import Survey, survey, view_of
from learning.material import Example
from learning.truth import is_right
from models.document import Box

DROPPED = 0.5  # share of an example's label words that are hidden when labels are dropped at all
DROPOUT = 0.5  # share of the examples in which they are
NEAR = 6.0  # points by which a mark may miss
HOPELESS, THINNED = -3.5, 8  # of wrong cases with lower log-odds one in eight is kept, eight times as heavy
_PRIOR = rivals.COLUMNS.index("prior")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Rows of one kind: numbers, answers, and the weight of each."""

    numbers: Floats  # (rows, columns)
    right: NDArray[np.bool_]
    weights: Floats

    @classmethod
    def of(cls, numbers: Sequence[Sequence[float] | Floats], right: Sequence[bool], columns: int) -> Rows:
        """From lists; weights are 1."""
        table = np.array(numbers, dtype=np.float64).reshape(len(numbers), columns)
        return cls(table, np.array(right, dtype=bool), np.ones(len(numbers)))

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """All rows of several."""
        return cls(
            np.concatenate([part.numbers for part in parts]),
            np.concatenate([part.right for part in parts]),
            np.concatenate([part.weights for part in parts]),
        )

    def weighing(self, factor: float) -> Rows:
        """The same rows, each that much heavier."""
        return replace(self, weights=self.weights * factor)


@dataclass(frozen=True, eq=False)
class Study:
    """What one example teaches."""

    example: Example
    fields: Rows
    parties: Rows


def study(example: Example, rng: Random, *, dropout: float = DROPOUT) -> Study:
    """Survey an example's pages and label its cases; hide label words in a share `dropout` of the examples."""
    found = best_survey(example)
    view = view_of(found, choose(found.parties, [sheet.lines for sheet in found.sheets]))
    if rng.random() < dropout:
        view = without_labels(view, rng)
    return Study(example, _field_rows(example, view, rng), _party_rows(example, found))


def best_survey(example: Example) -> Survey:
    """The survey under the locale in which the totals fit best, as the reader would choose it."""
    sheets = [prepare(page) for page in example.pages]
    texts = [row.text for sheet in sheets for row in sheet.rows]
    month_first = is_month_first(texts, american=False)
    surveys = [survey(sheets, Locale(mark, month_first)) for mark in decimal_marks(texts)]
    if len(surveys) == 1:
        return surveys[0]
    return max(surveys, key=lambda each: decide(each, WeightedScorer()).score)


def without_labels(view: DocumentView, rng: Random) -> DocumentView:
    """The document as if the lexicon did not know half of its label words."""
    keys = sorted({link.anchor.key for links in view.links.values() for link in links})
    hidden = {key for key in keys if rng.random() < DROPPED}
    links = {at: [link for link in found if link.anchor.key not in hidden] for at, found in view.links.items()}
    return replace(view, links=links, facts=read_facts(view.candidates, links))


def _field_rows(example: Example, view: DocumentView, rng: Random) -> Rows:
    """All cases but most of the hopeless ones, for which a few heavier ones stand."""
    pairs = list(cases_of(view))
    cases = [case for _, case in pairs]
    numbers = rivals.rows_of(cases, WeightedScorer().score(cases))
    kept: list[Sequence[float] | Floats] = []
    right: list[bool] = []
    hopeless: list[bool] = []
    for (candidate, case), row in zip(pairs, numbers, strict=True):
        answer = _answer(example, candidate, case)
        far = answer is False and row[_PRIOR] < HOPELESS
        if answer is not None and (not far or rng.random() < 1 / THINNED):
            kept.append(row)
            right.append(answer)
            hopeless.append(far)
    rows = Rows.of(kept, right, len(rivals.COLUMNS))
    return replace(rows, weights=np.where(hopeless, float(THINNED), 1.0))


def _answer(example: Example, candidate: Candidate, case: Case) -> bool | None:
    """Whether a candidate is its term's value; None where nobody knows."""
    truth = example.fields.get(case.term)
    if truth is None:
        return False if example.complete else None
    if case.term not in example.visible:
        return None
    if not is_right(case.term, truth, candidate.text):
        return False
    marks = example.marks.get(case.term)
    if not marks:
        return True
    return True if any(page == candidate.page and _meets(candidate.box, box) for page, box in marks) else None


def _meets(one: Box, two: Box) -> bool:
    return (
        one.x0 < two.x1 + NEAR and two.x0 < one.x1 + NEAR and one.y0 < two.y1 + NEAR / 2 and two.y0 < one.y1 + NEAR / 2
    )


def _party_rows(example: Example, found: Survey) -> Rows:
    parties = found.parties
    cases = party_cases(parties, [sheet.lines for sheet in found.sheets])
    numbers = party_rows.rows_of(cases, WeightedPartyScorer().score(cases))
    kept: list[Sequence[float] | Floats] = []
    right: list[bool] = []
    for at, (case, row) in enumerate(zip(cases, numbers, strict=True)):
        answer = _party_answer(example, parties[at // len(SIDES)], case.role)
        if answer is not None:
            kept.append(row)
            right.append(answer)
    return Rows.of(kept, right, len(party_rows.COLUMNS))


def _party_answer(example: Example, party: Party, role: str) -> bool | None:
    """Whether a party is the one of a role: by its name, and for the seller by its address where it has one."""
    truth = example.fields.get(f"{role}_name")
    if truth is None:
        return False if example.complete else None
    if f"{role}_name" not in example.visible:
        return None
    if not party.name or not is_right(f"{role}_name", truth, party.name):
        return False
    address = example.fields.get("seller_address") if role == "seller" else None
    if address is None or not party.address:
        return True
    return is_right("seller_address", address, party.address_text[0]) or _shares(address, party.address_text[0])


def _shares(truth: str, found: str) -> bool:
    """Whether an address holds half of the true one's words: its country may be missing, its lines cut."""
    one, two = set(truth.casefold().split()), set(found.casefold().split())
    return bool(one & two) and 2 * len(one & two) >= len(one)


def batches(studies: Sequence[Study], kind: str) -> Iterator[Rows]:
    """The rows of one kind, weighed so that neither large families nor long documents speak for all."""
    sizes: dict[str, int] = {}
    for each in studies:
        sizes[each.example.group] = sizes.get(each.example.group, 0) + 1
    for each in studies:
        rows: Rows = getattr(each, kind)
        if len(rows.right):
            yield rows.weighing(1 / sizes[each.example.group] ** 0.5)
