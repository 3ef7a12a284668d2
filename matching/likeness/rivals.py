"""Competition: how a candidate stands against the best other candidate of either of its records.

A likeness of 0.8 means little while another record of the table has 0.9. Rivals are looked for in whole tables, which
need no labels: the book of orders is known before anything is matched.

>>> import numpy as np
>>> lefts, rights = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
>>> standing(np.array([0.9, 0.2, 0.8, 0.7]), (lefts, rights))[:, 1].round(1).tolist()
[0.7, -0.7, 0.1, -0.1]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matching.likeness.corpus import Matrix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Pairs = tuple[Ints, Ints]

BLOCK = 512  # rows of one table against the whole other one at a time: 512 x 10,000 scores are 41 MB
RIVAL_COLUMNS = ("score", "left_margin", "right_margin", "left_rank", "right_rank", "mutual_best", "lower_margin")


def standing(scores: Floats, pairs: Pairs) -> Floats:
    """Rows of RIVAL_COLUMNS for scored pairs whose rivals are among themselves.

    Args:
        scores: Shape (pairs,), larger is likelier.
        pairs: Left and right positions, each pair once.

    Returns:
        Shape (pairs, 7): the score, less the best rival's score on either side (the score itself where there is no
        rival), how many rivals are better, whether none is, and the lower margin.
    """
    return _columns(scores, _among(scores, pairs[0]), _among(scores, pairs[1]))


def table_standing(left: Matrix, right: Matrix, pairs: Pairs) -> Floats:
    """The same against all records of both tables, for scores that are inner products of sparse rows."""
    from_left = _against(left, right, *pairs)
    from_right = _against(right, left, pairs[1], pairs[0])
    return _columns(from_left[0], from_left[1:], from_right[1:])


def nearest(left: Matrix, right: Matrix, count: int) -> Pairs:
    """For each row of `left` the `count` rows of `right` with the largest positive inner products."""
    import numpy as np

    count = min(count, right.shape[0])
    rows, columns = [], []
    for start in range(0, left.shape[0], BLOCK):
        block = (left[start : start + BLOCK] @ right.T).toarray()
        best = np.argpartition(-block, count - 1, axis=1)[:, :count]
        is_there = np.take_along_axis(block, best, axis=1) > 0.0
        rows.append(np.nonzero(is_there)[0] + start)
        columns.append(best[is_there])
    return np.concatenate(rows), np.concatenate(columns)


def _columns(scores: Floats, lefts: tuple[Floats, Floats], rights: tuple[Floats, Floats]) -> Floats:
    import numpy as np

    margins = scores - lefts[0], scores - rights[0]
    is_best = (lefts[1] == 0) & (rights[1] == 0)
    return np.column_stack([scores, *margins, np.log1p(lefts[1]), np.log1p(rights[1]), is_best, np.minimum(*margins)])


def _among(scores: Floats, owner: Ints) -> tuple[Floats, Floats]:
    """The best other score of the same owner (0 where there is none) and how many of its scores are better."""
    import numpy as np

    if not len(scores):
        return np.zeros(0), np.zeros(0)
    order = np.lexsort((-scores, owner))
    ordered = owner[order]
    starts = np.nonzero(np.r_[True, ordered[1:] != ordered[:-1]])[0]
    first = np.repeat(starts, np.diff(np.r_[starts, len(order)]))  # where the owner's best stands
    place = np.arange(len(order))
    second = np.minimum(first + 1, len(order) - 1)
    has_second = ordered[second] == ordered
    other = np.where(place == first, np.where(has_second & (second != first), scores[order][second], 0.0),
                     scores[order][first])  # fmt: skip
    same = np.r_[False, (ordered[1:] == ordered[:-1]) & (scores[order][1:] == scores[order][:-1])]
    rank = np.maximum.accumulate(np.where(same, 0, place)) - first  # equal scores share the better rank
    rival, better = np.empty(len(order)), np.empty(len(order))
    rival[order], better[order] = other, rank
    return rival, better


def _against(left: Matrix, right: Matrix, rows: Ints, columns: Ints) -> tuple[Floats, Floats, Floats]:
    """Score, best rival and number of better ones of each pair, seen from the left record."""
    import numpy as np

    scores, rivals, better = (np.zeros(len(rows)) for _ in range(3))
    wanted, place = np.unique(rows, return_inverse=True)
    for start in range(0, len(wanted), BLOCK):
        block = (left[wanted[start : start + BLOCK]] @ right.T).toarray()
        here = np.nonzero((place >= start) & (place < start + BLOCK))[0]
        at, column = place[here] - start, columns[here]
        own = block[at, column]
        two = np.partition(block, -2, axis=1)[:, -2:] if block.shape[1] > 1 else np.c_[np.zeros(len(block)), block]
        scores[here] = own
        rivals[here] = np.where(own >= two[at, 1], two[at, 0], two[at, 1])
        for part in np.array_split(np.arange(len(here)), max(1, len(here) // BLOCK)):
            better[here[part]] = (block[at[part]] > own[part, None] + 1e-12).sum(axis=1)
    return scores, rivals, better
