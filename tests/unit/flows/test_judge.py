"""What the stages say of one reading, with the facts that the store has about the client."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from extractors.einvoice import read_xml
from flows.judge import Judgement, Office, judge_reading, match_reading
from models.decision import Outcome, Reason
from models.extraction import Alternative, Extraction
from models.settings import LimitSettings
from models.store.documents import Arrival, add_document, add_extraction
from models.tables import BlobRow, ClientRow, DocumentRow, OrderLineRow
from tests.billing import load_master, ubl


@pytest.fixture(autouse=True)
def _master(office: Any, tmp_path: Path) -> None:
    load_master(office.store, tmp_path)


def opened(office: Any, session: Session, **client: Any) -> Office:
    row = session.get_one(ClientRow, "acme")
    for name, value in client.items():
        setattr(row, name, value)
    return Office(row, office.settings)


def read(content: bytes) -> Extraction:
    return read_xml(content, LimitSettings())


def judged(office: Any, content: bytes, **client: Any) -> Judgement:
    """Judge a document as the line does, in a transaction of its own."""
    with office.store.write() as session:
        extraction = read(content)
        return judge_reading(session, opened(office, session, **client), stored(session, extraction), extraction)


def stored(session: Session, extraction: Extraction, sha256: str = "0" * 64) -> DocumentRow:
    session.add(BlobRow(sha256=sha256, size=1, media_type="application/xml", created_at=datetime.now(UTC)))
    session.flush()
    arrival = Arrival("acme", sha256, "a.xml", "application/xml", "folder")
    document = add_document(session, arrival, actor="test")
    add_extraction(session, document, extraction, origin="reader", actor="test")
    return document


def test_an_invoice_that_fits_is_let_through(office: Any) -> None:
    said = judged(office, ubl())
    assert (said.match.outcome, said.match.supplier.seller_id) == ("match", "S-1")
    assert said.decision.outcome is Outcome.APPROVE, said.decision.details


def test_a_policy_of_the_client_stands_over_that_of_the_settings(office: Any) -> None:
    said = judged(office, ubl(), policy_json='{"amount_limit": "10"}')
    assert said.decision.outcome is Outcome.REVIEW
    assert said.decision.reasons == (Reason.OVER_LIMIT,)


def test_a_clients_policy_changes_only_what_it_names(office: Any) -> None:
    with office.store.write() as session:
        policy = opened(office, session, policy_json='{"require_order": false}').policy
    assert policy.require_order is False
    assert policy.amount_limit == office.settings.policy.amount_limit


def test_the_client_is_never_its_own_supplier(office: Any) -> None:
    own = ubl(seller=("Papeterie des Trois Plumes SARL", "FR 39 999118730"))
    said = judged(office, own, vat_id="FR 39999118730")
    assert said.match.supplier.by not in {"vat_id", "legal_id"}
    assert said.decision.outcome is not Outcome.APPROVE


def test_an_order_number_among_the_readers_other_readings_finds_the_order(office: Any) -> None:
    extraction = read(ubl(order="CF-7"))
    seen = extraction.evidence["order_reference"].model_copy(
        update={"alternatives": (Alternative(value="CF-1", confidence=0.3),)}
    )
    extraction = extraction.model_copy(update={"evidence": extraction.evidence | {"order_reference": seen}})
    with office.store.read() as session:
        match = match_reading(session, opened(office, session), extraction)
    assert match.orders == ("CF-1",)


def test_a_document_is_no_duplicate_of_itself(office: Any) -> None:
    said = judged(office, ubl())
    assert not [finding for finding in said.findings if finding.rule.startswith("AP-DUPLICATE")]


def test_another_document_with_the_same_number_of_the_same_seller_is_told(office: Any) -> None:
    with office.store.write() as session:
        extraction, house = read(ubl()), opened(office, session)
        first = stored(session, extraction, "1" * 64)
        first.seller_id = "S-1"
        second = stored(session, extraction, "2" * 64)
        said = judge_reading(session, house, second, extraction)
    assert said.decision.outcome is Outcome.DUPLICATE
    assert "AP-DUPLICATE" in {finding.rule for finding in said.findings}


def test_the_first_invoice_of_a_supplier_is_seen_by_a_person(office: Any) -> None:
    with office.store.write() as session:
        for row in session.exec(select(OrderLineRow)):
            row.quantity_invoiced = Decimal(0)
            session.add(row)
    said = judged(office, ubl())
    assert Reason.FIRST_INVOICE in said.decision.reasons
    assert said.decision.outcome is Outcome.REVIEW


def test_another_clients_orders_and_suppliers_do_not_count(office: Any) -> None:
    office.add_client("beta")
    with office.store.read() as session:
        house = Office(session.get_one(ClientRow, "beta"), office.settings)
        match = match_reading(session, house, read(ubl()))
    assert (match.outcome, match.orders, match.supplier.seller_id) == ("no_order", (), None)
