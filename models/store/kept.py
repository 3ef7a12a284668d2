"""What one session reads several times is read once: revisions of a document are written once and never changed.

An approval looks at the newest values five times: for what was typed, whose bank account it is, what it takes of an
order, what was wrong. Each session forgets with its end.
"""

from __future__ import annotations

from sqlalchemy import bindparam
from sqlmodel import Session, select

from models.extraction import Extraction
from models.tables import ExtractionRow

_REVISION = select(ExtractionRow.extraction_json).where(  # made once: building it takes longer than running it
    ExtractionRow.document_id == bindparam("document"), ExtractionRow.revision == bindparam("revision"))  # fmt: skip


def load_revision(session: Session, document_id: str, revision: int) -> Extraction | None:
    """One revision of what a document says; None where there is no such."""
    key = (document_id, revision)
    if key not in session.info:
        stored = session.exec(_REVISION, params={"document": document_id, "revision": revision}).first()
        if stored is None:
            return None
        keep_revision(session, document_id, revision, Extraction.model_validate_json(stored))
    found: Extraction = session.info[key]
    return found


def keep_revision(session: Session, document_id: str, revision: int, extraction: Extraction) -> None:
    """Remember what was read otherwise."""
    session.info[document_id, revision] = extraction
