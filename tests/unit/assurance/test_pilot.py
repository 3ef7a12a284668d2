"""The saving of a pilot: its interval holds the truth as often as it says, and a claim is not proved by luck."""

from __future__ import annotations

import random

import pytest

from assurance.pilot import PilotCase, saving_of, verdict_on, with_automation


def cases(share: float, count: int, chance: random.Random, sellers: int = 20) -> list[PilotCase]:
    """Documents that take `share` of their manual time, each supplier with its own pace."""
    pace = {number: chance.uniform(0.5, 1.5) for number in range(sellers)}
    made = []
    for number in range(count):
        seller = chance.randrange(sellers)
        manual = chance.lognormvariate(5.0, 0.5)
        made.append(PilotCase(str(number), str(seller), manual * share * pace[seller], manual))
    return made


def test_interval_holds_the_true_saving_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(60):
        chance = random.Random(seed)
        saving = saving_of(cases(0.3, 150, chance, sellers=40), (), seed=seed)
        assert saving is not None
        held += (saving.low or 0.0) <= 0.7 <= (saving.high or 1.0)
    assert held >= 51  # 85 % of 60: the bootstrap of 40 clusters is a little too narrow


def test_true_saving_below_the_claim_is_hardly_ever_called_proved() -> None:
    proved = sum(
        verdict_on(saving_of(cases(0.45, 120, random.Random(seed)), (), seed=seed), 0.6) == "proved"
        for seed in range(40)
    )
    assert proved <= 2


@pytest.mark.parametrize(("share", "verdict"), [(0.2, "proved"), (0.7, "refuted"), (0.4, "open")])
def test_verdict_follows_the_interval(share: float, verdict: str) -> None:
    assert verdict_on(saving_of(cases(share, 200, random.Random(4)), (), seed=1), 0.6) == verdict


def test_without_pairs_the_baseline_is_a_second_sample_with_an_uncertainty_of_its_own() -> None:
    chance = random.Random(3)
    settled = [PilotCase(str(n), str(n % 12), chance.uniform(10, 20)) for n in range(60)]
    few = saving_of(settled, [100.0, 20.0, 180.0], seed=1)
    many = saving_of(settled, [100.0, 20.0, 180.0] * 40, seed=1)
    assert few is not None
    assert many is not None
    assert (few.method, few.share) == ("two_samples", pytest.approx(many.share))
    assert (few.high or 0) - (few.low or 0) > (many.high or 0) - (many.low or 0)


def test_nothing_is_claimed_without_a_baseline_or_with_too_few_suppliers() -> None:
    assert saving_of([PilotCase("a", "s", 10.0)], ()) is None
    few = saving_of([PilotCase(str(n), "only one", 10.0, 100.0) for n in range(50)], ())
    assert few is not None
    assert (few.share, few.low, verdict_on(few, 0.6)) == (pytest.approx(0.9), None, "open")


def test_documents_let_through_cost_only_the_audit_sample() -> None:
    cost = with_automation(0.05)
    assert cost(PilotCase("a", "s", 60.0, would_pass=True)) == pytest.approx(3.0)
    assert cost(PilotCase("b", "s", 60.0)) == pytest.approx(60.0)
