"""Two rankers on the same cases, which neither has learned from: the frozen book, and confirmed matches kept aside.

A case is right when its order stands first, and no other order is taken for sure. An order that is taken wrongly is the
mistake that costs money: it is the critical one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assurance.gate import Paired, calibration_slope, judge_challenger
from learning.contest import Contest, Side
from learning.matcher.figures import TAKEN, Ranked, ranked
from learning.matcher.rows import Study
from matching.ranker import MatcherModel

GOLD_SEED = 20_261_122  # no ranker is trained on it
FIRST, LINKED = "first", "order"  # what may be wrong: another order stands first; another order is taken


def contest_matchers(
    champion: MatcherModel, challenger: MatcherModel, studies: Sequence[Study], own: int = 0
) -> Contest:
    """Let both rank the same cases, and judge; the last `own` cases are the home's."""
    one, two = (_ranked(model, studies) for model in (champion, challenger))
    pairs = [Paired(old.case.name, wrong_of(old), wrong_of(new)) for old, new in zip(one, two, strict=True)]
    mine, theirs = (_side(model.version, rows) for model, rows in ((champion, one), (challenger, two)))
    verdict = judge_challenger(pairs, slope=theirs.slope, automation=(mine.coverage, theirs.coverage),
                               critical=(LINKED,))  # fmt: skip
    counts = Counter({"frozen book": len(studies) - own, "confirmed matches": own})
    return Contest(mine, theirs, verdict, +counts)


def wrong_of(row: Ranked) -> frozenset[str]:
    """What is wrong with one ranking."""
    is_missed = bool(row.case.orders) and not row.is_ruled and row.place != 1
    is_linked = bool(row.orders) and row.orders[0][1] >= TAKEN and row.orders[0][0] not in row.case.orders
    return frozenset(name for name, is_so in ((FIRST, is_missed), (LINKED, is_linked)) if is_so)


def _ranked(model: MatcherModel, studies: Sequence[Study]) -> list[Ranked]:
    return ranked({each.case.group: model for each in studies}, studies)


def _side(version: str, rows: Sequence[Ranked]) -> Side:
    best = [(row.orders[0][1], row.orders[0][0] in row.case.orders) for row in rows if row.orders]
    slope = calibration_slope([sure for sure, _ in best], [right for _, right in best])
    taken = sum(sure >= TAKEN and right for sure, right in best)
    return Side(version, len(rows), sum(not wrong_of(row) for row in rows), round(taken / max(1, len(rows)), 4),
                None if slope is None else round(slope, 3))  # fmt: skip
