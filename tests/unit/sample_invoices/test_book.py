"""Books of orders: the planted truth holds, seeds repeat, distractors are cheap and damage is as asked."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from itertools import islice
from random import Random

import pytest
from rapidfuzz.distance import Levenshtein

from sample_invoices.generator.book import Case, cases, damage, distractors
from sample_invoices.generator.book.billing import SITUATIONS
from sample_invoices.generator.book.ledger import ledger
from sample_invoices.generator.book.reading import NUMBERS, READINGS
from sample_invoices.generator.book.twins import UNREADABLE


@pytest.fixture(scope="module")
def found() -> list[Case]:
    return list(cases(3, 25))


def test_the_same_seed_gives_the_same_cases() -> None:
    assert list(cases(5, 2)) == list(cases(5, 2))
    assert list(cases(5, 2)) != list(cases(6, 2))


def test_right_orders_are_in_the_book_and_links_on_their_lines(found: list[Case]) -> None:
    for case in found:
        lines = {(order.order_number, line.line_number) for order in case.candidates for line in order.lines}
        assert set(case.orders) <= {order for order, _ in lines}
        assert {(order, line) for _, order, line in case.links} <= lines
        assert all(1 <= at <= len(case.invoice.lines) for at, _, _ in case.links)
        assert {order for _, order, _ in case.links} <= set(case.orders)


def test_everything_that_can_happen_happens(found: list[Case]) -> None:
    assert {case.situation for case in found} == set(SITUATIONS)
    assert {case.number for case in found} == set(NUMBERS)
    assert {case.reading.split("/")[0] for case in found} == set(READINGS)
    outcomes = Counter(case.outcome for case in found)
    assert set(outcomes) == {
        "match", "price_variance", "quantity_variance", "no_order", "closed_order", "seller_mismatch",
        "already_invoiced", "ambiguous",
    }  # fmt: skip
    assert outcomes["match"] > len(found) / 2


def test_lines_of_an_undamaged_invoice_add_up_to_its_net_total(found: list[Case]) -> None:
    clean = [case for case in found if case.reading.startswith("clean") and case.invoice.lines]
    assert clean
    for case in clean:
        assert sum((line.net_amount or Decimal(0)) for line in case.invoice.lines) == case.invoice.net_total


def test_an_order_is_named_unless_its_number_was_to_be_missing(found: list[Case]) -> None:
    for case in found:
        if case.number == "clean" and case.orders:
            assert all(order in (case.invoice.order_reference or "") for order in case.orders)
        if case.number == "missing" and case.orders:
            assert case.invoice.order_reference is None


def test_a_book_has_suppliers_with_names_alike_and_orders_with_neighbouring_numbers() -> None:
    books = [ledger(2, at) for at in range(6)]
    firsts = [Counter(supplier.name.split(" ")[0] for supplier in book.suppliers) for book in books]
    assert any(max(counts.values()) > 1 for counts in firsts)
    near = [
        Levenshtein.distance(a.order_number, b.order_number) == 1
        for book in books
        for a, b in zip(book.orders, book.orders[1:], strict=False)
    ]
    assert sum(near) > len(near) / 2


@pytest.mark.parametrize("edits", [1, 2, 3])
def test_damage_changes_a_number_and_not_more_than_asked(edits: int) -> None:
    rng = Random(edits)
    for number in ("4500012345", "PO-2026-00123", "BC26/00123", "123"):
        for _ in range(50):
            text = damage(number, edits, rng)
            # A swap of neighbours is two edits in Levenshtein's count.
            assert 0 < Levenshtein.distance(text, number) <= 2 * edits


def test_no_edits_are_no_damage() -> None:
    assert damage("4500012345", 0, Random(1)) == "4500012345"


def test_distractors_are_unique_and_the_same_for_the_same_seed() -> None:
    rows = list(distractors(1, 5000))
    assert len({row.order_number for row in rows}) == 5000
    assert rows[:50] == list(islice(distractors(1, 5000), 50))
    assert rows[:50] != list(islice(distractors(2, 5000), 50))
    assert {row.status for row in rows} == {"open", "closed"}
    assert all(row.lines[0].net_amount == row.lines[0].quantity * row.lines[0].unit_price for row in rows)


def test_a_million_distractors_are_made_in_less_than_a_minute_of_one_core() -> None:
    started = time.process_time()
    count = sum(1 for _ in distractors(1, 20_000))
    assert count == 20_000
    assert time.process_time() - started < 60 * 20_000 / 1_000_000 * 3  # three times slack for a busy machine


def test_who_names_another_number_or_none_where_two_orders_fit_is_asked(found: list[Case]) -> None:
    for case in found:
        if case.number == "wrong" and case.orders:
            assert case.outcome == "ambiguous"
        if case.outcome == "ambiguous":
            assert case.number in ("wrong", *UNREADABLE)
    missing = [case for case in found if case.number == "missing" and case.orders]
    assert 0 < sum(case.outcome == "ambiguous" for case in missing) < len(missing) / 2


def test_an_order_with_the_same_goods_open_is_a_twin_and_a_used_up_one_is_not() -> None:
    seen: Counter[str] = Counter()
    for case in (each for each in cases(8, 30) if each.number == "missing" and len(each.orders) == 1):
        orders = {order.order_number: order for order in case.candidates}
        mine = orders[case.orders[0]]
        same = [
            each
            for each in orders.values()
            if (each.lines, each.status, each.seller_id) == (mine.lines, "open", mine.seller_id)
            and each != mine
            and each.order_date <= mine.order_date
        ]
        if same and case.situation in ("whole", "partial", "freight") and mine.order_number not in case.book.blankets:
            assert case.outcome == "ambiguous"
            seen["twins"] += 1
        seen[case.outcome] += 1
    assert seen["twins"] > 3
    assert seen["match"] > seen["ambiguous"]


def test_what_the_outcome_rests_on_is_never_lost_with_a_line(found: list[Case]) -> None:
    dearer = [case for case in found if case.situation == "price" and case.reading.startswith("lines_missing")]
    assert dearer
    for case in dearer:
        agreed = {(order.order_number, line.line_number): line.unit_price
                  for order in case.candidates for line in order.lines}  # fmt: skip
        assert any(case.invoice.lines[at - 1].unit_price != agreed[order, line] for at, order, line in case.links)
