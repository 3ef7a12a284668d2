"""Page pictures and original files, behind the same authorisation as the document.

Pictures are drawn in the reader's sandbox and kept below `cache/pages` of the home, the oldest dropped beyond a limit.
The original is only ever handed out as an attachment that no browser may run or guess the type of.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from models.durable import drop, make_folder, write_atomic
from models.errors import FacturierError
from models.store.blobs import Blobs
from review.headers import FILE_POLICY
from review.pages.document import visible_document
from review.site import Site, not_found, site_of, visitor_of

router = APIRouter()
DPI = 130  # a page of A4 is then 1075 pixels wide: sharp at the width of half a screen and still small
CACHE_BYTES = 500 * 2**20
_TRIM_EVERY = 50  # pictures drawn between two looks at the cache's size


@router.get("/documents/{document_id}/pages/{number}.png")
def page_picture(request: Request, document_id: str, number: int) -> Response:
    """One page as PNG; 404 where it cannot be drawn."""
    site = site_of(request)
    with site.store.read() as session:
        document = visible_document(session, document_id, visitor_of(request))
    if not 1 <= number <= site.settings.limits.pages or document.media_type.endswith("xml"):
        raise not_found()
    try:
        picture = _picture(site, document.sha256, document.media_type, number)
    except (FacturierError, OSError) as error:
        raise not_found() from error
    return Response(picture, media_type="image/png")


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


def _picture(site: Site, sha256: str, media_type: str, number: int) -> bytes:
    folder = site.settings.home / "cache" / "pages" / sha256[:2]
    path = folder / f"{sha256}-{number}-{DPI}.png"
    if path.is_file():
        return path.read_bytes()
    if site.reader is None:
        raise not_found()
    picture = site.reader.render(Blobs(site.settings.home).read(sha256), media_type, number, DPI)
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
