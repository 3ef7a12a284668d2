"""What alarms tell beside clocks: acknowledgements, dead letters, the gate, certificates that audits refute."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.alerts import find_alerts
from models.certificate import Certificate
from models.settings import Settings
from models.store.acks import Said, acknowledge, list_batches
from models.store.alerts import Alert
from models.store.api_keys import add_api_key, fresh_token
from models.store.audit import now
from models.store.certificates import add_certificate
from models.store.engine import Store
from models.tables import AuditSampleRow, QualityRunRow, WebhookMessageRow, WebhookRow
from tests.desk import DocumentMaker, desk, make_document  # noqa: F401 - fixtures
from tests.publishing import publish_some

SEGMENT = "einvoice/known"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def found(desk: Store, settings: Settings, at: datetime) -> list[Alert]:
    with desk.read() as session:
        return find_alerts(session, settings, {}, at)


def test_a_batch_without_a_word_is_told_after_its_hours_until_the_last_row_is_acknowledged(
    desk: Store, make_document: DocumentMaker, settings: Settings
) -> None:  # fmt: skip
    at = now()
    publish_some(desk, make_document, 2)
    late = now() + timedelta(hours=settings.api.ack_hours, seconds=1)
    assert [one.kind for one in found(desk, settings, late)] == []  # nobody has a key to answer with
    with desk.write() as session:
        add_api_key(session, fresh_token(), name="erp", clients=["acme"], scopes=["read", "ack"], actor="user:ann",
                    at=at, expires_at=at + timedelta(days=60))  # fmt: skip
        [batch] = list_batches(session, ("acme",), kind=None, after=None, limit=9)
    assert found(desk, settings, now()) == []
    [alert] = found(desk, settings, late)
    assert (alert.kind, alert.key, alert.client_id) == ("unacked", f"unacked:{batch.id}", "acme")
    assert "2 rows" in alert.words
    for number, (document_id, _) in enumerate(batch.rows):
        with desk.write() as session:
            acknowledge(session, batch, [Said(document_id, "posted", erp_number=f"51{number}")], actor="api", at=now())
        assert len(found(desk, settings, late)) == 1 - number


def test_messages_that_were_given_up_are_told_once_a_day_and_webhook(desk: Store, settings: Settings) -> None:
    at = now()
    with desk.write() as session:
        session.add(WebhookRow(id="w1", client_id="acme", url="https://erp.example", events="", secret="",
                               made_by="user:ann", created_at=at))  # fmt: skip
        session.flush()
        for number, state in enumerate(("waiting", "delivered", "dead", "dead")):
            session.add(WebhookMessageRow(id=f"m{number}", webhook_id="w1", client_id="acme", event="x", state=state,
                                          event_key=f"x:{number}", body="{}", created_at=at, next_at=at))  # fmt: skip
    today, later, tomorrow = (found(desk, settings, at + timedelta(seconds=after)) for after in (0, 1, 86_400))
    [alert] = today
    assert alert.kind == "webhook"
    assert "given up: 2." in alert.words
    assert later == today or later[0].key == tomorrow[0].key  # a second may end the day
    assert tomorrow[0].key != alert.key


def test_a_gate_that_refused_lately_is_told_and_one_that_passed_is_not(desk: Store, settings: Settings) -> None:
    at = now()
    looks = (("new", "failed", 1), ("good", "passed", 1), ("old", "failed", 72))
    with desk.write() as session:
        for name, state, hours in looks:
            session.add(QualityRunRow(id=name, client_id="acme", scope="tables", at=at - timedelta(hours=hours),
                                      state=state, rows=9, failed=3, suite_hash="", result_json="{}"))  # fmt: skip
    [alert] = found(desk, settings, at)
    assert (alert.kind, alert.key) == ("gate", "gate:new")
    assert "3" in alert.words


def test_audits_that_contradict_a_certificate_are_told_once_for_its_promise(
    desk: Store, make_document: DocumentMaker, settings: Settings
) -> None:  # fmt: skip
    at = now()
    certify(desk, "c1", at, threshold=0.9)
    audit(desk, make_document, wrong=1, right=9, at=at + timedelta(hours=1))
    assert found(desk, settings, at + timedelta(days=1)) == []  # one of ten may be chance
    audit(desk, make_document, wrong=3, right=7, at=at + timedelta(hours=2))
    [alert] = found(desk, settings, at + timedelta(days=1))
    assert (alert.kind, alert.client_id) == ("certificate", "acme")
    assert SEGMENT in alert.title
    assert "20.0%" in alert.words
    assert "2.0%" in alert.words
    certify(desk, "c2", at + timedelta(hours=3), threshold=0.9)  # of the same night's work: the same promise
    assert [one.key for one in found(desk, settings, at + timedelta(days=1))] == [alert.key]
    certify(desk, "c3", at + timedelta(hours=4), threshold=None)
    assert found(desk, settings, at + timedelta(days=1)) == []  # it lets nothing through


def certify(desk: Store, name: str, at: datetime, *, threshold: float | None) -> None:
    certificate = Certificate(
        id=name, client_id="acme", segment=SEGMENT, alpha=0.02, delta=0.05, threshold=threshold, labelled=300,
        accepted=250, errors=0, bound=0.02, missing=0, window_from=at, window_to=at, score_version="1", made_at=at,
    )  # fmt: skip
    with desk.write() as session:
        add_certificate(session, certificate, actor="user:ann")


def audit(desk: Store, make: DocumentMaker, *, wrong: int, right: int, at: datetime) -> None:
    states = ["wrong"] * wrong + ["right"] * right
    made = [make(name=f"{at:%H}-{number}.pdf") for number, _ in enumerate(states)]
    with desk.write() as session:
        for document_id, state in zip(made, states, strict=True):
            session.add(AuditSampleRow(document_id=document_id, client_id="acme", segment=SEGMENT, share=0.1,
                                       state=state, checked_at=at, drawn_at=at))  # fmt: skip
