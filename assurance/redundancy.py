"""How many people are asked the same: two at least, more while they do not agree well enough, then an expert.

>>> rules = Rules()
>>> judge({"ann": "yes"}, {"yes": 0.97}, rules).state, judge({"ann": "1", "bob": "1"}, {"1": 0.99}, rules).state
('ask', 'done')
>>> judge({"ann": "1", "bob": "2"}, {"1": 0.5, "2": 0.5}, rules).state
'ask'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from assurance.consensus import UNREADABLE

State = Literal["ask", "done", "expert"]


class Rules(NamedTuple):
    """When a task is done: the probability asked for, answers at least, answers at most."""

    sure: float = 0.98
    floor: int = 2
    cap: int = 5


class Verdict(NamedTuple):
    """What becomes of a task: another answer is asked for, or it is done, or an expert looks."""

    state: State
    answer: str
    posterior: float


def judge(said: Mapping[str, str], weights: Mapping[str, float], rules: Rules) -> Verdict:
    """Judge a task by its normalised answers and the probability of each.

    No answer is taken that fewer than `floor` people gave, two at most: a single very reliable worker against others
    is not enough.
    """
    best = max(weights, key=weights.__getitem__, default="")
    chance = weights.get(best, 0.0)
    if len(said) < rules.floor or not said:
        return Verdict("ask", best, chance)
    equal = sum(choice == best for choice in said.values())
    if chance >= rules.sure and equal >= min(2, rules.floor):
        return Verdict("expert" if best == UNREADABLE else "done", best, chance)
    return Verdict("expert" if len(said) >= rules.cap else "ask", best, chance)


def still_wanted(answers: int, under_way: int, rules: Rules) -> bool:
    """Whether an open task should be shown to one more person, those counted in who have it before them.

    >>> still_wanted(0, 1, Rules()), still_wanted(0, 2, Rules()), still_wanted(2, 0, Rules())
    (True, False, True)
    """
    return answers + under_way < min(rules.cap, max(rules.floor, answers + 1))
