"""Examples to a `ReaderModel`: field scorer, party scorer, and the confidence, which learns from documents not seen.

`fit` gives one model of all examples. `cross_fit` gives beside it a model for each fold of layout groups that has seen
none of that fold's groups: every figure on examples that were trained on comes from those.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from extractors.fields import WEIGHTED, ReaderModel, confidence, party_rows, rivals
from extractors.fields.model import ForestConfidence, ForestPartyScorer, ForestScorer
from learning.folds import folds
from learning.grow import Floats, Growth, grow
from learning.material import SYNTHETIC, Example
from learning.rows import Rows, Study, batches, study
from learning.values import Answer, Judged, answers
from models.settings import ReadingSettings

FOLDS = 5
REAL = 4.0  # weight of an example that nobody made up
MADE = 0.2  # weight of a made-up example's values for confidence: its mistakes are others than a real page's
FIELDS = Growth()
PARTIES = Growth(trees=60, leaves=8, depth=4, smallest_leaf=15)
VALUES = Growth(trees=60, leaves=6, depth=3, smallest_leaf=15, ridge=5.0, columns_seen=0.4)
LISTENED = 400  # synthetic examples that confidence learns from: it must hear of real mistakes first


@dataclass(frozen=True)
class CrossFit:
    """The model of all examples, and for each group the model that has not seen it."""

    model: ReaderModel
    unseen: Mapping[str, ReaderModel]


def studies_of(examples: Sequence[Example], seed: int, *, dropout: float = 0.5) -> list[Study]:
    """Survey all examples once; what comes out serves every fold."""
    return [study(example, Random(f"{seed}:{example.name}"), dropout=dropout) for example in examples]  # noqa: S311 - a lot, no secret


def only(studies: Sequence[Study], examples: Sequence[Example]) -> list[Study]:
    """The studies of some examples."""
    wanted = {id(example) for example in examples}
    return [each for each in studies if id(each.example) in wanted]


def fit(examples: Sequence[Example], seed: int) -> ReaderModel:
    """One model of all examples."""
    return cross_fit(studies_of(examples, seed), seed).model


def cross_fit(
    studies: Sequence[Study], seed: int, *, count: int = FOLDS, version: str = "trained", growth: Growth = FIELDS
) -> CrossFit:
    """Fit on all, and on all but each fold of groups.

    A fold's confidence learns from the values that the other folds' scorers gave on their own unseen groups.
    """
    fold_of = folds([each.example.group for each in studies], count)
    scorers: list[ReaderModel] = []
    judged: list[list[Judged]] = []
    for fold in range(count):
        seen = [each for each in studies if fold_of[each.example.group] != fold]
        scorers.append(learn_scorers(seen, seed, growth))
        held = [each.example for each in studies if fold_of[each.example.group] == fold]
        judged.append(_values(scorers[-1], _listened(held, count)))
    unseen = [
        replace(
            scorer, confidence=learn_confidence([j for at, rows in enumerate(judged) if at != fold for j in rows], seed)
        )
        for fold, scorer in enumerate(scorers)
    ]
    sure = learn_confidence([j for rows in judged for j in rows], seed)
    model = replace(learn_scorers(studies, seed, growth), confidence=sure, version=version)
    return CrossFit(model, {group: unseen[fold] for group, fold in fold_of.items()})


def learn_scorers(studies: Sequence[Study], seed: int, growth: Growth = FIELDS) -> ReaderModel:
    """Field and party scorer; the confidence is still the hand-made one."""
    fields, parties = (_joined(studies, kind) for kind in ("fields", "parties"))
    forest = grow(fields.numbers, fields.right, fields.weights, rivals.COLUMNS, rivals.RISING, seed, growth)
    people = grow(parties.numbers, parties.right, parties.weights, party_rows.COLUMNS, party_rows.RISING, seed, PARTIES)
    return replace(WEIGHTED, scorer=ForestScorer(forest), parties=ForestPartyScorer(people), version="trained")


def _joined(studies: Sequence[Study], kind: str) -> Rows:
    made = [each for each in studies if each.example.set == SYNTHETIC]
    found = [each for each in studies if each.example.set != SYNTHETIC]
    return Rows.joined([*batches(made, kind), *(rows.weighing(REAL) for rows in batches(found, kind))])


def _listened(examples: Sequence[Example], count: int) -> list[Example]:
    made = [each for each in examples if each.set == SYNTHETIC and all(page.reader == "text" for page in each.pages)]
    return [example for example in examples if example.set != SYNTHETIC] + made[: LISTENED // count]


def _values(model: ReaderModel, examples: Sequence[Example]) -> list[Judged]:
    return [value for answer in answers(model, examples, ReadingSettings()) for value in answer.values]


def out_of_fold(cross: CrossFit, examples: Sequence[Example], reading: ReadingSettings) -> list[Answer]:
    """What the models that have not seen them read of examples."""
    return [answer for example in examples for answer in answers(cross.unseen[example.group], [example], reading)]


def learn_confidence(judged: Sequence[Judged], seed: int) -> ForestConfidence:
    """The probability that a value is right: trees, and a line through their margins on groups they had not seen."""
    rows = np.array([confidence.row_of(each.case) for each in judged])
    right = np.array([each.right for each in judged])
    sizes = _group_sizes(judged)
    weights = np.array([_weight(each, sizes) for each in judged])
    fold_of = folds([each.example.group for each in judged], FOLDS)
    fold = np.array([fold_of[each.example.group] for each in judged])
    margins = np.zeros(len(judged))
    for at in range(FOLDS):
        learn = fold != at
        forest = grow(rows[learn], right[learn], weights[learn], confidence.COLUMNS, confidence.RISING, seed, VALUES)
        margins[~learn] = forest.margins(rows[~learn])
    forest = grow(rows, right, weights, confidence.COLUMNS, confidence.RISING, seed, VALUES)
    slope, shift = _line(margins, right, weights)
    return ForestConfidence(forest, slope, shift)


def _group_sizes(judged: Sequence[Judged]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for each in judged:
        sizes[each.example.group] = sizes.get(each.example.group, 0) + 1
    return sizes


def _weight(each: Judged, sizes: Mapping[str, int]) -> float:
    own: float = MADE if each.example.set == SYNTHETIC else REAL
    return own / math.sqrt(math.sqrt(sizes[each.example.group]))


def _line(margins: Floats, right: NDArray[np.bool_], weights: Floats) -> tuple[float, float]:
    """Platt's logistic line from margin to probability."""
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=10.0).fit(margins[:, None], right, sample_weight=weights)
    return float(line.coef_[0][0]), float(line.intercept_[0])
