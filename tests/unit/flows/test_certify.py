"""From a person's acts to a certificate, and from a certificate to what goes through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from extractors.einvoice import read_xml
from flows.certify import certify_client
from flows.certify_clients import due_clients
from flows.commands.certificate import run_certificate, run_curve
from flows.commands.certify import read_labels, run_certify
from flows.demo import HISTORY, SAMPLES
from flows.house import House
from flows.judge import Judgement, Office, judge_reading
from flows.versions import model_versions
from models.certificate import Label
from models.decision import Outcome, Reason
from models.extraction import Extraction
from models.settings import LimitSettings, PolicySettings
from models.status import Status
from models.store.alarms import lowering, raise_alarm
from models.store.blobs import Blobs
from models.store.certificates import standing_certificate
from models.store.documents import (
    Arrival,
    Step,
    add_document,
    add_extraction,
    add_judgement,
    load_extraction,
    move_along,
)
from models.store.edits import Edit
from models.store.labels import labels_of, put_labels
from models.store.reviewing import approve, reject, save, undo
from models.tables import BlobRow, ClientRow, DecisionRow, DocumentRow, ShadowRow
from tests.billing import load_master, ubl

SEGMENT = "einvoice/known"
POLICY = PolicySettings(error_limit=0.1, error_risk=0.06)
WHO = {"actor": "user:ada", "at": datetime.now(UTC)}


@pytest.fixture(autouse=True)
def _master(office: Any, tmp_path: Path) -> None:
    office.settings = office.settings.model_copy(update={"policy": POLICY})
    load_master(office.store, tmp_path)


@pytest.fixture
def session(office: Any) -> Iterator[Session]:
    with office.store.write() as found:
        yield found


def label(number: int, *, wrong: bool = False, days: float = 1.0, **other: Any) -> Label:
    values: dict[str, Any] = {
        "key": f"{number:064x}", "segment": SEGMENT, "seller": f"S-{number % 60}", "score": 0.9, "wrong": wrong,
        "source": "history", "score_version": model_versions()["score"], "at": WHO["at"] - timedelta(days=days),
    }  # fmt: skip
    return Label(**values | other)


def labelled(session: Session, count: int, **other: Any) -> None:
    put_labels(session, "acme", [label(number, **other) for number in range(count)])


def certify_now(session: Session, policy: PolicySettings = POLICY) -> dict[str, float | None]:
    made = certify_client(session, "acme", policy, at=WHO["at"], actor="test")
    return {each.segment: each.threshold for each in made}


def judged(session: Session, office: Any, content: bytes, number: int = 1) -> tuple[DocumentRow, Judgement]:
    """One document as the line judges it, in review or approved."""
    extraction: Extraction = read_xml(content, LimitSettings())
    sha256 = f"{number:064x}"
    session.add(BlobRow(sha256=sha256, size=1, media_type="application/xml", created_at=WHO["at"]))
    session.flush()
    document = add_document(session, Arrival("acme", sha256, "a.xml", "application/xml", "folder"), actor="test")
    add_extraction(session, document, extraction, origin="reader", actor="test")
    said = judge_reading(session, Office(session.get_one(ClientRow, "acme"), office.settings), document, extraction)
    add_judgement(session, document, said.match, said.findings, said.decision, actor="policy")
    state = Status.APPROVED if said.decision.outcome is Outcome.APPROVE else Status.IN_REVIEW
    move_along(session, document, [Step(each, "test") for each in (Status.EXTRACTED, Status.MATCHED, state)])
    return document, said


def known_seller(session: Session) -> None:
    put_labels(session, "acme", [label(9000 + n, seller="S-1", days=200.0) for n in range(3)])


def test_without_labels_everything_goes_to_a_person_and_the_certificate_says_how_many_are_missing(
    office: Any, session: Session
) -> None:
    assert set(certify_now(session).values()) == {None}
    _, said = judged(session, office, ubl())
    assert said.decision.reasons == (Reason.NOT_CERTIFIED,)
    standing = standing_certificate(session, "acme", said.decision.segment)
    assert standing is not None
    assert standing.missing > 25
    assert str(standing.missing) in said.decision.details[0]


def test_enough_right_labels_certify_and_the_next_document_goes_through(office: Any, session: Session) -> None:
    known_seller(session)
    labelled(session, 60)
    assert certify_now(session)[SEGMENT] is not None
    _, said = judged(session, office, ubl())
    assert (said.decision.outcome, said.decision.segment) == (Outcome.APPROVE, SEGMENT)
    row = session.exec(select(DecisionRow)).one()
    assert row.segment == SEGMENT
    assert row.certificate_id == standing_certificate(session, "acme", SEGMENT).id  # type: ignore[union-attr]
    assert set(json.loads(row.versions_json)) == {"reader", "matcher", "score", "policy"}
    assert json.loads(row.evidence_json)["features"]["product"] == 1.0


def test_wrong_labels_certify_nothing(session: Session) -> None:
    labelled(session, 60, wrong=True)
    assert certify_now(session)[SEGMENT] is None


def test_labels_of_other_models_or_before_the_window_prove_nothing(session: Session) -> None:
    labelled(session, 60, score_version="other")
    assert certify_now(session)[SEGMENT] is None
    labelled(session, 60, days=91.0)
    assert certify_now(session)[SEGMENT] is None


def test_an_alarm_lowers_at_once_and_old_labels_lift_nothing(office: Any, session: Session) -> None:
    known_seller(session)
    labelled(session, 60)
    certify_now(session)
    raise_alarm(session, "acme", SEGMENT, kind="error_rate", detail={}, actor="test", at=WHO["at"])
    _, said = judged(session, office, ubl())
    assert said.decision.reasons == (Reason.NOT_CERTIFIED,)
    assert "alarm" in said.decision.details[0]
    assert certify_now(session)[SEGMENT] is None
    assert lowering(session, "acme", SEGMENT) is not None


def test_approving_as_it_was_read_labels_it_right(office: Any, session: Session) -> None:
    known_seller(session)
    document, said = judged(session, office, ubl())
    approve(session, document, **WHO)
    [found] = labels_of(session, "acme", since=WHO["at"] - timedelta(days=30))
    assert (found.key, found.wrong, found.source) == (document.id, False, "review")
    assert (found.score, found.segment, found.seller) == (said.decision.score, SEGMENT, "S-1")


@pytest.mark.parametrize(("term", "value", "wrong"), [("invoice_number", "F-9", True), ("buyer_reference", "X", False)])
def test_only_what_a_payment_rests_on_makes_it_wrong(
    term: str, value: str, wrong: bool, office: Any, session: Session  # noqa: FBT001
) -> None:  # fmt: skip
    document, _ = judged(session, office, ubl())
    read = load_extraction(session, document.id)
    assert read is not None
    save(session, document, Edit(read.invoice.model_copy(update={term: value})), **WHO)
    approve(session, document, **WHO)
    [found] = labels_of(session, "acme")
    assert (found.wrong, found.terms) == (wrong, (term,) if wrong else ())


def test_a_rejected_document_would_have_been_wrong_to_let_through(office: Any, session: Session) -> None:
    document, _ = judged(session, office, ubl())
    reject(session, document, code="JUSTIF_ABS", note="", **WHO)
    assert [(each.wrong, each.terms) for each in labels_of(session, "acme")] == [(True, ("rejected:JUSTIF_ABS",))]


def test_what_a_gate_holds_is_no_label(office: Any, session: Session) -> None:
    document, said = judged(session, office, ubl(order="CF-9", quantity="99"))
    assert Reason.NOT_CERTIFIED not in said.decision.reasons
    reject(session, document, code="OTHER", note="", **WHO)
    assert labels_of(session, "acme") == ()


def test_an_act_that_is_taken_back_takes_its_label_with_it(office: Any, session: Session) -> None:
    document, _ = judged(session, office, ubl())
    approve(session, document, **WHO)
    undo(session, document, actor="user:ada", at=WHO["at"])
    assert labels_of(session, "acme") == ()


def test_a_pilot_stores_what_would_have_gone_through(office: Any, session: Session) -> None:
    office.settings = office.settings.model_copy(update={"policy": PolicySettings(release="shadow")})
    document, said = judged(session, office, ubl())
    assert said.decision.outcome is Outcome.REVIEW
    [row] = session.exec(select(ShadowRow)).all()
    assert (row.kind, row.document_id, json.loads(row.verdict_json)["outcome"]) == ("pilot", document.id, "approve")


def house(office: Any) -> House:
    return House(office.settings, office.store, Blobs(office.home))


def test_the_commands_import_certify_print_and_reckon(office: Any, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(f"{label(n).model_dump_json()}\n" for n in range(60)))
    assert run_certify(house(office), "acme", labels=path, as_json=False) == 0
    told = capsys.readouterr().out
    assert f"{SEGMENT}\tcertified\t0.0000\t60\t0 of 60" in told
    assert "scan/new\tnot certified" in told
    assert run_certificate(house(office), "acme", SEGMENT, as_json=False, page=tmp_path / "c.html") == 0
    assert "at most 10.00% are wrong" in (tmp_path / "c.html").read_text()
    assert run_certificate(house(office), "acme", SEGMENT, as_json=True, page=None) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 60
    assert run_curve(house(office), "acme", None, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["cheapest"]["automation"] == 1.0


def test_certificates_are_made_once_a_night(office: Any) -> None:
    place = house(office)
    assert due_clients(place) == ["acme"]
    with office.store.write() as session:
        certify_now(session)
    assert due_clients(place) == []
    assert due_clients(place, force=True) == ["acme"]


def test_wrong_usage_is_told(office: Any, tmp_path: Path) -> None:
    assert run_certify(house(office), "nobody", labels=None, as_json=False) == 2
    assert run_certificate(house(office), "acme", "fax/known", as_json=False, page=None) == 2
    (tmp_path / "bad.jsonl").write_text('{"key": "x"}\n')
    assert run_certify(house(office), "acme", labels=tmp_path / "bad.jsonl", as_json=False) == 1


@pytest.mark.skipif(not (SAMPLES / HISTORY).is_file(), reason="no history was made yet")
def test_the_shipped_history_fits_the_shipped_models() -> None:
    labels = read_labels(SAMPLES / HISTORY)
    assert {each.score_version for each in labels} == {model_versions()["score"]}, "run sample_invoices.history anew"
    assert {each.source for each in labels} == {"history"}
