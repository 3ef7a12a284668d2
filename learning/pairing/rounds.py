"""A pair model in two rounds: the first scores every candidate, the second sees how each score stands among rivals.

Rivals of the first round are ranked by plain likeness, those of the second by what the first has learnt to be likely.
Every left record is scored in the first round by models that have not seen it, pairs of the training set as well as
new ones: otherwise the second round would learn from scores that are better than any it will meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.pairing.cut import Judgement, best_cut, judge
from learning.pairing.voters import TREES, fit_voters
from matching.likeness import standing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What takes part in training; the switches are for ablations."""

    has_rivals: bool = True
    has_models: bool = True
    has_second_round: bool = True
    trees: int = TREES  # 0: the logistic regression alone
    folds: int = 5
    candidates: int = 5  # of each record, by each likeness
    seed: int = 20261

    def is_left_out(self, column: str) -> bool:
        """Whether a column of features takes no part."""
        is_rival, is_model = column.startswith("rivals: "), "model" in column.rpartition(": ")[2]
        return (is_rival and not self.has_rivals) or (is_model and not self.has_models)


@dataclass(frozen=True, eq=False)
class Pool:
    """All candidate pairs of two tables with their features, and which of them have a label to learn from."""

    lefts: Ints
    rights: Ints
    rows: Floats
    known: Ints  # positions of labelled pairs
    is_match: Bools  # of the labelled pairs


@dataclass(frozen=True, eq=False)
class Verdict:
    """A score for each pair of the pool, the cut, and how well left-out training pairs were told apart with it."""

    scores: Floats  # log-odds; of labelled pairs by models that have not seen their left record
    cut: float
    judgement: Judgement


def fit_pairs(pool: Pool, recipe: Recipe) -> Verdict:
    """Learn from the labelled pairs of a pool and score all of it."""
    fold = folds_of(pool.lefts, recipe)
    scores = _scores(pool, pool.rows, fold, recipe, is_last=not _has_second(recipe))
    if _has_second(recipe):
        rows = np.hstack([pool.rows, _standings(scores, pool)])
        scores = (
            scores + 2 * _scores(pool, rows, fold, recipe, is_last=True)
        ) / 3  # it knows more, the first is calmer
    found = scores[pool.known]
    cut = best_cut(found, pool.is_match)
    return Verdict(scores, cut, judge(found > cut, pool.is_match))


def folds_of(owners: Ints, recipe: Recipe) -> Ints:
    """A fold for each pair; all pairs of one left record are in the same."""
    records, place = np.unique(owners, return_inverse=True)
    drawn = np.random.default_rng(recipe.seed).permutation(len(records)) % recipe.folds
    found: Ints = drawn[place]
    return found


def _has_second(recipe: Recipe) -> bool:
    return recipe.has_second_round and recipe.has_rivals


def _standings(scores: Floats, pool: Pool) -> Floats:
    pairs = pool.lefts, pool.rights
    chances = 1.0 / (1.0 + np.exp(-scores))
    return np.hstack([standing(chances, pairs), standing(scores, pairs)[:, :3]])


def _scores(pool: Pool, rows: Floats, fold: Ints, recipe: Recipe, *, is_last: bool) -> Floats:
    """Each pair by the models of the other folds; in the last round, new pairs by a model of all labels."""
    found, known_fold = np.zeros(len(rows)), fold[pool.known]
    for at in range(recipe.folds):
        seen = known_fold != at
        voters = fit_voters(rows[pool.known[seen]], pool.is_match[seen], seed=recipe.seed, trees=recipe.trees)
        asked = pool.known[~seen] if is_last else np.nonzero(fold == at)[0]
        found[asked] = voters.margins(rows[asked])
    if is_last:
        new = np.setdiff1d(np.arange(len(rows)), pool.known)
        found[new] = fit_voters(rows[pool.known], pool.is_match, seed=recipe.seed, trees=recipe.trees).margins(
            rows[new]
        )
    return found
