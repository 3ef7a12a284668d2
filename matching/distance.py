"""How far apart two numbers are in the eye of a reader: edits, of which those that OCR makes cost less.

>>> reading_distance("4500017", "45OOO17"), reading_distance("4500017", "4500014")
(0.0, 1.0)
>>> reading_distance("4508017", "4500017"), reading_distance("PO4500017", "4500017")
(0.4, 0.6)
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

from models.reference import canonical_number

FAR = 6.0  # nothing is farther: two other numbers
MISREAD = 0.4  # one digit for another that looks like it
AT_AN_END = 0.3  # a character lost or added before the first or after the last
_PAIRS = "08 06 0D 0C 17 38 35 56 68 49 4A 27 CG EF PF UV MN T7 89"
_ALIKE = frozenset(frozenset(pair) for pair in _PAIRS.split())


@lru_cache(maxsize=65_536)
def reading_distance(cited: str, order_number: str) -> float:
    """Weighed edits between two numbers in canonical form, up to `FAR`."""
    left, right = canonical_number(cited), canonical_number(order_number)
    if left == right:
        return 0.0
    if not left or not right or OSA.distance(left, right, score_cutoff=5) > 5:
        return FAR
    return min(FAR, round(_weighed(left, right), 3))


def _weighed(left: str, right: str) -> float:
    """The cheapest way from one string to the other, row by row."""
    above = [AT_AN_END * at for at in range(len(right) + 1)]
    for row, mine in enumerate(left, 1):
        last = row == len(left)
        here = [AT_AN_END * row]
        for column, theirs in enumerate(right, 1):
            aside = AT_AN_END if last else 1.0
            down = AT_AN_END if column == len(right) else 1.0
            change = 0.0 if mine == theirs else MISREAD if frozenset((mine, theirs)) in _ALIKE else 1.0
            here.append(min(above[column - 1] + change, above[column] + down, here[-1] + aside))
        above = here
    return above[-1]
