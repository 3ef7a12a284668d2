"""The demo's earlier invoices: one order each, none of the samples', the same for the same seed."""

from __future__ import annotations

from collections import Counter

from sample_invoices.generator.demo.past import make_book
from sample_invoices.generator.demo.script import load_orders


def test_every_invoice_has_an_order_of_its_own_and_none_is_a_samples() -> None:
    orders = [plan.order for plans in make_book(4711, strangers=48, rounds=11).rounds for plan in plans]
    assert [number for number, count in Counter(orders).items() if count > 1] == []
    assert not set(orders) & set(load_orders())


def test_the_same_seed_makes_the_same_files() -> None:
    first, second = ([plan.make(3).produced.content for plan in make_book(3, strangers=1, rounds=1).rounds[0][-2:]]
                     for _ in range(2))  # fmt: skip
    assert first == second


def test_most_invoices_name_their_order_and_some_do_not() -> None:
    plans = [plan for plans in make_book(5, strangers=40, rounds=4).rounds for plan in plans]
    named = sum(plan.facts.invoice.order_reference == plan.order for plan in plans) / len(plans)
    assert 0.8 < named < 0.98
