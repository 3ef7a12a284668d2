"""Which reader takes a file, and what becomes of page and e-invoice that disagree."""

from __future__ import annotations

import contextlib
import email.message
import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from extractors.reader import extract, render, words
from models.document import Document
from models.errors import (
    HostileDocumentError,
    InvoiceError,
    LimitExceededError,
    NoInvoiceError,
    UnreadableDocumentError,
    UnsupportedMediaTypeError,
)
from models.extraction import Extraction, Reading
from models.settings import LimitSettings, ReadingSettings
from tests.hostile import make

QUIET = {"engine": "null", "second_engine": "null"}
LIMITS = LimitSettings()


def read(content: bytes, source: str = "auto", limits: LimitSettings = LIMITS) -> Reading:
    return extract(Document(content, "x"), ReadingSettings.model_validate(QUIET | {"source": source}), limits)


def first(content: bytes, source: str = "auto") -> Extraction:
    return read(content, source).extractions[0]


def rules(extraction: Extraction) -> set[str]:
    return {finding.rule for finding in extraction.findings}


AGREEING = make.hybrid_pdf(("factur-x.xml", make.invoice_xml().encode()))
DIFFERING = make.hybrid_pdf(("factur-x.xml", make.invoice_xml(gross="991.00").encode()))
BROKEN = make.hybrid_pdf(("factur-x.xml", make.invoice_xml().encode()[:700]))


def test_plain_xml_is_read_as_xml() -> None:
    reading = read(make.invoice_xml().encode())
    assert (reading.media_type, reading.pages) == ("application/xml", ())
    assert str(reading.extractions[0].invoice.gross_total) == "119.00"


def test_a_page_is_read_with_its_place() -> None:
    found = first(make.text_pdf())
    assert found.source == "page"
    assert found.evidence["gross_total"].page == 1
    assert found.evidence["gross_total"].box is not None


def test_embedded_xml_comes_before_the_page() -> None:
    found = first(AGREEING)
    assert (found.source, found.pages) == ("xml", (1,))
    assert "AP-PAGE-XML" not in rules(found)


def test_a_page_that_differs_from_its_xml_goes_to_a_person() -> None:
    found = first(DIFFERING)
    assert "AP-PAGE-XML" in rules(found)
    assert found.decision == "review"
    assert "page_xml_differ" in found.reasons


def test_the_page_alone_is_read_when_that_is_wanted() -> None:
    found = first(DIFFERING, "page")
    assert (found.source, str(found.invoice.gross_total)) == ("page", "119.00")


def test_the_xml_alone_is_read_when_that_is_wanted() -> None:
    assert str(first(DIFFERING, "xml").invoice.gross_total) == "991.00"
    with pytest.raises(NoInvoiceError):
        read(make.text_pdf(), "xml")


def test_broken_xml_falls_back_to_the_page_and_says_so() -> None:
    found = first(BROKEN)
    assert found.source == "page"
    assert "AP-XML-BROKEN" in rules(found)
    assert (found.decision, found.reasons[-1]) == ("review", "xml_broken")
    with pytest.raises(InvoiceError):
        read(BROKEN, "xml")


def test_hostile_xml_does_not_fall_back() -> None:
    attack = make.invoice_xml(prolog='<!DOCTYPE x [<!ENTITY e "x">]>').encode()
    with pytest.raises(HostileDocumentError):
        read(make.hybrid_pdf(("factur-x.xml", attack)))


def test_an_e_invoice_whose_page_shows_nothing_goes_to_a_person() -> None:
    content = make.hybrid_pdf(("factur-x.xml", make.invoice_xml().encode()), base=make.blank_pdf())
    found = first(content)
    assert found.source == "xml"
    assert "AP-PAGE-UNREAD" in rules(found)
    assert found.decision == "review"


def test_a_pdf_without_its_header_is_mended_and_shown_to_a_person() -> None:
    content = re.sub(rb"^%PDF-1.7", b"%?", make.text_pdf())
    found = first(content)
    assert str(found.invoice.gross_total) == "119.00"
    assert "AP-PDF-MENDED" in rules(found)
    assert found.decision == "review"


def test_text_that_is_no_invoice_is_for_a_person_to_judge() -> None:
    found = first(make.text_pdf(("Dear Sir or Madam,", "the weather is fine today.")))
    assert found.decision == "review"
    assert found.invoice.gross_total is None


def test_a_blank_page_holds_no_invoice() -> None:
    with pytest.raises(NoInvoiceError, match="no text on 1 page"):
        read(make.blank_pdf())


def test_a_picture_without_text_holds_no_invoice() -> None:
    out = io.BytesIO()
    Image.new("L", (400, 600), 255).save(out, "PNG")
    with pytest.raises(NoInvoiceError):
        read(out.getvalue())


def test_mails_and_archives_are_for_intake() -> None:
    mail = email.message.EmailMessage()
    mail["From"], mail["Subject"] = "a@b.example", "Rechnung"
    mail.set_content("anbei")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.pdf", make.text_pdf())
    for content in (mail.as_bytes(), archive.getvalue()):
        with pytest.raises(UnsupportedMediaTypeError, match="intake"):
            read(content)


def test_a_file_over_the_limit_is_too_large() -> None:
    with pytest.raises(LimitExceededError) as caught:
        read(make.text_pdf(), limits=LimitSettings(file_bytes=100))
    assert caught.value.reason_code == "too_large"


def test_pages_are_shown_as_pictures_and_words() -> None:
    content = make.text_pdf()
    assert render(content, "", 1, 72, LIMITS).startswith(b"\x89PNG")
    shown = words(Document(content, "x"), "", ReadingSettings.model_validate(QUIET), LIMITS)
    assert "F-2026-018" in {word.text for word in shown[0].words}
    with pytest.raises(UnreadableDocumentError):
        render(content, "", 2, 72, LIMITS)


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_anywhere_gives_a_reading_or_an_invoice_error(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([AGREEING, make.text_pdf(), make.invoice_xml().encode()])))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(content) // 2, len(content)))
    with contextlib.suppress(InvoiceError):  # and nothing else
        assert read(bytes(content[:cut])).extractions
