"""Lines are assigned together, not one by one."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.assignment import assign as _assign
from matching.lines import LINE_COMPARISONS, Link, link_lines, targets_of
from models.invoice import InvoiceLine
from models.order import OrderLine


def order_line(number: int, **terms: object) -> OrderLine:
    return OrderLine.model_validate({"line_number": str(number), **terms})


def pairs(links: tuple[Link, ...]) -> list[tuple[int, str]]:
    return [(link.invoice_line, link.target.line.line_number) for link in links]


def greedy(weights: list[list[float]]) -> float:
    cells = sorted(((w, r, c) for r, row in enumerate(weights) for c, w in enumerate(row)), reverse=True)
    rows: set[int] = set()
    columns: set[int] = set()
    total = 0.0
    for weight, row, column in cells:
        if weight > 0 and row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            total += weight
    return total


weight_tables = st.integers(1, 5).flatmap(
    lambda n: st.lists(
        st.lists(st.floats(-5, 9).map(lambda w: round(w, 3)), min_size=n, max_size=n), min_size=1, max_size=5
    )
)


@settings(deadline=None)
@given(weight_tables)
def test_assignment_is_at_least_as_good_as_greedy_and_uses_each_line_once(weights: list[list[float]]) -> None:
    chosen = _assign(weights)
    assert len({row for row, _ in chosen}) == len({column for _, column in chosen}) == len(chosen)
    assert sum(weights[row][column] for row, column in chosen) >= greedy(weights) - 1e-9


@settings(deadline=None)
@given(weight_tables)
def test_assignment_is_the_best_of_all(weights: list[list[float]]) -> None:
    rows, columns = len(weights), len(weights[0])
    padded = [[max(w, 0.0) for w in row] + [0.0] * rows for row in weights]
    best = (
        max(sum(padded[r][c] for r, c in enumerate(order)) for order in permutations(range(columns + rows), rows))
        if rows + columns <= 6
        else None
    )
    if best is not None:
        assert sum(weights[r][c] for r, c in _assign(weights)) == pytest.approx(best)


def test_global_assignment_beats_greedy_on_an_ambiguous_set() -> None:
    weights = [[5.0, 4.9], [4.9, -3.0]]
    assert greedy(weights) == 5.0
    assert sorted(_assign(weights)) == [(0, 1), (1, 0)]


def test_equal_names_are_told_apart_by_quantity_and_price() -> None:
    ordered = (
        order_line(1, item_name="Consulting", quantity="30", unit_price="158"),
        order_line(2, item_name="Consulting", quantity="42", unit_price="144"),
    )
    lines = (
        InvoiceLine(item_name="Consulting", quantity="42", unit_price="144"),
        InvoiceLine(item_name="Consulting", quantity="30", unit_price="158"),
    )
    assert pairs(link_lines(lines, targets_of("PO1", ordered))) == [(1, "2"), (2, "1")]


def test_item_numbers_outweigh_other_words() -> None:
    ordered = (
        order_line(1, item_name="Schraube M8 verzinkt", seller_item_id="A-100"),
        order_line(2, item_name="Mutter M8 verzinkt", seller_item_id="A-200"),
    )
    lines = (InvoiceLine(item_name="Hex nut galvanised", seller_item_id="A 200"),)
    assert pairs(link_lines(lines, targets_of("PO1", ordered))) == [(1, "2")]


def test_another_size_is_another_item() -> None:
    ordered = (order_line(1, item_name="Screw M8 steel"), order_line(2, item_name="Screw M10 steel"))
    lines = (InvoiceLine(item_name="Screw M10 steel"),)
    assert pairs(link_lines(lines, targets_of("PO1", ordered))) == [(1, "2")]


def test_a_line_that_fits_nothing_stays_without_link() -> None:
    ordered = (order_line(1, item_name="Copper cable 3x1.5", quantity="100", unit_price="0.89"),)
    lines = (InvoiceLine(item_name="Garden chair", quantity="2", unit_price="49.00"),)
    assert link_lines(lines, targets_of("PO1", ordered)) == ()


def test_partial_deliveries_on_one_invoice_share_the_order_line() -> None:
    ordered = (order_line(1, item_name="Copper cable", quantity="100", unit_price="0.89"),)
    lines = tuple(
        InvoiceLine(item_name="Copper cable", quantity=quantity, unit_price="0.89") for quantity in ("40", "60")
    )
    assert pairs(link_lines(lines, targets_of("PO1", ordered))) == [(1, "1"), (2, "1")]


def _misread(name: str, source: random.Random) -> str:
    swaps = {"o": "0", "l": "1", "e": "c", "s": "5", "a": "o"}
    return "".join(swaps.get(c, c) if source.random() < 0.06 else c for c in name)


def test_names_damaged_by_ocr_still_find_their_line() -> None:
    source = random.Random(5)
    words = ("bolt", "screw", "washer", "cable", "paper", "toner", "chair", "desk", "lamp", "pump", "valve", "filter")
    right = total = 0
    for _ in range(30):
        names = [" ".join(source.sample(words, 4)) for _ in range(8)]
        prices = [Decimal(source.randint(100, 9999)) / 100 for _ in names]
        ordered = tuple(
            order_line(n, item_name=x, quantity="5", unit_price=p)
            for n, (x, p) in enumerate(zip(names, prices, strict=True))
        )
        shuffled = source.sample(range(8), 8)
        lines = tuple(
            InvoiceLine(item_name=_misread(names[n], source), quantity="5", unit_price=prices[n]) for n in shuffled
        )
        found = dict(pairs(link_lines(lines, targets_of("PO1", ordered))))
        right += sum(found.get(at) == str(n) for at, n in enumerate(shuffled, 1))
        total += 8
    assert right >= 0.98 * total


def test_weights_of_every_comparison_rise_with_likeness() -> None:
    for row in LINE_COMPARISONS:
        assert list(row.points) == sorted(row.points)
        weights = [weight for _, weight in row.points]
        assert weights == sorted(weights)
