"""Figures of answers: F1 over layout groups, whole documents, how honest the confidence is, and how much may pass.

>>> share_that_passes([(0.99, True), (0.98, True), (0.5, False)], 0.01)
(0.6667, 0.98)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from extractors.fields.confidence import GROUP_OF
from extractors.fields.judge import JUDGED
from learning.truth import is_right
from learning.values import Answer
from models.decision import Reason

ERROR = 0.01  # share of wrong documents among those that pass
Counts = list[int]  # right, found, known


def f1(right: int, found: int, known: int) -> float:
    """The harmonic mean of precision and recall; 0 where nothing is known."""
    return 2 * right / (found + known) if found + known else 0.0


def figures(answers: Sequence[Answer]) -> dict[str, Any]:
    """The figures of some answers as the manifest holds them."""
    groups: dict[str, Counts] = defaultdict(lambda: [0, 0, 0])
    terms: dict[str, Counts] = defaultdict(lambda: [0, 0, 0])
    for answer in answers:
        for term, counts in _counted(answer):
            for tally in (groups[answer.example.group], terms[term]):
                tally[:] = [a + b for a, b in zip(tally, counts, strict=True)]
    auto = [answer for answer in answers if answer.extraction.decision == "auto"]
    share, least = share_that_passes([(sureness(answer), not answer.wrong) for answer in answers], ERROR)
    return {
        "documents": len(answers),
        "groups": len(groups),
        "f1_over_groups": round(sum(f1(*counts) for counts in groups.values()) / max(1, len(groups)), 4),
        "whole": sum(not answer.wrong for answer in answers),
        "fields": {term: round(f1(*counts), 4) for term, counts in sorted(terms.items())},
        "auto": len(auto),
        "auto_wrong": sum(bool(answer.wrong) for answer in auto),
        "coverage_at_1_percent": share,
        "coverage_from": least,
    }


def by_set(answers: Iterable[Answer]) -> dict[str, dict[str, Any]]:
    """The figures of each set."""
    sets: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        sets[answer.example.set].append(answer)
    return {name: figures(rows) for name, rows in sets.items()}


def sureness(answer: Answer) -> float:
    """How sure the least sure value of a document is; 0 where nothing was given or a check holds it back anyway."""
    found = answer.extraction
    if set(found.reasons) - {Reason.LOW_CONFIDENCE.value}:
        return 0.0
    given = [proof.confidence for term, proof in found.evidence.items() if term in JUDGED]
    return min(given, default=0.0)


def share_that_passes(documents: Sequence[tuple[float, bool]], error: float) -> tuple[float, float]:
    """Largest share of documents (sureness, all right) that may pass at an error rate, and the sureness it takes."""
    ranked = sorted(documents, key=lambda row: -row[0])
    best, wrong = 0, 0
    for at, (_, right) in enumerate(ranked, start=1):
        wrong += not right
        last_of_equals = at == len(ranked) or ranked[at][0] < ranked[at - 1][0]
        if wrong <= error * at and last_of_equals and ranked[at - 1][0] > 0:
            best = at
    return (round(best / len(ranked), 4), ranked[best - 1][0]) if best else (0.0, 1.0)


def reliability(
    answers: Iterable[Answer], edges: Sequence[float] = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
) -> list[Mapping[str, float]]:
    """For bands of confidence: how many values, how many wrong, their mean confidence, and the share of right ones.

    The review page says these counts beside each value: they belong to answers on layouts that the model had not seen.
    """
    bands: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for answer in answers:
        for value in answer.values:
            bands[sum(value.sure >= edge for edge in edges)].append((value.sure, value.right))
    return [
        {
            "from": ([0.0, *edges])[band],
            "values": len(rows),
            "wrong": sum(not right for _, right in rows),
            "mean": round(sum(sure for sure, _ in rows) / len(rows), 4),
            "right": round(sum(right for _, right in rows) / len(rows), 4),
        }
        for band, rows in sorted(bands.items())
    ]


def _counted(answer: Answer) -> Iterable[tuple[str, Counts]]:
    known = answer.example.visible & answer.example.fields.keys() & GROUP_OF.keys()
    for term in known:
        found = getattr(answer.extraction.invoice, term)
        yield term, [is_right(term, answer.example.fields[term], found), found is not None, 1]
