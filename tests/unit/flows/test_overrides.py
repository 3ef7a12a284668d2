"""Overridden alerts: the figure that clients see counts the very rows that `load_overrides` lists."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from flows.report_kpis import compute_and_store
from models.decision import Outcome
from models.errors import FacturierError
from models.status import Status
from models.store.audit import now
from models.store.duplicate_pairs import say_different
from models.store.engine import Store
from models.store.overrides import load_overrides
from models.store.reviewing import approve, reject, release, send_back
from models.tables import DocumentRow
from tests.desk import INVOICE, DocumentMaker, desk, make_document

__all__ = ["desk", "make_document"]
ANN, BOB = "user:ann", "user:bob"


def test_the_figure_counts_the_overrides_that_are_listed(desk: Store, make_document: DocumentMaker) -> None:
    start = now() - timedelta(hours=1)

    def make(at: int, state: Status, outcome: Outcome = Outcome.REVIEW) -> str:
        invoice = INVOICE.model_copy(update={"invoice_number": f"F-{at}"})
        return make_document(state, invoice=invoice, name=f"{at}.pdf", at=start, outcome=outcome)

    held = [make(at, Status.HELD, Outcome.HOLD) for at in range(3)]
    twice = [make(at, Status.DUPLICATE, Outcome.DUPLICATE) for at in range(3, 6)]
    plain, suspected = make(6, Status.IN_REVIEW), make(7, Status.HELD, Outcome.HOLD)
    with desk.write() as session:
        rows = {each: session.get_one(DocumentRow, each) for each in (*held, *twice, plain, suspected)}
        release(session, rows[held[0]], actor=ANN, at=now(), reason="called them")
        release(session, rows[held[1]], actor="machine", at=now(), reason="nobody's word")
        reject(session, rows[held[2]], code="OTHER", note="", actor=ANN, at=now())
        send_back(session, rows[twice[0]], actor=BOB, at=now(), reason="another one")
        say_different(session, rows[twice[1]], rows[plain], reason="another", evidence={}, actor=BOB, at=now())
        say_different(session, rows[suspected], rows[plain], reason="another", evidence={}, actor=BOB, at=now())
        reject(session, rows[twice[2]], code="DUPLICATE", note="", actor=BOB, at=now())
        approve(session, rows[plain], actor=ANN, at=now())
        listed = load_overrides(session, "acme")
    assert Counter(each.kind for each in listed) == {"release": 1, "not_duplicate": 3}
    assert {each.document_id for each in listed} == {held[0], suspected, *twice[:2]}
    figures = {row.label: row.value for row in compute_and_store(desk, "acme", now()) if row.name == "alert_overrides"}
    assert figures.pop("") == len(listed)
    assert figures.pop(Status.DUPLICATE) == 3
    assert sum(value or 0 for value in figures.values()) == 1


def test_nothing_is_released_without_a_reason(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.HELD, outcome=Outcome.HOLD)
    with desk.write() as session, pytest.raises(FacturierError):
        release(session, session.get_one(DocumentRow, document_id), actor=ANN, at=now(), reason=" ")
    with desk.read() as session:
        assert load_overrides(session, "acme") == ()
