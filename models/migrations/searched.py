"""The words by which documents are found, filled once for those that were there before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, and_, bindparam, select, update

from models.extraction import Extraction
from models.invoice import Invoice
from models.store.found import search_words
from models.tables import DocumentRow, ExtractionRow

_PAGE = 500


def fill_search_words(connection: Connection) -> None:
    """Write the words of every document, by its newest revision."""
    table = DocumentRow.__table__  # type: ignore[attr-defined]
    change = update(table).where(table.c.id == bindparam("which")).values(search_words=bindparam("words"))
    for page in _pages(connection):
        words = [{"which": row[0], "words": search_words(row[1], _invoice(row[3]), batch=row[2])} for row in page]
        connection.execute(change, words)


def _pages(connection: Connection) -> Iterator[Sequence[Any]]:
    """Id, name, batch and newest extraction of all documents, a page at a time; columns by name (0005 says why)."""
    document, extraction = DocumentRow.__table__.c, ExtractionRow.__table__.c  # type: ignore[attr-defined]
    newest = and_(extraction.document_id == document.id, extraction.revision == document.revision)
    joined = DocumentRow.__table__.outerjoin(ExtractionRow.__table__, newest)  # type: ignore[attr-defined]
    query = select(document.id, document.name, document.batch, extraction.extraction_json).select_from(joined)
    last = ""
    while page := connection.execute(query.where(document.id > last).order_by(document.id).limit(_PAGE)).all():
        yield page
        last = page[-1][0]


def _invoice(text: str | None) -> Invoice | None:
    """What a document says; None where an earlier version wrote what is not understood any more."""
    try:
        return Extraction.model_validate_json(text).invoice if text else None
    except ValidationError:
        return None
