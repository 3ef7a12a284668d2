"""Champion against challenger: both read the same gold documents, which neither has learned from.

Gold is the generator's frozen seed, what people approved of suppliers that are kept for judging, and folders with known
truth. A document is right when every term that a payment rests on is; see `JUDGED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assurance.gate import Paired, Verdict, calibration_slope, judge_challenger
from extractors.fields import ReaderModel
from learning.material import Example, synthetic
from learning.report import share_that_passes, sureness
from learning.truth import is_right
from learning.values import Answer, answers
from models.settings import ReadingSettings

GOLD_SEED = 20_261_122  # no model is trained on it
JUDGED = (
    "invoice_number", "issue_date", "due_date", "seller_name", "seller_vat_id", "order_reference", "currency",
    "net_total", "tax_total", "gross_total", "iban",
)  # fmt: skip
CRITICAL = {"gross_total": "gross_total", "iban": "iban", "seller_name": "seller", "seller_vat_id": "seller",
            "order_reference": "order"}  # fmt: skip
ERROR = 0.01  # at which the shares that may pass are compared
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    """One model's figures on the gold documents."""

    version: str
    documents: int
    right: int
    coverage: float  # share that may pass at an error of 1 %
    slope: float | None  # of its confidences


@dataclass(frozen=True, slots=True)
class Contest:
    """The comparison: both sides, the gate's verdict, and what of past corrections was forgotten."""

    champion: Side
    challenger: Side
    verdict: Verdict
    sets: Mapping[str, int]  # gold documents by set

    def as_dict(self) -> dict[str, Any]:
        """For JSON and the registry."""
        return {
            "promote": self.verdict.promote, "reasons": [list(each) for each in self.verdict.reasons],
            "champion": asdict(self.champion), "challenger": asdict(self.challenger),
            "document": asdict(self.verdict.document), "sets": dict(self.sets),
            "fields": {name: asdict(each) for name, each in self.verdict.fields.items()},
        }  # fmt: skip


def frozen_gold(count: int) -> list[Example]:
    """The generator's part of the gold set: always the same documents."""
    return list(synthetic(GOLD_SEED, count))


def contest(
    champion: ReaderModel, challenger: ReaderModel, gold: Sequence[Example], reading: ReadingSettings,
    past: Mapping[str, frozenset[str]] | None = None, examples_of_past: Sequence[Example] = (),
) -> Contest:  # fmt: skip
    """Let both read the gold and the past corrections, and judge.

    Args:
        champion: What is in use.
        challenger: What would replace it.
        gold: Documents that neither was trained on.
        reading: How pages are read.
        past: Names of corrected documents, and the terms that people corrected on them.
        examples_of_past: These documents; the challenger may have learned from them.
    """
    one, two = _read(champion, gold, reading), _read(challenger, gold, reading)
    both = [name for name in one if name in two]
    pairs = [Paired(name, wrong_terms(one[name]), wrong_terms(two[name])) for name in both]
    old, new = (_read(each, examples_of_past, reading) for each in (champion, challenger))
    mine, theirs = (_side(model, list(found.values())) for model, found in ((champion, one), (challenger, two)))
    verdict = judge_challenger(pairs, forgotten=forgotten(old, new, past or {}), slope=theirs.slope,
                               automation=(mine.coverage, theirs.coverage))  # fmt: skip
    return Contest(mine, theirs, verdict, _counts(gold))


def wrong_terms(answer: Answer) -> frozenset[str]:
    """What of the judged terms is wrong, critical ones by the gate's names too."""
    wrong = {term for term in answer.wrong if term in JUDGED}
    return frozenset(wrong | {CRITICAL[term] for term in wrong if term in CRITICAL})


def forgotten(
    old: Mapping[str, Answer], new: Mapping[str, Answer], past: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """Corrected values that the champion reads rightly now and the challenger does not, as `document:term`."""
    return tuple(f"{name}:{term}" for name, term in _repeated(old, new, past))


def _repeated(
    old: Mapping[str, Answer], new: Mapping[str, Answer], past: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str]]:
    for name, terms in sorted(past.items()):
        for term in sorted(terms):
            if name in old and name in new and _is_right(old[name], term) and not _is_right(new[name], term):
                yield name, term


def _is_right(answer: Answer, term: str) -> bool:
    truth = answer.example.fields.get(term)
    return truth is not None and is_right(term, truth, getattr(answer.extraction.invoice, term, None))


def _read(model: ReaderModel, examples: Sequence[Example], reading: ReadingSettings) -> dict[str, Answer]:
    return {answer.example.name: answer for answer in answers(model, examples, reading)}


def _side(model: ReaderModel, read: Sequence[Answer]) -> Side:
    right = [not wrong_terms(answer) for answer in read]
    values = [value for answer in read for value in answer.values]
    slope = calibration_slope([each.sure for each in values], [each.right for each in values])
    coverage, _ = share_that_passes([(sureness(a), ok) for a, ok in zip(read, right, strict=True)], ERROR)
    return Side(model.version, len(read), sum(right), coverage, None if slope is None else round(slope, 3))


def _counts(gold: Sequence[Example]) -> dict[str, int]:
    found: dict[str, int] = {}
    for example in gold:
        found[example.set] = found.get(example.set, 0) + 1
    return found
