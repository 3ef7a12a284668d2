"""Values that a model gave, judged against the truth: what confidence is learned from and measured on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.fields import ReaderModel, read_fields
from extractors.fields.confidence import GROUP_OF, Confidence, ValueCase
from learning.material import Example
from learning.truth import is_right
from models.extraction import Extraction
from models.settings import ReadingSettings

_COUNTRY = re.compile(r",\s*[A-Z]{2}$")


@dataclass(frozen=True, eq=False)
class Judged:
    """One given value: what spoke for it, how sure the model was, and whether it is right."""

    example: Example
    case: ValueCase
    sure: float
    right: bool


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model read of one example, and the judged values."""

    example: Example
    extraction: Extraction
    values: tuple[Judged, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """The terms that the page shows and that were not read rightly."""
        known = sorted(self.example.visible & self.example.fields.keys() & GROUP_OF.keys())
        return tuple(
            term
            for term in known
            if not is_right(term, self.example.fields[term], getattr(self.extraction.invoice, term))
        )


class _Listening:
    """Passes cases on to a confidence and remembers those of the last document."""

    def __init__(self, inner: Confidence) -> None:
        self._inner = inner
        self.cases: Sequence[ValueCase] = ()
        self.sure: Sequence[float] = ()

    def estimate(self, cases: Sequence[ValueCase]) -> list[float]:
        found = self._inner.estimate(cases)
        self.cases, self.sure = tuple(cases), tuple(found)
        return found


def answers(model: ReaderModel, examples: Sequence[Example], reading: ReadingSettings) -> Iterator[Answer]:
    """Read each example with a model; an example whose pages give no invoice is left out."""
    listening = _Listening(model.confidence)
    ears = replace(model, confidence=listening)
    for example in examples:
        listening.cases = listening.sure = ()
        found = read_fields(example.pages, reading, ears)
        if len(found) == 1:
            judged = _judged(example, found[0], listening.cases, listening.sure)
            yield Answer(example, found[0], tuple(judged))
        elif found:
            yield Answer(example, found[0], ())


def _agrees(example: Example, term: str, truth: str, found: object) -> bool:
    """As the scorer says; but the generator's address names a country that many of its pages do not print."""
    if is_right(term, truth, found) or not (example.complete and term == "seller_address"):
        return is_right(term, truth, found)
    return is_right(term, _COUNTRY.sub("", truth), _COUNTRY.sub("", str(found)))


def _judged(example: Example, found: Extraction, cases: Sequence[ValueCase], sure: Sequence[float]) -> Iterator[Judged]:
    for case, probability in zip(cases, sure, strict=True):
        truth = example.fields.get(case.term)
        if truth is None and not example.complete:
            continue
        if truth is not None and case.term not in example.visible and not example.complete:
            continue
        right = truth is not None and _agrees(example, case.term, truth, getattr(found.invoice, case.term))
        yield Judged(example, case, probability, right)
