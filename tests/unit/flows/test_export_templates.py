"""What ledgers take in: entries that balance, columns as the product wants them, no text that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from extractors.pages.attach import attach_xml
from flows.exports import TABLES
from flows.exports.batch_files import TARGETS, Content
from flows.exports.batch_tables import BATCH_TABLES
from flows.exports.booking import Booking, UnmappedError
from flows.exports.excel import sheet_of, write_workbook
from flows.exports.idoc import check_idoc, write_idoc
from flows.exports.ledger import entry_of
from flows.exports.tables import csv_chunks
from flows.exports.template import Template, check_booking, templates, write_template
from models.coding import Posting
from models.currency import CurrencyRate
from models.invoice import Invoice, InvoiceLine, VatBreakdown
from models.settings_output import OutputSettings, client_output

SETTINGS = OutputSettings(expense_account="606400", tax_codes={"20": "TVA20", "0": "TVA0", "5.5": "TVA55"},
                          supplier_accounts={"S1": "FPAPET"}, sap_company="1000",
                          formats=("parquet", "csv", "jsonl", "xlsx", "ubl", "cii", "facturx"))  # fmt: skip
INVOICE = Invoice(
    invoice_number="F-1", issue_date=date(2026, 11, 12), due_date=date(2026, 12, 12), currency="EUR", type_code="380",
    seller_name="Papeterie du Midi", net_total=Decimal("100.00"), tax_total=Decimal("20.00"),
    gross_total=Decimal("120.00"), vat_breakdown=(VatBreakdown(rate=Decimal(20), taxable=Decimal(100),
                                                               tax=Decimal(20), category="S"),),
    lines=(InvoiceLine(item_name="Paper", quantity=Decimal(9), unit_price=Decimal("10.00"), net_amount=Decimal(90)),
           InvoiceLine(item_name="Ink", quantity=Decimal(1), unit_price=Decimal(15), net_amount=Decimal(15))),
    allowance_total=Decimal(5),
)  # fmt: skip
CREDIT = {"type_code": "381"}
TRICKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "=cmd|' /C calc'!A0", "|cmd", " =1", "＝1",
          'a"b;c,d\r\ne\tf']  # fmt: skip


def booking(*, is_reversal: bool = False, coding: Any = None, document: str = "d1", **changed: Any) -> Booking:
    return Booking(7, document, 2, is_reversal, "S1", "invoice", datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "ab" * 32,
                   "application/pdf", INVOICE.model_copy(update=changed), coding or {})  # fmt: skip


def content(target: str, *bookings: Booking, settings: OutputSettings = SETTINGS) -> Content:
    client = {"name": "Librairie", "vat_id": "FR40303265045", "legal_id": "303 265 045"}
    return Content(target, bookings, (), (), settings, client, date(2026, 11, 20), lambda _: b"", attach_xml)


def files(target: str, *bookings: Booking) -> dict[str, bytes]:
    return dict(content(target, *bookings).files())


def read(template: Template, text: bytes) -> list[dict[str, str]]:
    found = io.StringIO(text.decode(template.encoding), newline="")
    return list(csv.DictReader(found, delimiter=template.delimiter))


def amounts(*bookings: Booking, **settings: Any) -> list[tuple[str, str]]:
    own = SETTINGS.model_copy(update=settings)
    return [(line.account, str(line.amount)) for one in bookings for line in entry_of(one, own)]


def test_an_entry_is_expense_vat_and_supplier_and_balances() -> None:
    coded = {1: (Posting(account="606300", share=Decimal("33.33")), Posting(account="606310", share=Decimal("66.67")))}
    assert amounts(booking(coding=coded)) == [
        ("606300", "30.00"), ("606310", "60.00"), ("606400", "15"), ("606300", "-5.00"), ("445660", "20.00"),
        ("401000", "-120.00"),
    ]  # fmt: skip


def test_credit_notes_and_reversals_stand_on_the_other_side_however_they_are_printed() -> None:
    plain, positive = amounts(booking()), amounts(booking(**CREDIT))
    minus = {name: -getattr(INVOICE, name) for name in ("net_total", "tax_total", "gross_total", "allowance_total")}
    lines = tuple(line.model_copy(update={"net_amount": -(line.net_amount or 0)}) for line in INVOICE.lines)
    negative = amounts(booking(**CREDIT, **minus, lines=lines))
    turned = [(account, Decimal(amount)) for account, amount in positive]
    assert turned == [(account, -Decimal(amount)) for account, amount in plain]
    assert [(account, Decimal(amount)) for account, amount in negative] == turned
    assert [(a, Decimal(b)) for a, b in amounts(booking(is_reversal=True))] == turned
    assert [(a, Decimal(b)) for a, b in amounts(booking(is_reversal=True, **CREDIT))] == [
        (account, Decimal(amount)) for account, amount in plain
    ]


@pytest.mark.parametrize("category", ["AE", "K"])
def test_a_reverse_charge_has_its_tax_on_both_sides(category: str) -> None:
    rows = (VatBreakdown(rate=Decimal(0), taxable=Decimal(100), tax=Decimal(0), category=category),)
    found = amounts(booking(vat_breakdown=rows, tax_total=Decimal(0), gross_total=Decimal(100)))
    assert found[-3:] == [("445660", "20.00"), ("445200", "-20.00"), ("401000", "-100")]


@pytest.mark.parametrize(
    ("changed", "settings", "reason"),
    [
        ({}, {"expense_account": ""}, "no_account"),
        ({"gross_total": Decimal(121)}, {}, "not_balanced"),
        ({"currency": "USD"}, {}, "foreign_currency"),
        ({"issue_date": None}, {}, "no_date"),
        ({"net_total": None}, {}, "no_net_total"),
        ({"gross_total": None}, {}, "no_total"),
        ({"gross_total": Decimal("120.001"), "tax_total": Decimal("20.001")}, {}, "not_cents"),
    ],
)
def test_what_no_entry_can_be_made_of_says_why(changed: Any, settings: Any, reason: str) -> None:
    with pytest.raises(UnmappedError) as caught:
        amounts(booking(**changed), **settings)
    assert caught.value.reason == reason


USD = CurrencyRate(currency="USD", day=date(2026, 11, 6), per_euro=Decimal("1.1"), source="ECB")


def exchanged(*rates: CurrencyRate, **changed: Any) -> Booking:
    return replace(booking(currency="USD", **changed), rates=rates)


def test_an_entry_in_another_currency_is_at_the_rate_of_its_day_and_balances() -> None:
    lines = entry_of(exchanged(USD), SETTINGS)
    assert [(line.account, str(line.amount), str(line.foreign), line.foreign_currency) for line in lines] == [
        ("606400", "81.82", "90", "USD"), ("606400", "13.64", "15", "USD"), ("606400", "-4.55", "5.00", "USD"),
        ("445660", "18.18", "20.00", "USD"), ("401000", "-109.09", "120.00", "USD"),
    ]  # fmt: skip
    assert sum(line.amount for line in lines) == 0
    turned = entry_of(replace(exchanged(USD), is_reversal=True), SETTINGS)
    assert [line.amount for line in turned] == [-line.amount for line in lines]
    (text,) = (files("fec", exchanged(USD))["303265045FEC20261120.txt"],)
    first = read(templates()["fec"], text)[0]
    assert (first["Debit"], first["Montantdevise"], first["Idevise"]) == ("81,82", "90", "USD")


@given(st.lists(st.integers(-99_999, 99_999).filter(bool), min_size=1, max_size=9), st.integers(0, 99_999),
       st.decimals("0.0005", "500", places=4))  # fmt: skip
def test_an_exchanged_entry_balances_and_only_an_expense_differs_from_its_own_conversion(
    cents: list[int], tax: int, rate: Decimal
) -> None:
    net = Decimal(sum(cents)) / 100
    lines = tuple(InvoiceLine(item_name="x", net_amount=Decimal(each) / 100) for each in cents)
    known = USD.model_copy(update={"per_euro": rate})
    made = exchanged(known, lines=lines, net_total=net, vat_breakdown=(), tax_total=Decimal(tax) / 100,
                     gross_total=net + Decimal(tax) / 100)  # fmt: skip
    found = entry_of(made, SETTINGS)
    assert sum(line.amount for line in found) == 0
    own = {line.account: line.amount for line in found if line.account != "606400"}
    gross = -(net + Decimal(tax) / 100) / rate
    assert abs(own.get("401000", Decimal(0)) - gross) <= Decimal("0.005")
    off = [line for line in found if line.foreign and abs(abs(line.amount) - line.foreign / rate) > Decimal("0.00501")]
    assert len(off) <= 1


@pytest.mark.parametrize("rates", [(), (USD.model_copy(update={"day": date(2026, 11, 4)}),)])
def test_a_rate_that_is_missing_or_a_week_old_makes_no_entry_and_says_what_to_do(rates: Any) -> None:
    with pytest.raises(UnmappedError, match="import currency-rates") as caught:
        entry_of(exchanged(*rates), SETTINGS)
    assert caught.value.reason == "foreign_currency"
    assert entry_of(replace(booking(currency="FRF"), rates=()), SETTINGS)[-1].amount == Decimal("-18.29")


def test_the_fec_has_its_18_columns_its_name_and_gapless_numbers() -> None:
    found = files("fec", booking(), booking(document="d2", invoice_number="F-2", **CREDIT))
    (text,) = (found["303265045FEC20261120.txt"],)
    rows = read(templates()["fec"], text)
    assert list(rows[0]) == [
        "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
        "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate",
        "Montantdevise", "Idevise",
    ]  # fmt: skip
    assert sorted({int(row["EcritureNum"]) for row in rows}) == [1, 2]
    for number in ("1", "2"):
        mine = [row for row in rows if row["EcritureNum"] == number]
        debit, credit = (sum(Decimal(row[side].replace(",", ".")) for row in mine) for side in ("Debit", "Credit"))
        assert debit == credit == Decimal(120) + 5
    assert rows[-1]["CompAuxNum"] == "FPAPET"
    assert rows[0]["EcritureDate"] == "20261112"
    assert rows[0]["Debit"] == "90,00"
    assert all(line.count("\t") == 17 for line in text.decode().splitlines())


def test_odoo_gives_parents_once_and_a_repeat_the_same_external_id() -> None:
    rows = read(templates()["odoo"], files("odoo", booking(), booking(is_reversal=True))["account.move.csv"])
    assert [row["id"] for row in rows] == ["facturier.d1_v2", "", "", "facturier.d1_v2_reversal", "", ""]
    assert [row["move_type"] for row in rows if row["id"]] == ["in_invoice", "in_refund"]
    made = [Decimal(row["invoice_line_ids/quantity"]) * Decimal(row["invoice_line_ids/price_unit"]) for row in rows]
    totals = [sum(made[:3]), sum(made[3:])]
    assert totals == [100, 100]  # a refund's amounts are positive there


def test_erpnext_marks_returns_and_fills_every_child_column() -> None:
    rows = read(templates()["erpnext"], files("erpnext", booking(**CREDIT))["purchase-invoice.csv"])
    assert rows[0]["Is Return (Debit Note)"] == "1"
    assert sum(Decimal(row["Accepted Qty (Items)"]) * Decimal(row["Rate (Items)"]) for row in rows) == -100
    assert all(row["Expense Head (Items)"] and row["UOM (Items)"] for row in rows)


def test_quickbooks_goes_in_files_of_25_and_takes_no_refund() -> None:
    many = [booking(document=f"d{number}", invoice_number=f"F-{number}") for number in range(26)]
    found = files("quickbooks", *many)
    assert sorted(found) == ["bills-001.csv", "bills-002.csv"]
    assert len({row["Doc Number"] for row in read(templates()["quickbooks"], found["bills-001.csv"])}) == 25
    with pytest.raises(UnmappedError, match="takes no credit note"):
        check_booking(templates()["quickbooks"], booking(**CREDIT), SETTINGS)


def test_xero_repeats_the_number_on_each_line_and_needs_the_exact_tax() -> None:
    rows = read(templates()["xero"], files("xero", booking())["xero-bills.csv"])
    assert [row["*InvoiceNumber"] for row in rows] == ["F-1"] * 3
    assert {row["*TaxType"] for row in rows} == {"TVA20"}
    with pytest.raises(UnmappedError, match=r"output\.tax_codes"):
        check_booking(templates()["xero"], booking(), OutputSettings(expense_account="6"))


def test_a_value_that_is_too_long_for_a_key_is_refused_and_words_are_cut() -> None:
    with pytest.raises(UnmappedError, match="35 characters"):
        check_booking(templates()["sage50"], booking(invoice_number="F" * 36), SETTINGS)
    bill = files("sage50", booking(seller_name="Long " * 30))["sage50-journal.txt"]
    assert max(len(row["Libellé"]) for row in read(templates()["sage50"], bill)) == 50


def test_an_idoc_has_its_segments_in_order_and_within_their_lengths() -> None:
    made = write_idoc(booking(lines=(INVOICE.lines[0].model_copy(update={"order_reference": "4500017",
                                                                        "order_line": "10"}),)), SETTINGS)  # fmt: skip
    assert check_idoc(made) == []
    root = etree.fromstring(made)
    assert root.findtext(".//E1EDK01/BSART") == "INVO"
    assert [each.text for each in root.findall(".//E1EDKA1/PARVW")] == ["LF", "RS", "RE"]
    assert root.findtext(".//E1EDP02/BELNR") == "4500017"
    assert sum(Decimal(each.text or "") for each in root.findall(".//E1EDP26/BETRG")[:1]) == 90
    turned = etree.fromstring(write_idoc(booking(is_reversal=True), SETTINGS))
    assert turned.findtext(".//E1EDK01/BSART") == "CRME"
    assert [each.text for each in turned.findall(".//E1EDP26/BETRG")] == ["90.00", "15.00", "5.00-"]
    with pytest.raises(UnmappedError, match="35 characters"):
        write_idoc(booking(invoice_number="F" * 36), SETTINGS)
    broken = made.replace(b"<BSART>INVO</BSART>", b"<BSART>INVOICE</BSART>")
    assert check_idoc(broken) == ["E1EDK01.BSART is too long"]


def hostile(text: str) -> Booking:
    line = InvoiceLine(item_name=text, seller_item_id=text, buyer_item_id=text, quantity=Decimal(-1),
                       unit_price=Decimal(100), net_amount=Decimal(-100), order_reference=text)  # fmt: skip
    totals = {"net_total": Decimal("-100.00"), "tax_total": Decimal("-20.00"), "gross_total": Decimal("-120.00")}
    coding = {1: (Posting(account=text, cost_centre=text, tax_code=text),)}
    rows = (VatBreakdown(rate=Decimal(20), taxable=Decimal(-100), tax=Decimal(-20), category="S"),)
    return booking(coding=coding, lines=(line,), seller_name=text, invoice_number=text, order_reference=text,
                   buyer_name=text, payment_terms=text, allowance_total=None, vat_breakdown=rows, **totals)  # fmt: skip


def is_runnable(cell: str) -> bool:
    return cell.strip()[:1] in tuple("=+-@|%＝＋－＠") and not _is_number(cell)


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(",", "").replace(".", "").isdecimal()


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("target", sorted(TARGETS - {"files", "idoc"}))
def test_53_no_template_has_a_cell_that_a_spreadsheet_runs(target: str, text: str) -> None:
    template = templates()[target].model_copy(update={"refunds": "minus"})
    loose = tuple(column.model_copy(update={"longest": 0}) for column in template.columns)
    template = template.model_copy(update={"columns": loose})
    bill = check_booking(template, hostile(text), SETTINGS)

    ((_, made),) = write_template(template, [bill], siren="303265045", day=date(2026, 11, 20))
    rows = read(template, made)
    cells = [cell or "" for row in rows for cell in row.values()]
    assert cells
    assert not [cell for cell in cells if is_runnable(cell) or "\0" in cell]
    assert all(None not in row and len(row) == len(template.columns) for row in rows)


@pytest.mark.parametrize("text", TRICKS)
def test_53_the_tables_have_no_formula_and_numbers_stay_numbers(text: str) -> None:
    from python_calamine import CalamineWorkbook

    made = content("files", hostile(text), settings=SETTINGS.model_copy(update={"formats": ("csv", "xlsx")}))
    found = dict(made.files())
    book = openpyxl.load_workbook(io.BytesIO(found["batch.xlsx"]))
    assert book.sheetnames == [*BATCH_TABLES, "exceptions"]
    assert not [cell for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    head, values = ([cell.value for cell in row] for row in book["invoices"].iter_rows())
    row = dict(zip(head, values, strict=True))
    assert (row["gross_total"], row["issue_date"]) == (-120, datetime(2026, 11, 12))  # noqa: DTZ001 - as Excel has it
    assert book["invoices"].freeze_panes == "A2"
    second = CalamineWorkbook.from_filelike(io.BytesIO(found["batch.xlsx"])).get_sheet_by_name("lines").to_python()
    assert not [cell for row in second for cell in row if isinstance(cell, str) and is_runnable(cell)]
    for name in ("invoices.fr.csv", "invoices.en.csv"):
        tongue = ";" if ".fr." in name else ","
        (row,) = csv.DictReader(io.StringIO(found[name].decode("utf-8-sig"), newline=""), delimiter=tongue)
        assert not [cell for cell in row.values() if is_runnable(cell)]
        assert row["gross_total"] == ("-120,00" if ".fr." in name else "-120.00")
        assert row["seller_name"].removeprefix("'") == text.replace("\0", "")


@pytest.mark.parametrize("what", sorted(TABLES))
def test_53_every_text_column_of_every_view_is_guarded(what: str) -> None:
    view = TABLES[what]
    texts = [column.kind == "text" for column in view.columns]
    rows = [tuple("=1+1" if is_text else None for is_text in texts)]
    made = b"".join(csv_chunks(view, rows, french=False)).decode().splitlines()[1]
    assert made.count("'=1+1") == sum(texts)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([sheet_of("a", view, rows)])))
    assert {cell.data_type for row in book["a"].iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_excel_takes_control_characters_old_dates_and_long_texts() -> None:
    view = BATCH_TABLES["invoices"]
    values = {"seller_name": "A\x0bB\ud800" + "x" * 40_000, "issue_date": date(1850, 1, 2)}
    rows = [tuple(values.get(column.name) for column in view.columns)]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([sheet_of("a", view, rows)])))
    found = dict(zip(*([cell.value for cell in row] for row in book["a"].iter_rows()), strict=True))
    assert found["issue_date"] == "1850-01-02"
    assert len(found["seller_name"]) == 32_767


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_the_same_bookings_give_the_same_bytes(target: str) -> None:
    one, two = files(target, booking()), files(target, booking())
    assert one == two
    assert one


def test_a_template_that_asks_for_what_is_not_there_is_refused() -> None:
    assert client_output(SETTINGS, '{"journal": "HA"}').journal == "HA"
    assert client_output(SETTINGS, None) is SETTINGS
    with pytest.raises(KeyError):
        check_booking(Template.model_validate({"title": "x", "rows": "bills", "file": "x", "columns": [
            {"title": "a", "value": "nothing"}]}), booking(), SETTINGS)  # fmt: skip
