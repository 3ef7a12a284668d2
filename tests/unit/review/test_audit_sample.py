"""The audit page: plain and blind audits, what they settle, and the alarm that follows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.decision import Decision, Outcome
from models.status import Status
from models.store.alarms import lowering, raise_alarm
from models.store.audit_samples import add_sample
from models.store.documents import add_decision
from models.store.engine import Store
from models.store.labels import labels_of
from models.tables import AuditSampleRow, DecisionRow, DocumentRow, FindingRow
from tests.desk import IBAN, INVOICE, NOON, DocumentMaker, load

Visit = Callable[..., Any]
SEGMENT = "scan/known"
KEYED = {"value.invoice_number": "f-1", "value.issue_date": "12.11.2026", "value.gross_total": "120",
         "value.seller_name": "PAPETERIE DU MIDI SARL", "value.iban": IBAN}  # fmt: skip


@pytest.fixture
def drawn(desk: Store, make_document: DocumentMaker) -> Callable[..., str]:
    """A document that the policy let through and the lottery drew."""

    def make(*, blind: bool = False, name: str = "scan.pdf", client: str = "acme") -> str:
        document_id = make_document(Status.APPROVED, name=name, client=client)
        with desk.write() as session:
            document = session.get_one(DocumentRow, document_id)
            add_decision(session, document, Decision(outcome=Outcome.APPROVE, score=0.97), actor="policy")
            session.flush()
            for row in session.exec(select(DecisionRow).where(DecisionRow.document_id == document_id)):
                session.add(row.sqlmodel_update({"segment": SEGMENT}))
            add_sample(session, document, share=0.5, blind=blind, actor="policy", at=NOON)
        return document_id

    return make


def sample(store: Store, document_id: str) -> AuditSampleRow:
    with store.read() as session:
        return session.get_one(AuditSampleRow, document_id)


def settle(desk: Any, document_id: str, **form: str) -> Any:
    return desk.post(f"/audit-sample/{document_id}", **form)


def test_the_list_shows_what_was_drawn_of_own_clients_and_by_which_way(visit: Visit, drawn: Callable[..., str]) -> None:
    plain, blind, foreign = drawn(), drawn(blind=True, name="b.pdf"), drawn(client="beta", name="c.pdf")
    text = visit("rita").get("/audit-sample").text
    assert f"/audit-sample/{plain}" in text
    assert f"/audit-sample/{blind}" in text
    assert "key blind" in text
    assert foreign not in text
    assert "saisir à l" in visit("remy", language="fr").get("/audit-sample").text
    assert "Nothing to check" in visit("new", clients=()).get("/audit-sample").text


def test_a_document_that_was_not_drawn_has_no_audit(visit: Visit, make_document: DocumentMaker) -> None:
    assert visit("rita").get(f"/audit-sample/{make_document(Status.APPROVED)}").status_code == 404


def test_all_right_is_one_label_and_changes_nothing(visit: Visit, drawn: Callable[..., str]) -> None:
    document_id = drawn()
    desk = visit("rita")
    page = desk.get(f"/audit-sample/{document_id}").text
    assert "F-1" in page
    assert "120.00" in page
    before = load(desk.store, document_id).version
    assert settle(desk, document_id, verdict="right").headers["location"].endswith("?done=settled")
    assert sample(desk.store, document_id).state == "right"
    assert load(desk.store, document_id).version == before
    with desk.store.read() as session:
        (label,) = labels_of(session, "acme")
    assert (label.wrong, label.source, label.weight, label.segment) == (False, "audit", 2.0, SEGMENT)
    assert "All was right" in desk.get(f"/audit-sample/{document_id}").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Say whether all is right"),
        ({"verdict": "wrong"}, "Say what is wrong"),
        ({"verdict": "wrong", "value.gross_total": "120.00"}, "Say what is wrong"),  # the same value is no correction
        ({"verdict": "right", "value.gross_total": "99.00"}, "but a value differs"),
        ({"verdict": "wrong", "value.issue_date": "no day"}, 'value="no day"'),
    ],
)
def test_what_does_not_fit_together_comes_back_with_what_was_typed(
    visit: Visit, drawn: Callable[..., str], form: dict[str, str], said: str
) -> None:
    document_id = drawn()
    desk = visit("rita")
    answer = settle(desk, document_id, **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert sample(desk.store, document_id).state == "open"


def test_a_wrong_one_is_noted_and_says_that_nothing_published_was_changed(
    visit: Visit, drawn: Callable[..., str]
) -> None:
    document_id = drawn()
    desk = visit("rita")
    form = {"verdict": "wrong", "value.gross_total": "128.00", "none.order_reference": "1", "none.iban": "1",
            "beside.lines": "1", "note": "an 8 that looked like a 0"}  # fmt: skip
    settle(desk, document_id, **form)
    found = sample(desk.store, document_id)
    checked = json.loads(found.checked_json)
    assert found.state == "wrong"
    assert checked["wrong"] == ["gross_total", "iban", "lines"]  # no order was read: "not there" is no difference
    assert (checked["read"]["gross_total"], checked["keyed"]["gross_total"]) == ("120.00", "128.00")
    page = desk.get(f"/audit-sample/{document_id}").text
    assert "nothing of it, nor of what was published, was changed" in page
    assert "an 8 that looked like a 0" in page
    assert load(desk.store, document_id).gross_total == INVOICE.gross_total
    with desk.store.read() as session:
        assert (
            session.exec(select(FindingRow.terms).where(FindingRow.rule == "AP-AUDIT")).one()
            == "gross_total iban lines"
        )


def test_a_blind_audit_hides_what_was_read_until_it_is_settled(visit: Visit, drawn: Callable[..., str]) -> None:
    document_id = drawn(blind=True)
    desk = visit("rita")
    page = desk.get(f"/audit-sample/{document_id}").text
    for value in ("F-1", "120.00", IBAN, "Papeterie", "2026-11-12"):
        assert value not in page
    assert f"/documents/{document_id}/pages/1.png" in page
    settle(desk, document_id, **KEYED)
    found = sample(desk.store, document_id)
    assert found.state == "right"
    assert "Papeterie du Midi" in desk.get(f"/audit-sample/{document_id}").text
    with desk.store.read() as session:
        assert labels_of(session, "acme")[0].source == "blind"


def test_a_blind_difference_is_asked_once_more_without_telling_and_then_counts(
    visit: Visit, drawn: Callable[..., str]
) -> None:
    document_id = drawn(blind=True)
    desk = visit("rita")
    answer = settle(desk, document_id, **{**KEYED, "value.gross_total": "210"})
    assert answer.status_code == 422
    assert "look at them once more" in answer.text
    assert "120" not in answer.text.replace("210", "")
    assert 'name="again.gross_total"' in answer.text
    assert sample(desk.store, document_id).state == "open"
    again = {**KEYED, "value.gross_total": "210", "again.gross_total": "1"}
    assert settle(desk, document_id, **again).status_code == 303
    assert sample(desk.store, document_id).state == "wrong"


def test_a_slip_of_the_finger_is_no_error(visit: Visit, drawn: Callable[..., str]) -> None:
    document_id = drawn(blind=True)
    desk = visit("rita")
    settle(desk, document_id, **{**KEYED, "value.iban": "FR76"})
    settle(desk, document_id, **KEYED, **{"again.iban": "1"})
    assert sample(desk.store, document_id).state == "right"


def test_an_audit_is_settled_once_and_by_reviewers_only(visit: Visit, drawn: Callable[..., str]) -> None:
    document_id = drawn()
    assert settle(visit("anna", "auditor"), document_id, verdict="right").status_code == 403
    assert "Only people who settle" in visit("carl", "client_viewer").get(f"/audit-sample/{document_id}").text
    assert settle(visit("rita"), document_id, verdict="right").status_code == 303
    assert settle(visit("remy"), document_id, verdict="wrong", **{"beside.other": "1"}).status_code == 409
    assert sample(visit("rosa").store, document_id).state == "right"


def test_errors_beyond_the_limit_raise_the_alarm_at_once_and_a_supervisor_lifts_it(
    visit: Visit, drawn: Callable[..., str]
) -> None:
    desk = visit("rita")
    for place in range(3):
        document_id = drawn(name=f"{place}.pdf")
        settle(desk, document_id, verdict="wrong", **{"beside.match": "1"})
        with desk.store.read() as session:
            alarm = lowering(session, "acme", SEGMENT)
        if alarm:
            break
    assert alarm is not None
    detail = json.loads(alarm.detail_json)
    assert (alarm.kind, detail["errors"], detail["limit"]) == ("error_rate", detail["audits"], 0.005)
    assert "audited documents were wrong" in desk.get("/audit-sample").text
    lift = {"client": "acme", "segment": SEGMENT, "reason": "the master data was wrong, now mended"}
    assert desk.post("/alarms/lift", **lift).status_code == 403
    chief = visit("sue", "supervisor")
    assert chief.post("/alarms/lift", **{**lift, "reason": " "}).status_code == 409
    assert chief.post("/alarms/lift", **{**lift, "client": "beta"}).status_code == 404
    assert chief.post("/alarms/lift", **lift).status_code == 303
    with desk.store.read() as session:
        assert lowering(session, "acme", SEGMENT) is None


def test_after_a_lifted_alarm_old_errors_do_not_ring_again(visit: Visit, drawn: Callable[..., str]) -> None:
    desk, chief = visit("rita"), visit("sue", "supervisor")
    early = [drawn(name=f"{place}.pdf") for place in range(3)]
    for document_id in early[:2]:
        settle(desk, document_id, verdict="wrong", **{"beside.match": "1"})
    with desk.store.read() as session:
        assert lowering(session, "acme", SEGMENT) is not None
    chief.post("/alarms/lift", client="acme", segment=SEGMENT, reason="known and mended")
    settle(desk, early[2], verdict="wrong", **{"beside.match": "1"})  # drawn before the alarm was lifted
    with desk.store.read() as session:
        assert lowering(session, "acme", SEGMENT) is None


def test_a_drift_alarm_tells_what_moved(visit: Visit) -> None:
    desk = visit("rita")
    with desk.store.write() as session:
        raise_alarm(session, "acme", SEGMENT, kind="drift", detail={"words": ["60% of the volume moved <b>"]},
                    actor="monitor", at=NOON + timedelta(days=1))  # fmt: skip
    text = desk.get("/audit-sample").text
    assert "no longer looks like" in text
    assert "moved &lt;b&gt;" in text
