"""The pictures that a reading brought, hung to the documents that begin on their pages.

A second scan of the same paper is told by its picture (`matching.duplicate_odds`); it is drawn while the file is read
(`extractors.pages.looks`).
"""

from __future__ import annotations

from sqlmodel import Session

from models.extraction import Extraction, Reading
from models.store.pictures import keep_picture
from models.tables import DocumentRow


def hang(session: Session, document: DocumentRow, extraction: Extraction, reading: Reading) -> DocumentRow:
    """Keep the picture of the page on which a document begins; returns the document."""
    pictures, page = dict(reading.pictures), extraction.pages[0] if extraction.pages else 1
    if page in pictures:
        keep_picture(session, document, page, int(pictures[page], 16))
    return document
