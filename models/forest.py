"""Gradient-boosted trees as plain arrays: scored without the library that grew them, stored without pickle.

All trees stand one after the other in one set of arrays. A node's right child follows its left child directly; a leaf
is its own left child behind an infinite threshold, so a walk that has arrived stays. A missing value (NaN) goes left.

>>> import numpy as np
>>> stump = Forest(np.array([0, 0, 0]), np.array([0.5, np.inf, np.inf]), np.array([1, 1, 2]),
...                np.array([0.0, -1.0, 2.0]), np.array([0]), 1, 0.0, ("size",))
>>> stump.margins(np.array([[0.2], [0.9]])).tolist()
[-1.0, 2.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DEEPEST = 64  # levels; a file that asks for more is damaged


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees over named features; `margins` are log-odds where the trees were grown for that."""

    feature: Ints  # (nodes,) column that a node asks
    threshold: Floats  # (nodes,) greater goes right
    left: Ints  # (nodes,) left child; the right one is the next
    value: Floats  # (nodes,) what a leaf adds
    roots: Ints  # (trees,)
    depth: int  # steps from a root to the deepest leaf
    base: float  # margin before the first tree
    names: tuple[str, ...]  # the features, in the order of the columns

    def margins(self, rows: Floats) -> Floats:
        """The sum over all trees for each row of (rows, features)."""
        import numpy as np

        if rows.shape[0] == 0:
            return np.zeros(0)
        flat = np.ascontiguousarray(rows, dtype=np.float64).ravel()
        start = (np.arange(rows.shape[0]) * rows.shape[1])[:, None]
        node = np.broadcast_to(self.roots, (rows.shape[0], len(self.roots)))
        for _ in range(self.depth):
            seen = flat.take(self.feature.take(node) + start)
            node = self.left.take(node) + (seen > self.threshold.take(node))
        found: Floats = self.value.take(node).sum(axis=1) + self.base
        return found

    def to_arrays(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """Everything as arrays for one `.npz`; `prefix` keeps several forests in a file apart."""
        import numpy as np

        return {
            f"{prefix}feature": self.feature.astype(np.int16),
            f"{prefix}threshold": self.threshold,
            f"{prefix}left": self.left.astype(np.int32),
            f"{prefix}value": self.value,
            f"{prefix}roots": self.roots.astype(np.int32),
            f"{prefix}shape": np.array([self.depth, self.base]),
            f"{prefix}names": np.array(self.names, dtype=np.str_),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> Forest:
        """The forest that `to_arrays` stored; raises SettingsError where the arrays are none."""
        import numpy as np

        try:
            found = [arrays[prefix + name] for name in ("feature", "threshold", "left", "value", "roots", "shape")]
            names = tuple(str(name) for name in arrays[f"{prefix}names"])
            feature, left, roots = (found[at].astype(np.int64) for at in (0, 2, 4))
            threshold, value = (found[at].astype(np.float64) for at in (1, 3))
            depth, base = int(found[5][0]), float(found[5][1])
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise SettingsError(f"a stored model is damaged: {error}") from error
        forest = cls(feature, threshold, left, value, roots, depth, base, names)
        _check(forest)
        return forest


def _check(forest: Forest) -> None:
    """Refuse arrays in which a walk could leave the trees."""
    import numpy as np

    nodes = len(forest.feature)
    leaf = np.isinf(forest.threshold)
    right = np.where(leaf, forest.left, forest.left + 1)
    holds = (
        nodes > 0
        and nodes == len(forest.threshold) == len(forest.left) == len(forest.value)
        and 0 <= forest.depth <= DEEPEST
        and bool(np.isfinite(forest.value).all())
        and not bool(np.isnan(forest.threshold).any())
        and int(forest.feature.min()) >= 0
        and int(forest.feature.max()) < max(len(forest.names), 1)
        and int(forest.left.min()) >= 0
        and int(right.max()) < nodes
        and bool(((forest.roots >= 0) & (forest.roots < nodes)).all())
    )
    if not holds:
        raise SettingsError("a stored model is damaged: its trees do not hold together")
