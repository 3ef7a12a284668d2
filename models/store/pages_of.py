"""The pages of a document's file, as they were read: number, size, reader."""

from __future__ import annotations

import json

from sqlmodel import Session, col, select

from models.extraction import PageInfo
from models.tables import ExtractionRow


def pages_of(session: Session, document_id: str) -> tuple[PageInfo, ...]:
    """Every page of the file that the newest revision knows of; none before it was read."""
    query = select(ExtractionRow.pages_json).where(ExtractionRow.document_id == document_id)
    stored = session.exec(query.order_by(col(ExtractionRow.revision).desc())).first() or "[]"
    return tuple(PageInfo.model_validate(page) for page in json.loads(stored))
