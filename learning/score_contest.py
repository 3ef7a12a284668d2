"""Two document scores on the same evidence: how much each could certify at the same limit, and how honest it is.

A document is wrong on a side where it would be let through and should not be. Documents are those of the generator's
frozen seed, and labels of suppliers that are kept for judging.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assurance import certify
from assurance.gate import Paired, calibration_slope, judge_challenger
from assurance.score import ScoreModel, score_of
from learning.contest import Contest, Side
from learning.document_score import Judged
from learning.report import share_that_passes
from models.certificate import Label

FALLBACK = 0.01  # the share of wrong ones at which scores are compared that cannot be certified yet
RELEASED = "released"  # what may be wrong: it would be let through
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """The promise of the policy."""

    alpha: float
    delta: float


def contest_scores(champion: ScoreModel, challenger: ScoreModel, judged: Sequence[Judged], limits: Limits) -> Contest:
    """Let both score the same documents, and judge."""
    one, two = (
        [score_of(each.evidence, model, require_order=False) for each in judged] for model in (champion, challenger)
    )
    is_certified = all(_certified(scores, judged, limits)[0] is not None for scores in (one, two))
    cuts = [_cut(scores, judged, limits, is_certified=is_certified) for scores in (one, two)]
    pairs = [
        Paired(str(at), _wrong(one[at], cuts[0], each), _wrong(two[at], cuts[1], each))
        for at, each in enumerate(judged)
    ]
    mine, theirs = (_side(model, scores, cut, judged)
                    for model, scores, cut in zip((champion, challenger), (one, two), cuts, strict=True))  # fmt: skip
    verdict = judge_challenger(pairs, slope=theirs.slope, automation=(mine.coverage, theirs.coverage),
                               critical=(RELEASED,))  # fmt: skip
    return Contest(mine, theirs, verdict, Counter(each.set for each in judged))


def _certified(scores: Sequence[float], judged: Sequence[Judged], limits: Limits) -> tuple[float | None, int]:
    """The threshold that these documents would certify as labels, and how many lie above it."""
    labels = [
        Label(key=str(at), segment=each.evidence.segment, seller=each.group, score=scores[at], wrong=not each.right,
              source="history", score_version="", at=_SOME_DAY)
        for at, each in enumerate(judged)
    ]  # fmt: skip
    said = certify(labels, alpha=limits.alpha, delta=limits.delta, supplier_share=1.0)
    return said.threshold, said.accepted


def _cut(scores: Sequence[float], judged: Sequence[Judged], limits: Limits, *, is_certified: bool) -> float:
    """A score strictly above it is let through."""
    if is_certified:
        return _certified(scores, judged, limits)[0] or 0.0
    share, _ = share_that_passes([(score, each.right) for score, each in zip(scores, judged, strict=True)], FALLBACK)
    passing = round(share * len(scores))
    order = sorted(scores, reverse=True)
    return order[passing] if passing < len(order) else -1.0


def _wrong(score: float, cut: float, each: Judged) -> frozenset[str]:
    return frozenset({RELEASED} if score > cut and not each.right else ())


def _side(model: ScoreModel, scores: Sequence[float], cut: float, judged: Sequence[Judged]) -> Side:
    slope = calibration_slope(scores, [each.right for each in judged])
    passing = sum(score > cut for score in scores)
    right = sum(not _wrong(score, cut, each) for score, each in zip(scores, judged, strict=True))
    return Side(model.version, len(judged), right, round(passing / max(1, len(judged)), 4),
                None if slope is None else round(slope, 3))  # fmt: skip
