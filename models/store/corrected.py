"""What people's corrections say of the reader: how many values of a term and a confidence were changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from models.extraction import Extraction
from models.tables import CorrectionRow, ExtractionRow

_INDEX = re.compile(r"\[\d+\]")


def count_corrected(session: Session, client_id: str, edges: Sequence[float]) -> list[tuple[str, float, int, int]]:
    """(term, start of its band of confidence, values looked at, values changed); lines are counted as one term."""
    confidence = col(CorrectionRow.confidence)
    band = case(*((confidence >= edge, edge) for edge in sorted(edges, reverse=True)), else_=0.0)
    changed = func.sum(case((col(CorrectionRow.changed), 1), else_=0))
    query = (
        select(CorrectionRow.term, band, func.count(), changed)
        .where(CorrectionRow.client_id == client_id, confidence.is_not(None))
        .group_by(CorrectionRow.term, band)
    )
    found: dict[tuple[str, float], list[int]] = defaultdict(lambda: [0, 0])
    for term, start, checked, wrong in session.exec(query).all():
        counts = found[_INDEX.sub("[]", term), float(start)]
        counts[0] += int(checked)
        counts[1] += int(wrong)
    return [(term, start, checked, wrong) for (term, start), (checked, wrong) in sorted(found.items())]


def last_reading(session: Session, document_id: str) -> Extraction | None:
    """What the reader saw last, before people changed anything."""
    query = select(ExtractionRow.extraction_json).where(
        ExtractionRow.document_id == document_id, ExtractionRow.origin == "reader"
    )
    found = session.exec(query.order_by(col(ExtractionRow.revision).desc())).first()
    return Extraction.model_validate_json(found) if found else None
