"""Moves split and merge links while the amount without one falls, and measuring shows that each is worth something."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.lines import ABLATIONS, measure, on_ambiguous, on_reworded
from matching.board import Board
from matching.line_sides import targets_of
from matching.lines import LinkOptions, link_lines
from matching.moves import MOVES, search
from matching.packs import conversion, pack_size
from models.invoice import InvoiceLine
from models.order import OrderLine
from sample_invoices.generator.book import cases


def test_optimal_assignment_beats_greedy_on_the_ambiguous_set() -> None:
    shares = on_ambiguous(21)
    assert shares["optimal"] > shares["greedy"] + 0.01


def test_words_confirmed_before_link_what_nothing_else_does() -> None:
    shares = on_reworded(4)
    assert (shares["first"] < 0.1, shares["after"] > 0.98) == (True, True)


def test_lines_of_generated_books_are_linked_and_hardly_ever_wrongly() -> None:
    found = list(cases(31, 6))
    whole, without = measure(found, LinkOptions()), measure(found, ABLATIONS["no-moves"])
    assert whole["f1"] >= 0.97
    assert whole["wrong"] <= 0.005
    assert whole["recall"] > without["recall"]


figures = st.decimals("1", "30", places=0)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(figures, figures), min_size=1, max_size=4),
    st.lists(st.tuples(figures, figures), min_size=1, max_size=4),
)
def test_every_move_lowers_the_amount_without_a_link_and_takes_no_more_than_the_line(
    ordered: list[tuple[Decimal, Decimal]], billed: list[tuple[Decimal, Decimal]]
) -> None:
    book = [
        OrderLine(line_number=str(at), item_name="Cable", quantity=quantity, unit_price=price)
        for at, (quantity, price) in enumerate(ordered)
    ]
    lines = [
        InvoiceLine(item_name="Cable", quantity=quantity, unit_price=price, net_amount=quantity * price)
        for quantity, price in billed
    ]
    targets = targets_of("PO", book)
    before = link_lines(lines, targets, options=LinkOptions(has_moves=False))
    after = link_lines(lines, targets)
    start = Board(lines, targets, [[1.0] * len(targets)] * len(lines), before)
    assert search(start).residual <= start.residual
    for at, line in enumerate(lines, 1):
        parts = [link.quantity for link in after if link.invoice_line == at and link.quantity and not link.is_sum]
        assert sum(parts, Decimal(0)) <= (line.quantity or 0)


def test_no_move_is_made_where_everything_is_linked() -> None:
    target = targets_of("PO", [OrderLine(line_number="1", item_name="Cable", quantity="5", unit_price="2")])
    line = InvoiceLine(item_name="Cable", quantity="5", unit_price="2", net_amount="10")
    links = link_lines([line], target)
    board = Board([line], target, [[9.0]], links)
    assert [move(board) for move in MOVES] == [None] * len(MOVES)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Nitrile gloves, box of 100", 100), ("Gants nitrile, boîte de 100", 100), ("Schraube M8, 50er-Pack", 50),
        ("Paper A4, 500 sheets per pack", None), ("Bolts 25 pcs/box", 25), ("Batterien VPE 4", 4), ("Wine case", None),
        ("Toner pack of 1", None), ("Tool box 40 cm", None), ("Bag of 25 kg cement", None), ("Caja de 12 lápices", 12),
        ("Doos van 6", 6), ("", None),
    ],
)  # fmt: skip
def test_a_name_says_what_a_pack_holds(name: str, size: int | None) -> None:
    assert pack_size(name) == size


def test_a_pack_size_converts_only_between_boxes_and_pieces() -> None:
    box = InvoiceLine(item_name="Gloves, box of 100", quantity="2", unit_code="BX", unit_price="9")
    assert conversion(box, OrderLine(line_number="1", unit_code="KGM"), None) is None
    assert conversion(box, OrderLine(line_number="1", unit_code="BX"), Decimal(9)) == 1
    assert conversion(box, OrderLine(line_number="1", unit_code="BX"), Decimal("0.09")) == 100


def test_two_hundred_lines_are_linked_within_two_seconds() -> None:
    book = [OrderLine(line_number=str(at), item_name=f"Part {at % 20} type {at}", quantity="3", unit_price=str(at + 1))
            for at in range(200)]  # fmt: skip
    lines = [InvoiceLine(item_name=f"Part {at % 20}", quantity="3", unit_price=str(at + 1), net_amount=str(3 * at + 3))
             for at in reversed(range(200))]  # fmt: skip
    start = time.process_time()
    links = link_lines(lines, targets_of("PO", book))
    assert time.process_time() - start < 2
    assert sum(link.target.line.line_number == str(200 - link.invoice_line) for link in links) == 200
