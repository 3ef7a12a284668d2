"""Growing trees: scikit-learn's histogram boosting, taken apart into the plain arrays that reading uses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.forest import Forest

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Growth:
    """How a forest grows."""

    trees: int = 100
    leaves: int = 15
    depth: int = 6
    rate: float = 0.12
    smallest_leaf: int = 25
    ridge: float = 2.0
    columns_seen: float = 0.4  # share of the columns that each split may look at


def grow(
    rows: Floats,
    right: NDArray[np.bool_],
    weights: Floats | None,
    names: Sequence[str],
    rising: Collection[str],
    seed: int,
    growth: Growth = Growth(),
) -> Forest:
    """Fit log-odds of `right`; features in `rising` never lower them. Needs right and wrong rows both.

    Without weights every row counts the same, and fitting is faster.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=growth.trees,
        max_leaf_nodes=growth.leaves,
        max_depth=growth.depth,
        learning_rate=growth.rate,
        min_samples_leaf=growth.smallest_leaf,
        l2_regularization=growth.ridge,
        max_features=growth.columns_seen,
        monotonic_cst=[int(name in rising) for name in names],
        early_stopping=False,
        random_state=seed,
    )
    model.fit(rows, right, sample_weight=weights)
    return taken_apart(model, names)


def taken_apart(
    model: Any,  # noqa: ANN401 - scikit-learn has no types
    names: Sequence[str],
) -> Forest:
    """A fitted two-class model of scikit-learn as a forest with the same decision function."""
    trees = [predictors[0].nodes for predictors in model._predictors]  # noqa: SLF001 - it has no public door
    parts = [_in_order(nodes) for nodes in trees]
    sizes = [len(nodes) for nodes in trees]
    starts = np.cumsum([0, *sizes[:-1]]).astype(np.int64)
    return Forest(
        feature=np.concatenate([part[0] for part in parts]),
        threshold=np.concatenate([part[1] for part in parts]),
        left=np.concatenate([part[2] + start for part, start in zip(parts, starts, strict=True)]),
        value=np.concatenate([part[3] for part in parts]),
        roots=starts,
        depth=int(max(nodes["depth"].max() for nodes in trees)),
        base=float(np.ravel(model._baseline_prediction)[0]),  # noqa: SLF001
        names=tuple(names),
    )


def _in_order(nodes: NDArray[Any]) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64], Floats]:
    """One tree with each right child behind its left one: features, thresholds, left children, values."""
    order = [0]
    at = 0
    while at < len(order):
        node = nodes[order[at]]
        if not node["is_leaf"]:
            order += [int(node["left"]), int(node["right"])]
        at += 1
    place = np.empty(len(nodes), dtype=np.int64)
    place[order] = np.arange(len(order))
    sorted_nodes = nodes[order]
    leaf = sorted_nodes["is_leaf"].astype(bool)
    here = np.arange(len(order))
    return (
        np.where(leaf, 0, sorted_nodes["feature_idx"]).astype(np.int64),
        np.where(leaf, np.inf, sorted_nodes["num_threshold"]).astype(np.float64),
        np.where(leaf, here, place[np.where(leaf, 0, sorted_nodes["left"])]).astype(np.int64),
        np.where(leaf, sorted_nodes["value"], 0.0).astype(np.float64),
    )
