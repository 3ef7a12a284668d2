"""Scores: waterfalls add up exactly, evidence keeps its sense, rules win, the shipped model is whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from matching.blocking import Citation
from matching.comparisons import Pair
from matching.features import NAMES, RISING, ROWS
from matching.lines import link_lines, targets_of
from matching.orders import match_invoice
from matching.ranker import ARRAYS, MANIFEST, load, shipped
from matching.score import OTHER_SUPPLIER, TOLD, ScoredCandidate, score_candidate, score_candidates
from matching.weights import probability_of
from models.errors import SettingsError
from models.invoice import Invoice, InvoiceLine
from models.match import SupplierMatch
from models.order import OrderLine, PurchaseOrder
from models.settings import MatchingSettings

TRAINED = Path(str(files("matching").joinpath("trained")))
SELLER = SupplierMatch(seller_id="S1", by="vat_id", probability=0.99)


def order(number: str = "4500017", quantity: str = "10", price: str = "20.00", **terms: Any) -> PurchaseOrder:
    net = Decimal(quantity) * Decimal(price)
    line = OrderLine(line_number="1", item_name="Copper cable", quantity=quantity, unit_price=price, net_amount=net)
    known = {"seller_id": "S1", "seller_name": "Dupont SARL", "currency": "EUR", "order_date": date(2026, 1, 5)}
    return PurchaseOrder.model_validate({"order_number": number, **known, "lines": (line,), **terms})


def invoice(**terms: Any) -> Invoice:
    line = InvoiceLine(item_name="Copper cable", quantity="10", unit_price="20.00", net_amount="200.00")
    known = {"issue_date": date(2026, 2, 1), "currency": "EUR", "seller_name": "DUPONT", "net_total": "200.00"}
    return Invoice.model_validate({**known, "lines": (line,), **terms})


def pair(bill: Invoice, target: PurchaseOrder, cited: str | None = None, supplier: SupplierMatch = SELLER) -> Pair:
    citations = (Citation(cited, 1.0),) if cited else ()
    links = link_lines(bill.lines, targets_of(target.order_number, target.lines))
    return Pair(bill, target, supplier, citations, links)


def field(cited: str = "4500017") -> list[ScoredCandidate]:
    """Three orders of one supplier, the first of them the right one."""
    orders = (order(), order("4500018", "7"), order("4500019", "3", "19.00"))
    return score_candidates([pair(invoice(), each, cited) for each in orders])


@pytest.mark.parametrize("ranker", ["trained", "weights"])
def test_prior_and_rows_are_the_weight_of_the_candidate_exactly(ranker: Any) -> None:
    pairs = [pair(invoice(), order(number), "4500017") for number in ("4500017", "4500018", "9")]
    for scored in score_candidates(pairs, ranker):
        rows = [Decimal(str(row.weight)) for row in scored.candidate.waterfall]
        assert scored.candidate.waterfall[0].name == "prior"
        assert sum(rows) == Decimal(str(scored.weight))
        assert probability_of(scored.weight) == scored.candidate.probability


def test_rows_of_the_waterfall_are_the_trees_margin_on_any_row() -> None:
    model, rng = shipped(), Random(5)
    rows = np.array([[rng.uniform(-1, 1) for _ in NAMES] for _ in range(200)])
    told = np.array(model.weights(rows.tolist())).sum(axis=1) + model.prior
    margin = (model.slope * model.forest.margins(rows) + model.shift) / np.log(2)
    assert np.allclose(told, margin, atol=1e-9)


@pytest.mark.parametrize("name", sorted(RISING))
def test_more_of_what_may_only_help_never_lowers_the_odds(name: str) -> None:
    model, rng = shipped(), Random(name)
    at = NAMES.index(name)
    for _ in range(25):
        row = [rng.uniform(-1, 1) for _ in NAMES]
        rows = np.array([[*row[:at], value, *row[at + 1 :]] for value in np.linspace(-1, 1, 21)])
        assert (np.diff(model.forest.margins(rows)) >= -1e-9).all()


def test_a_nearer_number_is_never_less_likely() -> None:
    cited = ("9999999", "4511187", "4511117", "4500117", "4500017")
    found = [score_candidate(pair(invoice(), order(), each)).weight for each in cited]
    assert found == sorted(found)
    assert found[-1] > found[0] + 3


def test_the_right_order_comes_first_though_its_number_is_misread() -> None:
    found = field("45OO0I7")
    assert max(found, key=lambda each: each.weight).candidate.order == "4500017"
    assert max(field("4500617"), key=lambda each: each.weight).candidate.order == "4500017"


def test_two_orders_that_cannot_be_told_apart_share_the_odds() -> None:
    twins = score_candidates([pair(invoice(), order(number)) for number in ("4500017", "4500018")])
    assert twins[0].weight == pytest.approx(twins[1].weight)
    alone = score_candidate(pair(invoice(), order()))
    assert twins[0].candidate.probability < min(0.8, alone.candidate.probability)


def test_an_order_of_another_supplier_is_held_down_by_a_row_that_says_so() -> None:
    other = order(seller_id="S2", seller_name="Weber GmbH")
    found = score_candidate(pair(invoice(), other, "4500017"))
    assert found.weight <= OTHER_SUPPLIER
    assert found.candidate.waterfall[-1].name == "other_supplier"
    assert sum(Decimal(str(row.weight)) for row in found.candidate.waterfall) == Decimal(str(found.weight))


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.99])
def test_an_order_is_not_taken_while_the_invoice_names_another_number(threshold: float) -> None:
    bill = invoice(order_reference="88812345")
    held = match_invoice(bill, SELLER, (order(),), MatchingSettings(probability_threshold=threshold))
    assert match_invoice(invoice(), SELLER, (order(),)).orders == ("4500017",)
    assert (held.outcome, held.orders) == ("ambiguous", ("4500017",))
    assert (held.candidates[0].waterfall[-1].name, held.candidates[0].waterfall[-1].weight) == ("other_number", 0.0)


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        (order(status="closed"), "closed_order"),
        (order(status="cancelled"), "closed_order"),
        (order(seller_id="S2", seller_name="Weber GmbH"), "seller_mismatch"),
    ],
)
def test_however_likely_an_order_is_rules_have_the_last_word(target: PurchaseOrder, outcome: str) -> None:
    bill = invoice(order_reference="4500017")
    assert match_invoice(bill, SELLER, (target,), MatchingSettings(ranker="trained")).outcome == outcome


def test_each_row_shows_both_sides_and_a_word() -> None:
    rows = {row.name: row for row in field()[0].candidate.waterfall}
    assert set(rows) <= {"prior", *ROWS}
    assert (rows["prices"].invoice_value, rows["prices"].order_value) == ("20", "20")
    assert rows["prices"].word == "price_same"
    assert rows["quantities"].word == "quantity_same"
    assert rows["order_number"].word == "number_same"
    assert rows["rivals"].order_value in ("4500018", "4500019")


def test_reasons_are_sorted_by_weight() -> None:
    scored = field()[0]
    weights = {row.name: abs(row.weight) for row in scored.candidate.waterfall}
    labels = {"the order number": "order_number", "the other orders": "rivals", "the net amount": "amount"}
    given = [weights[name] for reason in scored.candidate.reasons
             for label, name in labels.items() if reason.startswith(label)]  # fmt: skip
    assert given
    assert given == sorted(given, reverse=True)


def test_only_the_likeliest_candidates_are_written_out() -> None:
    pairs = [replace(pair(invoice(), order(str(4500017 + at)), "4500017"), links=None) for at in range(TOLD + 15)]
    told = [each for each in score_candidates(pairs) if each.candidate.waterfall]
    assert len(told) == TOLD


def test_no_candidates_are_no_scores() -> None:
    assert score_candidates([]) == []


def test_the_shipped_model_is_the_one_that_its_manifest_describes(tmp_path: Path) -> None:
    assert load(TRAINED).version == json.loads((TRAINED / MANIFEST).read_text(encoding="utf-8"))["version"]
    shutil.copytree(TRAINED, tmp_path / "spoilt")
    content = bytearray((tmp_path / "spoilt" / ARRAYS).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "spoilt" / ARRAYS).write_bytes(bytes(content))
    with pytest.raises(SettingsError, match="manifest"):
        load(tmp_path / "spoilt")


def test_a_folder_without_model_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)


def test_scoring_loads_no_learning_library() -> None:
    code = (
        "import sys; from tests.unit.matching.test_score import field; "
        "found = field(); print(any(name.startswith('sklearn') for name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parents[3])  # fmt: skip
    assert ran.stdout.strip() == "False"
