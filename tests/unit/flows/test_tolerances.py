"""Tolerances of a client, a supplier and a category: from the file to the outcome of a match."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.judge import Office, match_reading
from flows.master_files import ImportReport, import_master
from matching.tolerance import may_differ
from models.extraction import Extraction
from models.invoice import Invoice, InvoiceLine
from models.settings import MatchingSettings
from models.store.tolerances import load_tolerances, matching_of
from models.tables import ClientRow, ToleranceRow
from models.tolerances import TOLERANCE_NAMES, ToleranceBook, Tolerances
from tests.billing import SELLER, SELLER_VAT_ID, load_master


def take(office: Any, folder: Path, content: str, *, strict: bool = False) -> ImportReport:
    path = folder / "tolerances.csv"
    path.write_text(content, encoding="utf-8")
    return import_master(office.store, "tolerances", path, "acme", strict=strict, actor="operator")


def stored(office: Any) -> ToleranceBook:
    with office.store.read() as session:
        return load_tolerances(session, "acme")


def test_a_file_of_tolerances_is_loaded_and_changed_by_column(office: Any, tmp_path: Path) -> None:
    head = "scope,key,price_tolerance_percent,small_cost_limit\n"
    assert take(office, tmp_path, head + "supplier,S-1,2,40\ncategory,Steel  Plate,5,\n").new == 2
    assert stored(office).suppliers == {"S-1": Tolerances(price_tolerance_percent=2, small_cost_limit=40)}
    assert stored(office).categories == {"steel plate": Tolerances(price_tolerance_percent=5)}
    assert take(office, tmp_path, "scope,key,small_cost_limit\nsupplier,S-1,\n").changed == 1
    assert stored(office).suppliers == {"S-1": Tolerances(price_tolerance_percent=2)}
    assert take(office, tmp_path, "scope,key,small_cost_limit\nsupplier,S-1,\n").unchanged == 1


def test_rows_that_cannot_be_taken_are_listed_with_their_line(office: Any, tmp_path: Path) -> None:
    rows = "client,X,1\nsupplier,S-1,-1\ncategory,Steel,1\ncategory,STEEL,2\nsupplier,S-2,much\nsupplier,S-3,3\n"
    report = take(office, tmp_path, "scope,key,price_tolerance_percent\n" + rows)
    assert [(bad.line, bad.reason.split()[0]) for bad in report.bad] == [
        (2, "scope"), (3, "price_tolerance_percent"), (5, "repeats"), (6, "price_tolerance_percent"),
    ]  # fmt: skip
    assert len(office.rows(ToleranceRow)) == report.new == 2


@given(
    st.fixed_dictionaries({level: st.none() | st.integers(0, 9) for level in ("client", "supplier", "category")}),
    st.sampled_from(TOLERANCE_NAMES),
)
def test_category_goes_before_supplier_before_client_before_settings(levels: dict[str, int | None], name: str) -> None:
    base = MatchingSettings(**{name: Decimal(50)})
    client = ClientRow(id="c", name="C")
    if levels["client"] is not None:
        client.matching_json = f'{{"{name}": "{levels["client"]}"}}'
    book = ToleranceBook(
        {"S-1": Tolerances(**{name: levels["supplier"]})}, {"steel": Tolerances(**{name: levels["category"]})}
    )
    found = book.settings_for(matching_of(client, base), "S-1", "Steel")
    stated = [levels[each] for each in ("category", "supplier", "client") if levels[each] is not None]
    assert getattr(found, name) == (stated[0] if stated else 50)


amounts = st.decimals("0", "99999", places=2)


@given(amounts, amounts, st.decimals("0", "100", places=2), amounts, st.none() | st.decimals("0", "100", places=2))
def test_a_difference_passes_up_to_the_larger_tolerance_and_no_further(
    expected: Decimal, actual: Decimal, percent: Decimal, amount: Decimal, under: Decimal | None
) -> None:
    limit = max(expected * (under if under is not None and actual < expected else percent) / 100, amount)
    is_fine = may_differ(expected, actual, percent=percent, amount=amount, under=under)
    assert is_fine == (abs(actual - expected) <= limit)


@given(amounts, st.decimals("0", "100", places=2))
def test_the_boundary_itself_passes_and_a_millionth_more_does_not(expected: Decimal, percent: Decimal) -> None:
    edge, none = expected * percent / 100, Decimal(0)
    assert may_differ(expected, expected + edge, percent=percent, amount=none)
    assert may_differ(expected, expected - edge, percent=percent, amount=none)
    assert not may_differ(expected, expected + edge + Decimal("0.000001"), percent=percent, amount=none)


ORDER = "order_number,line_number,seller_id,seller_vat_id,item_name,quantity,unit_price,category\n"


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ("", "price_variance"),
        ("supplier,S-1,10", "match"),
        ("supplier,S-1,9.99", "price_variance"),
        ("supplier,S-9,10", "price_variance"),
        ("category,paper,10", "match"),
        ("supplier,S-1,10\ncategory,Paper,5", "price_variance"),
        ("supplier,S-1,5\ncategory,PAPER,10", "match"),
    ],
)
def test_the_match_is_judged_by_the_tolerances_of_supplier_and_category(
    office: Any, tmp_path: Path, rows: str, outcome: str
) -> None:
    load_master(office.store, tmp_path)
    (tmp_path / "orders.csv").write_text(ORDER + f"P-1,1,S-1,{SELLER_VAT_ID},Paper A4,10,4.00,Paper\n")
    import_master(office.store, "purchase-orders", tmp_path / "orders.csv", "acme", strict=True, actor="operator")
    if rows:
        take(office, tmp_path, f"scope,key,price_tolerance_percent\n{rows}\n", strict=True)
    line = InvoiceLine(item_name="Paper A4", quantity="5", unit_price="4.40", net_amount="22.00")
    paper = Invoice(seller_name=SELLER, seller_vat_id=SELLER_VAT_ID, order_reference="P-1", net_total="22.00",
                    lines=(line,))  # fmt: skip
    with office.store.read() as session:
        client = Office(session.get_one(ClientRow, "acme"), office.settings)
        match = match_reading(session, client, Extraction(invoice=paper, evidence={}, source="xml"))
    assert match.outcome == outcome
    percent = rows.rpartition(",")[2] if rows and "S-9" not in rows else "1"
    told = [] if outcome == "match" else [("price", "4", "4.40", f"{percent} % or 0.01")]
    assert [(row.kind, row.expected, row.actual, row.tolerance) for row in match.variances] == told
