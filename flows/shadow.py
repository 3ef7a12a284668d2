"""A challenger's shadow: it reads along on a share of the documents, without effect.

Where the two differ and a person has approved the document since, the approved value says who was right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import comb
from typing import Any

from sqlmodel import Session

from models.extraction import Reading
from models.invoice import TERMS
from models.settings import LearningSettings
from models.store import registry
from models.store.audit import now
from models.store.edits import changed_terms
from models.store.shadows import Settled, add_shadow, shadows_of
from models.tables import DocumentRow, ModelRow

SURE = 0.05  # of a sign test: rarer than that, the challenger is worse


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """How a challenger fared beside the champion."""

    documents: int  # read by both
    differing: int  # with any difference
    better: int  # settled documents on which the challenger was right more often
    worse: int
    terms: Mapping[str, int]  # differing documents by term
    ends: str  # ISO time
    is_over: bool
    failed: str  # why it is refused; empty where it is not

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def note_shadows(session: Session, documents: Sequence[DocumentRow], reading: Reading) -> None:
    """Store where a challenger's reading of these documents differs; nothing where none read along."""
    if not reading.shadow_version or len(reading.shadow) != len(documents):
        return
    for document, read, other in zip(documents, reading.extractions, reading.shadow, strict=True):
        found = changed_terms(read.invoice, other.invoice)
        differences = {term: pair for term, pair in found.items() if term in TERMS}
        add_shadow(session, document, "reader", reading.shadow_version, differences, at=now())


def report_of(session: Session, row: ModelRow, settings: LearningSettings, at: datetime) -> ShadowReport:
    """The shadow of a challenger so far."""
    seen = shadows_of(session, row.kind, row.version)
    better, worse = _sides(seen)
    began = str(registry.gate_of(row).get("shadow_from") or "")
    ends = datetime.fromisoformat(began) + timedelta(days=settings.shadow_days) if began else None
    terms = Counter(term for each in seen for term in each.differences)
    return ShadowReport(
        documents=len(seen), differing=sum(bool(each.differences) for each in seen), better=better, worse=worse,
        terms=dict(terms.most_common()), ends=ends.isoformat() if ends else "",
        is_over=ends is not None and at >= ends and len(seen) >= settings.shadow_documents,
        failed=_failed(better, worse),
    )  # fmt: skip


def _sides(seen: Sequence[Settled]) -> tuple[int, int]:
    """Settled documents on which the challenger was right on more terms than the champion, and on fewer."""
    better = worse = 0
    for each in seen:
        if each.approved is None:
            continue
        gain = sum(
            (each.approved.get(term) == new) - (each.approved.get(term) == old)
            for term, (old, new) in each.differences.items()
        )
        better, worse = better + (gain > 0), worse + (gain < 0)
    return better, worse


def _failed(better: int, worse: int) -> str:
    """Why the shadow counts as failed: an exact sign test says that the challenger is worse."""
    total = better + worse
    chance = sum(comb(total, at) for at in range(worse, total + 1)) / 2**total if total else 1.0
    if worse > better and chance < SURE:
        return f"worse than the champion on {worse} documents that people have settled, better on {better}"
    return ""
