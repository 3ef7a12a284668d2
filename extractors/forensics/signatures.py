"""The signatures of a PDF: which bytes each covers, and whether these are the bytes that were signed.

Who signed is not asked: no certificate is trusted or checked here. The digest in the signature is held against the
bytes that it covers, which shows a change within them; what follows them is for `revisions` to judge.
Source: ISO 32000-2, 12.8.1; RFC 5652, 11.2 (messageDigest).

>>> signatures_of(b"%PDF-1.7 nothing signed")
()
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import pikepdf

MOST = 20
MOST_FIELDS = 2_000
# Attribute messageDigest, SET, OCTET STRING: the digest's length and itself follow.
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_DIGESTS = {"sha256": "0609608648016503040201", "sha384": "0609608648016503040202", "sha512": "0609608648016503040203",
            "sha1": "06052b0e03021a"}  # fmt: skip
_HEXADECIMAL = b"0123456789abcdefABCDEF \r\n"
_LENGTHS = {20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}
_WRONG_SHAPE = (pikepdf.PdfError, pikepdf.PikepdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError)


class Signature(NamedTuple):
    """`end`: first byte after what it covers; `is_whole`: only its own bytes are left out before that."""

    end: int
    is_whole: bool
    is_intact: bool | None  # None: the digest was not found or is of an unknown kind


def signatures_of(content: bytes) -> tuple[Signature, ...]:
    """Every signature of the form fields that names what it covers."""
    if b"/ByteRange" not in content:
        return ()
    try:
        with warnings.catch_warnings(action="ignore"), pikepdf.open(io.BytesIO(content)) as pdf:
            found = [_signature(content, value) for value in _values(pdf.Root)]
    except _WRONG_SHAPE:
        return ()
    return tuple(each for each in found if each is not None)


def _values(root: pikepdf.Object) -> Iterator[Any]:
    """The values of signature fields, also of fields within fields."""
    form: Any = root.get("/AcroForm", {})
    waiting: list[Any] = list(form.get("/Fields", ()))
    seen = given = 0
    while waiting and seen < MOST_FIELDS and given < MOST:
        field = waiting.pop()
        seen += 1
        if not isinstance(field, pikepdf.Dictionary):
            continue
        waiting += list(field.get("/Kids", ()))
        value = field.get("/V")
        if isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value:
            given += 1
            yield value


def _signature(content: bytes, value: Any) -> Signature | None:  # noqa: ANN401 - pikepdf's proxy
    spans = [int(each) for each in value.ByteRange][:4]
    if len(spans) != 4 or min(spans) < 0:
        return None
    begin, length, after, rest = spans
    gap = content[begin + length : after]
    is_one_string = gap[:1] == b"<" and gap[-1:] == b">" and not gap[1:-1].strip(_HEXADECIMAL)
    is_whole = begin == 0 and is_one_string
    end = after + rest
    signed = content[begin : begin + length] + content[after:end]
    is_whole = is_whole and end <= len(content)
    return Signature(min(end, len(content)), is_whole, _is_intact(signed, bytes(value.Contents)))


def _is_intact(signed: bytes, contents: bytes) -> bool | None:
    """Whether the digest that was signed is that of the bytes."""
    at = contents.find(_MESSAGE_DIGEST)
    inner = contents[at + len(_MESSAGE_DIGEST) : at + len(_MESSAGE_DIGEST) + 80] if at >= 0 else b""
    if len(inner) < 4 or inner[0] != 0x31 or inner[2] != 0x04 or inner[3] not in _LENGTHS:
        return None
    kind = _LENGTHS[inner[3]]
    if bytes.fromhex(_DIGESTS[kind]) not in contents:
        return None
    return hashlib.new(kind, signed, usedforsecurity=False).digest() == inner[4 : 4 + inner[3]]
