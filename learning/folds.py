"""Groups into folds: a layout family is never split, and the folds come out about equally large.

>>> sorted(folds(["a", "a", "b", "c"], 2).items())
[('a', 0), ('b', 1), ('c', 1)]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def folds(groups: Iterable[str], count: int) -> dict[str, int]:
    """The fold of each group: largest group first, each into the emptiest fold; the same input gives the same folds."""
    sizes = Counter(groups)
    filled = [0] * count
    chosen: dict[str, int] = {}
    for group, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        fold = filled.index(min(filled))
        chosen[group] = fold
        filled[fold] += size
    return chosen
