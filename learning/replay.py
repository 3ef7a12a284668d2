"""A supplier rule replayed on earlier invoices: what would have been read with it, against what people confirmed.

>>> counts_of([Effect("a", "1", "2", "improved"), Effect("b", "1", "1", "unchanged")])["improved"]
1
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from learning.supplier_rules import Rule, apply_rule, value_of
from models.document import Page
from models.extraction import Extraction

Verdict = Literal["improved", "worsened", "changed", "unchanged"]
VERDICTS: tuple[Verdict, ...] = ("improved", "worsened", "changed", "unchanged")


class Past(NamedTuple):
    """One earlier invoice: what was read, its words, and what a person said that is right (None: nobody has)."""

    document_id: str
    extraction: Extraction
    pages: Sequence[Page]
    truth: str | None
    is_known: bool


class Effect(NamedTuple):
    """What a rule does to one earlier invoice; `changed` where nobody has said what is right."""

    document_id: str
    before: str | None
    after: str | None
    verdict: Verdict


def replay(rule: Rule, pasts: Iterable[Past]) -> list[Effect]:
    """The rule's effect on each earlier invoice."""
    return [_effect(rule, past) for past in pasts]


def counts_of(effects: Iterable[Effect]) -> dict[str, int]:
    """How many invoices a rule improves, worsens, changes and leaves alone."""
    found = Counter(effect.verdict for effect in effects)
    return {verdict: found[verdict] for verdict in VERDICTS}


def confidence(rule: Rule, pasts: Sequence[Past]) -> float:
    """How often the rule's own value was right on invoices that people looked at (Laplace's rule of succession)."""
    judged = [(effect, past) for effect, past in zip(replay(rule, pasts), pasts, strict=True)
              if past.is_known and effect.before != effect.after]  # fmt: skip
    right = sum(_same(effect.after, past.truth) for effect, past in judged)
    return (right + 1) / (len(judged) + 2)


def _effect(rule: Rule, past: Past) -> Effect:
    before = value_of(past.extraction, rule.term)
    after = value_of(apply_rule(rule, past.extraction, past.pages, 1.0), rule.term)
    return Effect(past.document_id, before, after, _verdict(before, after, past))


def _verdict(before: str | None, after: str | None, past: Past) -> Verdict:
    if before == after:
        return "unchanged"
    if not past.is_known:
        return "changed"
    if _same(after, past.truth):
        return "improved"
    return "worsened" if _same(before, past.truth) else "changed"


def _same(one: str | None, other: str | None) -> bool:
    return (one or "").strip() == (other or "").strip()
