"""The words of one page as JSON, for picking and searching them; behind the same authorisation as the document.

They come from what the reader kept; else the file is read in the sandbox, one file at a time so that page pictures
never wait behind it, and kept. A page that cannot be read gives an empty list and the reason.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models.errors import FacturierError
from models.store.blobs import Blobs
from models.store.seen import Pages, keep_words, kept_words, load_words
from models.tables import DocumentRow
from review.pages.document import visible_document
from review.site import Site, not_found, site_of, visitor_of
from review.words import Reason, page_words

router = APIRouter()
# Recognition takes seconds: whoever comes meanwhile is told to ask again and holds no thread of the server.
_READING = threading.Lock()


@router.get("/documents/{document_id}/pages/{number}/words")
def words_of_page(request: Request, document_id: str, number: int) -> Response:
    """The words of a page in reading order."""
    site = site_of(request)
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor_of(request))
    if not 1 <= number <= site.settings.limits.pages:
        raise not_found()
    pages, reason = _pages(site, document)
    return JSONResponse(page_words(pages, number, reason))


def known_pages(home: Path, sha256: str) -> Pages | None:
    """The pages of a file with the words that were kept; None where none were."""
    path = kept_words(home, sha256)
    try:
        return _load(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=32)
def _load(path: Path, _written: int) -> Pages | None:
    """A file of words, once for each time it was written: a page of a long file costs no reading of all of it."""
    return load_words(path)


def _pages(site: Site, document: DocumentRow) -> tuple[Pages, Reason]:
    if document.media_type.endswith("xml"):
        return (), "no_page"
    known = known_pages(site.settings.home, document.sha256)
    if known is not None:
        return known, ""
    if site.reader is None:
        return (), "unreadable"
    if not _READING.acquire(blocking=False):
        return (), "busy"
    try:
        pages = site.reader.words(Blobs(site.settings.home).read(document.sha256), document.media_type)
    except (FacturierError, OSError):
        return (), "unreadable"
    finally:
        _READING.release()
    keep_words(kept_words(site.settings.home, document.sha256), pages)
    return pages, ""
