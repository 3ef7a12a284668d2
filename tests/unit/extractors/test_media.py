"""Types are told from bytes, never from names."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from extractors import media
from models.errors import EmptyFileError, InvoiceError, UnsupportedMediaTypeError


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, kind)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.4\n", media.PDF),
        (b"\n" * 900 + b"%PDF-1.4\n", media.PDF),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("TIFF"), "image/tiff"),
        (picture("WEBP"), "image/webp"),
        (picture("BMP"), "image/bmp"),
        (picture("GIF"), "image/gif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", media.HEIF),
        (b"<?xml version='1.0'?><Invoice/>", media.XML),
        (b"\xef\xbb\xbf \n<Invoice/>", media.XML),
        ("\ufeff<?xml version='1.0'?><a:Invoice/>".encode("utf-16-be"), media.XML),
        ("<Invoice/>".encode("utf-16-le"), media.XML),
        ("\ufeff<Invoice/>".encode("utf-32-le"), media.XML),
        (b"<!DOCTYPE Invoice [<!ENTITY a 'b'>]><Invoice/>", media.XML),
        (b"From: a@b.example\r\nSubject: Rechnung\r\n\r\nText", media.EML),
        (archive("a.pdf"), media.ZIP),
    ],
)
def test_a_type_is_told_from_the_bytes(content: bytes, expected: str) -> None:
    assert media.sniff(content) == expected


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (archive("[Content_Types].xml"), "Office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Outlook"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"<?xml version='1.0'?><html xmlns='x'/>", "web page"),
        (b"{\\rtf1 hello}", "rich-text"),
        (b"BMW invoice 2026, total 100", "plain text"),
        (b"Please find the invoice attached", "plain text"),
        (bytes(range(1, 256)), "unknown"),
    ],
)
def test_what_is_not_an_invoice_is_refused_with_advice(content: bytes, word: str) -> None:
    with pytest.raises(UnsupportedMediaTypeError) as caught:
        media.sniff(content)
    assert word in caught.value.detail


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b" \r\n\t"])
def test_a_blank_file_is_empty(content: bytes) -> None:
    with pytest.raises(EmptyFileError):
        media.sniff(content)


@given(st.binary(max_size=3000))
def test_any_bytes_give_a_type_or_an_invoice_error(content: bytes) -> None:
    try:
        kind = media.sniff(content)
    except InvoiceError:
        return
    assert kind in media.IMAGES | {media.PDF, media.XML, media.EML, media.ZIP}
