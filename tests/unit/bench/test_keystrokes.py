"""The model of a review that counts keys and clicks."""

from __future__ import annotations

from decimal import Decimal

from bench.keystrokes import Act, keyed, reviewed, seconds, shown, totals
from models.extraction import Alternative, Evidence
from tests.desk import EXTRACTION, INVOICE


def test_record_that_is_right_costs_a_look_at_what_is_doubtful_and_the_approval() -> None:
    acts = reviewed(EXTRACTION, shown(INVOICE))
    assert [one.kind for one in acts] == ["confirm", "approve"]
    assert acts[0].target == "field.invoice_number"


def test_alternative_is_taken_where_it_is_right_and_the_rest_is_typed() -> None:
    doubtful = Evidence(confidence=0.4, reader="ppocr", alternatives=(Alternative(value="F-7", confidence=0.3),))
    extraction = EXTRACTION.model_copy(update={"evidence": {"invoice_number": doubtful}})
    truth = shown(INVOICE) | {"field.invoice_number": "F-7", "field.remittance": "RF18"}
    acts = reviewed(extraction, truth)
    assert [(one.kind, one.target, one.text) for one in acts[:2]] == [
        ("alternative", "field.invoice_number", "1"), ("type", "field.remittance", "RF18"),
    ]  # fmt: skip


def test_word_of_the_page_is_clicked_only_where_that_is_quicker() -> None:
    truth = shown(INVOICE) | {"field.remittance": "RF18539007547034", "field.bic": "A"}
    acts = {one.target: one.kind for one in reviewed(EXTRACTION, truth, frozenset({"RF18539007547034", "A"}))}
    assert (acts["field.remittance"], acts["field.bic"]) == ("word", "type")


def test_suggestion_of_the_arithmetic_is_accepted_only_where_it_is_true() -> None:
    line = INVOICE.lines[0].model_copy(update={"quantity": Decimal(16)})
    extraction = EXTRACTION.model_copy(update={"invoice": INVOICE.model_copy(update={"lines": (line,)})})
    assert "accept" in [one.kind for one in reviewed(extraction, shown(INVOICE))]
    other = shown(INVOICE) | {"lines.0.quantity": "12"}
    assert "accept" not in [one.kind for one in reviewed(extraction, other)]


def test_keying_costs_every_letter_and_shares_are_sums_over_sums() -> None:
    acts = keyed({"field.bic": "ABCD"})
    assert seconds(acts) == 2 * 1.35 + 7 * 0.28
    assert seconds([Act("word", clicks=2)]) > seconds([Act("confirm", keys=1)])
    row = {"file": "a", "kind": "b", "values": 1, "acts": 1, "keys": 1, "clicks": 1, "seconds": 1.0,
           "seconds_all_read": 2.0, "keyed_keys": 10, "keyed_seconds": 5.0}  # fmt: skip
    assert totals([row, row])["share_of_strokes"] == 0.2
