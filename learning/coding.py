"""A client's coder, made from its history in seconds: no files, no shipped model, the history is the model.

The latest fifth of the history is coded by a coder of the rest: what that shows decides which classifier is used, how
much it counts beside the neighbours, and how sure a proposal may call itself. Then everything is fitted once more on
all of it. The same history gives the same coder.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from matching.coding import Coder, History, LinearModel
from matching.coding.coder import ALIKE, doubted, log_odds, mix
from matching.coding.neighbours import votes
from matching.coding.words import FEATURES, features_of
from models.coding import PostedLine

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_ROWS = 50_000  # the newest; older ones have lost their weight anyway
CHECKED = 600  # lines of the latest fifth on which the choice is made
FEW = 40  # checked lines below which no classifier is chosen; so many also count for what is expected beforehand
CAUTIOUS = (2.0, 0.6, 0.0)  # the scale that short made-up histories had together: where one's own cannot be measured
BLENDS = (0.0, 0.25, 0.5, 0.75)
_MANY = 6_000  # rows above which the slower classifier is not tried
Kind = Literal["softmax", "sigmoid"]
Answer = tuple[float, float, bool]  # share of the best set of accounts, likeness, whether it was the right one
_KINDS: tuple[Kind, ...] = ("softmax", "sigmoid")


class Trial(NamedTuple):
    """One line of the latest fifth: what the neighbours say, the best likeness, and the truth."""

    line: PostedLine
    near: dict[str, float]
    likeness: float
    doubt: float  # what is left of a share of 1 by how much votes there are


def train_coder(lines: Sequence[PostedLine], version: str = "") -> Coder:
    """Make a coder from posted lines, of which the newest MOST_ROWS are used."""
    ordered = sorted(lines, key=lambda line: line.at)[-MOST_ROWS:]
    cut = len(ordered) * 4 // 5
    trials = _trials(History(ordered[:cut]), ordered[cut:])
    if len(trials) < FEW:
        scale = _scale(trials, [_answer(trial, {}, 0.0) for trial in trials])
        return Coder(History(ordered), None, 0.0, scale, version)
    kind, blend, scale = _choose(ordered[:cut], trials)
    linear = fit_linear(ordered, kind) if blend else None
    return Coder(History(ordered), linear, blend, scale, version)


def fit_linear(lines: Sequence[PostedLine], kind: Kind) -> LinearModel | None:
    """Fit one classifier; None where there is only one set of accounts."""
    import numpy as np
    from sklearn.linear_model import SGDClassifier
    from sklearn.naive_bayes import MultinomialNB

    truth = [line.accounts for line in lines]
    if len(set(truth)) < 2:
        return None
    model: Any
    if kind == "softmax":
        model = MultinomialNB(alpha=0.05).fit(_matrix(lines), truth)
        weights, start = model.feature_log_prob_.T, model.class_log_prior_
    else:
        model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=12, tol=None, random_state=0)
        model.fit(_matrix(lines), truth)
        weights, start = model.coef_.T, model.intercept_
        if weights.shape[1] == 1:  # two classes: one column, for the second
            weights, start = np.hstack([-weights, weights]), np.array([-start[0], start[0]])
    classes = tuple(map(str, model.classes_))
    return LinearModel(kind, classes, np.ascontiguousarray(weights, np.float32), start.astype(np.float32))


def _matrix(lines: Sequence[PostedLine]) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    marks = [features_of(line) for line in lines]
    ends = np.cumsum([0, *(len(each) for each in marks)])
    columns = np.fromiter((mark for each in marks for mark in each), np.int32, int(ends[-1]))
    return csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(lines), FEATURES))


def _trials(history: History, later: Sequence[PostedLine]) -> list[Trial]:
    """At most CHECKED of the later lines, evenly spread, that have anything alike before them."""
    step = max(1, len(later) // CHECKED)
    found = []
    for line in later[::step]:
        near = [each for each in history.alike(line) if each.likeness >= ALIKE]
        if near:
            found.append(Trial(line, votes(near), max(each.likeness for each in near), doubted(1.0, near)))
    return found


def _choose(earlier: Sequence[PostedLine], trials: Sequence[Trial]) -> tuple[Kind, float, tuple[float, float, float]]:
    """Classifier, blend and scale that code the later lines best, by right answers and then by log loss."""
    best: tuple[tuple[float, float], Kind, float, list[Answer]] | None = None
    for kind in _KINDS if len(earlier) <= _MANY else _KINDS[:1]:
        linear = fit_linear(earlier, kind)
        said = [linear.probabilities(trial.line) if linear else {} for trial in trials]
        for blend in BLENDS:
            answers = [_answer(trial, probabilities, blend) for trial, probabilities in zip(trials, said, strict=True)]
            right = sum(is_right for _, _, is_right in answers)
            merit = (float(right), -_loss(answers))
            if best is None or merit > best[0]:
                best = (merit, kind, blend, answers)
    assert best is not None  # noqa: S101 - BLENDS is not empty
    return best[1], best[2], _scale(trials, best[3])


def _answer(trial: Trial, linear: dict[str, float], blend: float) -> Answer:
    """Share of the best set of accounts, likeness, and whether it was the right one."""
    mixed = mix(trial.near, linear, blend)
    accounts = max(mixed, key=lambda name: (mixed[name], name))
    return mixed[accounts], trial.likeness, accounts == trial.line.accounts


def _loss(answers: Sequence[Answer]) -> float:
    return sum(abs(share - is_right) ** 2 for share, _, is_right in answers)


def _scale(trials: Sequence[Trial], answers: Sequence[Answer]) -> tuple[float, float, float]:
    """Logistic regression of being right on the log odds of the share and on the likeness.

    The fewer lines there are the more it stays at CAUTIOUS: as if FEW further lines, spread over the same places, had
    been answered as that expects.
    """
    from sklearn.linear_model import LogisticRegression

    if not answers:
        return CAUTIOUS
    doubts = [trial.doubt for trial in trials]
    rows = [(log_odds(share * doubt), near) for (share, near, _), doubt in zip(answers, doubts, strict=True)]
    expected = [1 / (1 + exp(-(CAUTIOUS[0] + CAUTIOUS[1] * odds + CAUTIOUS[2] * near))) for odds, near in rows]
    right = [float(is_right) for _, _, is_right in answers]
    part = FEW / len(answers)
    weights = [is_right + part * chance for is_right, chance in zip(right, expected, strict=True)]
    weights += [1 - is_right + part * (1 - chance) for is_right, chance in zip(right, expected, strict=True)]
    truth = [True] * len(rows) + [False] * len(rows)
    fitted = LogisticRegression(C=10.0).fit(rows + rows, truth, sample_weight=weights)
    return float(fitted.intercept_[0]), float(fitted.coef_[0][0]), float(fitted.coef_[0][1])
