"""`facturier explain`: one document's whole story, for people and for programs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from flows.commands.explain import run_explain
from models.decision import Decision, Outcome, Reason
from models.document import Box
from models.extraction import Evidence, Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice, InvoiceLine
from models.match import Comparison, LineMatch, MatchResult, OrderCandidate, SupplierMatch, Variance
from models.status import Status
from models.store.documents import add_extraction, add_judgement, load_extraction, move
from models.tables import ChangeRow, CorrectionRow, PublishHoldRow

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EXTRACTION = Extraction(
    invoice=Invoice(invoice_number="F-1\x1b[2J", issue_date=date(2026, 11, 12), gross_total=Decimal("120.00"),
                    lines=(InvoiceLine(item_name="Papier", quantity=Decimal(10)),)),
    evidence={"gross_total": Evidence(confidence=0.987, reader="ppocr", page=2, box=Box(480, 430, 530, 444))},
    source="page", pages=(1, 2),
)  # fmt: skip
MATCH = MatchResult(
    supplier=SupplierMatch(seller_id="S1", by="vat_id", probability=0.999), kind="two_way", outcome="price_variance",
    orders=("PO-7",), probability=0.91,
    candidates=(OrderCandidate(order="PO-7", probability=0.91,
                               waterfall=(Comparison(name="order_number", invoice_value="PO7", order_value="PO-7",
                                                     weight=8.5),)),),
    lines=(LineMatch(invoice_line=1, order="PO-7", order_line="10", quantity=Decimal(10), probability=0.98),),
    variances=(Variance(invoice_line=1, kind="price", expected="10.00", actual="10.50"),),
)  # fmt: skip
FINDING = Finding(rule="AP-MATCH-PRICE", severity=Severity.ERROR, message="Line 1 costs 10.50, the order says 10.00.")
DECISION = Decision(outcome=Outcome.REVIEW, reasons=(Reason.PRICE_VARIANCE,), details=("Price of line 1.",), score=0.9)


@pytest.fixture
def told(office: Any, some_pdf: Any) -> str:
    """A document that arrived twice, was read, matched, judged, corrected and held back by the gate."""
    office.drop("october/scan.pdf", some_pdf())
    office.scan()
    office.drop("again.pdf", some_pdf())
    office.scan()
    document = office.documents()[0]
    with office.store.write() as session:
        document = session.merge(document)
        add_extraction(session, document, EXTRACTION, origin="reader", actor="system")
        move(session, document, Status.EXTRACTED, actor="system", at=AT)
        add_judgement(session, document, MATCH, (FINDING,), DECISION, actor="system")
        move(session, document, Status.IN_REVIEW, actor="policy", reason="price_variance", at=AT)
        session.add(
            CorrectionRow(
                id="c" * 32,
                client_id="acme",
                document_id=document.id,
                revision=1,
                term="gross_total",
                before="128.00",
                after="120.00",
                changed=True,
                actor="ann",
                at=AT,
            )
        )
        session.add(
            ChangeRow(
                change_seq=1,
                client_id="acme",
                entity="invoice",
                entity_id=document.id,
                op="insert",
                version=1,
                published_at=AT,
                batch_id="b1",
            )
        )
        session.add(PublishHoldRow(batch_id="b1", document_id=document.id, expectation="expect_gross",
                                   message="too large"))  # fmt: skip
    return str(document.id)


def test_the_text_tells_the_story_in_reading_order(office: Any, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_explain(office.store, told) == 0
    text = capsys.readouterr().out
    told_in_order = (
        "Document", "Came from", "folder: scan.pdf (batch october)", "folder: again.pdf", "duplicate",
        "States", "received", "extracted > in_review", "policy", "Values", "98.7% by ppocr, page 2 at 480 430 530 444",
        "line 1: quantity 10, item name Papier", "Match", "S1 by vat id (99.9%)", "two way: price variance (91.0%)",
        "candidate PO-7", "+8.5", "PO7 / PO-7", "expected 10.00, is 10.50", "Findings", "AP-MATCH-PRICE", "Decisions",
        "a price differs from the order", "Price of line 1.", "Corrections", "128.00 > 120.00", "Publication",
        "expect_gross",
    )  # fmt: skip
    place = 0
    for words in told_in_order:
        found = text.find(words, place)
        assert found >= 0, words
        place = found
    assert "\x1b" not in text
    assert "F-1\\x1b[2J" in text


def test_json_has_every_section_and_the_same_facts(office: Any, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_explain(office.store, told, as_json=True) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["document"]["id"] == told
    assert facts["document"]["state"] == "in_review"
    assert facts["values"]["fields"]["gross_total"] == {
        "value": "120.00", "confidence": 0.987, "reader": "ppocr", "raw": "", "page": 2, "box": [480, 430, 530, 444],
        "alternatives": [],
    }  # fmt: skip
    assert facts["decisions"][0]["reasons"] == {"price_variance": "a price differs from the order"}
    assert facts["publication"]["changes"][0]["change_seq"] == 1
    assert [row["to_state"] for row in facts["states"]] == ["received", "extracted", "in_review"]


def test_a_saved_correction_does_not_hide_the_match_of_the_revision_before(
    office: Any, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with office.store.write() as session:
        document = session.merge(office.documents()[0])
        extraction = load_extraction(session, told)
        assert extraction is not None
        add_extraction(session, document, extraction, origin="person", actor="ann")
    run_explain(office.store, told, as_json=True)
    facts = json.loads(capsys.readouterr().out)
    assert facts["match"]["orders"] == ["PO-7"]
    assert [row["rule"] for row in facts["findings"]] == ["AP-MATCH-PRICE"]


def test_a_document_that_was_not_read_yet_has_its_first_sections(
    office: Any, some_pdf: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    office.drop("scan.pdf", some_pdf())
    office.scan()
    assert run_explain(office.store, office.documents()[0].id) == 0
    text = capsys.readouterr().out
    assert "States" in text
    assert "Match" not in text


def test_the_beginning_of_an_id_is_enough_where_it_is_unique(
    office: Any, some_pdf: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        office.drop(f"{name}.pdf", some_pdf(name))
    office.scan()
    first, second = (row.id for row in office.documents())
    shared = next(at for at in range(33) if first[: at + 1] != second[: at + 1])
    assert run_explain(office.store, first[: shared + 1].upper()) == 0
    assert first in capsys.readouterr().out
    if shared:
        assert run_explain(office.store, first[:shared]) == 1


@pytest.mark.parametrize("wanted", ["ffffffffffffffff", "%", "", "../x\x1b[2J"])
def test_an_id_that_no_document_has_is_told_and_fails(
    wanted: str, office: Any, some_pdf: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    office.drop("scan.pdf", some_pdf())
    office.scan()
    assert run_explain(office.store, wanted) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("There is no document")
    assert "\x1b" not in said.err
