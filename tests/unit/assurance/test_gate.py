"""The gate before a challenger: what promotes, what refuses, and that chance alone does not promote."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from assurance.gate import (
    REASON_TEXTS,
    Paired,
    Reason,
    Verdict,
    calibration_slope,
    judge_challenger,
    loss_bound,
    mcnemar,
)


def pairs(won: int, lost: int, documents: int = 2000, term: str = "due_date") -> list[Paired]:
    wrong = frozenset({term})
    return [
        Paired(f"d{place}", champion=wrong if place < won else frozenset(),
               challenger=wrong if won <= place < won + lost else frozenset())
        for place in range(documents)
    ]  # fmt: skip


def reasons(verdict: Verdict) -> list[str]:
    return [ground.reason for ground in verdict.reasons]


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (0, 6), (2, 12), (12, 2), (7, 7), (400, 420)])
def test_the_p_value_is_the_exact_binomials(lost: int, won: int) -> None:
    exact = binomtest(lost, lost + won).pvalue if lost + won else 1.0
    assert mcnemar(lost, won) == pytest.approx(exact, abs=1e-9)


def test_a_sure_gain_promotes() -> None:
    verdict = judge_challenger(pairs(30, 8))
    assert verdict.promote
    assert reasons(verdict) == ["better"]


def test_no_gain_or_one_by_chance_does_not() -> None:
    for won, lost in ((0, 0), (6, 4)):
        assert reasons(judge_challenger(pairs(won, lost))) == ["no_gain"]
    assert not judge_challenger(pairs(6, 4)).promote


def test_as_good_with_more_automation_promotes_and_with_less_does_not() -> None:
    assert judge_challenger(pairs(6, 4), automation=(0.50, 0.55)).promote
    assert not judge_challenger(pairs(6, 4), automation=(0.55, 0.50)).promote


def test_more_automation_does_not_excuse_a_loss() -> None:
    verdict = judge_challenger(pairs(5, 30), automation=(0.5, 0.9))
    assert reasons(verdict) == ["worse"]
    assert not verdict.promote


@pytest.mark.parametrize("term", ["gross_total", "iban", "seller", "order"])
def test_a_critical_field_that_may_be_worse_refuses_a_gain(term: str) -> None:
    bad = [Paired(f"x{place}", challenger=frozenset({term})) for place in range(8)]
    verdict = judge_challenger([*pairs(60, 0), *bad])
    assert reasons(verdict) == ["better", "critical_field"]
    assert not verdict.promote
    assert judge_challenger([*pairs(60, 0), *bad[:1]]).promote


@pytest.mark.parametrize(
    ("given", "reason"),
    [({"forgotten": ["doc1"]}, "past_correction"), ({"slope": 0.7}, "calibration"), ({"slope": 1.3}, "calibration")],
)
def test_safety_refuses_a_gain(given: dict[str, Any], reason: str) -> None:
    verdict = judge_challenger(pairs(30, 8), **given)
    assert reasons(verdict) == ["better", reason]
    assert not verdict.promote


def test_no_documents_promote_nothing() -> None:
    assert "too_few" in reasons(judge_challenger([], automation=(0.1, 0.9)))


def test_the_bound_of_the_loss_holds_in_95_of_100_worlds() -> None:
    dice = np.random.default_rng(4)
    draws = dice.multinomial(1000, [0.02, 0.015, 0.965], size=2000)  # true loss: 0.5 points
    covered = np.mean([loss_bound(int(lost), int(won), 1000) >= 0.005 for lost, won, _ in draws])
    assert 0.935 <= covered <= 0.975


def test_the_slope_tells_bold_from_timid() -> None:
    dice = np.random.default_rng(6)
    logits = dice.normal(1, 2, 6000)
    right = dice.random(6000) < 1 / (1 + np.exp(-logits))
    for stretch, slope in ((1.0, 1.0), (2.0, 0.5), (0.5, 2.0)):
        said = 1 / (1 + np.exp(-stretch * logits))
        assert calibration_slope(list(said), list(right)) == pytest.approx(slope, rel=0.1)
    assert calibration_slope([0.9] * 40, [True] * 40) is None


def test_every_reason_has_words() -> None:
    assert set(REASON_TEXTS) == set(Reason.__args__)  # type: ignore[attr-defined]
