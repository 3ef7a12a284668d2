"""How well a ranker does: the right order first or among five, wrong orders taken, and how honest its odds are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from learning.matcher.rows import Floats, MatchCase, Study
from matching.ranker import MatcherModel
from matching.weights import probability_of

TAKEN = 0.9  # probability from which an order is taken without being named, as settings have it
_EDGES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The candidates of one case as a model ranks them: order and probability, best first."""

    case: MatchCase
    orders: tuple[tuple[str, float], ...]
    is_ruled: bool  # a rule holds the right order down: it is another supplier's, and that is the answer

    @property
    def place(self) -> int | None:
        """Where the first right order stands, from 1; None where it was not among the candidates."""
        return next((at for at, (order, _) in enumerate(self.orders, 1) if order in self.case.orders), None)


def ranked(models: Mapping[str, MatcherModel], studies: Iterable[Study]) -> list[Ranked]:
    """Each case ranked by the model of its group."""
    return [_ranked(models[each.case.group], each) for each in studies]


def _ranked(model: MatcherModel, study: Study) -> Ranked:
    free = [at for at, is_free in enumerate(study.free) if is_free]
    weights = [model.prior + sum(told) for told in model.weights(study.rows[study.free].tolist())]
    rows = sorted(zip(weights, (study.orders[at] for at in free), strict=True), key=lambda row: (-row[0], row[1]))
    is_ruled = bool((study.right & ~study.free).any())
    return Ranked(study.case, tuple((order, probability_of(weight)) for weight, order in rows), is_ruled)


def figures(rows: Sequence[Ranked]) -> dict[str, Any]:
    """The figures of some cases as the manifest holds them."""
    known = [row for row in rows if row.case.orders and not row.is_ruled]
    taken = [row for row in rows if row.orders and row.orders[0][1] >= TAKEN]
    wrong = [row for row in taken if row.orders[0][0] not in row.case.orders]
    return {
        "cases": len(rows),
        "with_order": len(known),
        "top_1": _share(sum(row.place == 1 for row in known), len(known)),
        "top_5": _share(sum(row.place is not None and row.place <= 5 for row in known), len(known)),
        "taken": _share(len(taken), len(rows)),
        "wrong_of_taken": _share(len(wrong), len(taken)),
        "calibration_error": calibration_error(rows),
    }


def calibration_error(rows: Sequence[Ranked]) -> float:
    """The mean distance of probability and share of right ones over bands, weighed by their size."""
    pairs = np.array([(sure, order in row.case.orders) for row in rows for order, sure in row.orders], dtype=float)
    if not len(pairs):
        return 0.0
    bands: Floats = np.digitize(pairs[:, 0], _EDGES).astype(float)
    gaps = [
        np.abs(pairs[bands == band].mean(axis=0) @ (1.0, -1.0)) * (bands == band).mean() for band in np.unique(bands)
    ]
    return round(float(sum(gaps)), 5)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
