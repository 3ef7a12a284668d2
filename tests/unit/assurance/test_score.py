"""Evidence and score: what counts, in which direction, and what a damaged file does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assurance.curve import cheapest, curve
from assurance.evidence import KNOWN_FROM, channel_of, document_evidence
from assurance.score import COLUMNS, PRODUCT, ScoreModel, load_score, read_score, score_of
from models.certificate import DocumentEvidence, Label
from models.errors import SettingsError
from models.extraction import Alternative, Evidence, Extraction
from models.invoice import Invoice, InvoiceLine
from models.match import LineMatch, MatchResult, OrderCandidate, SupplierMatch
from tests.desk import NOON

READ = Extraction(
    invoice=Invoice(net_total="100.00", tax_total="20.00", gross_total="120.00", iban="FR7630006000011234567890189",
                    lines=(InvoiceLine(net_amount="60.00"), InvoiceLine(net_amount="40.00"))),
    evidence={
        "net_total": Evidence(confidence=0.9, reader="derived"),
        "tax_total": Evidence(confidence=0.8, reader="text", alternatives=(Alternative(value="2", confidence=0.3),)),
        "gross_total": Evidence(confidence=1.0, reader="text"),
        "iban": Evidence(confidence=0.2, reader="text"),
    },
    source="page", pages=(1,),
)  # fmt: skip
MATCHED = MatchResult(
    supplier=SupplierMatch(seller_id="S", by="vat_id", probability=0.9), outcome="match", orders=("P",),
    probability=0.8, lines=(LineMatch(invoice_line=1, order="P", order_line="10", quantity=1, probability=0.9),),
    candidates=(OrderCandidate(order="P", probability=0.8), OrderCandidate(order="Q", probability=0.5)),
)  # fmt: skip


def features(read: Extraction = READ, match: MatchResult = MATCHED, past: int = 0) -> dict[str, float]:
    return document_evidence(read, match, (), past=past).features


def test_the_row_holds_what_was_measured() -> None:
    seen = features()
    assert seen["product"] == pytest.approx(0.72)  # a seller known by a key needs no IBAN read
    assert (seen["least"], seen["present"], seen["margin"]) == (0.8, 3.0, 0.5)
    assert (seen["adds_up"], seen["lines_sum"], seen["iban_checks"]) == (1.0, 1.0, 1.0)
    assert (seen["linked"], seen["match_margin"], seen["exact_key"]) == (0.5, pytest.approx(0.3), 1.0)
    assert "vat_table" not in seen  # what could not be measured is absent


def test_a_wrong_sum_and_a_wrong_check_digit_show() -> None:
    iban = "FR7630006000011234567890188"
    wrong = READ.invoice.model_copy(update={"gross_total": READ.invoice.net_total, "iban": iban})
    seen = features(READ.model_copy(update={"invoice": wrong}))
    assert (seen["adds_up"], seen["iban_checks"]) == (0.0, 0.0)


@pytest.mark.parametrize(("past", "who"), [(0, "new"), (KNOWN_FROM - 1, "new"), (KNOWN_FROM, "known"), (50, "known")])
def test_a_supplier_is_known_from_the_fourth_invoice_on(past: int, who: str) -> None:
    assert document_evidence(READ, MATCHED, (), past=past).segment == f"digital/{who}"


def test_the_channel_is_that_of_the_worst_value() -> None:
    assert channel_of(READ) == "digital"
    assert channel_of(READ.model_copy(update={"source": "xml"})) == "einvoice"
    assert channel_of(READ.model_copy(update={"quality": 0.98})) == "scan"
    one = READ.evidence | {"gross_total": Evidence(confidence=1.0, reader="tesseract")}
    assert channel_of(READ.model_copy(update={"evidence": one})) == "scan"


def test_the_score_is_what_was_read_times_what_was_matched() -> None:
    evidence = document_evidence(READ, MATCHED, (), past=0)
    assert score_of(evidence, PRODUCT) == pytest.approx(0.72 * 0.9 * 0.8)
    without = document_evidence(READ, MatchResult(supplier=MATCHED.supplier), (), past=0)
    assert score_of(without, PRODUCT) == 0.0
    assert score_of(without, PRODUCT, require_order=False) == pytest.approx(0.72 * 0.9)


@pytest.mark.parametrize("name", [name for name, sign in COLUMNS.items() if sign])
def test_a_trained_weight_moves_the_score_only_the_way_that_sense_demands(name: str) -> None:
    low, high = (
        DocumentEvidence(channel="digital", acquaintance="new",
                         features={"supplier": 1.0, "match": 1.0, "ordered": 1.0, name: value})
        for value in (0.2, 0.9)
    )  # fmt: skip
    model = ScoreModel("t", {name: 0.7 * COLUMNS[name]}, -1.0)
    rise = score_of(high, model) - score_of(low, model)
    assert rise * COLUMNS[name] > 0


def test_no_document_is_surer_than_its_match() -> None:
    evidence = document_evidence(READ, MATCHED, (), past=0)
    assert score_of(evidence, ScoreModel("t", {"least": 0.1}, 9.0)) == pytest.approx(0.9 * 0.8)


def test_a_number_that_names_another_order_shows() -> None:
    said = []
    for named in (None, "P", "p ", "P-7"):
        invoice = READ.invoice.model_copy(update={"order_reference": named})
        seen = features(READ.model_copy(update={"invoice": invoice}))
        said.append((seen["named"], seen["named_other"]))
    assert said == [(0, 0), (1, 0), (1, 0), (0, 1)]


def test_an_e_invoice_is_not_scored_by_what_pages_taught() -> None:
    evidence = document_evidence(READ.model_copy(update={"source": "xml"}), MATCHED, (), past=0)
    assert score_of(evidence, ScoreModel("t", {"least": 3.0}, 9.0)) == score_of(evidence, PRODUCT)


def test_what_ships_can_be_loaded() -> None:
    assert load_score().version


@pytest.mark.parametrize(
    "told",
    ["{", "[]", '{"weights": {}}', {"weights": {"least": -1.0}, "shift": 0.0}, {"weights": {"other": 1}, "shift": 0},
     {"weights": {"least": 1.0}, "shift": float("nan")}],
)  # fmt: skip
def test_a_damaged_file_is_refused(told: Any, tmp_path: Path) -> None:
    path = tmp_path / "score.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    with pytest.raises(SettingsError):
        read_score(path)


def test_the_version_of_a_score_is_its_files_hash(tmp_path: Path) -> None:
    versions = set()
    for shift in (0.0, 0.1):
        (tmp_path / "score.json").write_text(json.dumps({"weights": {"least": 1.0}, "shift": shift}))
        versions.add(read_score(tmp_path / "score.json").version)
    assert len(versions) == 2


def label(score: float, *, wrong: bool = False, number: int = 0) -> Label:
    return Label(key=f"{score}-{number}", segment="scan/new", seller="s", score=score, wrong=wrong, source="review",
                 score_version="1", at=NOON)  # fmt: skip


def test_the_cheapest_threshold_weighs_errors_against_reviews() -> None:
    rows = [label(0.9, number=n) for n in range(8)] + [label(0.3, wrong=True), label(0.2)]
    dear, cheap = (cheapest(curve(rows, error_cost=cost, review_cost=1.0)) for cost in (50.0, 0.5))
    assert (dear.accepted, dear.errors, dear.threshold) == (8, 0, 0.3)
    assert (cheap.accepted, cheap.errors) == (10, 1)


def test_a_curve_keeps_equal_scores_together_and_few_points() -> None:
    rows = [label(0.9, number=n) for n in range(5)] + [label(n / 1000) for n in range(400)]
    points = curve(rows, error_cost=50.0, review_cost=2.0)
    assert not {1, 2, 3, 4} & {point.accepted for point in points}
    assert points[-1].accepted == 405
    assert len(points) <= 41
    assert curve((), error_cost=1.0, review_cost=1.0) == ()
