"""Two states of one PDF: which words of its pages, pictures, annotations and attachments differ.

>>> difference(b"no PDF", b"no PDF either") is None
True
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pikepdf
import pypdfium2 as pdfium

MOST_PAGES = 50
MOST_NAMED = 6
MOST_STREAMS = 300
FEW_WORDS = 10
_FIGURE = re.compile(r"\d{3}|\d[.,]\d\d")
# What signing and time stamping put on a page; links and pop-ups show nothing of their own.
HARMLESS = frozenset({"/Link", "/Popup"})
_WRONG_SHAPE = (pikepdf.PdfError, pikepdf.PikepdfError, pdfium.PdfiumError, RuntimeError, ValueError, TypeError,
                AttributeError, KeyError)  # fmt: skip


class Difference(NamedTuple):
    """In words; `before` and `after` are the words that went and came."""

    told: str
    before: str | None
    after: str | None


class _State(NamedTuple):
    words: tuple[Counter[str], ...]
    drawn: tuple[str, ...]  # a digest of what each page draws
    over: tuple[frozenset[str], ...]  # digests of the annotations and form fields of each page
    files: frozenset[str]
    producer: str


def difference(before: bytes, after: bytes, *, is_signed: bool = False) -> Difference | None:
    """What differs; None where nothing does that shows, or where one of the two is no PDF.

    After a signature everything counts. Without one, programs append honestly: a scanner its text layer, an exporter
    the e-invoice. Then only figures count that came to, or went from, a page which had words already.
    """
    try:
        old, new = _state(before), _state(after)
    except _WRONG_SHAPE:
        return None
    gone, come = _words(old, new), _words(new, old)
    told = [*(_parts if is_signed else _figures)(old, new, gone, come)]
    if not told:
        return None
    if old.producer != new.producer and new.producer:
        told.append(f"saved by {new.producer[:60]!r}, made by {old.producer[:60]!r}")
    return Difference("; ".join(told), gone or None, come or None)


def _parts(old: _State, new: _State, gone: str, come: str) -> Iterator[str]:
    if len(old.words) != len(new.words):
        yield f"{len(old.words)} pages became {len(new.words)}"
    if gone or come:
        yield f"text {gone!r} became {come!r}"
    elif any(a != b for a, b in zip(old.drawn, new.drawn, strict=False)):
        yield "what a page draws is another"
    if any(not b <= a for a, b in zip(old.over, new.over, strict=False)):
        yield "an annotation or form field was put over a page or filled anew"
    if old.files != new.files:
        yield "an attached file is another"


def _figures(old: _State, new: _State, gone: str, come: str) -> Iterator[str]:
    has_words = any(page.total() >= FEW_WORDS for page in old.words)
    if has_words and _FIGURE.search(f"{gone} {come}"):
        yield f"text {gone!r} became {come!r}"
    if any(not b <= a for a, b in zip(old.over, new.over, strict=False)) and has_words:
        yield "an annotation or form field was put over a page or filled anew"
    if old.files - new.files:
        yield "an attached file is another"


def _words(one: _State, other: _State) -> str:
    """Words of one state that the other has not, the first of them."""
    more = [word for mine, theirs in zip(one.words, other.words, strict=False) for word in (mine - theirs)]
    return " ".join(more[:MOST_NAMED])


def _state(content: bytes) -> _State:
    with warnings.catch_warnings(action="ignore"), pikepdf.open(io.BytesIO(content)) as pdf:
        pages = list(pdf.pages)[:MOST_PAGES]
        drawn = tuple(_drawn(page.obj) for page in pages)
        over = tuple(frozenset(_over(page.obj)) for page in pages)
        files = frozenset(hashlib.sha256(each).hexdigest() for each in _files(pdf))
        producer = str(pdf.docinfo.get("/Producer", ""))
    return _State(_texts(content), drawn, over, files, producer)


def _texts(content: bytes) -> tuple[Counter[str], ...]:
    document = pdfium.PdfDocument(content)
    try:
        return tuple(Counter(document[at].get_textpage().get_text_range().split())
                     for at in range(min(len(document), MOST_PAGES)))  # fmt: skip
    finally:
        document.close()


def _drawn(page: Any) -> str:  # noqa: ANN401 - pikepdf's proxy
    """A digest of a page's contents with the pictures, forms and fonts that it draws with."""
    digest = hashlib.sha256()
    contents = page.get("/Contents", ())
    for stream in contents if isinstance(contents, pikepdf.Array) else (contents,):
        if isinstance(stream, pikepdf.Stream):
            digest.update(stream.read_raw_bytes())
    resources = page.get("/Resources")
    for _, stream in zip(range(MOST_STREAMS), _streams(resources, 4), strict=False):
        digest.update(stream.read_raw_bytes())
    for key in ("/MediaBox", "/CropBox", "/Rotate"):
        digest.update(str(page.get(key)).encode())
    return digest.hexdigest()


def _streams(node: Any, depth: int) -> Iterator[Any]:  # noqa: ANN401 - pikepdf's proxy
    if depth == 0 or not isinstance(node, pikepdf.Dictionary | pikepdf.Stream):
        return
    for key in ("/XObject", "/Font", "/Pattern"):
        group = node.get(key)
        for each in group.values() if isinstance(group, pikepdf.Dictionary) else ():
            if isinstance(each, pikepdf.Stream):
                yield each
                yield from _streams(each.get("/Resources"), depth - 1)
            elif isinstance(each, pikepdf.Dictionary):
                yield from _font(each)


def _font(font: Any) -> Iterator[Any]:  # noqa: ANN401 - pikepdf's proxy
    descriptor = font.get("/FontDescriptor")
    holders = (font, descriptor) if isinstance(descriptor, pikepdf.Dictionary) else (font,)
    for holder in holders:
        for key in ("/ToUnicode", "/FontFile", "/FontFile2", "/FontFile3"):
            if isinstance(stream := holder.get(key), pikepdf.Stream):
                yield stream


def _over(page: Any) -> Iterator[str]:  # noqa: ANN401 - pikepdf's proxy
    """A digest of each annotation that shows something, signatures aside."""
    for each in list(page.get("/Annots", ()))[:MOST_STREAMS]:
        if not isinstance(each, pikepdf.Dictionary) or str(each.get("/Subtype", "")) in HARMLESS:
            continue
        if str(each.get("/FT", "")) == "/Sig":
            continue
        looks: Any = each.get("/AP")
        shown = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
        look = shown.read_raw_bytes() if isinstance(shown, pikepdf.Stream) else b""
        told = "|".join(str(each.get(key, "")) for key in ("/Subtype", "/Rect", "/Contents", "/V"))
        yield hashlib.sha256(told.encode() + look).hexdigest()


def _files(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    for spec in list(pdf.attachments.values())[:20]:
        try:
            yield spec.get_file().read_bytes()[: 2**22]
        except _WRONG_SHAPE:
            yield b"unreadable"
