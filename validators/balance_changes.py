"""How likely it is that one number was read for another: digits that look alike, two swapped, a point that moved.

A cost without unit, lower is likelier; it only ranks changes that make the same sums agree.

>>> shape_of(Decimal(3), Decimal(8)), shape_of(Decimal("12.50"), Decimal("21.50")), shape_of(Decimal(7), Decimal(950))
('look_alike', 'swapped', 'other')
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from models.money import decimal_text

Shape = Literal["look_alike", "swapped", "digit", "point", "more_or_less", "sign", "missing", "other"]
COSTS: dict[Shape, float] = {
    "look_alike": 0.0, "swapped": 0.4, "digit": 1.0, "point": 0.8, "more_or_less": 1.0, "sign": 1.0, "missing": 1.5,
    "other": 4.0,
}  # fmt: skip
# Pairs that recognisers and eyes take for each other, in print and on thermal paper.
ALIKE = frozenset(map(frozenset, ("38", "17", "56", "68", "08", "06", "49", "27", "35", "09", "89", "58", "14")))
SEEN, UNSURE = -3.0, 2.0  # another engine saw the value; what a full confidence adds


def shape_of(old: Decimal | None, new: Decimal) -> Shape:
    """What kind of slip makes one number of the other."""
    if old is None:
        return "missing"
    if old == -new:
        return "sign"
    before, after = _digits(old), _digits(new)
    if len(before) == len(after):
        return _same_length(before, after)
    plain, wanted = before.replace(".", ""), after.replace(".", "")
    if plain.strip("0") == wanted.strip("0"):
        return "point"
    return "more_or_less" if _is_one_more(plain, wanted) or _is_one_more(wanted, plain) else "other"


def cost_of(
    old: Decimal | None, new: Decimal, *, confidence: float = 0.9, seen: tuple[Decimal, ...] = (),
    is_whole: bool = False,
) -> tuple[float, tuple[str, ...]]:  # fmt: skip
    """What a change costs, and the reasons that speak for it. `is_whole`: such a cell is a whole number as a rule."""
    shape = shape_of(old, new)
    cost = COSTS[shape] + UNSURE * confidence
    reasons: list[str] = [] if shape == "other" else [shape]
    if new in seen:
        cost += SEEN
        reasons.insert(0, "seen")
    if confidence < 0.5:
        reasons.append("unsure")
    odd = _decimals(new) - max(0 if is_whole else 2, _decimals(old) if old is not None else 0)
    return cost + max(0, odd), tuple(reasons)


def _digits(value: Decimal) -> str:
    text = decimal_text(abs(value))
    return text if "." not in text else text.rstrip("0").rstrip(".") if _decimals(value) == 0 else f"{abs(value):.2f}"


def _decimals(value: Decimal) -> int:
    """Digits after the point that say something."""
    return max(0, -int(value.normalize().as_tuple().exponent))


def _same_length(before: str, after: str) -> Shape:
    wrong = [at for at, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    if len(wrong) == 1:
        return "look_alike" if frozenset((before[wrong[0]], after[wrong[0]])) in ALIKE else "digit"
    if len(wrong) == 2 and before[wrong[0]] == after[wrong[1]] and before[wrong[1]] == after[wrong[0]]:
        return "swapped"
    return "point" if before.replace(".", "") == after.replace(".", "") else "other"


def _is_one_more(longer: str, shorter: str) -> bool:
    """Whether one digit taken out of the longer gives the shorter."""
    if len(longer) != len(shorter) + 1:
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
