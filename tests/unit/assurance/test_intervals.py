"""Intervals against tables and against scipy's own."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from assurance.intervals import NOTHING_KNOWN, clopper_pearson, upper_bound, weighted_rate, wilson


@pytest.mark.parametrize(
    ("errors", "n", "bound"),
    [(0, 300, 0.0099), (0, 600, 0.0050), (2, 600, 0.0105), (5, 1000, 0.0105), (10, 2000, 0.0085), (3, 3, 1.0)],
)
def test_one_sided_bounds(errors: int, n: int, bound: float) -> None:
    assert upper_bound(errors, n, 0.05) == pytest.approx(bound, abs=5e-5)


@pytest.mark.parametrize(("errors", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (7, 1234)])
def test_two_sided_intervals_are_scipys(errors: int, n: int) -> None:
    exact = binomtest(errors, n).proportion_ci(0.95, "exact")
    score = binomtest(errors, n).proportion_ci(0.95, "wilson")
    assert clopper_pearson(errors, n) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert wilson(errors, n) == pytest.approx((score.low, score.high), abs=1e-9)


def test_nothing_known_is_said_as_such() -> None:
    assert clopper_pearson(0, 0) == wilson(0, 0) == NOTHING_KNOWN
    assert weighted_rate([]).interval == NOTHING_KNOWN
    with pytest.raises(ValueError, match="3 errors among 2"):
        clopper_pearson(3, 2)


def test_equal_weights_are_no_weights_and_unequal_ones_widen() -> None:
    plain = weighted_rate([(place < 3, 20.0) for place in range(300)])
    assert plain.value == pytest.approx(0.01)
    assert plain.interval == pytest.approx(clopper_pearson(3, 300))
    mixed = weighted_rate([(place < 3, 1.0 if place % 2 else 39.0) for place in range(300)])
    assert mixed.effective < 200
    assert mixed.interval.high - mixed.interval.low > plain.interval.high - plain.interval.low


def test_weights_undo_an_unequal_draw() -> None:
    """10 % wrong among the rarely drawn, none among the often drawn, both as numerous: 5 % in all."""
    often, rarely = [(False, 1.0)] * 1000, [(place % 10 == 0, 10.0) for place in range(100)]
    assert weighted_rate(often + rarely).value == pytest.approx(0.05)
