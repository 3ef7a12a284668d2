"""How much a certificate lets through, how often its promise is broken, and what the naive threshold does instead.

    python -m bench.certificate [--json] [--runs 300] [--labels 2000 5000 10000 20000] [--alpha 0.005] [--delta 0.05]

A population of documents with a score each is drawn anew for every run: labelled ones to choose the threshold by, and
the true error rate above it, which is known exactly because scores and error probabilities are. Seeded.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assurance.certify import STEP, error_budget, labels_needed, passes
from assurance.eprocess import RISK, rates

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
GRID = 20_001  # quantiles by which a population's true error rate above a score is integrated
AUDITS = 6000


@dataclass(frozen=True, slots=True)
class Population:
    """Scores are uniform in (0, 1); a document of score u is wrong with the probability `risk[u]`.

    The logit of being right rises in the score; slope and shift set the base rate and how well the score tells.
    """

    slope: float = 10.5
    shift: float = 4.957

    def wrong(self, scores: Floats) -> Floats:
        """The probability of being wrong at each score."""
        return np.asarray(1 / (1 + np.exp(self.shift + self.slope * (scores - 0.5))))

    def above(self, threshold: float) -> float:
        """The true error rate of all documents above a score."""
        grid = np.linspace(max(threshold, 0.0), 1, GRID)
        return float(self.wrong(grid).mean())

    def ceiling(self, alpha: float) -> float:
        """The share that one could let through who knew everything."""
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if self.above(middle) <= alpha else (middle, high)
        return 1 - high


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one number of labels, over all runs."""

    labels: int
    method: str
    automation: float  # mean share let through
    mean_error: float  # true error rate of what is let through, mean over runs that let something through
    violation: float  # share of runs whose true error rate is above alpha


def by_sequence(wrong: Bools, alpha: float, delta: float) -> int:
    """How many of the best labels the fixed sequence accepts; `wrong` in order of falling scores."""
    errors = np.concatenate([[0], np.cumsum(wrong)])
    count, accepted = labels_needed(alpha, delta, error_budget(len(wrong))), 0
    while count < len(wrong) and passes(int(errors[count]), count, alpha, delta):
        accepted, count = count, max(count + 1, int(count * STEP + 0.5))
    return accepted


def by_rate(wrong: Bools, alpha: float, _delta: float) -> int:
    """The naive way: the largest count whose observed error rate is within alpha."""
    counts = np.arange(1, len(wrong) + 1)
    fitting = np.flatnonzero(np.cumsum(wrong) <= alpha * counts)
    return int(fitting[-1]) + 1 if fitting.size and fitting[-1] + 1 < len(wrong) else max(0, int(fitting.size) - 1)


def on_average(wrong: Bools, alpha: float, _delta: float) -> int:
    """The largest count with (errors + 1) / count within alpha: mean risk, no confidence."""
    counts = np.arange(1, len(wrong) + 1)
    fitting = np.flatnonzero(np.cumsum(wrong) + 1 <= alpha * counts)
    return min(int(fitting[-1]) + 1, len(wrong) - 1) if fitting.size else 0


METHODS: dict[str, Callable[[Bools, float, float], int]] = {
    "certified": by_sequence, "on_average": on_average, "naive": by_rate,
}  # fmt: skip


def simulate(population: Population, labels: int, runs: int, alpha: float, delta: float, seed: int = 7) -> list[Row]:
    """All methods on the same draws."""
    dice = np.random.default_rng([seed, labels])
    outcomes: dict[str, list[tuple[float, float]]] = {name: [] for name in METHODS}
    for _ in range(runs):
        scores = np.sort(dice.random(labels))[::-1]
        wrong = dice.random(labels) < population.wrong(scores)
        for name, method in METHODS.items():
            count = method(wrong, alpha, delta)
            threshold = float(scores[count]) if count else 1.0
            outcomes[name].append((1 - threshold, population.above(threshold) if count else 0.0))
    return [_row(labels, name, outcomes[name], alpha) for name in METHODS]


def _row(labels: int, name: str, found: Sequence[tuple[float, float]], alpha: float) -> Row:
    errors = [error for share, error in found if share]
    return Row(labels, name, float(np.mean([share for share, _ in found])), float(np.mean(errors)) if errors else 0.0,
               sum(error > alpha for error in errors) / len(found))  # fmt: skip


def alarms(rate: float, runs: int, *, alpha: float = 0.005, audits: int = AUDITS, seed: int = 7) -> tuple[float, float]:
    """The share of runs in which the e-process rings within so many audits, and the median audit at which it does."""
    dice = np.random.default_rng([seed, round(rate * 1e6)])
    bets = np.array(rates(alpha))
    up, down = np.log(bets / alpha), np.log((1 - bets) / (1 - alpha))
    rung = []
    for _ in range(runs):
        wrong = dice.random(audits) < rate
        steps = np.flatnonzero(wrong)  # fortunes rise at errors only: looking there is looking everywhere
        errors = np.arange(1, len(steps) + 1)
        fortunes = np.outer(errors, up) + np.outer(steps + 1 - errors, down)
        first = np.flatnonzero(np.exp(np.clip(fortunes, -700, 500)).mean(axis=1) >= 1 / RISK)
        if first.size:
            rung.append(int(steps[first[0]]) + 1)
    return len(rung) / runs, float(np.median(rung)) if rung else float("inf")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--labels", type=int, nargs="+", default=[2000, 5000, 10_000, 20_000])
    parser.add_argument("--alpha", type=float, default=0.005)
    parser.add_argument("--delta", type=float, default=0.05)
    given = parser.parse_args(arguments)
    population = Population()
    rows = [row for labels in given.labels
            for row in simulate(population, labels, given.runs, given.alpha, given.delta)]  # fmt: skip
    rings = {rate: alarms(rate, given.runs) for rate in (0.005, 0.01, 0.02, 0.03, 0.05, 0.1)}
    facts: dict[str, Any] = {
        "alpha": given.alpha, "delta": given.delta, "runs": given.runs, "base_error": population.above(0.0),
        "ceiling": population.ceiling(given.alpha), "rows": [asdict(row) for row in rows],
        "alarms": [{"rate": rate, "rang": share, "median_audits": median} for rate, (share, median) in rings.items()],
    }  # fmt: skip
    sys.stdout.write(json.dumps(facts, indent=2) + "\n" if given.json else _text(facts))
    return 0


def _text(facts: dict[str, Any]) -> str:
    lines = [f"alpha {facts['alpha']:.2%}, delta {facts['delta']:.0%}, {facts['runs']} runs, base error "
             f"{facts['base_error']:.1%}, best possible automation {facts['ceiling']:.1%}",
             f"{'labels':>8} {'method':<12} {'automation':>10} {'mean error':>10} {'violation':>10}"]  # fmt: skip
    lines += [f"{row['labels']:>8} {row['method']:<12} {row['automation']:>10.1%} {row['mean_error']:>10.2%} "
              f"{row['violation']:>10.3f}" for row in facts["rows"]]  # fmt: skip
    lines += [f"alarm at a true rate of {row['rate']:.1%}: {row['rang']:.1%} of runs, median after "
              f"{row['median_audits']:.0f} audits" for row in facts["alarms"]]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
