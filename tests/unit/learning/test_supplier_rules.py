"""Supplier rules: what a correction proposes, what a rule reads, and what it never touches."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.replay import Past, confidence, counts_of, replay
from learning.supplier_rules import Rule, apply_rule, may_be_taught, propose, read_by, shape_of
from models.document import Box, Page, Word
from models.extraction import Alternative, Evidence, Extraction
from models.invoice import TERMS, Invoice


def page(*rows: str, number: int = 1) -> Page:
    words = [Word(text, Box(50 + 60 * at, 20 * line, 50 + 60 * at + 55, 20 * line + 10))
             for line, row in enumerate(rows, start=1) for at, text in enumerate(row.split())]  # fmt: skip
    return Page(number, 595, 842, tuple(words))


SHEET = page("Papeterie du Midi", "Facture n° : FA-2026-118", "Bon de livraison BL-7781", "Date 12/11/2026")


def read(number: str | None, **more: object) -> Extraction:
    seen = {"invoice_number": Evidence(confidence=0.6, reader="ppocr", raw=number, page=1)} if number else {}
    return Extraction(invoice=Invoice(invoice_number=number), evidence=seen, source="page", pages=(1,), **more)  # type: ignore[arg-type]


def test_a_correction_proposes_the_words_before_the_value_and_its_shape() -> None:
    rules = propose("invoice_number", "BL-7781", "FA-2026-118", [SHEET])
    assert (rules[0].kind, rules[0].text) == ("after_label", "Facture n°")
    assert Rule(term="invoice_number", kind="shape", text="FA-9999-999") in rules
    assert Rule(term="invoice_number", kind="not_after", text="Bon de livraison") in rules


def test_the_next_invoice_is_read_by_the_words_before_the_value() -> None:
    rule = Rule(term="invoice_number", kind="after_label", text="Facture n°")
    other = page("x", "FACTURE No: FA-2026-203", "Bon de livraison BL-9000")
    found = apply_rule(rule, read("BL-9000"), [other], 0.9)
    assert found.invoice.invoice_number == "FA-2026-203"
    seen = found.evidence["invoice_number"]
    assert (seen.reader, seen.confidence, seen.page) == ("rule", 0.9, 1)
    assert [each.value for each in seen.alternatives] == ["BL-9000"]


def test_what_stands_below_a_label_is_found() -> None:
    rule = Rule(term="invoice_number", kind="after_label", text="Invoice")
    assert read_by(rule, [page("Date Invoice Page", "today A-55 1")]).value == "A-55"  # type: ignore[union-attr]


def test_a_shape_that_fits_two_words_says_nothing() -> None:
    rule = Rule(term="invoice_number", kind="shape", text="F-999")
    assert read_by(rule, [page("F-101 F-102")]) is None
    assert read_by(rule, [page("F-101 G-102")]).value == "F-101"  # type: ignore[union-attr]


def test_what_is_something_else_gives_way_to_another_reading_or_to_none() -> None:
    rule = Rule(term="order_reference", kind="not_after", text="Bon de livraison")
    base = Extraction(invoice=Invoice(order_reference="BL-7781"), source="page", pages=(1,), evidence={
        "order_reference": Evidence(confidence=0.5, reader="ppocr", alternatives=(
            Alternative(value="PO-9", confidence=0.3),))})  # fmt: skip
    assert apply_rule(rule, base, [SHEET], 0.8).invoice.order_reference == "PO-9"
    alone = base.model_copy(update={"evidence": {"order_reference": Evidence(confidence=0.5, reader="ppocr")}})
    emptied = apply_rule(rule, alone, [SHEET], 0.8)
    assert emptied.invoice.order_reference is None
    assert "order_reference" not in emptied.evidence


def test_an_e_invoice_and_a_person_are_never_overruled() -> None:
    rule = Rule(term="invoice_number", kind="fixed", text="X")
    xml = read("A-1").model_copy(update={"source": "xml"})
    assert apply_rule(rule, xml, [SHEET], 1) is xml
    person = read("A-1").model_copy(update={"evidence": {"invoice_number": Evidence(confidence=1, reader="person")}})
    assert apply_rule(rule, person, [SHEET], 1) is person


@pytest.mark.parametrize("term", [name for name, mark in TERMS.items() if mark.kind in {"amount", "number"}])
def test_amounts_are_never_taught(term: str) -> None:
    base = Extraction(invoice=Invoice(gross_total=Decimal(1)), evidence={}, source="page")
    assert not may_be_taught(term)
    assert propose(term, "1", "2", [SHEET]) == ()
    assert apply_rule(Rule(term=term, kind="fixed", text="2"), base, [SHEET], 1) is base


def test_bank_accounts_are_never_taught() -> None:
    assert propose("iban", None, "FR7630006000011234567890189", [SHEET]) == ()


@given(st.text(max_size=30), st.lists(st.text(alphabet="Ab1-:° .", max_size=12), max_size=6))
def test_hostile_texts_stop_nothing(label: str, rows: list[str]) -> None:
    sheet = page(*rows)
    for kind in ("fixed", "after_label", "shape", "not_after"):
        apply_rule(Rule(term="invoice_number", kind=kind, text=label), read("A-1"), [sheet], 0.5)  # type: ignore[arg-type]
    propose("invoice_number", label or None, " ".join(rows) or None, [sheet])
    assert len(shape_of(label)) >= len(label)


def test_the_replay_tells_better_from_worse() -> None:
    rule = Rule(term="invoice_number", kind="after_label", text="Facture n°")
    pasts = [
        Past("a", read("BL-7781"), [SHEET], "FA-2026-118", is_known=True),
        Past("b", read("OLD-1"), [SHEET], "OLD-1", is_known=True),
        Past("c", read("BL-7781"), [SHEET], None, is_known=False),
        Past("d", read("FA-2026-118"), [SHEET], None, is_known=False),
    ]
    assert [each.verdict for each in replay(rule, pasts)] == ["improved", "worsened", "changed", "unchanged"]
    assert counts_of(replay(rule, pasts)) == {"improved": 1, "worsened": 1, "changed": 1, "unchanged": 1}
    assert confidence(rule, pasts) == pytest.approx(0.5)
