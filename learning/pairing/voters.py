"""Boosted trees and a logistic regression that vote: the trees see steps and exceptions, the line extrapolates.

The mean of their log-odds was better on unseen records than either alone. All of it is arrays: nothing is pickled, and
scoring needs numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learning.grow import Growth, grow
from models.forest import Forest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
TREES = 150
GROWTH = Growth(leaves=15, depth=8, rate=0.06, smallest_leaf=15, ridge=3.0, columns_seen=0.3)
MISSING = -1000.0  # below every value: a Forest sends what is missing left, and so it must have been grown
FURTHEST = 6.0  # standard deviations: beyond, a value says no more


@dataclass(frozen=True)
class Line:
    """Logistic regression on standardised columns; a missing value is the column's median."""

    middle: Floats
    mean: Floats
    scale: Floats
    weight: Floats
    bias: float

    def margins(self, rows: Floats) -> Floats:
        """Log-odds of each row."""
        found: Floats = self._standard(rows) @ self.weight + self.bias
        return found

    def _standard(self, rows: Floats) -> Floats:
        return _standardised(rows, self.middle, self.mean, self.scale)


@dataclass(frozen=True)
class Voters:
    """Two scorers of the same rows; `kept` are the columns that vary at all."""

    kept: Ints
    forest: Forest | None
    line: Line

    def margins(self, rows: Floats) -> Floats:
        """Mean log-odds of the trees and the line."""
        seen = rows[:, self.kept]
        line = self.line.margins(seen)
        return line if self.forest is None else (self.forest.margins(_marked(seen)) + line) / 2


def fit_voters(rows: Floats, is_match: Bools, *, seed: int, trees: int = TREES, strength: float = 0.05) -> Voters:
    """Fit on labelled rows; needs both matches and others. `strength` is the C of the regression."""
    kept = np.array([at for at in range(rows.shape[1]) if _varies(rows[:, at])], dtype=np.int64)
    seen, names = rows[:, kept], [str(at) for at in kept]
    growth = replace(GROWTH, trees=trees)
    forest = grow(_marked(seen), is_match, None, names, (), seed, growth) if trees else None
    return Voters(kept, forest, _fit_line(seen, is_match, strength))


def _fit_line(rows: Floats, is_match: Bools, strength: float) -> Line:
    from sklearn.linear_model import LogisticRegression

    middle = np.nanmedian(rows, axis=0)
    filled = np.where(np.isnan(rows), middle, rows)
    mean, scale = filled.mean(axis=0), filled.std(axis=0)
    scale[scale == 0.0] = 1.0
    model = LogisticRegression(C=strength, max_iter=2000).fit(_standardised(rows, middle, mean, scale), is_match)
    return Line(middle, mean, scale, model.coef_[0], float(model.intercept_[0]))


def _standardised(rows: Floats, middle: Floats, mean: Floats, scale: Floats) -> Floats:
    filled = np.where(np.isnan(rows), middle, rows)
    return np.clip((filled - mean) / scale, -FURTHEST, FURTHEST)


def _marked(rows: Floats) -> Floats:
    return np.where(np.isnan(rows), MISSING, rows)


def _varies(column: Floats) -> bool:
    there = column[~np.isnan(column)]
    return len(there) > 1 and bool(there.min() < there.max())
