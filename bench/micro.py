"""Micro-tasks by simulation: wrong results and answers a task, and whether every worker's week reaches the wage floor.

    python -m bench.micro [--json] [--errors] [--tasks 2000] [--workers 60] [--spammers 0.1] [--seed 1] [--seeds 5]

Workers are right with a probability of their own; spammers pick blindly. A wrong answer is, with probability `alike`,
the misreading that a snippet invites, else any of `values` wrong ones; `hard` snippets mislead a third of the people.
Dawid and Skene against the vote, gold share and floor of answers one at a time; with --errors the way in use against
how wrong answers fall, over several seeds. Then the pay of three made-up regions with the top-up and a flat rate.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from random import Random
from statistics import fmean

from assurance import clopper_pearson
from assurance.consensus import Fit, Vote, fit, majority
from assurance.pay import PaidWeek, active_seconds, percentile_75, rate, settle_week, usual
from assurance.quality import has_qualified, is_below
from assurance.redundancy import Rules, judge
from models.paid import Entry

VALUES, ALIKE, HARD = (2, 4, 10, 30), (0.0, 0.3, 0.7), (0.0, 0.02)  # what --errors goes through
MISREAD = 1 / 3  # of a hard snippet, by an honest worker
STOCK = 60  # known questions in use
REFIT = 100  # tasks between two fits of the workers
GOLD = 20  # known questions answered beforehand
FLOORS = {"XA": Decimal("12.00"), "XB": Decimal("3.40"), "XC": Decimal("0.85")}  # made up: three levels of wages
FLAT = Decimal("0.05")  # the peer: one rate for everybody


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who answers: how often each honest worker is right, and how many only click."""

    workers: int = 60
    spammers: float = 0.1
    seed: int = 1
    values: int = 3  # wrong values that a snippet may be taken for
    alike: float = 0.0  # share of wrong answers that are the misreading which the snippet invites
    hard: float = 0.0  # share of snippets that invite everybody to it

    def accuracies(self) -> dict[str, float]:
        """Worker to the probability of a right answer; spammers are right by chance."""
        draw = Random(self.seed)  # noqa: S311 - a simulation
        bad, blind = round(self.workers * self.spammers), 1 / (self.values + 1)
        return {f"w{number}": blind if number < bad else draw.betavariate(45, 2) for number in range(self.workers)}


@dataclass(frozen=True, slots=True)
class Way:
    """How tasks are settled."""

    name: str
    floor: int = 2
    cap: int = 5
    sure: float = 0.98
    model: str = "ds"  # ds, vote, fixed: the vote of `floor` answers
    gold_share: float = 0.1
    gate: bool = True  # known questions keep the worst out


@dataclass(frozen=True, slots=True)
class Row:
    """What a way came to."""

    way: str
    wrong: float  # share of done tasks
    answers: float  # a task, known questions apart
    expert: float  # share of tasks that an expert sees
    kept_out: int  # workers who did not qualify or were stopped


class Run:
    """One simulated stretch of work."""

    def __init__(self, crowd: Crowd, way: Way, tasks: int) -> None:
        self.crowd, self.truths, self.way, self.tasks = crowd, crowd.accuracies(), way, tasks
        self.draw = Random(crowd.seed * 1000 + 7)  # noqa: S311 - a simulation
        self.votes: list[Vote] = []
        self.known = {f"g{number}": "0" for number in range(STOCK)}
        self.asked: dict[str, int] = defaultdict(int)
        self.outcomes: dict[str, list[bool]] = defaultdict(list)
        self.out: set[str] = set()
        self.given = self.wrong = self.expert = 0

    def answer(self, worker: str, *, is_hard: bool = False) -> str:
        """What a worker says; "0" is always right, "1" what the snippet invites."""
        if self.draw.random() < self.truths[worker] and not (is_hard and self.draw.random() < MISREAD):
            return "0"
        is_invited = is_hard or self.draw.random() < self.crowd.alike
        return "1" if is_invited else str(self.draw.randrange(1, self.crowd.values + 1))

    def ask_known(self, worker: str) -> None:
        """A known question, and what follows for the worker."""
        task = f"g{self.asked[worker] % STOCK}"
        self.asked[worker] += 1
        said = self.answer(worker)
        self.votes.append(Vote(task, worker, said))
        self.outcomes[worker].append(said == "0")
        own = self.outcomes[worker]
        late = own[GOLD:]
        if self.way.gate and (has_qualified(own, GOLD, 0.8) is False or is_below(late, 0.8)):
            self.out.add(worker)

    def result(self) -> Row:
        """Do all tasks."""
        for worker in self.truths:
            for _ in range(GOLD):
                self.ask_known(worker)
        state = fit(self.votes, known=self.known)
        for number in range(self.tasks):
            if number % REFIT == 0 and number:
                state = fit(self.votes[-6000:], known=self.known)
            self.settle(f"t{number}", state)
        done = self.tasks - self.expert
        return Row(
            self.way.name, self.wrong / max(1, done), self.given / self.tasks, self.expert / self.tasks, len(self.out)
        )

    def settle(self, task: str, state: Fit) -> None:
        """Ask until the task is done or an expert has to look."""
        said: dict[str, str] = {}
        is_hard = self.draw.random() < self.crowd.hard
        rules = Rules(self.way.sure, self.way.floor, self.way.cap)
        while True:
            worker = self.draw.choice([each for each in self.truths if each not in said and each not in self.out])
            if self.draw.random() < self.way.gold_share:
                self.ask_known(worker)
                if worker in self.out:
                    continue
            said[worker] = self.answer(worker, is_hard=is_hard)
            self.given += 1
            verdict, is_done = self.judged(said, state, rules)
            if is_done:
                break
        self.votes.extend(Vote(task, worker, choice) for worker, choice in said.items())
        if verdict is None:
            self.expert += 1
        else:
            self.wrong += verdict != "0"

    def judged(self, said: dict[str, str], state: Fit, rules: Rules) -> tuple[str | None, bool]:
        """The result so far (None: an expert's) and whether the asking ends."""
        if self.way.model == "fixed":
            return majority(said), len(said) >= self.way.floor
        if self.way.model == "vote":
            best = majority(said)
            equal = sum(choice == best for choice in said.values())
            return (best if equal > 1 or self.way.floor == 1 else None), len(said) >= rules.floor and (
                equal > 1 or self.way.floor == 1 or len(said) >= rules.cap
            )
        verdict = judge(said, state.weigh(said), rules)
        return (verdict.answer if verdict.state == "done" else None), verdict.state != "ask"


WAYS = (
    Way("adaptive, Dawid-Skene"), Way("adaptive, vote", model="vote"), Way("adaptive, sure .995", sure=0.995),
    Way("floor 1", floor=1), Way("floor 3", floor=3), Way("no gold share", gold_share=0.0),
    Way("gold share .2", gold_share=0.2), Way("nobody kept out", gate=False),
    Way("one answer", floor=1, model="fixed", gate=False),
    Way("three answers", floor=3, model="fixed", gate=False), Way("five answers", floor=5, model="fixed", gate=False),
)  # fmt: skip


def compare(crowd: Crowd, tasks: int, ways: Iterable[Way] = WAYS) -> list[Row]:
    """Every way on the same crowd."""
    return [Run(crowd, way, tasks).result() for way in ways]


@dataclass(frozen=True, slots=True)
class Spread:
    """What the way in use came to where wrong answers fall so, all seeds together."""

    values: int
    alike: float
    hard: float
    wrong: int
    done: int
    low: float  # of the share of wrong ones: exact interval, 95 %
    high: float
    answers: float
    expert: float


def spread(tasks: int, seeds: Iterable[int], values: int, alike: float, hard: float) -> Spread:
    """The way in use on several crowds."""
    runs = [Run(Crowd(seed=seed, values=values, alike=alike, hard=hard), WAYS[0], tasks) for seed in seeds]
    rows = [run.result() for run in runs]
    wrong, done = sum(run.wrong for run in runs), sum(tasks - run.expert for run in runs)
    bound = clopper_pearson(wrong, done)
    return Spread(values, alike, hard, wrong, done, bound.low, bound.high, fmean(row.answers for row in rows),
                  fmean(row.expert for row in rows))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fairness:
    """Worker-weeks of a region, and the share of them below the floor: with the rate, its top-up, and a flat rate."""

    region: str
    weeks: int
    below: float
    before_top_up: float
    flat: float
    top_up_share: float  # of what is paid


def pay_weeks(*, seed: int = 1, weeks: int = 4, people: int = 20) -> list[Fairness]:
    """Weeks of workers with their own speed, pauses among them; seconds as the meter counts them."""
    found = []
    for region, floor in FLOORS.items():
        draw = Random(f"{seed} {region}")  # noqa: S311 - a simulation
        speeds = [draw.lognormvariate(2.4, 0.45) for _ in range(people)]
        measured = [_seconds(draw, speed, Decimal(20)) for speed in speeds for _ in range(30)]
        per_task = rate(percentile_75(measured), floor)
        middle = usual(measured, Decimal(20))
        paid = [_week(draw, region, speed, floor, per_task, middle) for speed in speeds for _ in range(weeks)]
        found.append(_fairness(region, paid, floor))
    return found


def _seconds(draw: Random, speed: float, middle: Decimal) -> Decimal:
    wall = Decimal(str(round(speed * draw.lognormvariate(0, 0.5), 3)))
    pause = Decimal(draw.randrange(60, 900)) if draw.random() < 0.02 else Decimal(0)
    return active_seconds(wall + pause, None, middle, Decimal(3))


def _week(draw: Random, region: str, speed: float, floor: Decimal, per_task: Decimal, middle: Decimal) -> PaidWeek:
    entries = [Entry("u", "u", region, "EUR", True, _seconds(draw, speed, middle), per_task, floor)  # noqa: FBT003
               for _ in range(draw.randrange(20, 400))]  # fmt: skip
    return settle_week(date(2026, 11, 16), entries)


def _fairness(region: str, paid: Sequence[PaidWeek], floor: Decimal) -> Fairness:
    hour = Decimal(3600)

    def share(amounts: Iterable[Decimal]) -> float:
        return sum(amount < week.seconds * floor / hour for amount, week in zip(amounts, paid, strict=True)) / len(paid)

    on_top = sum((week.top_up for week in paid), Decimal(0)) / sum((week.total for week in paid), Decimal(0))
    return Fairness(region, len(paid), share(week.total for week in paid), share(week.earned for week in paid),
                    share(FLAT * week.tasks for week in paid), float(on_top))  # fmt: skip


def show_errors(tasks: int, seeds: Sequence[int], *, as_json: bool) -> int:
    """Print how the way in use does under every kind of error."""
    found = [spread(tasks, seeds, *kind) for kind in product(VALUES, ALIKE, HARD)]
    if as_json:
        print(json.dumps([asdict(row) for row in found]))
        return 0
    print("wrong values  alike  hard    wrong  (95 %)            answers  expert")
    for row in found:
        bound = f"{row.wrong / row.done:7.2%}  ({row.low:.2%} to {row.high:.2%})"
        print(f"{row.values:12} {row.alike:6.1f} {row.hard:5.0%} {bound:26} {row.answers:6.2f} {row.expert:7.2%}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulation and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=60)
    parser.add_argument("--spammers", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args(arguments)
    if given.errors:
        return show_errors(given.tasks, range(1, given.seeds + 1), as_json=given.json)
    rows = compare(Crowd(given.workers, given.spammers, given.seed), given.tasks)
    fair = pay_weeks(seed=given.seed, weeks=given.weeks)
    if given.json:
        print(json.dumps({"consensus": [asdict(row) for row in rows], "pay": [asdict(row) for row in fair]}))
        return 0
    print("way                        wrong  answers  expert  kept out")
    for row in rows:
        print(f"{row.way:24} {row.wrong:7.2%} {row.answers:8.2f} {row.expert:7.2%} {row.kept_out:9}")
    print("\nregion  weeks  below the floor: paid  before top-up  flat rate   top-up share of pay")
    for one in fair:
        shares = f"{one.below:22.1%} {one.before_top_up:14.1%} {one.flat:10.1%} {one.top_up_share:21.1%}"
        print(f"{one.region:6} {one.weeks:6} {shares}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
