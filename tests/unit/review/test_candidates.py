"""Candidates side by side: columns add up, the most telling comes first, bars point the right way."""

from __future__ import annotations

from models.match import Comparison, OrderCandidate
from review.candidates import SHOWN, Cell, side_by_side


def candidate(order: str, **weights: float) -> OrderCandidate:
    rows = [Comparison(name="prior", invoice_value="", order_value="", weight=-5.0)]
    rows += [
        Comparison(name=name, invoice_value="mine", order_value=order, weight=each) for name, each in weights.items()
    ]
    return OrderCandidate(order=order, probability=0.5, waterfall=tuple(rows))


def test_the_most_telling_comparison_stands_first_behind_the_prior() -> None:
    table = side_by_side((candidate("A", seller=1.0, amount=4.0), candidate("B", seller=-6.0)))
    assert [row.name for row in table.rows] == ["prior", "seller", "amount"]
    assert [cell.weight if cell else None for cell in table.rows[2].cells] == [4.0, None]


def test_a_column_adds_up_to_its_total() -> None:
    table = side_by_side((candidate("A", seller=1.25, amount=4.0),))
    assert table.totals[0].weight == 0.25


def test_what_says_nothing_of_any_order_is_left_out() -> None:
    table = side_by_side((candidate("A", seller=0.01, amount=4.0), candidate("B", seller=-0.02, amount=1.0)))
    assert [row.name for row in table.rows] == ["prior", "amount"]


def test_no_more_orders_stand_beside_each_other_than_fit() -> None:
    assert len(side_by_side([candidate(str(at)) for at in range(9)]).orders) == SHOWN


def test_bars_go_right_for_and_left_against_and_never_leave_the_picture() -> None:
    for weight in (-40.0, -3.0, -0.001, 0.0, 2.0, 40.0):
        cell = Cell("", "", weight)
        assert 0 <= cell.start < cell.start + cell.length <= 80
        assert (cell.start >= 40) == (weight >= 0)


def test_candidates_without_waterfall_have_no_table() -> None:
    assert side_by_side((OrderCandidate(order="A", probability=0.1),)).rows == ()
