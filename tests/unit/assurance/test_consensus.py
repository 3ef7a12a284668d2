"""Consensus against oracles that know nothing of EM: the likelihood itself, maximised and summed by brute force."""

from __future__ import annotations

import itertools
from collections import defaultdict
from random import Random

import numpy as np
import pytest
from scipy.optimize import minimize

from assurance.consensus import RIGHT, UNREADABLE, WRONG, Vote, fit, majority, normalised
from assurance.redundancy import Rules, judge, still_wanted
from models.invoice import Kind

RULES = Rules()
OPEN = 4  # values that a snippet is taken for in these crowds


def crowd(seed: int, *, tasks: int, chances: tuple[float, ...], values: int = OPEN) -> list[Vote]:
    draw = Random(seed)
    return [
        Vote(f"t{task}", f"w{worker}", "0" if draw.random() < chance else str(draw.randrange(1, values)))
        for task in range(tasks)
        for worker, chance in enumerate(chances)
    ]


def log_posterior(logits: np.ndarray, votes: list[Vote], workers: list[str]) -> float:
    """The likelihood of the coins with their prior, summed over every truth: written down, not iterated."""
    chances = dict(zip(workers, 1 / (1 + np.exp(-logits)), strict=True))
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for vote in votes:
        said[vote.task][vote.worker] = vote.choice
    total = sum(RIGHT * np.log(each) + WRONG * np.log(1 - each) for each in chances.values())
    for answers in said.values():
        truths = [str(each) for each in range(OPEN)]
        total += np.log(sum(
            np.prod([chances[who] if what == truth else (1 - chances[who]) / (OPEN - 1)
                     for who, what in answers.items()])
            for truth in truths
        ))  # fmt: skip
    return float(-total)


@pytest.mark.parametrize("seed", [1, 2])
def test_em_finds_the_maximum_that_an_optimiser_finds(seed: int) -> None:
    votes = crowd(seed, tasks=25, chances=(0.95, 0.9, 0.85, 0.4))
    workers = sorted({vote.worker for vote in votes})
    found = fit(votes, alike=1 / (OPEN - 1)).reliability
    best = minimize(log_posterior, np.full(len(workers), 1.0), args=(votes, workers), method="BFGS")
    assert [found[each] for each in workers] == pytest.approx(list(1 / (1 + np.exp(-best.x))), abs=2e-3)


def test_the_probability_of_an_answer_is_that_of_summing_over_every_truth() -> None:
    state = fit(crowd(3, tasks=20, chances=(0.9, 0.8, 0.6)), alike=1 / (OPEN - 1))
    said = {"w0": "1", "w1": "1", "w2": "2"}
    weights = {}
    for truth in (str(each) for each in range(OPEN)):
        weights[truth] = np.prod([state.reliability[who] if what == truth else (1 - state.reliability[who]) / (OPEN - 1)
                                  for who, what in said.items()])  # fmt: skip
    total = sum(weights.values())
    assert state.weigh(said) == pytest.approx({name: weights[name] / total for name in ("1", "2")})


def test_with_fixed_answers_a_worker_who_always_says_yes_tells_nothing() -> None:
    draw = Random(5)
    votes = []
    for task in range(80):
        truth = draw.choice(("yes", "no"))
        votes += [Vote(f"t{task}", who, truth if draw.random() < 0.97 else "no") for who in ("ann", "bob", "cid")]
        votes.append(Vote(f"t{task}", "dan", "yes"))
    state = fit(votes, classes=("yes", "no"))
    assert state.tables["dan"]["no"]["yes"] > 0.9
    assert state.weigh({"dan": "yes"})["yes"] == pytest.approx(state.share["yes"], abs=0.05)
    assert set(fit(votes[:80], classes=("yes", "no")).tables) == set()  # twenty answers each: coins


def test_known_questions_teach_about_workers_who_never_met() -> None:
    known = {f"g{number}": "0" for number in range(20)}
    votes = [Vote(task, "good", "0") for task in known] + [Vote(task, "bad", "1") for task in known]
    state = fit([*votes, Vote("t", "good", "7"), Vote("t", "bad", "8")], known=known)
    assert state.reliability["good"] > 0.9
    assert state.reliability["bad"] < 0.3
    assert state.posterior["t"]["7"] > 0.9


@pytest.mark.parametrize("wrong_values", [1, 3, 10])
def test_how_often_two_wrong_answers_are_the_same_is_learned_from_the_answers(wrong_values: int) -> None:
    votes = crowd(7, tasks=300, chances=(0.8, 0.8, 0.8, 0.8, 0.8), values=wrong_values + 1)
    known = {f"t{number}": "0" for number in range(60)}
    assert fit(votes, known=known).alike == pytest.approx(1 / wrong_values, abs=0.06)
    assert fit(votes).alike == pytest.approx(1 / wrong_values, abs=0.1)  # without any known question too


def test_one_misleading_known_question_does_not_decide_how_wrong_answers_fall() -> None:
    clear = [Vote(f"t{task}", f"w{worker}", f"{task}{worker}") for task in range(30) for worker in range(2)]
    smudge = [Vote("g", f"w{worker}", "7") for worker in range(40)]
    known = {f"t{task}": "0" for task in range(30)} | {"g": "1"}
    assert fit([*clear, *smudge], known=known).alike < 0.5  # 780 equal pairs against 30 that differ
    unread = [Vote("u", f"w{worker}", UNREADABLE) for worker in range(40)]
    assert fit([*clear, *unread], known=known | {"u": "1"}).alike < 0.1  # nothing was misread there


def test_the_likelier_wrong_answers_are_the_same_the_less_two_equal_ones_say() -> None:
    votes = crowd(9, tasks=20, chances=(0.8, 0.8))
    said = {"w0": "5", "w1": "5"}
    sure = [fit(votes, alike=each).weigh(said)["5"] for each in (1.0, 0.5, 0.1)]
    assert sure == sorted(sure)


@pytest.mark.parametrize(("kind", "one", "other", "alike"), [
    ("amount", "1234.5", "1234.50", True), ("amount", "1234.5", "1234.51", False),
    ("identifier", "FR76 3000-6", "fr7630006", True), ("identifier", "F-1", "F-7", False),
    ("date", "2026-11-12", "2026-11-12", True), ("text", "Le  Midi", "le midi", True), ("amount", "1E+2", "100", True),
])  # fmt: skip
def test_answers_are_compared_after_normalisation(kind: Kind, one: str, other: str, *, alike: bool) -> None:
    assert (normalised(kind, one) == normalised(kind, other)) is alike


def test_two_equal_answers_are_enough_and_different_ones_ask_on_until_an_expert() -> None:
    assert judge({"a": "1"}, {"1": 0.999}, RULES).state == "ask"
    assert judge({"a": "1", "b": "1"}, {"1": 0.985}, RULES).state == "done"
    assert judge({"a": "1", "b": "2"}, {"1": 0.99, "2": 0.01}, RULES).state == "ask"  # one against one is never enough
    assert judge({"a": "1", "b": "1"}, {"1": 0.97}, RULES).state == "ask"
    assert judge(dict(zip("abcde", "11223", strict=True)), {"1": 0.5, "2": 0.5}, RULES).state == "expert"
    assert judge({"a": "?", "b": "?"}, {"?": 0.99}, RULES).state == "expert"


def test_nobody_is_asked_beyond_what_is_wanted() -> None:
    shown = [still_wanted(answers, under_way, RULES) for answers, under_way in itertools.product(range(6), range(3))]
    assert shown == [True, True, False, True, False, False, True, False, False, True, False, False, True, False, False,
                     False, False, False]  # fmt: skip


def test_the_vote_takes_the_most_frequent() -> None:
    assert majority({"a": "1", "b": "2", "c": "2"}) == "2"
