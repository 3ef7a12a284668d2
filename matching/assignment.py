"""Which rows get which columns so that the whole is likeliest; `scipy` solves it, and only where rows compete.

>>> assign([[5.0, 4.9], [4.9, -3.0]]), assign_greedily([[5.0, 4.9], [4.9, -3.0]])
([(0, 1), (1, 0)], [(0, 0)])
"""

from __future__ import annotations

from collections.abc import Sequence

Weights = Sequence[Sequence[float]]
Cell = tuple[int, int]


def assign(weights: Weights) -> list[Cell]:
    """The pairs (row, column) with the largest sum of positive weights, each row and column once."""
    bests = [max(range(len(row)), key=row.__getitem__) for row in weights]
    if len(set(bests)) == len(bests):  # nobody wants the same line: the optimum is plain, and scipy stays unloaded
        return [(row, best) for row, best in enumerate(bests) if weights[row][best] > 0.0]
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    gains = np.maximum(np.asarray(weights, dtype=float), 0.0)  # zero is the price of rejecting a pair
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if gains[row, column] > 0.0]


def assign_greedily(weights: Weights) -> list[Cell]:
    """The best pair first, then the best of what is left: what `assign` is measured against."""
    cells = ((weight, row, column) for row, found in enumerate(weights) for column, weight in enumerate(found))
    rows: set[int] = set()
    columns: set[int] = set()
    chosen: list[Cell] = []
    for weight, row, column in sorted(cells, key=lambda cell: (-cell[0], cell[1], cell[2])):
        if weight > 0.0 and row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            chosen.append((row, column))
    return sorted(chosen)
