"""The certificate's threshold: exact counts, ties, the cap on suppliers, and what is still missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from mapie.risk_control import BinaryClassificationController
from scipy.stats import binom

from assurance.certify import (
    STEP,
    cap_suppliers,
    certify,
    certify_on_average,
    error_budget,
    labels_needed,
    split_risk,
)
from bench.certificate import Population, by_sequence
from models.certificate import SEGMENTS, Label

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def labels(scores: Sequence[float], wrong: Sequence[bool], sellers: Sequence[str] | None = None) -> list[Label]:
    return [
        Label(key=f"d{place}", segment="scan/known", seller=sellers[place] if sellers else f"s{place}",
              score=float(score), wrong=bool(bad), source="review", score_version="1", at=NOON)
        for place, (score, bad) in enumerate(zip(scores, wrong, strict=True))
    ]  # fmt: skip


def clean(count: int, errors_at: Sequence[int] = ()) -> list[Label]:
    """Labels of falling scores; those at these places are wrong."""
    return labels([1 - place / (count + 1) for place in range(count)], [place in errors_at for place in range(count)])


def test_the_labels_needed_are_those_of_the_exact_binomial() -> None:
    assert [labels_needed(0.005, 0.05, errors) for errors in (0, 1, 2, 3, 5)] == [598, 947, 1258, 1549, 2100]
    assert [labels_needed(alpha, 0.05) for alpha in (0.001, 0.01, 0.02)] == [2995, 299, 149]
    assert [labels_needed(alpha, 0.10) for alpha in (0.001, 0.005, 0.01, 0.02)] == [2302, 460, 230, 114]
    for errors in range(4):
        needed = labels_needed(0.005, 0.05, errors)
        assert binom.cdf(errors, needed, 0.005) <= 0.05 < binom.cdf(errors, needed - 1, 0.005)


def test_one_label_short_of_the_number_certifies_nothing_and_says_so() -> None:
    found = certify(clean(597), alpha=0.005, delta=0.05)
    assert (found.threshold, found.accepted, found.missing) == (None, 0, 1)
    found = certify(clean(598), alpha=0.005, delta=0.05)
    assert (found.threshold, found.accepted, found.errors) == (0.0, 598, 0)
    assert found.bound == pytest.approx(0.005, abs=1e-5)


def test_the_threshold_is_the_score_that_follows_the_accepted_ones() -> None:
    some = clean(1000, errors_at=range(700, 1000))
    found = certify(some, alpha=0.005, delta=0.05)
    assert 598 <= found.accepted <= 702
    assert sum(label.score > found.threshold for label in some) == found.accepted
    assert found.errors == sum(label.wrong for label in some if label.score > found.threshold)
    assert found.bound <= 0.005


def test_an_early_error_stops_the_sequence_even_if_later_counts_would_pass() -> None:
    some = clean(4000, errors_at=[3])
    assert certify(some, alpha=0.005, delta=0.05).threshold is None
    assert certify(some, alpha=0.005, delta=0.05, budget=1).accepted > 3000


def test_missing_is_enough_where_no_error_comes_any_more() -> None:
    some = clean(400, errors_at=[200])
    missing = certify(some, alpha=0.005, delta=0.05).missing
    assert missing == 598 - 200
    better = [label.model_copy(update={"key": f"n{place}", "seller": f"n{place}", "score": 1.0 + place})
              for place, label in enumerate(clean(missing))]  # fmt: skip
    assert certify([*some, *better], alpha=0.005, delta=0.05).accepted == 598
    assert certify([*some, *better[:-1]], alpha=0.005, delta=0.05).missing == 1


def test_ties_are_accepted_together_or_not_at_all() -> None:
    tied = labels([0.9] * 500 + [0.5] * 500 + [0.1] * 10, [False] * 1010)
    found = certify(tied, alpha=0.005, delta=0.05, supplier_share=1)
    assert found.accepted in {1000, 1010}
    spoilt = labels([0.9] * 500 + [0.5] * 500 + [0.1] * 10, [False] * 999 + [True] * 11)
    assert certify(spoilt, alpha=0.005, delta=0.05).threshold is None  # the errors in the tie count wherever they stand


def test_the_order_of_the_labels_changes_nothing() -> None:
    some = clean(1500, errors_at=[900, 1300, 1400])
    assert certify(some, alpha=0.005, delta=0.05) == certify(some[::-1], alpha=0.005, delta=0.05)


def test_a_supplier_counts_for_two_per_cent_and_its_surplus_is_not_chosen_by_its_labels() -> None:
    sellers = ["giant"] * 600 + [f"s{place}" for place in range(400)]
    wrong = [place % 2 == 0 for place in range(600)] + [False] * 400
    kept = cap_suppliers(labels([0.5] * 1000, wrong, sellers))
    assert Counter(label.seller for label in kept)["giant"] == 20
    turned = cap_suppliers(labels([0.5] * 1000, [not one for one in wrong], sellers))
    assert [label.key for label in kept] == [label.key for label in turned]


def test_the_budget_depends_on_the_number_of_labels_alone() -> None:
    assert [error_budget(count) for count in (0, 4999, 5000)] == [0, 0, 3]


def test_the_risk_is_split_over_segments_that_could_pass() -> None:
    assert split_risk(0.005, 0.06) == pytest.approx(dict.fromkeys(SEGMENTS, 0.01))
    counts = {"digital/known": 3000, "scan/known": 700, "einvoice/known": 40}
    parts = split_risk(0.005, 0.05, counts)
    assert parts["digital/known"] == 0.05  # 700 are too few for half of the risk: none is spent on them
    for name in SEGMENTS:
        if name != "digital/known":
            assert counts.get(name, 0) < labels_needed(0.005, parts[name])
    parts = split_risk(0.005, 0.05, {**counts, "scan/known": 800})
    assert parts["digital/known"] == parts["scan/known"] == 0.025


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    scores = np.sort(dice.random(count))[::-1]
    return scores, dice.random(count) < Population().wrong(scores)


@pytest.mark.filterwarnings("ignore:Fixed sequence testing requires a monotonic risk")
@pytest.mark.parametrize("seed", range(6))
def test_mapie_finds_the_same_threshold(seed: int) -> None:
    """MAPIE gets the thresholds to test; its p-value takes ceil(n * rate), which rounding may make one error more."""
    scores, wrong = drawn(3000, seed)
    found = certify(labels(scores, wrong), alpha=0.005, delta=0.05)
    counts, wanted = [], labels_needed(0.005, 0.05)
    while wanted < len(scores):
        counts.append(wanted)
        wanted = max(wanted + 1, int(wanted * STEP + 0.5))
    controller = BinaryClassificationController(
        lambda given: np.column_stack([1 - given[:, 0], given[:, 0]]), risk="precision", target_level=0.995,
        confidence_level=0.95, list_predict_params=np.nextafter(scores[counts], 2), fwer_method="fixed_sequence",
    ).calibrate(scores[:, None], 1 - wrong.astype(int))  # fmt: skip
    errors = np.cumsum(wrong)[np.array(counts) - 1]
    ours = binom.cdf(errors, counts, 0.005)
    assert (controller.p_values[:, 0] >= ours - 1e-9).all()
    valid = np.asarray(controller.valid_predict_params)
    theirs = None if valid.size == 0 else float(np.nextafter(valid.min(), -1))
    rounded = np.ceil(np.array(counts) * (1 - (np.array(counts) - errors) / np.array(counts))) > errors
    stops = int(np.argmax(ours > 0.05)) if (ours > 0.05).any() else len(counts)
    if rounded[:stops].any():
        assert theirs is None or theirs >= found.threshold
    else:
        assert theirs == (None if found.threshold is None else pytest.approx(found.threshold, abs=1e-12))


@pytest.mark.parametrize("seed", range(5))
def test_the_simulated_sequence_is_the_products(seed: int) -> None:
    scores, wrong = drawn(6000, seed)
    count = by_sequence(wrong, 0.005, 0.05)
    assert certify(labels(scores, wrong), alpha=0.005, delta=0.05).accepted == count


def test_the_mode_on_average_lets_more_through_and_bounds_no_single_one() -> None:
    scores, wrong = drawn(5000, 3)
    some = labels(scores, wrong)
    strict, loose = certify(some, alpha=0.005, delta=0.05), certify_on_average(some, alpha=0.005)
    assert loose.accepted > strict.accepted
    assert (loose.errors + 1) / loose.accepted <= 0.005
    assert loose.bound is None
