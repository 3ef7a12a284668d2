"""One benchmark of labelled pairs from its files to its F1, and how long that took.

The cut is chosen on left-out pairs of the training set, never on what is scored; labels of scored pairs are looked at
once, to count.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learning.pairing.cut import judge
from learning.pairing.labelled import PairSet, read_set
from learning.pairing.rounds import Pool, Recipe, fit_pairs
from matching.likeness import Likeness

Ints = NDArray[np.int64]
FULL = Recipe()


@dataclass(frozen=True, slots=True)
class PairFigures:
    """What one benchmark gave; shares in [0, 1]."""

    f1: float
    precision: float
    recall: float
    seconds: float
    cpu_seconds: float  # what it takes on an idle machine
    scored_on: str
    pairs: int
    cv_f1: float  # on left-out training pairs


def measure_set(folder: Path, recipe: Recipe = FULL) -> PairFigures:
    """Read, compare, train and score one folder; raises SettingsError where it is not one."""
    start, busy = time.perf_counter(), time.process_time()
    benchmark = read_set(folder)
    pool, scored = pool_of(benchmark, recipe)
    verdict = fit_pairs(pool, recipe)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - busy
    found = judge(verdict.scores[scored] > verdict.cut, benchmark.scored.is_match)
    return PairFigures(
        f1=round(found.f1, 4),
        precision=round(found.precision, 4),
        recall=round(found.recall, 4),
        seconds=round(seconds, 1),
        cpu_seconds=round(cpu_seconds, 1),
        scored_on=benchmark.scored_on,
        pairs=len(scored),
        cv_f1=round(verdict.judgement.f1, 4),
    )


def pool_of(benchmark: PairSet, recipe: Recipe) -> tuple[Pool, Ints]:
    """All candidates of a benchmark with the labels to learn from, and the positions of the pairs to be scored."""
    likeness = Likeness.of(benchmark.left, benchmark.right)
    wide = len(benchmark.right.ids)
    known, scored = (each.lefts * wide + each.rights for each in (benchmark.known, benchmark.scored))
    parts = [known, scored]
    if recipe.has_rivals and recipe.has_second_round:
        lefts, rights = likeness.candidates(recipe.candidates)
        parts.append(lefts * wide + rights)
    keys = np.unique(np.concatenate(parts))
    lefts, rights = keys // wide, keys % wide
    features = likeness.features((lefts, rights)).without(recipe.is_left_out)
    places = np.searchsorted(keys, known)
    return Pool(lefts, rights, features.rows, places, benchmark.known.is_match), np.searchsorted(keys, scored)
