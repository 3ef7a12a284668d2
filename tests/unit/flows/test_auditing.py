"""What the policy lets through is drawn in the same transaction, and monitors raise what has to be raised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlmodel import select

from extractors import ReaderPool
from flows.auditing import sample_after_decision
from flows.house import House
from flows.line import Line
from flows.monitor import as_object, look, run_monitor
from flows.terminal import EXIT_DONE, EXIT_PEOPLE, EXIT_USAGE
from models.decision import Decision, Outcome
from models.settings import LimitSettings, PolicySettings, ReadingSettings, client_policy
from models.store.alarms import lift_alarm, lowering
from models.store.audit_samples import add_sample, settle_sample
from models.store.blobs import Blobs
from models.tables import AuditRow, AuditSampleRow, BlobRow, ClientRow, DecisionRow, DocumentRow
from tests.billing import load_master, ubl

SEGMENT = "digital/known"


@pytest.fixture
def house(office: Any) -> House:
    return House(office.settings, office.store, Blobs(office.home))


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


def fill(house: House, count: int, *, days: float, seed: int, low: float = 0.0, sellers: int = 20) -> list[str]:
    """Documents that the policy let through on some day before today, with scores between 0.8 and 1, less `low`."""
    dice, made = np.random.default_rng(seed), list[tuple[str, datetime]]()
    with house.store.write() as session:
        session.merge(BlobRow(sha256="0" * 64, size=1, media_type="application/xml", created_at=datetime.now(UTC)))
        session.flush()
        for place in range(count):
            at = datetime.now(UTC) - timedelta(days=days, minutes=place)
            name = f"{seed:08x}{place:024x}"
            session.add(DocumentRow(id=name, client_id="acme", sha256="0" * 64, name=name, media_type="application/xml",
                                    channel="folder", part=1 + seed * 10_000 + place, state="received",
                                    seller_id=f"S{dice.integers(sellers)}", received_at=at, updated_at=at))  # fmt: skip
            made.append((name, at))
        session.flush()
        for name, at in made:
            score = float(1 - 0.2 * dice.random() - low)
            session.add(DecisionRow(id=name[::-1], client_id="acme", document_id=name, revision=1,
                                    outcome="approve", score=score, policy_version="1", segment=SEGMENT, actor="policy",
                                    evidence_json=json.dumps({"features": {"least": score, "gates": 0.0}}),
                                    created_at=at))  # fmt: skip
    return [name for name, _ in made]


def audit(house: House, names: list[str], *, wrong: int) -> None:
    with house.store.write() as session:
        for place, name in enumerate(names):
            document, at = session.get_one(DocumentRow, name), datetime.now(UTC)
            sample = add_sample(session, document, share=1.0, blind=False, actor="policy", at=at)
            settle_sample(
                session, sample, wrong=["iban"] if place < wrong else [], checked={}, actor="user:rita", at=at
            )


def test_a_document_let_through_is_drawn_with_its_decision_and_one_for_review_is_not(
    office: Any, house: House, pool: ReaderPool, tmp_path: Path
) -> None:
    load_master(office.store, tmp_path)
    for name, content in (("good.xml", ubl("F-1")), ("bad.xml", ubl("F-2", price="9.00"))):
        office.drop(name, content)
    office.scan()
    line = Line(house, pool, owner="worker-1")
    list(line.work(line.take(10)))
    states = {row.name: (row.id, row.state) for row in office.documents()}
    assert (states["good.xml"][1], states["bad.xml"][1]) == ("approved", "in_review")
    with office.store.read() as session:
        (sample,) = session.exec(select(AuditSampleRow)).all()
        acts = session.exec(select(AuditRow.action).where(AuditRow.object == f"document:{sample.document_id}")).all()
    assert (sample.document_id, sample.share, sample.state) == (
        states["good.xml"][0],
        1.0,
        "open",
    )  # few: all are drawn
    assert sample.segment.startswith("einvoice/")
    assert acts[-2:] == ["move:approved", "audit:draw"]
    assert (office.home / "keys" / "audit-sample.key").stat().st_mode & 0o777 == 0o600


def test_nothing_else_is_drawn_and_the_share_is_kept(house: House) -> None:
    names = fill(house, 300, days=1, seed=1)
    policy = PolicySettings(audit_share=0.2, audit_weekly=0, blind_share=0.5)
    with house.store.write() as session:
        rows = [session.get_one(DocumentRow, name) for name in names]
        for outcome in (Outcome.REVIEW, Outcome.HOLD, Outcome.DUPLICATE):
            assert not sample_after_decision(session, rows[0], Decision(outcome=outcome), policy, b"key")
        passed = Decision(outcome=Outcome.APPROVE)
        drawn = [row.id for row in rows if sample_after_decision(session, row, passed, policy, b"key")]
        kept = session.exec(select(AuditSampleRow)).all()
        none = PolicySettings(audit_share=0.0, audit_weekly=0)
        assert not any(sample_after_decision(session, row, passed, none, b"key") for row in rows)
    assert 40 <= len(drawn) <= 80
    assert {row.document_id for row in kept} == set(drawn)
    assert {row.share for row in kept} == {0.2}
    assert 0.2 < sum(row.blind for row in kept) / len(kept) < 0.8


def test_few_documents_raise_the_share_until_the_weekly_number_is_reached(house: House) -> None:
    names = fill(house, 300, days=1, seed=1)
    with house.store.write() as session:
        for name in names:
            document = session.get_one(DocumentRow, name)
            sample_after_decision(session, document, Decision(outcome=Outcome.APPROVE), PolicySettings(), b"key")
        assert {row.share for row in session.exec(select(AuditSampleRow))} == {60 / 300}


def test_a_calm_client_has_no_alarm(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    names = fill(house, 150, days=40, seed=1)
    fill(house, 120, days=3, seed=2)
    audit(house, names[:30], wrong=0)
    assert run_monitor(house, "acme", as_json=True) == EXIT_DONE
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert (segment["segment"], segment["audits"], segment["errors"], segment["alarm"]) == (SEGMENT, 30, 0, None)
    assert segment["evidence"] < 1
    assert {row["monitor"] for row in segment["drift"]} >= {"score_psi", "score_ks", "supplier_mix", "gate_failures"}


def test_lower_scores_raise_a_drift_alarm_once_and_after_a_lift_only_newer_documents_count(house: House) -> None:
    fill(house, 150, days=40, seed=1)
    fill(house, 120, days=3, seed=2, low=0.15)
    with house.store.read() as session:
        client = session.get_one(ClientRow, "acme")
    (first,), (second,) = look(house, client), look(house, client)
    assert (first.alarm, first.is_new) == ("drift", True)
    assert (second.alarm, second.is_new) == ("drift", False)
    with house.store.write() as session:
        lift_alarm(session, "acme", SEGMENT, reason="a new scanner", actor="user:sue", at=datetime.now(UTC))
    (third,) = look(house, client)
    assert third.alarm == ""
    assert as_object("acme", [third])["segments"][0]["alarm"] is None


def test_wrong_audits_raise_the_alarm(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    audit(house, fill(house, 30, days=2, seed=1), wrong=2)
    assert run_monitor(house, None, as_json=False) == EXIT_PEOPLE
    assert "error_rate" in capsys.readouterr().out
    with house.store.read() as session:
        alarm = lowering(session, "acme", SEGMENT)
    assert alarm is not None
    assert json.loads(alarm.detail_json)["errors"] == 2


def test_an_unknown_client_is_named(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_monitor(house, "nobody", as_json=False) == EXIT_USAGE
    assert "nobody" in capsys.readouterr().err


def test_a_client_s_own_policy_goes_before_the_settings() -> None:
    base = PolicySettings(audit_share=0.05, error_limit=0.01)
    assert client_policy(base, None) is base
    own = client_policy(base, '{"audit_share": 0.5}')
    assert (own.audit_share, own.error_limit) == (0.5, 0.01)
