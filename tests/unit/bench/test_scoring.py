"""The scorer behind every accuracy figure: what counts as right, and how the shares are made."""

from __future__ import annotations

from typing import Any

import pytest

from bench.scoring import comparable, interval, is_same, score

TRUTH = {
    "file": "files/a.pdf",
    "group": "one",
    "fields": {"po_number": "PO-7", "supplier_name": "Müller & Söhne GmbH", "gross_total": "120.00", "iban": "DE1"},
    "visible": ["po_number", "supplier_name", "gross_total"],
}


def answer(file: str = "somewhere/a.pdf", decision: str = "review", **fields: Any) -> dict[str, Any]:
    return {"file": file, "decision": decision, "fields": {name: {"value": value} for name, value in fields.items()}}


RIGHT = {"order_reference": "po 7", "seller_name": "MULLER & SOHNE", "gross_total": "-120"}


@pytest.mark.parametrize(
    ("name", "truth", "found"),
    [
        ("gross_total", "1234.5", "1234.50"),
        ("gross_total", "-12.00", "12"),
        ("quantity", "5", "5.000"),
        ("unit_price", "0.1250", "0.125"),
        ("issue_date", "2026-01-31", "2026-01-31T00:00:00"),
        ("iban", "DE89 3704 0044", "de8937040044"),
        ("invoice_number", "F/2026-18", "F 2026 18"),
        ("seller_name", "Crème Brûlée SARL", "creme brulee"),
        ("seller_name", "Straße GmbH", "STRASSE AG"),
        ("seller_address", "1 2 3 4 5 6 7 8 9 10", "1 2 3 4 5 6 7 8 9"),
    ],
)
def test_two_ways_to_write_one_value_are_the_same(name: str, truth: str, found: str) -> None:
    assert is_same(name, truth, found)


@pytest.mark.parametrize(
    ("name", "truth", "found"),
    [
        ("gross_total", "1234.50", "1234.51"),
        ("gross_total", "10.00", "NaN"),
        ("gross_total", "10.00", "1e400"),
        ("gross_total", "10.00", None),
        ("quantity", "5", "50"),
        ("unit_price", "0.125", "0.12"),
        ("issue_date", "2026-01-31", "2026-02-01"),
        ("invoice_number", "F-18", "F-81"),
        ("seller_name", "Alpha Beta", "Alpha Gamma"),
        ("seller_address", "1 2 3 4 5 6 7 8", "1 2 3 4 5 6 7"),
    ],
)
def test_another_value_is_wrong(name: str, truth: str, found: str | None) -> None:
    assert not is_same(name, truth, found)


def test_a_name_of_nothing_but_a_legal_form_is_still_a_name() -> None:
    assert comparable("seller_name", "SE") == "se"


def test_a_right_answer_under_our_names_scores_one() -> None:
    result = score([TRUTH], [answer(**RIGHT)], visible_only=True)
    assert (result.f1_over_groups, result.whole_right, result.unanswered) == (1.0, 1, 0)
    assert set(result.fields) == {"order_reference", "seller_name", "gross_total"}


def test_what_the_page_does_not_show_is_asked_for_only_where_all_is_asked_for() -> None:
    result = score([TRUTH], [answer(**RIGHT)])
    assert result.whole_right == 0
    assert (result.fields["iban"].known, result.fields["iban"].found) == (1, 0)
    assert [miss["field"] for miss in result.misses] == ["iban"]


def test_a_document_without_an_answer_is_counted_and_wrong() -> None:
    result = score([TRUTH], [])
    assert (result.unanswered, result.whole_right, result.groups["one"].known) == (1, 0, 4)
    assert result.f1_over_groups == 0.0


def test_an_unknown_field_of_the_truth_cannot_be_wrong() -> None:
    result = score([TRUTH], [answer(**RIGHT, due_date="2026-01-01")], visible_only=True)
    assert "due_date" not in result.fields


def test_f1_weighs_found_against_known() -> None:
    result = score([TRUTH], [answer(gross_total="120.00", seller_name="Somebody else")], visible_only=True)
    assert result.groups["one"].f1 == pytest.approx(2 * 1 / (2 + 3))


def test_a_large_group_counts_no_more_than_a_small_one() -> None:
    many = [{**TRUTH, "file": f"{n}.pdf", "group": "many"} for n in range(9)]
    lone = {**TRUTH, "file": "lone.pdf", "group": "lone"}
    answers = [answer(f"{n}.pdf", **RIGHT) for n in range(9)]
    assert score([*many, lone], answers, visible_only=True).f1_over_groups == pytest.approx(0.5)


def test_a_document_let_through_with_a_wrong_field_is_told() -> None:
    result = score([TRUTH], [answer(decision="auto", **{**RIGHT, "gross_total": "121.00"})], visible_only=True)
    assert (result.auto, result.auto_wrong, dict(result.auto_wrong_fields)) == (1, 1, {"gross_total": 1})


LINES = [
    {"description": "Blue pen", "quantity": "10", "line_total": "15.00"},
    {"description": "Red pencil", "quantity": "10", "line_total": "15.00"},
]


def lines_of(found: list[dict[str, Any]], truth: list[dict[str, Any]] = LINES, **row: Any) -> tuple[int, int, int]:
    count = score([{"file": "a.pdf", "fields": {"lines": truth}, **row}], [{"file": "a.pdf", "lines": found}]).lines
    return count.right, count.found, count.known


def test_each_found_line_answers_for_one_known_line_only() -> None:
    line = {"item_name": "Blue pen", "quantity": "10", "net_amount": "15.00"}
    assert lines_of([line, line]) == (1, 2, 2)


def test_a_line_needs_its_amount_its_quantity_and_most_words_of_its_name() -> None:
    good = {"item_name": "Pen, blue, medium", "quantity": "10.0", "net_amount": "15"}
    assert lines_of([good], LINES[:1]) == (1, 1, 1)
    for wrong in ({"net_amount": "15.01"}, {"quantity": "9"}, {"item_name": "Paper"}):
        assert lines_of([good | wrong], LINES[:1]) == (0, 1, 1)


def test_lines_that_the_page_hides_are_not_asked_for() -> None:
    row = {"file": "a.pdf", "fields": {"lines": LINES}, "visible": [], "extra": {"lines_visible": 1}}
    assert score([row], [{"file": "a.pdf", "lines": []}], visible_only=True).lines.known == 0


def test_the_interval_holds_the_mean_and_is_the_same_again() -> None:
    low, high = interval([0.2, 0.4, 0.9, 1.0])
    assert 0.2 <= low < 0.625 < high <= 1.0
    assert interval([0.2, 0.4, 0.9, 1.0]) == (low, high)
    assert interval([]) == (0.0, 0.0)
