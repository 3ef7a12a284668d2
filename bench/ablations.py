"""What each part of reading is worth: the same training and the same documents without it.

    python bench/accuracy.py DATA_DIR --ablate all
    python bench/accuracy.py DATA_DIR --ablate dropout-0,logistic

One part is taken away at a time; every document is read by a model that has not seen its layout group. What is told is
F1 over groups for each set; `whole` is the reader as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from bench.folded import SEED, Known, Trial, by_group, examples_of, load, read_all
from bench.hiding import hidden_words
from bench.scoring import score
from extractors.fields import WEIGHTED, totals
from extractors.fields.lexicon import LANGUAGES
from learning import train
from learning.material import Example, synthetic
from learning.train import cross_fit, studies_of

Floats = NDArray[np.float64]
Patches = Callable[[], Iterator[AbstractContextManager[Any]]]
SUMS = ("sums", "rate", "cert_", "lines_sum", "vat_", "cash_fits", "rounded", "unrounded")  # arithmetic columns


@dataclass(frozen=True, eq=False)
class Linear:
    """A logistic regression where the reader expects trees."""

    names: tuple[str, ...]
    weights: Floats
    shift: float
    middle: Floats
    spread: Floats

    def margins(self, rows: Floats) -> Floats:
        """Log-odds of each row."""
        margins: Floats = (rows - self.middle) / self.spread @ self.weights + self.shift
        return margins


@dataclass(frozen=True, eq=False)
class Random:
    """Extremely randomised trees where the reader expects boosted ones."""

    names: tuple[str, ...]
    model: Any

    def margins(self, rows: Floats) -> Floats:
        """Log-odds of each row."""
        odds = np.clip(self.model.predict_proba(rows)[:, 1], 0.001, 0.999)
        margins: Floats = np.log(odds / (1 - odds))
        return margins


def linear(rows: Floats, right: NDArray[np.bool_], weights: Floats, names: Sequence[str], *_: object) -> Linear:
    """Fit a logistic regression."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=300).fit((rows - middle) / spread, right, sample_weight=weights)
    return Linear(tuple(names), model.coef_[0], float(model.intercept_[0]), middle, spread)


def random_trees(rows: Floats, right: NDArray[np.bool_], weights: Floats, names: Sequence[str], *_: object) -> Random:
    """Fit extremely randomised trees."""
    from sklearn.ensemble import ExtraTreesClassifier

    model = ExtraTreesClassifier(150, min_samples_leaf=3, n_jobs=1, random_state=SEED)
    return Random(tuple(names), model.fit(rows, right, sample_weight=weights))


def blind(*starts: str) -> Callable[..., Any]:
    """Growing that does not see the columns whose names start so."""
    whole = train.grow

    def grow(rows: Floats, right: NDArray[np.bool_], weights: Floats, names: Sequence[str], *rest: Any) -> Any:  # noqa: ANN401
        dark = [at for at, name in enumerate(names) if name.startswith(starts)]
        rows = rows.copy()
        rows[:, dark] = 0.0
        return whole(rows, right, weights, names, *rest)

    return grow


@dataclass(frozen=True)
class Ablation:
    """What is different: in the training, and in the code while all of it runs."""

    training: Mapping[str, Any] = field(default_factory=dict)  # arguments of `studies_of`
    making: Mapping[str, Any] = field(default_factory=dict)  # arguments of `synthetic`
    made: float = 1.0  # share of the made documents
    patches: Callable[[], list[AbstractContextManager[Any]]] = list
    weights_only: bool = False  # no trained model at all


def _growing(how: Callable[..., Any]) -> Callable[[], list[AbstractContextManager[Any]]]:
    return lambda: [patch.object(train, "grow", how)]


def _factors(adds_up: float, misses: float, adjusted: float) -> Callable[[], list[AbstractContextManager[Any]]]:
    values = {"ADDS_UP": adds_up, "MISSES": misses, "ADJUSTED": adjusted}
    return lambda: [patch.object(totals, name, value) for name, value in values.items()]


ABLATIONS: dict[str, Ablation] = {
    "whole": Ablation(),
    "weights-by-hand": Ablation(weights_only=True),
    "logistic": Ablation(patches=_growing(linear)),
    "extra-trees": Ablation(patches=_growing(random_trees)),
    "no-arithmetic-columns": Ablation(patches=lambda: [patch.object(train, "grow", blind(*SUMS))]),
    "no-prior": Ablation(patches=lambda: [patch.object(train, "grow", blind("prior", "ahead"))]),
    "joint-off": Ablation(patches=_factors(0.0, 0.0, 0.0)),
    "joint-hard": Ablation(patches=_factors(5.0, -50.0, 3.6)),
    "dropout-0": Ablation(training={"dropout": 0.0}),
    "dropout-0.3": Ablation(training={"dropout": 0.3}),
    "dropout-0.7": Ablation(training={"dropout": 0.7}),
    "noise-0": Ablation(making={"misread": 0.0}),
    "no-made-documents": Ablation(made=0.0),
    "made-1/10": Ablation(made=0.1),
    "made-1/3": Ablation(made=0.33),
    "lexicon-1/4": Ablation(patches=lambda: [hidden_words(0.75)]),
    "lexicon-1/2": Ablation(patches=lambda: [hidden_words(0.5)]),
    **{
        f"lexicon-without-{language}": Ablation(patches=lambda one=language: [hidden_words(0.0, frozenset({one}))])
        for language in ("de", "en", "fr")
        if language in LANGUAGES
    },
}


def ablate(trial: Trial, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """F1 over groups of each set for each ablation; `all` stands for all."""
    wanted = list(ABLATIONS) if "all" in names else ["whole", *(name for name in names if name != "whole")]
    known = load(trial)
    found = {}
    for name in wanted:
        print(f"without: {name} ...", file=sys.stderr)
        found[name] = _without(ABLATIONS[name], trial, known)
    return found


def _without(ablation: Ablation, trial: Trial, known: Sequence[Known]) -> dict[str, float]:
    with ExitStack() as stack:
        for each in ablation.patches():
            stack.enter_context(each)
        if ablation.weights_only:
            answers = read_all(known, lambda _: WEIGHTED)
        else:
            made: list[Example] = list(synthetic(SEED, round(trial.generator * ablation.made), **ablation.making))
            studies = studies_of([*made, *examples_of(known)], SEED, **ablation.training)
            answers = read_all(known, by_group(cross_fit(studies, SEED), known))
    return {
        name: round(score([each.row for each in known if each.set == name], lines, visible_only=True).f1_over_groups, 4)
        for name, lines in answers.items()
    }
