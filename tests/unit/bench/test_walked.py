"""Documents for the document score: planted orders are what is billed, and what comes out is what a decision sees."""

from __future__ import annotations

from random import Random

import pytest

from assurance.score import COLUMNS
from bench.document_score import beats, certified, measure
from bench.walked import walked, wrong_match
from learning.document_score import Judged
from models.certificate import DocumentEvidence
from models.match import LineMatch, MatchResult, SupplierMatch
from sample_invoices.generator.training.ordered import SITUATIONS, Ordered, orders_of
from sample_invoices.generator.training.series import generate


def test_a_planted_order_holds_what_is_billed() -> None:
    seen = set()
    for document in generate(3, 40):
        deal = document.composed.deal
        made = orders_of(deal, "S", Random(document.number))
        seen.add(made.situation)
        order = next((each for each in made.orders if each.order_number == made.order), None)
        assert (order is None) == (made.situation in {"none", "other_number"})
        if order is not None and made.situation in {"whole", "twin"}:
            assert [line.quantity for line in order.lines] == [item.quantity for item in deal.goods]
            assert len(made.links) == len(deal.goods)
    assert len(seen) >= len(SITUATIONS) - 2


@pytest.mark.parametrize(("seller", "orders", "line", "wrong"), [
    ("S", ("P",), "10", []), ("S", ("P",), "20", ["links"]), ("S", ("Q",), "10", ["order"]), ("S", (), "", ["order"]),
    ("T", ("P",), "10", ["seller"]),
])  # fmt: skip
def test_a_wrong_supplier_order_or_link_is_wrong(
    seller: str, orders: tuple[str, ...], line: str, wrong: list[str]
) -> None:
    links = (LineMatch(invoice_line=1, order="P", order_line=line, quantity=1, probability=0.9),) if line else ()
    match = MatchResult(supplier=SupplierMatch(seller_id=seller), orders=orders, lines=links)
    assert wrong_match(match, Ordered((), "P", ((1, "10"),), "whole"), "S") == wrong


def test_what_no_gate_holds_has_the_evidence_that_the_score_looks_at() -> None:
    found = [each for each in walked(12, 5) if each is not None]
    assert found
    seen = {name for each in found for name in each.evidence.features}
    assert seen >= COLUMNS.keys() - {"vat_table", "iban_checks"}
    assert [Judged.from_json(each.to_json()).wrong for each in found] == [each.wrong for each in found]


def made(count: int) -> list[Judged]:
    """Documents whose match tells whether they are right, while their reading says nothing."""
    rng = Random(1)
    found = []
    for number in range(count):
        match = rng.random()
        features = {"product": 0.9, "least": 0.9, "mean": 0.9, "supplier": 1.0, "ordered": 1.0, "match": 1.0,
                    "match_margin": match}  # fmt: skip
        evidence = DocumentEvidence(channel="digital", acquaintance="new", features=features)
        wrong = () if rng.random() < 0.4 + match * 0.6 else ("order",)
        found.append(Judged(evidence, wrong, f"g{number % 25}", "generator", f"s{number % 50}"))
    return found


def test_the_line_beats_the_product_where_the_product_looks_away() -> None:
    rows = made(300)
    told = measure(rows, ())
    assert told["line"]["auc"] > 0.6 > told["product"]["auc"]
    assert beats(told, 60)
    assert not beats(told, 3)  # so few wrong ones tell nothing


def test_a_score_that_knows_certifies_all_right_ones_and_one_that_knows_nothing_none() -> None:
    rows = made(300)
    right = sum(each.right for each in rows) / 300
    told = certified([float(each.right) for each in rows], rows)["1%"]
    assert list(told.values()) == pytest.approx([right] * len(told), abs=0.05)
    assert set(certified([number / 300 for number in range(300)], rows)["1%"].values()) == {0.0}
