"""Transcriptions: they pass the published rules, read back to what was published, and say what they derived."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from facturx import get_facturx_xml_from_pdf
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from lxml import etree
from pyarrow import parquet

from extractors.einvoice.rules import check
from extractors.pages.attach import attach_xml
from flows.exports.allowances import parts_of
from flows.exports.batch_tables import BATCH_TABLES, table_rows
from flows.exports.booking import Booking
from flows.exports.single import CONFORMING, failing_rules, write_single
from flows.exports.tables import parquet_chunks
from flows.exports.transcription import Origin, complete, read_back
from models.finding import Severity
from models.invoice import LINE_TERMS, TERMS, Invoice, InvoiceLine, VatBreakdown
from models.store.audit import now

SAMPLES = Path(__file__).parents[3] / "sample_invoices"
BROKEN = {"files/fr-09-total-faux.pdf": ["BR-CO-15"]}  # made to be wrong
ORIGIN = Origin("d1", "ab" * 32, "Ateliers Bellecombe SAS", "FR51999042104")
CENT = Decimal("0.01")


def truths() -> list[tuple[str, Invoice]]:
    rows = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_text("utf-8").splitlines()]
    invoices = [
        (f"{row['file']}#{at}", Invoice(**{k: v for k, v in row["fields"].items() if k in Invoice.model_fields}))
        for at, row in enumerate(rows)
    ]
    return [(name, invoice) for name, invoice in invoices if invoice.invoice_number]


def single(form: str, invoice: Invoice, original: bytes = b"") -> Any:
    return write_single(form, invoice, ORIGIN, lambda _: original, "application/pdf", attach_xml)


@pytest.mark.parametrize("form", ["ubl", "cii"])
def test_every_sample_conforms_and_reads_back(form: str) -> None:
    found = truths()
    assert len(found) > 35
    for name, invoice in found:
        made = single(form, invoice)
        assert failing_rules(made.xml) == BROKEN.get(name.partition("#")[0], []), name
        assert read_back(made.content) == invoice, name


def rich(**changed: Any) -> Invoice:
    """Two rates, an allowance, a charge, a prepayment and a rounding; no term missing."""
    return Invoice(
        invoice_number="F-9", issue_date=date(2026, 11, 12), type_code="380", currency="EUR",
        due_date=date(2026, 12, 12), seller_name="Papeterie", seller_legal_id="732829320",
        seller_vat_id="FR44732829320", seller_address="12 rue du Port, 44000 Nantes, FR", buyer_name="Librairie",
        buyer_vat_id="FR40303265045", delivery_date=date(2026, 11, 10), iban="FR7630006000011234567890189",
        sum_of_lines=Decimal("105.00"), allowance_total=Decimal("8.00"), charge_total=Decimal("3.00"),
        net_total=Decimal("100.00"), tax_total=Decimal("18.55"), gross_total=Decimal("118.55"),
        prepaid_total=Decimal("20.00"), rounding=Decimal("-0.05"), payable_total=Decimal("98.50"),
        vat_breakdown=(VatBreakdown(rate=Decimal(20), taxable=Decimal("90.00"), tax=Decimal("18.00"), category="S"),
                       VatBreakdown(rate=Decimal("5.5"), taxable=Decimal("10.00"), tax=Decimal("0.55"), category="S")),
        lines=(InvoiceLine(line_id="1", quantity=Decimal(10), unit_code="C62", net_amount=Decimal("95.00"),
                           unit_price=Decimal("9.5"), vat_rate=Decimal(20), item_name="Paper"),
               InvoiceLine(line_id="2", quantity=Decimal(1), unit_code="KGM", net_amount=Decimal("10.00"),
                           unit_price=Decimal(10), vat_rate=Decimal("5.5"), item_name="Ink")),
    ).model_copy(update=changed)  # fmt: skip


def untaxed(category: str, buyer: str) -> Invoice:
    rows = (VatBreakdown(rate=Decimal(0), taxable=Decimal("100.00"), tax=Decimal("0.00"), category=category),)
    return rich(
        vat_breakdown=rows, tax_total=Decimal("0.00"), gross_total=Decimal("100.00"), payable_total=Decimal("79.95"),
        buyer_vat_id=buyer, lines=tuple(line.model_copy(update={"vat_rate": Decimal(0)}) for line in rich().lines),
    )  # fmt: skip


HARD = {
    "rich": rich(),
    "credit note": rich(type_code="381", preceding_invoice="F-8"),
    "reverse charge": untaxed("AE", "DE123456788"),
    "intra-community": untaxed("K", "DE123456788"),
    "export": untaxed("G", "CHE123456788"),
    "exempt": untaxed("E", "FR40303265045"),
    "zero": untaxed("Z", "FR40303265045"),
    "no terms of payment": rich(due_date=None),
    "negative price": rich(lines=(
        rich().lines[0], rich().lines[1],
        InvoiceLine(item_name="Discount", quantity=Decimal(1), unit_price=Decimal("-5"), net_amount=Decimal("-5.00"),
                    vat_rate=Decimal(20)),
    ), sum_of_lines=Decimal("100.00"), allowance_total=Decimal("3.00")),
}  # fmt: skip


@pytest.mark.parametrize("form", sorted(CONFORMING))
@pytest.mark.parametrize("name", sorted(HARD))
def test_hard_cases_conform_and_read_back(name: str, form: str) -> None:
    made = single(form, HARD[name])
    assert failing_rules(made.xml) == []
    assert read_back(made.xml) == HARD[name]


@pytest.mark.parametrize("name", ["rich", "credit note", "reverse charge", "intra-community"])
@pytest.mark.parametrize("form", ["ubl", "cii"])
def test_saxon_with_the_published_stylesheets_agrees(form: str, name: str) -> None:
    found = check(etree.fromstring(single(form, HARD[name]).xml), "schematron")
    assert [each.rule for each in found if each.severity is Severity.ERROR] == []


def test_what_does_not_follow_is_said_by_the_rule_that_asks_for_it() -> None:
    bare = Invoice(invoice_number="F-1", issue_date=date(2026, 1, 2), type_code="380", currency="EUR")
    assert {"BR-06", "BR-16"} <= set(failing_rules(single("ubl", bare).xml))
    assert read_back(single("cii", bare).xml) == bare


def test_what_was_derived_is_named_in_the_note() -> None:
    made = single("ubl", rich(seller_address="12 rue du Port", due_date=None)).content
    assert b"Derived: BT-40 BT-20<" in made
    assert complete(rich()).derived == ()


def test_allowances_fall_on_the_rates_where_the_bases_say_so() -> None:
    assert [(part.is_charge, str(part.amount), str(part.rate)) for part in parts_of(rich())] == [
        (False, "8.00", "20"), (True, "3.00", "20"),
    ]  # fmt: skip
    loose = rich(allowance_total=Decimal("9.99"))
    assert [part.rate for part in parts_of(loose)] == [None, None]


def test_factur_x_keeps_the_pages_and_its_xml_reads_back() -> None:
    import pikepdf

    original = (SAMPLES / "files" / "fr-17-factur-x.pdf").read_bytes()
    made = single("facturx", rich(), original).content
    with pikepdf.open(io.BytesIO(made)) as pdf, pikepdf.open(io.BytesIO(original)) as before:
        assert len(pdf.pages) == len(before.pages)
        assert list(pdf.attachments) == ["factur-x.xml"]
        assert read_back(pdf.attachments["factur-x.xml"].get_file().read_bytes()) == rich()
        assert b"pdfaid" in pdf.Root.Metadata.read_bytes()
    assert get_facturx_xml_from_pdf(made)[0] == "factur-x.xml"
    encrypted = (SAMPLES / "files" / "en-09-password.pdf").read_bytes()
    for broken in (encrypted, b"%PDF-1.7 junk", b""):
        drawn = single("facturx", rich(), broken)
        assert drawn.is_drawn
        assert drawn.content.startswith(b"%PDF-")


def test_what_a_pdf_carried_or_would_run_does_not_come_along() -> None:
    import pikepdf
    from pikepdf import Array, Dictionary, Name, String

    run = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    hostile = pikepdf.new()
    page = hostile.add_blank_page()
    page.obj.AA = Dictionary(O=run)
    page.obj.Annots = Array([Dictionary(Subtype=Name.Link, A=run, AA=Dictionary(E=run)), 7])
    hostile.Root.OpenAction = run
    hostile.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), run])))
    hostile.Root.AcroForm = Dictionary(XFA=String("<x/>"))
    hostile.attachments["evil.exe"] = b"MZ"
    hostile.docinfo["/Author"] = String("Mallory")
    sink = io.BytesIO()
    hostile.save(sink)
    made = single("facturx", rich(), sink.getvalue())
    assert not made.is_drawn
    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        told = [repr(each) for each in pdf.objects]
        assert list(pdf.attachments) == ["factur-x.xml"]
        assert pdf.docinfo["/Author"] == "Papeterie"
    assert not [each for each in told if "JavaScript" in each or "XFA" in each or "Mallory" in each]


letters = st.characters(
    min_codepoint=33, max_codepoint=0x17F, exclude_categories=("Cc", "Cf", "Zs")
)  # blanks are read as one
words = st.text(letters, min_size=1, max_size=12).map(lambda t: f"a{t}b")
cents = st.integers(-500_000, 500_000).map(lambda number: Decimal(number) * CENT)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    rates = draw(
        st.lists(st.sampled_from([Decimal(20), Decimal("5.5"), Decimal(0)]), min_size=1, max_size=2, unique=True)
    )
    lines = tuple(
        InvoiceLine(item_name=draw(st.none() | words), quantity=draw(st.none() | st.integers(1, 99).map(Decimal)),
                    net_amount=draw(cents), vat_rate=draw(st.sampled_from(rates)),
                    seller_item_id=draw(st.none() | words), unit_price=draw(st.none() | cents))
        for _ in range(draw(st.integers(0, 4)))
    )  # fmt: skip
    return Invoice(
        invoice_number=draw(words), issue_date=draw(st.dates(date(1990, 1, 1), date(2099, 1, 1))),
        type_code=draw(st.sampled_from(["380", "381", "384"])), currency="EUR", seller_name=draw(st.none() | words),
        seller_vat_id=draw(st.none() | st.just("FR44732829320")), seller_address=draw(st.none() | words),
        buyer_name=draw(st.none() | words), gross_total=draw(st.none() | cents), net_total=draw(st.none() | cents),
        tax_total=draw(st.none() | cents), allowance_total=draw(st.none() | cents.map(abs)), lines=lines,
        vat_breakdown=tuple(VatBreakdown(rate=rate, taxable=draw(cents), tax=draw(cents)) for rate in rates),
        due_date=draw(st.none() | st.dates(date(1990, 1, 1), date(2099, 1, 1))),
    )  # fmt: skip


@seed(6)
@settings(max_examples=60, deadline=None, derandomize=False, database=None,
          suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
@given(invoices())
def test_any_invoice_reads_back_from_xml_and_parquet_as_it_was_published(invoice: Invoice) -> None:
    for form in ("ubl", "cii"):
        assert read_back(single(form, invoice).content) == invoice
    booking = Booking(1, "d1", 1, is_reversal=False, seller_id="S1", document_type="invoice", published_at=now(),
                      sha256="", media_type="", invoice=invoice, coding={})  # fmt: skip
    for table, terms in (("invoices", TERMS), ("lines", LINE_TERMS)):
        view = BATCH_TABLES[table]
        rows = list(table_rows(table, [booking]))
        found = parquet.read_table(io.BytesIO(b"".join(parquet_chunks(view, rows, french=False)))).to_pylist()
        wanted = [invoice] if table == "invoices" else list(invoice.lines)
        assert [{name: row[name] for name in terms} for row in found] == [
            {name: getattr(each, name) for name in terms} for each in wanted
        ]
