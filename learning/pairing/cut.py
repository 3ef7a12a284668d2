"""F1 and the score from which pairs count as matches, chosen on scores that no model saw the labels of.

>>> import numpy as np
>>> scores, truth = np.array([0.9, 0.8, 0.3, 0.1]), np.array([True, True, False, False])
>>> cut = best_cut(scores, truth)
>>> judge(scores > cut, truth).f1
1.0
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SMOOTHED = 40  # the curve of F1 is averaged over this part of the matches: its highest peak is luck


class Judgement(NamedTuple):
    """Precision, recall and their harmonic mean, each in [0, 1]; 0 where undefined."""

    f1: float
    precision: float
    recall: float


def judge(said: Bools, is_match: Bools) -> Judgement:
    """Compare what was said with the truth."""
    hits, claims, there = int((said & is_match).sum()), int(said.sum()), int(is_match.sum())
    if not hits:
        return Judgement(0.0, 0.0, 0.0)
    return Judgement(2 * hits / (claims + there), hits / claims, hits / there)


def best_cut(scores: Floats, is_match: Bools) -> float:
    """The score above which calling a match gives the best F1 on a smoothed curve; needs one match at least."""
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(is_match[order])
    there = int(is_match.sum())
    curve = 2 * hits / (np.arange(1, len(ranked) + 1) + there)
    width = 2 * (there // SMOOTHED) + 1
    smooth = np.convolve(np.pad(curve, width // 2, mode="edge"), np.ones(width) / width, "valid")
    at = int(np.argmax(smooth))
    return float(ranked[at] + ranked[at + 1]) / 2 if at + 1 < len(ranked) else float(ranked[at]) - 1.0
