"""Collective invoices: several orders together, named or not, and never one that only happens to fill a gap."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ranker import judged
from matching import match_invoice
from matching.collective import sums
from models.invoice import Invoice, InvoiceLine
from models.match import MatchResult, SupplierMatch
from models.order import OrderLine, PurchaseOrder
from models.settings import MatchingSettings
from sample_invoices.generator.book import cases

SELLER = SupplierMatch(seller_id="S1", by="vat_id", probability=0.99)
Row = tuple[str, int, str]  # item, quantity, price
CABLES, CHAIRS, LAMPS = ("Copper cable", 10, "20.10"), ("Garden chair", 4, "49.35"), ("Desk lamp", 7, "31.17")


def order(number: str, *rows: Row, invoiced: int = 0) -> PurchaseOrder:
    lines = tuple(
        OrderLine(line_number=str(at), item_name=item, quantity=Decimal(quantity), unit_price=Decimal(price),
                  quantity_invoiced=Decimal(invoiced))
        for at, (item, quantity, price) in enumerate(rows, 1)
    )  # fmt: skip
    return PurchaseOrder(order_number=number, seller_id="S1", seller_name="Dupont SARL", currency="EUR",
                         order_date=date(2026, 1, 5), lines=lines)  # fmt: skip


def bill(reference: str | None, *rows: Row, has_lines: bool = True) -> Invoice:
    lines = tuple(
        InvoiceLine(item_name=item, quantity=Decimal(quantity), unit_price=Decimal(price),
                    net_amount=quantity * Decimal(price))
        for item, quantity, price in rows
    )  # fmt: skip
    net = sum((line.net_amount or Decimal(0) for line in lines), Decimal(0))
    return Invoice(invoice_number="F-1", issue_date=date(2026, 2, 1), currency="EUR", seller_name="DUPONT",
                   order_reference=reference, net_total=net, lines=lines if has_lines else ())  # fmt: skip


def match(paper: Invoice, *orders: PurchaseOrder) -> MatchResult:
    return match_invoice(paper, SELLER, orders, MatchingSettings())


BOOK = (order("4500017", CABLES), order("4500131", CHAIRS), order("4500244", LAMPS))


@pytest.mark.parametrize(
    "reference",
    ["4500017 / 4500131 / 4500244", "45OOO17 / 450013I / 4500Z44", "4500017, 450131 et 4500244",
     "PO4500017 / Bestellung 4500131 / V/réf. 4500244", "4500017/4500131/4500244"],
)  # fmt: skip
@pytest.mark.parametrize("has_lines", [True, False])
def test_orders_named_together_are_found_together_however_they_are_printed(reference: str, *, has_lines: bool) -> None:
    found = match(bill(reference, CABLES, CHAIRS, LAMPS, has_lines=has_lines), *BOOK)
    is_misread = not has_lines and "O" in reference  # by misread numbers and the sum alone a person decides
    assert set(found.orders) == {"4500017", "4500131", "4500244"}
    assert found.outcome == "match" or is_misread


def test_a_slash_may_belong_to_the_number() -> None:
    book = (order("53169/UV/24", CABLES), order("53284/UV/26", CHAIRS), order("53169/UV/26", LAMPS))
    found = match(bill("53169/UV/24 / 53284/UV/26", CABLES, CHAIRS), *book)
    assert (found.outcome, set(found.orders)) == ("match", {"53169/UV/24", "53284/UV/26"})


def test_two_orders_that_nobody_named_are_found_by_their_lines_and_their_sum() -> None:
    found = match(bill(None, CABLES, CHAIRS), *BOOK)
    assert (found.outcome, set(found.orders)) == ("match", {"4500017", "4500131"})


def test_a_person_says_which_of_two_equal_orders_is_meant_beside_the_first() -> None:
    found = match(bill(None, CABLES, CHAIRS), *BOOK, order("4500777", CHAIRS))
    assert found.outcome == "ambiguous"


def test_without_lines_and_numbers_a_sum_is_not_enough() -> None:
    assert match(bill(None, CABLES, CHAIRS, has_lines=False), *BOOK).outcome != "match"


def test_too_much_of_one_order_is_not_taken_from_another_that_has_just_as_much() -> None:
    more = match(bill("4500017", ("Copper cable", 13, "20.10")), *BOOK, order("4500900", ("Copper cable", 3, "20.10")))
    assert more.outcome != "match"


def test_what_was_invoiced_is_not_put_on_an_order_that_is_still_open() -> None:
    used = order("4500017", CABLES, invoiced=10)
    found = match(bill("4500017", CABLES), used, order("4500018", CABLES))
    assert (found.outcome, found.orders) == ("already_invoiced", ("4500017",))


@given(st.lists(st.integers(1, 60), max_size=9), st.integers(1, 120))
def test_every_set_of_a_sum_comes_to_it_and_has_no_order_twice(amounts: list[int], wanted: int) -> None:
    found = list(sums(amounts, wanted))
    assert all(sum(amounts[at] for at in places) == wanted for places in found)
    assert all(len(set(places)) == len(places) > 1 for places in found)
    assert len({frozenset(places) for places in found}) == len(found)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=9))
def test_a_pair_that_makes_the_sum_is_found(amounts: list[int]) -> None:
    assert (0, 1) in set(sums(amounts, amounts[0] + amounts[1]))


def test_looking_for_sums_among_many_orders_is_cheap() -> None:
    amounts = [1000 + 37 * at for at in range(24)]
    started = time.process_time()
    list(sums(amounts, 4321))
    assert time.process_time() - started < 0.05


def test_on_suppliers_not_seen_several_orders_are_found_and_hardly_a_wrong_one_is_taken() -> None:
    counts: Counter[str] = Counter()
    for case in cases(77, 6):
        _, told = judged(case, MatchingSettings())
        counts += told
        counts.update({"several": case.situation == "several_orders"})
        counts.update({"several_right": case.situation == "several_orders" and bool(told["outcome"])})
    assert counts["several_right"] >= 0.8 * counts["several"]
    assert counts["outcome"] >= 0.88 * counts["cases"]
    assert counts["wrong_link"] <= 0.01 * counts["automatic"]
