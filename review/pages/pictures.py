"""Page pictures and original files, behind the same authorisation as the document.

Pictures are drawn in the reader's sandbox, upright as their words were read, and kept below `cache/pages` of the home,
the oldest dropped beyond a limit. A browser may keep a picture for its person but asks each time whether it may still
show it, so that going back is instant and signing out ends it. The original is only ever handed out as an attachment
that no browser may run or guess the type of.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from models.durable import drop, make_folder, write_atomic
from models.errors import FacturierError
from models.store.blobs import Blobs
from models.store.dossier import load_page_infos
from models.tables import DocumentRow
from review.headers import FILE_POLICY
from review.pages.document import visible_document
from review.pages.words import known_pages
from review.site import Site, not_found, site_of, visitor_of

router = APIRouter()
DPI = 130  # a page of A4 is then 1075 pixels wide: sharp at the width of half a screen and still small
SHARP = 260  # for reading small print: asked for when a person zooms in
CACHE_BYTES = 500 * 2**20
_TRIM_EVERY = 50  # pictures drawn between two looks at the cache's size


class View(NamedTuple):
    """Which picture of a file: page from 1, dots per inch, how far the page is turned and skewed, in degrees."""

    number: int
    dpi: int
    rotation: int = 0
    skew: float = 0.0

    @property
    def name(self) -> str:
        """What tells this picture from others of the same file."""
        turned = f"-{self.rotation}-{self.skew:.2f}" if self.rotation or self.skew else ""
        return f"{self.number}-{self.dpi}{turned}"


@router.get("/documents/{document_id}/pages/{number}.png")
def page_picture(request: Request, document_id: str, number: int, dpi: int = DPI) -> Response:
    """One page as PNG; 404 where it cannot be drawn, 400 for a sharpness that is not offered."""
    if dpi not in {DPI, SHARP}:
        raise HTTPException(400)
    site = site_of(request)
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor_of(request))
        turns = {page.number: page.rotation for page in load_page_infos(session, document_id)}
    if not 1 <= number <= site.settings.limits.pages or document.media_type.endswith("xml"):
        raise not_found()
    read = {page.number: page.skew for page in known_pages(site.settings.home, document.sha256) or ()}
    view = View(number, dpi, turns.get(number, 0), read.get(number, 0.0))
    headers = {"ETag": f'"{document.sha256}-{view.name}"', "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        picture = page_png(site, document, view)
    except (FacturierError, OSError) as error:
        raise not_found() from error
    return Response(picture, media_type="image/png", headers=headers)


@router.get("/documents/{document_id}/original")
def original(request: Request, document_id: str) -> Response:
    """The file as it came, as a download."""
    site = site_of(request)
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor_of(request))
    try:
        content = Blobs(site.settings.home).read(document.sha256)
    except (FacturierError, OSError) as error:
        raise not_found() from error
    return Response(content, media_type="application/octet-stream", headers={
        "Content-Disposition": disposition(document.name), "Content-Security-Policy": FILE_POLICY,
    })  # fmt: skip


def disposition(name: str) -> str:
    """The header that names a download (RFC 6266), whatever the file was called.

    >>> print(disposition('a"b.pdf'))
    attachment; filename="a_b.pdf"; filename*=UTF-8''a%22b.pdf
    """
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " .-_()") else "_" for sign in name)
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def page_png(site: Site, document: DocumentRow, view: View) -> bytes:
    """A page as PNG, drawn once; raises what the sandbox raises, and 404 where there is nobody to draw."""
    folder = site.settings.home / "cache" / "pages" / document.sha256[:2]
    path = folder / f"{document.sha256}-{view.name}.png"
    if path.is_file():
        return path.read_bytes()
    if site.reader is None:
        raise not_found()
    content = Blobs(site.settings.home).read(document.sha256)
    picture = site.reader.render(
        content, document.media_type, view.number, view.dpi, rotation=view.rotation, skew=view.skew
    )
    make_folder(folder)
    write_atomic(path, picture)
    if picture[-5] % _TRIM_EVERY == 0:  # a byte of the PNG's checksum: as good as a die, and needs no state
        trim_cache(folder.parent, CACHE_BYTES)
    return picture


def trim_cache(folder: Path, limit: int) -> None:
    """Drop the oldest pictures until the cache is within the limit of bytes."""
    found = sorted(((path.stat().st_mtime, path.stat().st_size, path) for path in folder.glob("*/*.png")), reverse=True)
    total, old = 0, []
    for _, size, path in found:
        total += size
        if total > limit:
            old.append(path)
    drop(old)
