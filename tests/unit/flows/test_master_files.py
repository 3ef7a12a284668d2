"""Master data from CSV files: what is taken, what is refused and why, and what a second import changes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from flows.commands.master import run_import
from flows.master_cells import CellError, read_date, read_ibans, read_number
from flows.master_files import FILE_BYTES, ImportReport, check, import_master
from flows.master_table import MasterFileError
from models.store.audit import now, verify
from models.store.engine import Store
from models.store.lookup_suppliers import load_supplier
from models.tables import AuditRow, GoodsReceiptRow, OrderLineRow, OrderRow, SupplierBankRow, SupplierRow

SAMPLES = Path(__file__).parents[3] / "sample_invoices"
IBAN = "FR7630006000011234567890189"
GERMAN_IBAN = "DE89370400440532013000"
VAT_ID = "FR40303265045"
KINDS = ("purchase-orders", "goods-receipts", "suppliers")

Importer = Callable[..., ImportReport]


@pytest.fixture
def take(office: Any, tmp_path: Path) -> Importer:
    """Writes a file and imports it."""

    def import_text(kind: str, content: str | bytes, *, strict: bool = False) -> ImportReport:
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_master(office.store, kind, path, "acme", strict=strict, actor="ann")

    return import_text


def acts(store: Store, action: str) -> list[AuditRow]:
    with store.read() as session:
        return list(session.exec(select(AuditRow).where(col(AuditRow.action).startswith(action))))


@pytest.mark.parametrize("kind", KINDS)
def test_the_samples_are_taken_whole_and_a_second_time_change_nothing(kind: str, office: Any) -> None:
    first = import_master(office.store, kind, SAMPLES / f"{kind}.csv", "acme", strict=True, actor="ann")
    again = import_master(office.store, kind, SAMPLES / f"{kind}.csv", "acme", strict=True, actor="ann")
    assert (first.new, first.changed, first.bad) == (first.rows, 0, ())
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.rows)
    assert again.summary == f"{kind}: {first.rows} rows read, 0 new, 0 changed, 0 bad"


def test_one_audit_row_tells_the_file_its_hash_and_the_counts(office: Any, take: Importer) -> None:
    report = take("suppliers", "seller_id,name,iban\nS1,Papier,\nS2,Encre,XX00\n")
    (row,) = acts(office.store, "import:")
    assert row.action == "import:suppliers"
    assert json.loads(row.after_json or "") == {
        "file": "suppliers.csv", "sha256": report.sha256, "rows": 2, "bad": 1, "new": 1, "changed": 0,
    }  # fmt: skip
    with office.store.read() as session:
        assert verify(session) is None


def test_semicolons_a_bom_decimal_commas_days_first_and_any_order_of_columns_are_read(
    office: Any, take: Importer
) -> None:
    take("purchase-orders", "\ufeffUnit Price;order_date;LINE_NUMBER;order_number;quantity;Cost centre\r\n"
         "0,125;03/10/2026;10;PO-1;1 250,5;K 7\r\n")  # fmt: skip
    (line,) = office.rows(OrderLineRow)
    (order,) = office.rows(OrderRow)
    assert (line.unit_price, line.quantity) == (Decimal("0.125"), Decimal("1250.5"))
    assert json.loads(line.extra_json) == {"Cost centre": "K 7"}
    assert (order.order_date.isoformat(), order.canonical_number, order.status) == ("2026-10-03", "P01", "open")


def test_rows_of_one_order_may_be_spread_over_the_file(office: Any, take: Importer) -> None:
    take("purchase-orders", "order_number,line_number,currency,status\nA,1,EUR,closed\nB,1,EUR,closed\nA,2,,open\n")
    orders = {row.order_number: row for row in office.rows(OrderRow)}
    assert {number: row.status for number, row in orders.items()} == {"A": "open", "B": "closed"}
    assert orders["A"].currency == "EUR"
    assert sorted((row.order_number, row.line_number, row.position) for row in office.rows(OrderLineRow)) == [
        ("A", "1", 1), ("A", "2", 2), ("B", "1", 1),
    ]  # fmt: skip


def test_rows_of_one_order_that_disagree_are_refused_with_both_lines(take: Importer) -> None:
    report = take("purchase-orders", "order_number,line_number,currency\nA,1,EUR\nB,1,USD\nA,2,USD\n")
    assert [(each.line, each.reason) for each in report.bad] == [
        (4, "currency is USD, but line 2 of the same order says EUR")
    ]
    assert report.new == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,1,1e400,,", "quantity is no number in plain digits: 1e400"),
        ("A,1,NaN,,", "quantity is no number in plain digits: NaN"),
        ("A,1,10000000000000,,", "quantity is ten million millions or more"),
        ("A,1,0.1234567,,", "quantity has more than 6 decimals"),
        ("A,1,1,2026-02-30,", "order_date is no day of the calendar"),
        ("A,1,1,12/25/2026,", "order_date is no day of the calendar"),
        ("A,1,1,soon,", "order_date is no date like"),
        ("A,1,1,,maybe", "status is none of open, closed, cancelled: maybe"),
        (",1,1,,", "order_number is empty"),
        ("A,1,1,", "has 4 cells where the first line names 5 columns"),
        ("A\x1b[2J,1,1,,", "order_number holds the control character U+001B"),
        ("A,1,1,,open\nA,1,2,,open", "repeats A, 1 of line 2"),
    ],
)
def test_a_bad_row_is_listed_with_its_line_and_reason_and_the_good_one_is_taken(
    row: str, reason: str, take: Importer
) -> None:
    report = take("purchase-orders", f"order_number,line_number,quantity,order_date,status\n{row}\nGOOD,1,2,,\n")
    assert len(report.bad) == 1
    assert report.bad[0].line == 2 + row.count("\n")
    assert report.bad[0].reason.startswith(reason)
    assert report.new == report.rows - 1


def test_a_cell_that_is_not_utf_8_costs_its_row_only(office: Any, take: Importer) -> None:
    report = take("suppliers", b"seller_id,name\nS1,Caf\xe9\nS2,Encre\n")
    assert report.bad[0] == (2, "name is not UTF-8; save the file as CSV UTF-8")
    assert [row.seller_id for row in office.rows(SupplierRow)] == ["S2"]


def test_a_quoted_cell_of_two_lines_does_not_move_the_line_numbers(take: Importer) -> None:
    report = take("suppliers", 'seller_id,name,address\nS1,Papier,"3 rue Haute\n69001 Lyon"\n,Encre,\n')
    assert [each.line for each in report.bad] == [4]


def test_strict_takes_nothing_when_one_row_is_bad(office: Any, take: Importer) -> None:
    report = take("goods-receipts", "receipt_number,order_number,line_number,quantity_received\nR,A,1,2\nR,A,2,\n",
                  strict=True)  # fmt: skip
    assert not report.taken
    assert office.rows(GoodsReceiptRow) == []
    assert "nothing was taken" in report.summary


def test_what_looks_like_a_formula_stays_text(office: Any, take: Importer) -> None:
    take("suppliers", 'seller_id,name\nS1,"=HYPERLINK(""http://x"")"\n')
    assert office.rows(SupplierRow)[0].name == '=HYPERLINK("http://x")'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"name\nPapier\n", "does not name the column seller_id"),
        (b"seller_id,name,name\nS1,a,b\n", "names a column twice"),
        ("seller_id,name\n".encode("utf-16"), "UTF-16"),
        (b"seller_id,name,caf\xe9\nS1,a,b\n", "characters that are no text"),
        (b'seller_id,name,"' + b"x" * 200_000, "no header"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_whole(content: bytes, said: str, take: Importer) -> None:
    with pytest.raises(MasterFileError, match=said):
        take("suppliers", content)


def test_a_file_over_the_limit_and_a_folder_are_refused(office: Any, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(FILE_BYTES + 1)
    for path, said in ((large, "larger than 100 MB"), (tmp_path, "not a file")):
        with pytest.raises(MasterFileError, match=said):
            import_master(office.store, "suppliers", path, "acme", strict=False, actor="ann")


def test_damaged_files_are_refused_or_taken_in_part_and_never_break_the_import() -> None:
    rng = Random(37)
    content = (SAMPLES / "suppliers.csv").read_bytes()
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(rng.randint(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.choice(b'\x00\x1b\n\r";,\xe9=9')
        with suppress(MasterFileError):
            table, _ = check(bytes(damaged[: rng.randint(1, len(damaged))]), "suppliers")
            assert all(row.values["seller_id"] and row.values["name"] for row in table.rows)


def test_a_file_whose_name_is_no_utf_8_is_imported(office: Any, tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.csv"
    path.write_text("seller_id,name\nS1,Papier\n")
    assert import_master(office.store, "suppliers", path, "acme", strict=False, actor="ann").file == "caf?.csv"


def test_an_order_without_seller_id_is_linked_by_vat_id_whichever_file_comes_first(office: Any, take: Importer) -> None:
    orders = "order_number,line_number,seller_vat_id\n{},1,FR 40 303 265 045\n"
    take("purchase-orders", orders.format("EARLY"))
    take("suppliers", f"seller_id,name,vat_id\nS1,Papier,{VAT_ID}\n")
    take("purchase-orders", orders.format("LATE"))
    assert {row.order_number: row.seller_id for row in office.rows(OrderRow)} == {"EARLY": "S1", "LATE": "S1"}
    assert take("purchase-orders", orders.format("EARLY")).unchanged == 1


def test_a_vat_id_that_two_suppliers_have_links_no_order(office: Any, take: Importer) -> None:
    take("suppliers", f"seller_id,name,vat_id\nS1,Papier,{VAT_ID}\nS2,Encre,{VAT_ID}\n")
    take("purchase-orders", f"order_number,line_number,seller_vat_id\nA,1,{VAT_ID}\n")
    assert office.rows(OrderRow)[0].seller_id is None


def test_an_invalid_iban_costs_the_row_and_an_invalid_vat_id_only_warns(office: Any, take: Importer) -> None:
    report = take("suppliers", f"seller_id,name,vat_id,iban\nS1,Papier,FR41303265045,{IBAN}\n"
                  f"S2,Encre,{VAT_ID},FR7630006000011234567890188\n")  # fmt: skip
    assert [each.line for each in report.bad] == [3]
    assert report.bad[0].reason.startswith("iban is no valid IBAN")
    assert [each.line for each in report.warnings] == [2]
    assert [row.seller_id for row in office.rows(SupplierRow)] == ["S1"]


def test_a_changed_account_of_a_known_supplier_is_proposed_told_and_audited(office: Any, take: Importer) -> None:
    head = "seller_id,name,iban\nS1,Papier,"
    assert take("suppliers", f"{head}{IBAN}\n").notices == ()
    person = SupplierBankRow(client_id="acme", seller_id="S1", iban="BE68539007547034", verified_at=now(),
                             verified_by="bob")  # fmt: skip
    with office.store.write() as session:
        session.add(person)
    report = take("suppliers", f"{head}{GERMAN_IBAN}\n")
    banks = {row.iban: row.verified_by for row in office.rows(SupplierBankRow)}
    assert banks == {GERMAN_IBAN: None, "BE68539007547034": "bob"}
    assert report.changed == 1
    assert IBAN in report.notices[0]
    assert GERMAN_IBAN in report.notices[0]
    (act,) = acts(office.store, "import:bank_account")
    assert json.loads(act.before_json or "")["ibans"] == ["BE68539007547034", IBAN]
    after = json.loads(act.after_json or "")
    assert (after["ibans"], after["proposed"]) == (["BE68539007547034"], [GERMAN_IBAN])


def test_a_file_without_a_column_leaves_what_is_there_and_an_empty_cell_empties_it(office: Any, take: Importer) -> None:
    take("suppliers", f"seller_id,name,country,iban\nS1,Papier,FR,{IBAN}\n")
    take("suppliers", "seller_id,name\nS1,Papier & Fils\n")
    with office.store.read() as session:
        supplier = load_supplier(session, "acme", "S1")
    assert supplier is not None
    assert (supplier.name, supplier.country, supplier.verified_ibans) == ("Papier & Fils", "FR", (IBAN,))
    take("suppliers", "seller_id,name,country\nS1,Papier & Fils,\n")
    assert office.rows(SupplierRow)[0].country is None


@pytest.mark.parametrize(("invoiced", "known"), [("3", True), ("0.00", False), ("", False)])
def test_a_supplier_whose_order_was_invoiced_before_has_history(
    invoiced: str, *, known: bool, office: Any, take: Importer
) -> None:
    take("suppliers", "seller_id,name\nS1,Papier\n")
    take("purchase-orders", f"order_number,line_number,seller_id,quantity_invoiced\nA,1,S1,{invoiced}\n")
    with office.store.read() as session:
        supplier = load_supplier(session, "acme", "S1")
    assert supplier is not None
    assert supplier.has_history == known


@pytest.mark.parametrize(
    ("cell", "mark", "number"),
    [("1.234,50", "?", "1234.50"), ("1,234.50", "?", "1234.50"), ("1.234", ".", "1.234"), ("1.234", ",", "1234"),
     ("1\u202f234,5", "?", "1234.5"), ("1,234,567", "?", "1234567"), ("-3", "?", "-3"), ("0,125", "?", "0.125"),
     (",5", "?", "0.5")],
)  # fmt: skip
def test_numbers_are_read_as_offices_write_them(cell: str, mark: Any, number: str) -> None:
    assert read_number(cell, mark) == Decimal(number)


@pytest.mark.parametrize("cell", ["1,234", "1.2.3", "1,23,4", "1.234,5.6", "--1", "١", "=1+1", "12 EUR"])
def test_numbers_that_may_mean_two_things_or_none_are_refused(cell: str) -> None:
    with pytest.raises(CellError):
        read_number(cell, "?")


def test_ibans_are_told_apart_whether_grouped_or_not() -> None:
    assert read_ibans(f"FR76 3000 6000 0112 3456 7890 189 {GERMAN_IBAN}") == (IBAN, GERMAN_IBAN)
    with pytest.raises(CellError):
        read_ibans(f"{IBAN} DE89")
    assert read_date("2026-10-03T00:00:00") == read_date("3.10.2026")


def test_the_command_prints_the_summary_and_the_bad_rows_and_says_by_its_code_that_a_person_is_needed(
    office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.csv"
    path.write_text("seller_id,name\nS1,Papier\n,Encre\n")
    assert run_import(office.store, "suppliers", path, "acme", strict=False) == 3
    said = capsys.readouterr()
    assert said.out == "suppliers: 2 rows read, 1 new, 0 changed, 1 bad\n"
    assert "s.csv:3: seller_id is empty" in said.err
    assert run_import(office.store, "suppliers", path, "acme", strict=True, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["bad"] == [{"line": 3, "reason": "seller_id is empty"}]
    assert run_import(office.store, "suppliers", path, "nobody", strict=False) == 2
    assert run_import(office.store, "suppliers", tmp_path / "none.csv", "acme", strict=False) == 2
    assert run_import(office.store, "orders", path, "acme", strict=False) == 2


def test_six_thousand_order_lines_take_seconds_and_no_transaction_holds_them_all(office: Any, take: Importer) -> None:
    rows = "".join(f"PO-{number % 1500},{number // 1500},{number}.5,7.25\n" for number in range(6000))
    commits: list[object] = []
    event.listen(office.store.engine, "commit", commits.append)
    started = time.perf_counter()
    assert take("purchase-orders", "order_number,line_number,quantity,unit_price\n" + rows).new == 6000
    assert time.perf_counter() - started < 10
    assert len(commits) >= 6
    assert len(office.rows(OrderLineRow)) == 6000
