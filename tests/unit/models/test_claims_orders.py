"""Claims on order lines: taken at approval, given back when it is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.status import Status
from models.store.reviewing import approve, reject, send_back, undo
from models.tables import DocumentRow, OrderClaimRow
from tests.billing import load_master
from tests.claiming import act, export, invoice, judge, taken


@pytest.fixture(autouse=True)
def _master(office: Any, tmp_path: Path) -> None:
    load_master(office.store, tmp_path)


def test_approval_takes_and_undo_gives_back(office: Any) -> None:
    document_id = invoice(office, "a", "4")
    assert taken(office) == 0
    act(office, document_id, approve)
    assert taken(office) == 4
    act(office, document_id, undo)
    assert taken(office) == 0
    assert office.rows(OrderClaimRow) == []


def test_reopening_and_rejecting_an_exported_invoice_gives_back(office: Any) -> None:
    document_id = invoice(office, "a", "4")
    act(office, document_id, approve)
    export(office, document_id)
    assert taken(office) == 4
    act(office, document_id, send_back, reason="wrong price")
    assert taken(office) == 0
    act(office, document_id, reject, code="OTHER", note="")
    assert taken(office) == 0


def test_a_corrected_revision_replaces_its_claim(office: Any) -> None:
    document_id = invoice(office, "a", "4")
    act(office, document_id, approve)
    export(office, document_id)
    act(office, document_id, send_back, reason="less")
    with office.store.write() as session:
        judge(session, session.get_one(DocumentRow, document_id), "3", "0")
    act(office, document_id, approve)
    assert taken(office) == 3


def test_a_credit_note_gives_back(office: Any) -> None:
    act(office, invoice(office, "F-1", "8"), approve)
    act(office, invoice(office, "K-1", "-3"), approve)
    assert taken(office) == 5
    assert act(office, invoice(office, "F-2", "5"), approve) is Status.APPROVED
