"""Evidence against "at most alpha is wrong", valid at every moment one cares to look (an e-process).

A gambler bets on 40 higher error rates at odds that are fair at alpha. Where the promise holds, the mean of the 40
fortunes ever reaches 1 / risk with a probability of `risk` at most, however often it is looked at (Ville); where it is
broken, the fortune grows without end. Plain floats; one outcome costs microseconds.

>>> gather([False] * 100, alpha=0.005).alarm(), gather([True] * 3, alpha=0.005).alarm()
(False, True)
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

RATES = 40
HIGHEST = 0.3
FIRST_FACTOR = 1.2
RISK = 0.05


@dataclass(frozen=True, slots=True)
class Evidence:
    """The state after so many audits. `peak` is the largest fortune so far: an alarm once reached stays reached."""

    alpha: float
    fortunes: tuple[float, ...]  # logarithms, one for each rate of `rates(alpha)`
    audits: int = 0
    errors: int = 0
    peak: float = 1.0

    @property
    def value(self) -> float:
        """The present fortune: 1 at the start, above it the more the promise looks broken."""
        top = max(self.fortunes)
        return math.exp(min(top, 600.0)) * math.fsum(math.exp(one - top) for one in self.fortunes) / len(self.fortunes)

    def alarm(self, risk: float = RISK) -> bool:
        """Whether the promise is to be taken as broken; wrongly so with this probability at most, ever."""
        return self.peak >= 1 / risk

    def after(self, *, wrong: bool, stake: float = 1.0) -> Evidence:
        """The state after one more audit.

        Args:
            wrong: What the audit found.
            stake: In [0, 1], fixed before the audit: a document that stands for fewer than the others bets less.
        """
        gains = _gains(self.alpha, wrong=wrong)
        fortunes = tuple(one + math.log1p(stake * gain) for one, gain in zip(self.fortunes, gains, strict=True))
        grown = Evidence(self.alpha, fortunes, self.audits + 1, self.errors + wrong, self.peak)
        return Evidence(self.alpha, fortunes, grown.audits, grown.errors, max(self.peak, grown.value))


def start(alpha: float) -> Evidence:
    """Before the first audit."""
    return Evidence(alpha, (0.0,) * RATES)


def gather(outcomes: Iterable[bool], *, alpha: float) -> Evidence:
    """The evidence of audits in the order in which they were settled; True for a wrong one."""
    state = start(alpha)
    for wrong in outcomes:
        state = state.after(wrong=wrong)
    return state


def rates(alpha: float) -> tuple[float, ...]:
    """The 40 rates that are bet on, from a little above alpha to 30 %, evenly on a logarithmic scale."""
    low, high = FIRST_FACTOR * alpha, max(HIGHEST, min(0.99, FIRST_FACTOR * alpha * 2))
    return tuple(low * (high / low) ** (step / (RATES - 1)) for step in range(RATES))


def _gains(alpha: float, *, wrong: bool) -> list[float]:
    """What a stake of one gains for each rate: the likelihood ratio less one."""
    return [(rate / alpha if wrong else (1 - rate) / (1 - alpha)) - 1 for rate in rates(alpha)]
