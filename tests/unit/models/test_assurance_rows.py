"""Labels, certificates, audit samples and alarms as rows: what stands, what was settled, and that it is audited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from models.certificate import Certificate, Label
from models.decision import Decision, Outcome
from models.errors import ConflictError, SettingsError
from models.secret import home_secret
from models.status import Status
from models.store.alarms import last_lift, lift_alarm, lowering, raise_alarm, standing_alarms
from models.store.audit import verify
from models.store.audit_samples import (
    add_sample,
    open_samples,
    settle_sample,
    settled_audits,
    settled_outcomes,
    week_volume,
)
from models.store.certificates import (
    add_certificate,
    certificates_of,
    find_certificate,
    promise_since,
    standing_certificate,
)
from models.store.documents import add_decision
from models.store.engine import Store
from models.store.labels import labels_of, put_label, put_labels
from models.store.monitoring import decided_between
from models.tables import AuditRow, DecisionRow, DocumentRow, EventRow, FindingRow
from tests.desk import NOON, DocumentMaker, desk, make_document

__all__ = ["desk", "make_document"]
SEGMENT, HOUR = "scan/known", timedelta(hours=1)


@pytest.fixture
def session(desk: Store) -> Iterator[Session]:
    with desk.write() as found:
        yield found


def label(key: str = "d1", **more: Any) -> Label:
    values: dict[str, Any] = {"key": key, "segment": SEGMENT, "seller": "S1", "score": 0.9, "wrong": False,
                              "source": "review", "score_version": "1", "at": NOON}  # fmt: skip
    return Label(**values | more)


def certificate(name: str, hours: int, **more: Any) -> Certificate:
    values: dict[str, Any] = {
        "id": name, "client_id": "acme", "segment": SEGMENT, "alpha": 0.005, "delta": 0.05, "threshold": 0.8,
        "labelled": 700, "accepted": 600, "errors": 0, "bound": 0.005, "missing": 0, "window_from": NOON - HOUR,
        "window_to": NOON, "score_version": "1", "made_at": NOON + hours * HOUR,
    }  # fmt: skip
    return Certificate(**values | more)


def let_through(store: Store, document_id: str, **more: Any) -> None:
    """Give a document the policy's decision that let it through."""
    with store.write() as session:
        document = session.get_one(DocumentRow, document_id)
        add_decision(session, document, Decision(outcome=Outcome.APPROVE, score=0.97), actor="policy")
        session.flush()
        row = session.exec(select(DecisionRow).where(DecisionRow.document_id == document_id,
                                                     DecisionRow.outcome == "approve")).one()  # fmt: skip
        values = {"segment": SEGMENT, "certificate_id": "c1", "created_at": NOON, "versions_json": '{"score": "v7"}',
                  "evidence_json": '{"features": {"least": 0.9, "gates": 0.0}}'}  # fmt: skip
        session.add(row.sqlmodel_update(values | more))


def test_a_label_is_replaced_under_the_same_score_version_and_kept_beside_another(session: Session) -> None:
    put_label(session, "acme", label())
    put_label(session, "acme", label(wrong=True, source="audit"), actor="user:rita")
    put_label(session, "acme", label(score_version="2", at=NOON + HOUR))
    assert [one.wrong for one in labels_of(session, "acme")] == [True, False]
    assert [one.source for one in labels_of(session, "acme", score_version="1")] == ["audit"]
    row = session.exec(select(AuditRow).where(AuditRow.actor == "user:rita")).one()
    assert '"wrong":false' in (row.before_json or "")
    assert '"wrong":true' in (row.after_json or "")


def test_labels_are_found_by_segment_and_window_of_one_client_only(session: Session) -> None:
    put_labels(session, "acme", [label("a"), label("b", segment="scan/new"), label("c", at=NOON - HOUR)])
    put_label(session, "beta", label("z"))
    assert [one.key for one in labels_of(session, "acme", segment=SEGMENT)] == ["c", "a"]
    assert [one.key for one in labels_of(session, "acme", segment=SEGMENT, since=NOON)] == ["a"]


def test_the_newest_certificate_stands_even_if_it_lets_nothing_through(session: Session) -> None:
    assert standing_certificate(session, "acme", SEGMENT) is None
    for hours, threshold in ((1, 0.8), (3, None), (2, 0.9)):
        add_certificate(session, certificate(f"c{hours}", hours, threshold=threshold), actor="system")
    standing = standing_certificate(session, "acme", SEGMENT)
    assert standing is not None
    assert (standing.id, standing.threshold) == ("c3", None)
    assert [one.id for one in certificates_of(session, "acme")] == ["c3", "c2", "c1"]
    assert find_certificate(session, "c1") == certificate("c1", 1)
    assert standing_certificate(session, "beta", SEGMENT) is None


def test_an_alarm_stands_until_it_is_lifted_with_a_reason(session: Session) -> None:
    raised = raise_alarm(session, "acme", SEGMENT, kind="error_rate", detail={"errors": 3}, actor="user:rita", at=NOON)
    assert raise_alarm(session, "acme", SEGMENT, kind="drift", detail={}, actor="monitor", at=NOON + HOUR) == raised
    assert [row.id for row in standing_alarms(session, {"acme"})] == [raised.id]
    assert standing_alarms(session, {"beta"}) == []
    with pytest.raises(ConflictError, match="reason"):
        lift_alarm(session, "acme", SEGMENT, reason=" ", actor="user:sue", at=NOON + HOUR)
    lift_alarm(
        session, "acme", SEGMENT, reason="supplier changed its form, now known", actor="user:sue", at=NOON + HOUR
    )
    assert lowering(session, "acme", SEGMENT) is None
    assert last_lift(session, "acme", SEGMENT) == NOON + HOUR
    with pytest.raises(ConflictError, match="no alarm"):
        lift_alarm(session, "acme", SEGMENT, reason="again", actor="user:sue", at=NOON + HOUR)


def test_a_certificate_lifts_an_alarm_only_by_labels_that_came_after_it(session: Session) -> None:
    raise_alarm(session, "acme", SEGMENT, kind="error_rate", detail={}, actor="monitor", at=NOON)
    add_certificate(session, certificate("old", 1), actor="system")
    assert lowering(session, "acme", SEGMENT) is not None
    add_certificate(session, certificate("none", 2, window_from=NOON, threshold=None), actor="system")
    assert lowering(session, "acme", SEGMENT) is not None
    add_certificate(session, certificate("new", 3, window_from=NOON), actor="system")
    assert lowering(session, "acme", SEGMENT) is None


def test_a_renewed_certificate_continues_the_promise_and_a_lifted_alarm_begins_another(session: Session) -> None:
    assert promise_since(session, "acme", SEGMENT) is None
    add_certificate(session, certificate("a", 1, score_version="0"), actor="system")
    for hours in (2, 3, 4):
        add_certificate(session, certificate(f"c{hours}", hours), actor="system")
    assert promise_since(session, "acme", SEGMENT) == NOON + 2 * HOUR
    raise_alarm(session, "acme", SEGMENT, kind="drift", detail={}, actor="monitor", at=NOON + 5 * HOUR)
    lift_alarm(session, "acme", SEGMENT, reason="known", actor="user:sue", at=NOON + 6 * HOUR)
    assert promise_since(session, "acme", SEGMENT) == NOON + 6 * HOUR


def test_a_settled_audit_makes_its_label_and_leaves_the_document_alone(
    desk: Store, make_document: DocumentMaker
) -> None:
    document_id = make_document(Status.APPROVED)
    let_through(desk, document_id)
    with desk.write() as session:
        document = session.get_one(DocumentRow, document_id)
        before = (document.state, document.version, document.revision)
        events = len(session.exec(select(EventRow)).all())
        sample = add_sample(session, document, share=0.25, blind=True, actor="policy", at=NOON)
        assert add_sample(session, document, share=1.0, blind=False, actor="policy", at=NOON).share == 0.25
        assert [one.document.id for one in open_samples(session, {"acme"})] == [document_id]
        assert open_samples(session, {"beta"}) == []
        made = settle_sample(session, sample, wrong=["gross_total"], checked={}, actor="user:rita", at=NOON + HOUR)
        assert (made.wrong, made.source, made.weight, made.score, made.score_version, made.segment, made.seller) == (
            True, "blind", 4.0, 0.97, "v7", SEGMENT, "S1",
        )  # fmt: skip
        assert labels_of(session, "acme") == (made,)
        assert (document.state, document.version, document.revision) == before
        assert len(session.exec(select(EventRow)).all()) == events  # no figure takes the audit for a touch
        assert session.exec(select(FindingRow.terms).where(FindingRow.rule == "AP-AUDIT")).one() == "gross_total"
        with pytest.raises(ConflictError):
            settle_sample(session, sample, wrong=[], checked={}, actor="user:remy", at=NOON + HOUR)
        assert settled_outcomes(session, "acme", SEGMENT, since=None) == ((True, 0.25),)
        assert settled_outcomes(session, "acme", SEGMENT, since=NOON) == ()
        assert [(one.wrong, one.weight) for one in settled_audits(session, "acme")] == [(True, 4.0)]
        assert verify(session) is None


def test_the_week_counts_what_the_policy_let_through_and_no_more(desk: Store, make_document: DocumentMaker) -> None:
    for place in range(3):
        document_id = make_document(Status.APPROVED, name=f"{place}.pdf")
        let_through(desk, document_id, created_at=NOON - timedelta(days=3 * place))
    with desk.read() as session:
        assert week_volume(session, "acme", NOON, most=100) == 3
        assert week_volume(session, "acme", NOON, most=2) == 2
        assert week_volume(session, "acme", NOON + timedelta(days=2), most=100) == 2
        assert week_volume(session, "beta", NOON, most=100) == 0


def test_monitors_see_the_first_decision_of_each_document(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.APPROVED)
    let_through(desk, document_id)
    with desk.read() as session:
        (one,) = decided_between(session, "acme", NOON - HOUR, NOON + HOUR)
        assert (one.segment, one.score, one.seller, dict(one.features)) == (
            SEGMENT, 0.97, "S1", {"least": 0.9, "gates": 0.0},
        )  # fmt: skip
        assert decided_between(session, "acme", NOON - HOUR, NOON) == ()
        assert decided_between(session, "beta", NOON - HOUR, NOON + HOUR) == ()


def test_a_home_keeps_its_key_where_nobody_else_can_read_it(tmp_path: Path) -> None:
    key = home_secret(tmp_path, "audit-sample")
    path = tmp_path / "keys" / "audit-sample.key"
    assert len(key) == 32
    assert home_secret(tmp_path, "audit-sample") == key
    assert home_secret(tmp_path, "other") != key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(each.name for each in path.parent.iterdir()) == [
        "audit-sample.key",
        "other.key",
    ]  # no temporary file is left
    path.write_bytes(b"short")
    with pytest.raises(SettingsError, match="damaged"):
        home_secret(tmp_path, "audit-sample")
