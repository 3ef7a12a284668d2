from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from decimal import Decimal

import pikepdf
import pytest
from facturx import generate_from_binary
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.einvoice import embedded_xml, read_embedded
from models.errors import EncryptedDocumentError, InvoiceError, LimitExceededError, UnreadableDocumentError
from models.finding import Severity
from models.settings import LimitSettings

LIMITS = LimitSettings()
PdfMaker = Callable[..., bytes]


@pytest.mark.parametrize(
    "name",
    [
        "factur-x.xml",
        "Factur-X.xml",
        "ZUGFeRD-invoice.xml",
        "zugferd-invoice.xml",
        "xrechnung.xml",
        "../../factur-x.xml",
        "C:\\x\\factur-x.xml",
    ],
)
def test_an_e_invoice_is_found_by_its_name_in_any_case(make_pdf: PdfMaker, name: str) -> None:
    assert embedded_xml(make_pdf([(name, b"<a/>")]), LIMITS) == b"<a/>"


@pytest.mark.parametrize("name", ["order-x.xml", "terms.pdf", "invoice.xml", "my-factur-x.xml", ""])
def test_other_attachments_are_left_alone(make_pdf: PdfMaker, name: str) -> None:
    assert embedded_xml(make_pdf([(name, b"<a/>")]), LIMITS) is None


def test_a_plain_pdf_has_none(make_pdf: PdfMaker) -> None:
    assert embedded_xml(make_pdf(), LIMITS) is None
    assert read_embedded(make_pdf(), LIMITS) is None


def test_names_compressed_into_object_streams_are_found(make_pdf: PdfMaker) -> None:
    pdf = make_pdf([("factur-x.xml", b"<a/>")], object_streams=True)
    assert b"factur-x" not in pdf
    assert embedded_xml(pdf, LIMITS) == b"<a/>"
    assert embedded_xml(make_pdf(object_streams=True), LIMITS) is None


def test_what_the_factur_x_library_embeds_is_read_back(make_pdf: PdfMaker, cii: str) -> None:
    hybrid = generate_from_binary(make_pdf(), cii.encode(), check_xsd=True)
    extraction = read_embedded(hybrid, LIMITS)
    assert extraction is not None
    assert extraction.invoice.gross_total == Decimal("98.28")
    assert extraction.findings == ()


def test_the_standard_name_goes_first_and_equal_invoices_are_no_reason_to_stop(make_pdf: PdfMaker, cii: str) -> None:
    spaced = cii.replace("<ram:Name>Au bon moulin", "<ram:Name> Au bon moulin")
    pdf = make_pdf([("ZUGFeRD-invoice.xml", spaced.encode()), ("factur-x.xml", cii.encode())])
    extraction = read_embedded(pdf, LIMITS)
    assert extraction is not None
    assert extraction.findings == ()
    assert embedded_xml(pdf, LIMITS) == cii.encode()


@pytest.mark.parametrize("name", ["zugferd-invoice.xml", "factur-x.xml"])
def test_two_e_invoices_that_differ_hold_the_document(make_pdf: PdfMaker, cii: str, name: str) -> None:
    other = cii.replace("FR7630006000011234567890189", "FR7630006000019999999990189")
    extraction = read_embedded(make_pdf([("factur-x.xml", cii.encode()), (name, other.encode())]), LIMITS)
    assert extraction is not None
    (finding,) = extraction.findings
    assert (finding.rule, finding.severity) == ("AP-XML-AMBIGUOUS", Severity.HOLD)
    assert extraction.decision == "review"


def test_a_second_e_invoice_that_cannot_be_read_holds_the_document(make_pdf: PdfMaker, cii: str) -> None:
    extraction = read_embedded(make_pdf([("factur-x.xml", cii.encode()), ("xrechnung.xml", b"<oops")]), LIMITS)
    assert extraction is not None
    assert [finding.rule for finding in extraction.findings] == ["AP-XML-AMBIGUOUS"]


def test_an_e_invoice_outside_of_the_list_of_attachments_holds_the_document(make_pdf: PdfMaker, cii: str) -> None:
    extraction = read_embedded(make_pdf([("factur-x.xml", cii.encode())], listed=False), LIMITS)
    assert extraction is not None
    assert [finding.rule for finding in extraction.findings] == ["AP-XML-MISPLACED"]


def test_a_password_is_said_to_be_needed(make_pdf: PdfMaker) -> None:
    with pytest.raises(EncryptedDocumentError):
        embedded_xml(make_pdf([("factur-x.xml", b"<a/>")], password="secret"), LIMITS)


def test_too_many_attachments_are_refused(make_pdf: PdfMaker) -> None:
    files = [(f"{number}.txt", b"x") for number in range(30)]
    with pytest.raises(LimitExceededError):
        embedded_xml(make_pdf(files), LIMITS)


def test_a_deflate_bomb_stops_at_the_limit(make_pdf: PdfMaker) -> None:
    bomb = make_pdf([("factur-x.xml", b" " * 40_000_000)])
    assert len(bomb) < 1_000_000
    with pytest.raises(LimitExceededError):
        embedded_xml(bomb, LIMITS)


def test_a_damaged_attachment_is_unreadable(make_pdf: PdfMaker, cii: str) -> None:
    pdf = make_pdf([("factur-x.xml", cii.encode())])
    packed = zlib.compress(cii.encode())[:8]
    at = pdf.index(b"stream\n", pdf.index(b"/FlateDecode")) if packed not in pdf else pdf.index(packed)
    with pytest.raises(UnreadableDocumentError):
        read_embedded(pdf[:at] + b"\xff" * 200 + pdf[at + 200 :], LIMITS)


@pytest.mark.parametrize("spec", ["text", 5, None])
def test_file_specifications_of_another_shape_are_passed_over(spec: object) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.AF = pikepdf.Array([spec])
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Array([]))
    target = io.BytesIO()
    pdf.save(target)
    assert embedded_xml(target.getvalue(), LIMITS) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(cuts=st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=8)), max_size=6))
def test_a_mangled_pdf_raises_nothing_but_our_own_errors(
    make_pdf: PdfMaker, cii: str, cuts: list[tuple[int, bytes]]
) -> None:
    pdf = bytearray(make_pdf([("factur-x.xml", cii.encode())]))
    for place, noise in cuts:
        pdf[place % len(pdf) : place % len(pdf) + len(noise)] = noise
    try:
        read_embedded(bytes(pdf), LIMITS)
    except InvoiceError:
        return
