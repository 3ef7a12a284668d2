from __future__ import annotations

import codecs
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.einvoice.parsing import parse_xml
from models.errors import (
    EmptyFileError,
    HostileDocumentError,
    InvoiceError,
    LimitExceededError,
    UnreadableDocumentError,
)
from models.settings import LimitSettings

LIMITS = LimitSettings()
LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_a_doctype_is_refused_in_every_encoding(encoding: str) -> None:
    with pytest.raises(HostileDocumentError):
        parse_xml(LAUGHS.encode(encoding), LIMITS)


@pytest.mark.parametrize(
    "before",
    [
        '<?xml version="1.0"?>',
        "<!-- licence -->",
        "<!-- > -->\n<?pi?>\n",
        " \n",
        '<?xml version="1.0" encoding="utf-8"?><!--<a>-->',
    ],
)
def test_a_doctype_is_found_behind_comments_and_instructions(before: str) -> None:
    with pytest.raises(HostileDocumentError):
        parse_xml((before.lstrip() + "<!DOCTYPE a><a/>").encode(), LIMITS)


def test_an_external_entity_is_never_loaded(tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY")
    attack = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{canary.as_uri()}">]><a>&x;</a>'
    with pytest.raises(HostileDocumentError) as caught:
        parse_xml(attack.encode(), LIMITS)
    assert "CANARY" not in str(caught.value)


def test_xinclude_stays_text_of_the_attacker(tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY")
    include = f'<a><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{canary.as_uri()}" parse="text"/></a>'
    assert "".join(parse_xml(include.encode(), LIMITS).itertext()) == ""


@pytest.mark.parametrize("name", ["UTF-7", "cp037", "UTF-8-W/O-BOM", "EBCDIC-US"])
def test_an_encoding_in_which_a_doctype_could_hide_is_refused(name: str) -> None:
    with pytest.raises(UnreadableDocumentError, match="encoding"):
        parse_xml(f'<?xml version="1.0" encoding="{name}"?><a/>'.encode(), LIMITS)


def test_a_doctype_inside_of_text_harms_nobody() -> None:
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE html>]]></a>", LIMITS).text == "<!DOCTYPE html>"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1"])
def test_honest_encodings_are_read(encoding: str) -> None:
    declared = {"utf-8-sig": "UTF-8", "iso-8859-1": "ISO-8859-1"}.get(encoding, "UTF-16")
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    document = f'<?xml version="1.0" encoding="{declared}"?><a>é</a>'.encode(encoding)
    assert parse_xml(mark + document, LIMITS).text == "é"


def test_depth_is_limited_below_and_above_the_parsers_own_limit() -> None:
    for depth in (65, 100_000):
        with pytest.raises(LimitExceededError):
            parse_xml(b"<a>" * depth + b"</a>" * depth, LIMITS)
    assert parse_xml(b"<a>" * 64 + b"</a>" * 64, LIMITS) is not None


def test_size_is_limited() -> None:
    with pytest.raises(LimitExceededError) as caught:
        parse_xml(b"<a>" + b"x" * 2000 + b"</a>", LimitSettings(xml_bytes=1000))
    assert caught.value.reason_code == "too_large"


def test_a_million_attributes_are_no_way_to_hang_the_reader() -> None:
    attack = b"<a " + b" ".join(b'a%d="1"' % number for number in range(1_000_000)) + b"/>"
    start = time.perf_counter()
    with pytest.raises(LimitExceededError):
        parse_xml(attack, LIMITS)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("content", [b"", b" \n", b"\0\0"])
def test_nothing_is_empty_or_unreadable(content: bytes) -> None:
    with pytest.raises((EmptyFileError, UnreadableDocumentError)):
        parse_xml(content, LIMITS)


@pytest.mark.parametrize("content", [b"<a>", b"%PDF-1.7", b"Bad XML", b"<a></b>", b"<!-- never ends", b"<a>&x;</a>"])
def test_what_is_not_well_formed_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableDocumentError):
        parse_xml(content, LIMITS)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_our_own_errors(noise: bytes) -> None:
    for content in (noise, b"<" + noise, b'<?xml version="1.0"?><a>' + noise):
        try:
            parse_xml(content, LIMITS)
        except InvoiceError:
            continue
