"""What kind of file some bytes are, told from the bytes alone: names and extensions are never believed.

Sources: ISO 32000-1 annex H (a PDF header may stand anywhere in the first 1,024 bytes), ISO/IEC 14496-12 (`ftyp`),
XML 1.0 appendix F (how an encoding is told from the first bytes), RFC 5322 (mail headers).

>>> sniff(b"junk before the header %PDF-1.7 ...")
'application/pdf'
>>> sniff("<Invoice/>".encode("utf-16"))
'application/xml'
"""

from __future__ import annotations

import re

from models.errors import EmptyFileError, UnsupportedMediaTypeError

PDF = "application/pdf"
XML = "application/xml"
EML = "message/rfc822"
ZIP = "application/zip"
HEIF = "image/heif"
IMAGES = frozenset({"image/png", "image/jpeg", "image/tiff", HEIF, "image/webp", "image/bmp", "image/gif"})

HEADER_BYTES = 1024

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),  # BigTIFF
    (b"MM\0+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
)

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

# What people drop in a folder of invoices by mistake, and what they can do about it.
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Office file or Outlook message (.doc, .xls, .msg): save it as PDF",
    ),
    (b"{\\rtf", "a rich-text file: save it as PDF"),
    (b"\x1f\x8b", "a gzip archive: unpack it first, or use ZIP"),
    (b"Rar!\x1a\x07", "a RAR archive: unpack it first, or use ZIP"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first, or use ZIP"),
    (b"%!PS", "a PostScript file: print it to PDF"),
    (b"MZ", "a Windows program: do not open it, ask the sender"),
    (b"\x7fELF", "a program: do not open it, ask the sender"),
)
_OFFICE_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"[Content_Types].xml", "an Office document (.docx, .xlsx, .pptx): save it as PDF"),
    (b"mimetypeapplication/vnd.oasis", "an OpenDocument file: save it as PDF"),
)

_XML_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\x00<\x00", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)

_MAIL_HEADER = re.compile(
    rb"^(?:From|To|Received|Return-Path|Delivered-To|Date|Subject|Message-ID|MIME-Version|Content-Type|Reply-To): ?\S",
    re.IGNORECASE | re.MULTILINE,
)
# What is left of a PDF whose header was lost; whether it can be saved is for the PDF reader to say.
_PDF_BODY = re.compile(rb"\d \d{1,5} obj\b|startxref|trailer\s{0,8}<<|^%PDF")
_FIRST_ELEMENT = re.compile(r"<(?:[\w.-]{1,64}:)?([A-Za-z_][\w.-]{0,64})")
_NO_INVOICE_ROOTS = {"html": "a web page: print it to PDF", "svg": "a drawing (SVG): save it as PDF"}


def sniff(content: bytes) -> str:
    """Tell the media type of a file from its bytes.

    Returns:
        One of PDF, XML, EML, ZIP or a member of IMAGES.

    Raises:
        EmptyFileError: no bytes, or nothing but white space and zero bytes.
        UnsupportedMediaTypeError: anything else; the detail names what it is and what to do.
    """
    head = content[: 4 * HEADER_BYTES]
    if not head.strip(b"\0 \t\r\n") and not content.strip(b"\0 \t\r\n"):
        raise EmptyFileError("no bytes" if not content else "nothing but blank bytes")
    _refuse(head, _REFUSED)
    return _by_signature(head) or _xml(head) or _by_search(head) or _unknown(head)


def _by_signature(head: bytes) -> str | None:
    kind = next((kind for mark, kind in _SIGNATURES if head.startswith(mark)), None)
    if kind == ZIP:
        _refuse_office(head)
    if kind == "image/bmp" and not _is_bitmap(head):
        return None
    if kind:
        return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and _brands(head) & _HEIF_BRANDS:
        return HEIF
    return None


def _is_bitmap(head: bytes) -> bool:
    """Two letters are little evidence: the two reserved words of a bitmap header are zero in practice."""
    return len(head) >= 26 and int.from_bytes(head[14:18], "little") in {12, 16, 40, 52, 56, 64, 108, 124}


def _brands(head: bytes) -> set[bytes]:
    """The major and the compatible brands of an ISO base media file."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[at : at + 4] for at in range(8, size, 4)}


def _xml(head: bytes) -> str | None:
    """XML in any Unicode encoding, with or without a byte-order mark; web pages are refused by name."""
    encoding = next((name for mark, name in _XML_STARTS if head.startswith(mark)), "latin-1")
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if not re.match(r"<[?!A-Za-z_]", text):
        return None
    if re.match(r"<!doctype html\s*>", text, re.IGNORECASE):
        raise UnsupportedMediaTypeError(_NO_INVOICE_ROOTS["html"])
    if "<!DOCTYPE" in text:
        return XML  # refused by the XML reader, whatever it says it is
    root = _FIRST_ELEMENT.search(text)
    if root and root[1].lower() in _NO_INVOICE_ROOTS:
        raise UnsupportedMediaTypeError(_NO_INVOICE_ROOTS[root[1].lower()])
    return XML


def _by_search(head: bytes) -> str | None:
    """What need not stand at the first byte: a mail's headers, a PDF after some junk."""
    first_lines = head.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    if b"%PDF-" in head[:HEADER_BYTES]:
        return PDF
    if len({found.lower() for found in _MAIL_HEADER.findall(first_lines)}) >= 2:
        return EML
    return PDF if _PDF_BODY.search(head) else None


def _unknown(head: bytes) -> str:
    _refuse(head, ((b"PK", "a damaged ZIP archive"),))
    is_text = not re.search(rb"[\x00-\x08\x0e-\x1a]", head)
    raise UnsupportedMediaTypeError("plain text: send the invoice as PDF" if is_text else "an unknown kind of file")


def _refuse_office(head: bytes) -> None:
    _refuse(head[30:], _OFFICE_PARTS)


def _refuse(head: bytes, table: tuple[tuple[bytes, str], ...]) -> None:
    for mark, what in table:
        if head.startswith(mark):
            raise UnsupportedMediaTypeError(what)
