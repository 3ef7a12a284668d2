"""Studies to a ranker: trees whose sense is held to what everybody knows, and a line to honest odds.

`cross_fit` grows beside the model of all cases one for each fold of suppliers that has seen none of them. The line from
margin to log-odds (Platt) is fitted on what those say, so that a probability means what it says on new suppliers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learning.folds import folds
from learning.grow import Floats, Growth, grow
from learning.matcher.rows import MatchCase, Study, studies_of
from matching.features import NAMES, RISING
from matching.ranker import MatcherModel
from models.errors import SettingsError
from models.forest import Forest

FOLDS = 5
GROWTH = Growth(trees=90, leaves=12, depth=5, rate=0.1, smallest_leaf=40, ridge=5.0, columns_seen=0.5)


@dataclass(frozen=True)
class CrossFit:
    """The model of all cases, and for each group of suppliers the model that has not seen it."""

    model: MatcherModel
    unseen: Mapping[str, MatcherModel]


def train_matcher(cases: Iterable[MatchCase], seed: int, day: str) -> MatcherModel:
    """One model of all cases; `day` is the ISO date that its version begins with."""
    return cross_fit(studies_of(cases), seed, day).model


def cross_fit(
    studies: Sequence[Study], seed: int, day: str, *, growth: Growth = GROWTH, count: int = FOLDS
) -> CrossFit:
    """Fit on all, and on all but each fold of groups; raises SettingsError where no case has a right order."""
    version = f"{day}-{data_hash(studies)[:8]}"
    fold_of = folds([each.case.group for each in studies], count)
    parts = [[each for each in studies if fold_of[each.case.group] == fold] for fold in range(count)]
    held = [
        _fitted([each for each in studies if fold_of[each.case.group] != fold], seed, growth) for fold in range(count)
    ]
    margins = np.concatenate([model.forest.margins(_joined(part)[0]) for model, part in zip(held, parts, strict=True)])
    right = np.concatenate([_joined(part)[1] for part in parts])
    slope, shift = _line(margins, right)
    unseen = [replace(model, slope=slope, shift=shift, version=version) for model in held]
    model = replace(_fitted(studies, seed, growth), slope=slope, shift=shift, version=version)
    return CrossFit(model, {group: unseen[fold] for group, fold in fold_of.items()})


def data_hash(studies: Sequence[Study]) -> str:
    """SHA-256 over names, numbers and truths, in order."""
    found = hashlib.sha256()
    for each in studies:
        found.update(each.case.name.encode() + np.round(each.rows, 6).tobytes() + each.right.tobytes())
    return found.hexdigest()


def _joined(studies: Sequence[Study]) -> tuple[Floats, NDArray[np.bool_]]:
    """Rows and truths of what no rule decides."""
    if not studies:
        return np.zeros((0, len(NAMES))), np.zeros(0, dtype=bool)
    rows = np.concatenate([each.rows[each.free] for each in studies])
    return rows, np.concatenate([each.right[each.free] for each in studies])


def _fitted(studies: Sequence[Study], seed: int, growth: Growth) -> MatcherModel:
    rows, right = _joined(studies)
    if right.all() or not right.any():
        raise SettingsError("training the matcher needs right orders and wrong ones")
    forest = grow(rows, right, np.ones(len(right)), NAMES, RISING, seed, growth)
    return MatcherModel(forest, node_means(forest, rows), 1.0, 0.0, "")


def node_means(forest: Forest, rows: Floats) -> Floats:
    """For each node the mean of the leaves in which the rows end that pass through it; a leaf's own value.

    A node that no row reaches takes the value of the node above it, so that a walk through it tells no change.
    """
    count, total = np.zeros(len(forest.value)), np.zeros(len(forest.value))
    start = (np.arange(len(rows)) * rows.shape[1])[:, None]
    node = np.broadcast_to(forest.roots, (len(rows), len(forest.roots)))
    path = [node]
    for _ in range(forest.depth):
        seen = rows.ravel().take(forest.feature.take(node) + start)
        node = forest.left.take(node) + (seen > forest.threshold.take(node))
        path.append(node)
    ends = forest.value.take(node).ravel()
    for level, step in enumerate(path):
        arrived = step != path[level - 1] if level else np.ones(step.shape, dtype=bool)
        passing = step[arrived]
        count += np.bincount(passing, minlength=len(count))
        total += np.bincount(passing, ends.reshape(step.shape)[arrived], len(count))
    means = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    leaf = np.isinf(forest.threshold)
    means[leaf] = forest.value[leaf]
    for at in np.flatnonzero((count == 0) & ~leaf):
        above = np.flatnonzero(~leaf & ((forest.left == at) | (forest.left + 1 == at)))
        means[at] = means[above[0]] if len(above) else 0.0
    return means


def _line(margins: Floats, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Platt's logistic line from margin to log-odds."""
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=10.0).fit(margins[:, None], right)
    return max(float(line.coef_[0][0]), 1e-3), float(line.intercept_[0])
