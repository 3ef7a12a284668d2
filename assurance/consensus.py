"""Which answer is right, when several people answered the same question: Dawid and Skene's model, fitted by EM.

A worker is a coin, right with a probability of their own. Where the possible answers are few and fixed, wrong ones are
spread evenly over the others, and from 30 answers on a worker has a table of what they say for each truth. Where
anything may be typed, what counts is how often two wrong answers to one question are the same: one in so many as there
are wrong values, more often where a smudge is misread alike. It is estimated from the answers (`Fit.alike`), foremost
from known questions, beside what is believed beforehand.
Answers are compared after `normalised`: amounts, dates and identifiers must then be the same sign by sign.
Source: Dawid and Skene 1979, Maximum likelihood estimation of observer error-rates using the EM algorithm.

>>> fit([Vote("t", "ann", "12.50"), Vote("t", "bob", "12.50")]).weigh({"ann": "12.50", "bob": "12.50"})["12.50"] > 0.95
True
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from models.invoice import Kind
from models.money import decimal_text

UNREADABLE = "?"  # the answer "I cannot read it"
RIGHT, WRONG = 4.0, 1.0  # what is believed of a worker beforehand, in answers
ALIKE, APART = 2.0, 2.0  # what is believed beforehand of two wrong answers to one question, in pairs of them
ENOUGH = 30  # answers of a worker from which a table is fitted
ROUNDS, STILL = 200, 1e-7
_MARKS = re.compile(r"[\s\u00a0\u202f.\-/_]+")
_SPACES = re.compile(r"\s+")
Said = Mapping[str, str]  # worker to answer
Table = Mapping[str, Mapping[str, float]]  # truth to answer to probability


class Vote(NamedTuple):
    """One worker's normalised answer to one task."""

    task: str
    worker: str
    choice: str


def normalised(kind: Kind, value: str) -> str:
    """An answer in the contract's form, so that two spellings of one value are one answer.

    >>> normalised("amount", "120.0"), normalised("identifier", "fr76 3000-6"), normalised("text", " Le  Midi ")
    ('120', 'FR7630006', 'le midi')
    """
    if value == UNREADABLE:
        return value
    if kind in {"amount", "number"}:
        return decimal_text(Decimal(value).normalize() + 0)
    if kind == "date":
        return value
    if kind in {"identifier", "code"}:
        return _MARKS.sub("", value).upper()
    return _SPACES.sub(" ", value).strip().casefold()


@dataclass(frozen=True, slots=True)
class Fit:
    """What is known of the workers, and with what probability each answer to each task is right."""

    reliability: Mapping[str, float]
    classes: tuple[str, ...] = ()  # the possible answers where they are few and fixed
    tables: Mapping[str, Table] = field(default_factory=dict)
    share: Mapping[str, float] = field(default_factory=dict)  # of each class among the truths
    posterior: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    alike: float = ALIKE / (ALIKE + APART)  # that two wrong answers to an open question are the same

    def weigh(self, said: Said) -> dict[str, float]:
        """Probability of each answer that was given (or each class); what nobody said has the rest."""
        names = self.classes or tuple(dict.fromkeys(said.values()))
        weights = {truth: self._likelihood(said, truth) for truth in names}
        rest = 0.0
        if not self.classes:
            others = max(1.0, 1 / self.alike + 1 - len(names))  # values that nobody said
            rest = others * self._likelihood(said, "")
        total = sum(weights.values()) + rest
        return {truth: weight / total for truth, weight in weights.items()}

    def _likelihood(self, said: Said, truth: str) -> float:
        found = self.share.get(truth, 1.0)
        spread = 1 / (len(self.classes) - 1) if self.classes else self.alike
        for worker, choice in said.items():
            table = self.tables.get(worker)
            if table is not None:
                found *= table[truth].get(choice, 1e-9)
                continue
            chance = self.reliability.get(worker, RIGHT / (RIGHT + WRONG))
            found *= chance if choice == truth else (1 - chance) * spread
        return found


def fit(
    votes: Iterable[Vote], *, known: Mapping[str, str] | None = None, classes: Sequence[str] = (),
    enough: int = ENOUGH, alike: float | None = None,
) -> Fit:  # fmt: skip
    """Fit workers and tasks together.

    Args:
        votes: All answers; one for each worker and task.
        known: Tasks whose right answer is known (gold): they teach about the workers without being guessed.
        classes: The possible answers where they are few and fixed, as yes and no; empty: anything may be typed.
        enough: Answers of a worker from which a table is fitted.
        alike: That two wrong answers to an open question are the same, where it is known; else it is estimated.
    """
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for vote in votes:
        said[vote.task][vote.worker] = vote.choice
    state = Fit({}, tuple(classes), alike=Fit({}).alike if alike is None else alike)
    before: Mapping[str, float] = {}
    for _ in range(ROUNDS):
        guesses = {task: _truth(state, answers, (known or {}).get(task)) for task, answers in said.items()}
        state = _learn(said, guesses, tuple(classes), enough)
        state = replace(state, alike=_alike(said, guesses) if alike is None else alike)
        moved = max((abs(state.reliability[each] - before.get(each, 0.0)) for each in state.reliability), default=0.0)
        before = state.reliability
        if moved < STILL:
            break
    final = {task: _truth(state, answers, (known or {}).get(task)) for task, answers in said.items()}
    return replace(state, posterior=final)


def majority(said: Said) -> str:
    """The answer that most gave, the first of equals: what the model is compared with."""
    counts: dict[str, int] = defaultdict(int)
    for choice in said.values():
        counts[choice] += 1
    return max(counts, key=counts.__getitem__)


def _truth(state: Fit, answers: Said, known: str | None) -> dict[str, float]:
    return {known: 1.0} if known is not None else state.weigh(answers)


def _learn(
    said: Mapping[str, Said], guesses: Mapping[str, Mapping[str, float]], classes: tuple[str, ...], enough: int
) -> Fit:
    """Workers from guessed truths: the M step, with what is believed beforehand."""
    right: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    seen: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    share = dict.fromkeys(classes, 1.0)
    for task, answers in said.items():
        for truth, chance in guesses[task].items():
            if truth in share:
                share[truth] += chance
        for worker, choice in answers.items():
            count[worker] += 1
            right[worker] += guesses[task].get(choice, 0.0)
            if classes:
                for truth, chance in guesses[task].items():
                    seen[worker][truth][choice] += chance
    reliability = {each: (right[each] + RIGHT) / (count[each] + RIGHT + WRONG) for each in count}
    tables = {each: _table(seen[each], classes) for each in count if classes and count[each] >= enough}
    total = sum(share.values())
    return Fit(reliability, classes, tables, {truth: part / total for truth, part in share.items()})


def _alike(said: Mapping[str, Said], guesses: Mapping[str, Mapping[str, float]]) -> float:
    """How often two wrong answers to one question are the same; no question counts for more than its wrong answers."""
    same, pairs = ALIKE, ALIKE + APART
    for task, answers in said.items():
        counts = Counter(choice for choice in answers.values() if choice != UNREADABLE)
        wrong = {choice: 1 - guesses[task].get(choice, 0.0) for choice in counts}
        most = 1 / max(1.0, sum(count * wrong[choice] for choice, count in counts.items()) - 1)
        equal = sum(count * (count - 1) / 2 * wrong[choice] for choice, count in counts.items())
        apart = sum(counts[one] * counts[other] * max(0.0, wrong[one] + wrong[other] - 1)
                    for one, other in combinations(counts, 2))  # fmt: skip
        same, pairs = same + most * equal, pairs + most * (equal + apart)
    return same / pairs


def _table(seen: Mapping[str, Mapping[str, float]], classes: tuple[str, ...]) -> Table:
    spread = WRONG / max(1, len(classes) - 1)
    table = {}
    for truth in classes:
        row = {said: seen.get(truth, {}).get(said, 0.0) + (RIGHT if said == truth else spread) for said in classes}
        total = sum(row.values())
        table[truth] = {said: part / total for said, part in row.items()}
    return table
