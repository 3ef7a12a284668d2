"""Monitors without labels: silent on chance, loud on change."""

from __future__ import annotations

import numpy as np
from scipy.stats import ks_2samp

from assurance.drift import FEWEST, Observed, breaks_promise, compare, kolmogorov_smirnov, psi, worst


def some(
    count: int, seed: int, *, shift: float = 0.0, sellers: int = 40, first: int = 0, gated: float = 0.1
) -> list[Observed]:
    dice = np.random.default_rng(seed)
    return [
        Observed(score=float(dice.beta(8, 1) - shift), seller=f"s{first + dice.integers(sellers)}",
                 gated=bool(dice.random() < gated), features={"quality": float(dice.normal(-5 * shift, 1))})
        for _ in range(count)
    ]  # fmt: skip


def level(rows: tuple[object, ...], name: str) -> str:
    return next(row.level for row in rows if row.monitor == name)  # type: ignore[attr-defined]


def test_the_same_stream_is_calm_at_any_size() -> None:
    for seed in range(30):
        for count in (100, 400):
            rows = compare(some(400, seed), some(count, seed + 1000))
            assert not breaks_promise(rows), rows
            assert worst(rows) != "alarm", rows


def test_lower_scores_ring() -> None:
    rows = compare(some(500, 1), some(300, 2, shift=0.2))
    assert level(rows, "score_psi") == level(rows, "score_ks") == level(rows, "feature_psi:quality") == "alarm"
    assert breaks_promise(rows)


def test_other_suppliers_ring() -> None:
    rows = compare(some(500, 1), some(300, 2, first=30))
    assert level(rows, "supplier_mix") == "alarm"
    assert level(rows, "score_psi") == "calm"
    assert breaks_promise(rows)


def test_more_gate_failures_ring_and_fewer_do_not() -> None:
    assert level(compare(some(500, 1), some(300, 2, gated=0.4)), "gate_failures") == "alarm"
    assert level(compare(some(500, 1, gated=0.4), some(300, 2)), "gate_failures") == "calm"


def test_too_few_documents_say_nothing() -> None:
    assert compare(some(500, 1), some(FEWEST - 1, 2, shift=0.5)) == ()


def test_the_distance_is_scipys() -> None:
    dice = np.random.default_rng(3)
    one, other = dice.normal(0, 1, 200), dice.normal(0.3, 1, 150)
    distance, chance = kolmogorov_smirnov(list(one), list(other))
    theirs = ks_2samp(one, other)
    assert abs(distance - theirs.statistic) < 1e-12
    assert abs(chance - theirs.pvalue) < 0.01


def test_the_index_of_a_constant_is_none() -> None:
    assert psi([1.0] * 100, [1.0] * 80) == 0.0
    assert psi([1.0] * 100, [0.0] * 80) > 0.25
