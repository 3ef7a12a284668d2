from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from facturx import xml_check_xsd
from lxml import etree

from extractors.einvoice import read_xml
from flows.commands.output import Order
from flows.commands.output import run_export as run_order
from flows.exports import EXPORTERS, TABLES
from flows.exports.cells import csv_cell
from flows.exports.cii import write_cii
from flows.exports.tables import parquet_chunks
from flows.exports.transcription import Origin, read_back
from flows.exports.ubl import write_ubl
from flows.house import House
from flows.publish import publish_approved
from models.cells import guarded
from models.invoice import LINE_TERMS, TERMS, Invoice, InvoiceLine, VatBreakdown
from models.settings import LimitSettings, Settings
from models.status import Status
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.outputs import read_view
from models.views import CHANGE, INVOICE, VIEWS, View
from tests.desk import IBAN, desk, make_document  # noqa: F401 - fixtures
from tests.desk import INVOICE as SIMPLE

FULL = Invoice(
    invoice_number="F-2026/018", issue_date=date(2026, 11, 12), type_code="380", currency="EUR",
    due_date=date(2026, 12, 12), buyer_reference="04011000-12345-34", contract_reference="C-7",
    order_reference="4500017", payment_terms="30 days net\n2 % within 10 days", preceding_invoice="F-2026/001",
    seller_name="Papeterie & Fils <du Midi>", seller_legal_id="732829320", seller_vat_id="FR44732829320",
    seller_address="12 rue du Port, 44000 Nantes, FR", buyer_name="Librairie du Port SAS", buyer_legal_id="552100554",
    buyer_vat_id="FR40303265045", delivery_date=date(2026, 11, 10), remittance="RF18539007547034", iban=IBAN,
    bic="AGRIFRPP", sum_of_lines=Decimal("105.00"), allowance_total=Decimal("8.00"), charge_total=Decimal("3.00"),
    net_total=Decimal("100.00"), tax_total=Decimal("18.55"), gross_total=Decimal("118.55"),
    prepaid_total=Decimal("20.00"), rounding=Decimal("-0.05"), payable_total=Decimal("98.50"),
    vat_breakdown=(
        VatBreakdown(rate=Decimal(20), taxable=Decimal("90.00"), tax=Decimal("18.00"), category="S"),
        VatBreakdown(rate=Decimal("5.5"), taxable=Decimal("10.00"), tax=Decimal("0.55"), category="S"),
    ),
    lines=(
        InvoiceLine(line_id="1", quantity=Decimal("10"), unit_code="C62", net_amount=Decimal("95.00"),
                    order_reference="4500017", order_line="20", unit_price=Decimal("9.5"),
                    price_base_quantity=Decimal(1), vat_rate=Decimal(20), item_name="Paper A4 — 80 g",
                    seller_item_id="A4-80", buyer_item_id="P-1"),
        InvoiceLine(line_id="2", quantity=Decimal("-0.125"), unit_code="KGM", net_amount=Decimal("10.00"),
                    order_reference="4500018", unit_price=Decimal("80"), vat_rate=Decimal("5.5"), item_name="Ink"),
        InvoiceLine(item_name="A line of words"),
    ),
)  # fmt: skip
CREDIT = FULL.model_copy(update={"type_code": "381", "gross_total": Decimal("-118.55"), "iban": "123456789"})
SPARSE = Invoice(invoice_number="1", issue_date=date(2026, 1, 2), type_code="380", currency="EUR",
                 seller_name="S", seller_address="12 rue du Port", gross_total=Decimal("1.00"))  # fmt: skip


WRITE = {"ubl": write_ubl, "cii": write_cii}
ORIGIN = Origin("d1", "ab" * 32, "Librairie du Port SAS", "FR40303265045")


def run_export(store: Store, what: str, client: str | None, **wish: Any) -> int:
    """Export out of a home that holds no originals."""
    return run_order(House(Settings(), store, Blobs(Path("nowhere"))), Order(what, client, **wish))


@pytest.mark.parametrize("form", ["ubl", "cii"])
@pytest.mark.parametrize("invoice", [FULL, CREDIT, SPARSE], ids=["full", "credit note", "sparse"])
def test_an_e_invoice_that_is_written_reads_back_to_the_same_values(form: str, invoice: Invoice) -> None:
    content = WRITE[form](invoice, ORIGIN)
    assert read_back(content) == invoice
    assert read_xml(content, LimitSettings()).findings == ()
    assert b"Transcription" in content
    assert b"urn:facturier:transcription" in content
    assert b"sha256:abab" in content
    assert WRITE[form](invoice, ORIGIN) == content


@pytest.mark.parametrize("form", ["ubl", "cii"])
@pytest.mark.parametrize("invoice", [FULL, CREDIT], ids=["full", "credit note"])
def test_an_invoice_with_complete_lines_is_valid_by_the_schema(form: str, invoice: Invoice) -> None:
    assert xml_check_xsd(WRITE[form](invoice.model_copy(update={"lines": invoice.lines[:2]}), ORIGIN)) is True


def test_full_invoice_has_every_term_so_that_no_writer_can_forget_one() -> None:
    assert [name for name in TERMS if getattr(FULL, name) is None] == []
    assert [name for name in LINE_TERMS if getattr(FULL.lines[0], name) is None] == []


@pytest.mark.parametrize("form", ["ubl", "cii"])
def test_what_xml_cannot_hold_is_left_out(form: str) -> None:
    content = WRITE[form](SPARSE.model_copy(update={"seller_name": "A\x00B\x1b\ufffeC ]]> &amp;"}), ORIGIN)
    assert read_xml(content, LimitSettings()).invoice.seller_name == "ABC ]]> &amp;"
    assert etree.fromstring(content) is not None


@pytest.mark.parametrize("start", [*"=+-@|\t\r\n", "\0=", " =", "＝"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert guarded(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert "\0" not in guarded(f"{start}x")


def test_numbers_stay_numbers_in_both_conventions() -> None:
    assert csv_cell(Decimal("-1234.50")) == "-1234.50"
    assert csv_cell(Decimal("-1234.50"), comma=True) == "-1234,50"
    assert csv_cell(-3) == "-3"
    assert csv_cell("-1234.50") == "'-1234.50"
    assert csv_cell(Decimal("1E+3")) == "1000"
    assert csv_cell(None) == ""


@pytest.fixture
def published(desk: Store, make_document: Any) -> Store:
    """Two invoices of acme, one of them hostile, one of beta."""
    hostile = SIMPLE.model_copy(update={
        "invoice_number": "=HYPERLINK(1)", "seller_name": 'Line\r\nbreak; "quoted", comma', "type_code": "381",
        "net_total": Decimal("-100"), "tax_total": Decimal("-20"), "gross_total": Decimal("-120"),
    })  # fmt: skip
    make_document(Status.APPROVED, invoice=SIMPLE, name="1.pdf")
    publish_approved(desk, "acme")
    make_document(Status.APPROVED, invoice=hostile, name="2.pdf")
    publish_approved(desk, "acme")
    make_document(Status.APPROVED, client="beta", name="3.pdf")
    publish_approved(desk, "beta")
    return desk


def table(text: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_csv_on_stdout_is_rfc_4180_and_has_the_contracts_columns(
    published: Store, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run_export(published, "invoices", "acme") == 0
    out = capfdbinary.readouterr().out
    plain, hostile = table(out)
    assert list(plain) == [column.name for column in INVOICE.columns]
    assert set(TERMS) < set(plain)
    assert (plain["gross_total"], hostile["gross_total"]) == ("120.00", "-120.00")
    assert hostile["invoice_number"] == "'=HYPERLINK(1)"
    assert hostile["seller_name"] == 'Line\r\nbreak; "quoted", comma'
    assert out.count(b"\r\n") == 4  # heading, two rows, one within a quoted cell


def test_french_csv_has_semicolons_and_decimal_commas(
    published: Store, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run_export(published, "invoices", "acme", french=True)
    out = capfdbinary.readouterr().out
    assert out.startswith(b"\xef\xbb\xbf")
    assert [row["gross_total"] for row in table(out, ";")] == ["120,00", "-120,00"]


def test_after_and_client_choose_rows(published: Store, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    def numbers(*choice: Any, **more: Any) -> list[int]:
        run_export(published, "changes", *choice, form="jsonl", **more)
        return [json.loads(line)["change_seq"] for line in capfdbinary.readouterr().out.splitlines()]

    assert numbers(None) == [1, 2, 3]
    assert numbers("acme") == [1, 2]
    assert numbers("acme", after=1) == [2]
    assert numbers("nobody") == []


def test_json_lines_have_amounts_as_text_and_leave_out_what_is_not_there(
    published: Store, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run_export(published, "invoices", "acme", form="jsonl")
    first = json.loads(capfdbinary.readouterr().out.splitlines()[0])
    assert first["gross_total"] == "120.00"
    assert first["issue_date"] == "2026-11-12"
    assert first["published_at"].endswith("Z")
    assert "due_date" not in first


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx", "ubl", "cii", "facturx"])
def test_a_second_export_gives_the_same_bytes_and_success_comes_last(
    published: Store, tmp_path: Path, form: str
) -> None:
    def export(name: str) -> dict[str, bytes]:
        assert run_export(published, "invoices", "acme", form=form, out=tmp_path / name) == 0
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    first, again, elsewhere = export("a"), export("a"), export("b")
    assert first == again == elsewhere
    manifest = json.loads(first["manifest.json"])
    assert manifest["rows"] == 2
    assert manifest["last_change_seq"] == 2
    assert manifest["sums"]["EUR"]["gross_total"] == "0.00"
    assert {each["name"] for each in manifest["files"]} == set(first) - {"manifest.json", "_SUCCESS"}
    times = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "b").iterdir()}
    assert max(times.values()) == times["_SUCCESS"]


@pytest.mark.parametrize("what", sorted(TABLES))
def test_every_table_exports_as_parquet_with_exact_decimals(published: Store, tmp_path: Path, what: str) -> None:
    from pyarrow import parquet

    assert run_export(published, what, None, form="parquet", out=tmp_path) == 0
    read = parquet.read_table(tmp_path / f"{what}.parquet")
    assert read.column_names == [column.name for column in TABLES[what].columns]
    if what == "invoices":
        assert read.column("gross_total").to_pylist() == [Decimal("120.00"), Decimal("-120.00"), Decimal("120.00")]
        assert str(read.schema.field("gross_total").type) == "decimal128(24, 6)"


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_view_comes_back_from_parquet_with_the_same_rows_and_exact_decimals(published: Store, view: View) -> None:
    from pyarrow import parquet

    with published.read() as session:
        rows = [*read_view(session, view, None)]
    read = parquet.read_table(io.BytesIO(b"".join(parquet_chunks(view, rows, french=False))))
    assert [tuple(row.values()) for row in read.to_pylist()] == rows
    assert read.column_names == [column.name for column in view.columns]
    assert rows or view.name in {"v1_coding", "v1_exception", "v1_match"}


def test_an_empty_table_exports_with_its_columns(desk: Store, tmp_path: Path) -> None:
    from pyarrow import parquet

    for form in EXPORTERS:
        assert run_export(desk, "invoices", "acme", form=form, out=tmp_path / form) == 0
        assert (tmp_path / form / "_SUCCESS").exists()
    assert parquet.read_table(tmp_path / "parquet" / "invoices.parquet").num_rows == 0


def test_files_of_an_earlier_export_go_away_and_others_stay(published: Store, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    run_export(published, "invoices", None, form="ubl", out=tmp_path)
    assert len(list(tmp_path.glob("*.xml"))) == 3
    run_export(published, "invoices", None, form="ubl", out=tmp_path, after=2)
    assert len(list(tmp_path.glob("*.xml"))) == 1
    assert (tmp_path / "note.txt").exists()


@pytest.mark.parametrize(
    ("what", "form", "words"),
    [
        ("lines", "ubl", "format of invoices"),
        ("lines", "fec", "format of invoices"),
        ("invoices", "parquet", "--out"),
        ("invoices", "facturx", "--out"),
        ("nothing", "csv", "no table"),
    ],
)
def test_a_wish_that_makes_no_sense_is_usage(
    desk: Store, capsys: pytest.CaptureFixture[str], what: str, form: str, words: str
) -> None:
    assert run_export(desk, what, None, form=form) == 2
    assert words in capsys.readouterr().err


def test_the_change_table_has_the_columns_of_the_feed() -> None:
    assert [column.name for column in CHANGE.columns][:6] == [
        "change_seq", "client_id", "entity", "entity_id", "op", "version",
    ]  # fmt: skip
