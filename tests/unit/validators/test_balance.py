"""The sums of an invoice and the smallest change that makes them agree."""

from __future__ import annotations

import time
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from models.invoice import Invoice, InvoiceLine, VatBreakdown
from models.money import round_amount
from validators.balance import cells_of, equations_of
from validators.balance_search import Doubts, suggest

Row = tuple[int, int]


def consistent(rows: list[Row], rate: int = 20) -> Invoice:
    """An invoice whose sums agree: rows of quantity and price in cents."""
    lines = tuple(
        InvoiceLine(quantity=Decimal(quantity), unit_price=Decimal(cents) / 100, vat_rate=Decimal(rate),
                    net_amount=Decimal(quantity * cents) / 100)
        for quantity, cents in rows
    )  # fmt: skip
    net = sum((line.net_amount or Decimal(0) for line in lines), Decimal(0))
    tax = round_amount(net * rate / 100)
    return Invoice(currency="EUR", lines=lines, sum_of_lines=net, net_total=net, tax_total=tax, gross_total=net + tax,
                   payable_total=net + tax,
                   vat_breakdown=(VatBreakdown(rate=Decimal(rate), taxable=net, tax=tax),))  # fmt: skip


def with_cell(invoice: Invoice, cell: str, value: Decimal) -> Invoice:
    """The invoice with one cell changed."""
    part, _, name = cell.rpartition(".")
    if not part:
        return invoice.model_copy(update={name: value})
    table, at = part.partition("[")[0], int(part.partition("[")[2].rstrip("]"))
    rows = list(getattr(invoice, table))
    rows[at] = rows[at].model_copy(update={name: value})
    return invoice.model_copy(update={table: tuple(rows)})


def broken(invoice: Invoice) -> list[str]:
    cells = cells_of(invoice)
    return [one.what for one in equations_of(invoice) if not one.agrees(cells)]


ROWS = st.lists(st.tuples(st.integers(1, 99), st.integers(101, 99_999)), min_size=2, max_size=12)
CELLS = ("lines[1].quantity", "lines[0].unit_price", "lines[1].net_amount", "sum_of_lines", "net_total", "tax_total",
         "gross_total", "payable_total", "vat_breakdown[0].taxable", "vat_breakdown[0].tax")  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sampled_from(CELLS), st.integers(0, 8), st.integers(1, 9))
def test_one_corrupted_cell_is_restored_or_another_single_change_settles_everything(
    rows: list[Row], cell: str, place: int, step: int
) -> None:
    right = consistent(rows)
    assert broken(right) == []
    old = cells_of(right)[cell] or Decimal(0)
    text = list(str(old))
    at = place % len(text)
    if not text[at].isdigit():
        return
    text[at] = str((int(text[at]) + step) % 10)
    wrong = with_cell(right, cell, Decimal("".join(text)))
    if not broken(wrong):
        return  # within what a printed rounding hides
    found = suggest(wrong)
    assert found, (cell, wrong)
    assert len(found[0].changes) == 1
    settled = wrong
    change = found[0].changes[0]
    assert change.new is not None
    settled = with_cell(wrong, change.cell, change.new)
    assert broken(settled) == []
    repairs = {(one.changes[0].cell, one.changes[0].new) for one in found}
    assert (cell, old) in repairs or len(found) == 5 or cell.endswith(("unit_price", "quantity", "taxable"))


def test_suggestion_prefers_digits_that_look_alike_and_what_another_engine_saw() -> None:
    rows = [(8, 1000), (4, 500)]
    wrong = with_cell(consistent(rows), "lines[0].quantity", Decimal(3))
    [change] = suggest(wrong)[0].changes
    assert (change.cell, change.new, suggest(wrong)[0].reasons) == ("lines[0].quantity", Decimal(8), ("look_alike",))
    total = with_cell(consistent(rows), "payable_total", Decimal("999.00"))
    seen = Doubts({"payable_total": 0.3}, {"payable_total": (Decimal("120.00"),)})
    assert suggest(total, seen)[0].changes[0].new == Decimal("120.00")
    assert suggest(total, seen)[0].reasons[0] == "seen"


def test_line_read_twice_and_a_line_not_read_are_named() -> None:
    right = consistent([(3, 700), (5, 1100)])
    twice = right.model_copy(update={"lines": (*right.lines, right.lines[0])})
    assert suggest(twice)[0].reasons == ("line_twice",)
    missing = right.model_copy(update={"lines": right.lines[:1]})
    assert suggest(missing)[0].changes[0].new == Decimal("55.00")


def test_two_cells_are_changed_only_where_one_is_not_enough() -> None:
    right = consistent([(3, 700), (5, 1100)])
    wrong = with_cell(with_cell(right, "lines[0].net_amount", Decimal("77.00")), "gross_total", Decimal("5.00"))
    best = suggest(wrong)[0]
    assert {(change.cell, change.new) for change in best.changes} == {
        ("lines[0].net_amount", Decimal("21.00")), ("gross_total", Decimal("91.20")),
    }  # fmt: skip
    assert best.left == 0


def test_both_ways_of_rounding_vat_agree() -> None:
    lines = tuple(InvoiceLine(net_amount=Decimal("0.33"), vat_rate=Decimal(20)) for _ in range(5))
    for tax in ("0.33", "0.35"):  # 1.65 at 20 %, and five times 0.07
        row = VatBreakdown(rate=Decimal(20), taxable=Decimal("1.65"), tax=Decimal(tax))
        assert broken(Invoice(lines=lines, vat_breakdown=(row,))) == []
    assert broken(Invoice(lines=lines, vat_breakdown=(row.model_copy(update={"tax": Decimal("0.40")}),))) == ["vat"]


def test_numbers_beyond_reason_raise_nothing() -> None:
    for value in (Decimal("1E+40"), Decimal("-1E-30"), Decimal(0)):
        invoice = Invoice(lines=(InvoiceLine(quantity=value, unit_price=value, net_amount=Decimal(1)),),
                          net_total=value, tax_total=Decimal(3), gross_total=value)  # fmt: skip
        suggest(invoice)


def test_fifty_lines_are_searched_in_milliseconds() -> None:
    wrong = with_cell(consistent([(n % 90 + 1, 137 * n + 101) for n in range(50)]), "lines[7].net_amount", Decimal(77))
    times = []
    for _ in range(5):
        started = time.process_time()
        suggest(wrong)
        times.append(time.process_time() - started)
    assert min(times) < 0.02  # 4 ms on a free core
