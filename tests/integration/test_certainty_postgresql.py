"""What certainty rests on, on PostgreSQL: every door of its stores, and two writers who meet there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from models.aliases import Aliases
from models.certificate import Certificate, Label
from models.coding import Posting
from models.decision import Decision, Outcome
from models.errors import ConflictError
from models.migrate import migrate
from models.settings import MatchingSettings
from models.status import Status
from models.store import audit, registry
from models.store.alarms import last_lift, lift_alarm, lowering, raise_alarm, standing_alarms
from models.store.aliases import aliases_of, forget_aliases, learn_aliases
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
from models.store.coding import confirm_coding, history_version, load_confirmed, load_history
from models.store.documents import add_decision
from models.store.engine import Store
from models.store.labelling import count_past, first_decision, label_document, unlabel_document
from models.store.labels import labels_of, put_label, put_labels
from models.store.loading import Counts, ImportedFile, MasterRow
from models.store.pilot import count_received, manual_seconds, settled_documents, store_baseline
from models.store.reviewing import approve, reject, touch
from models.store.tolerances import load_tolerances, matching_of, store_tolerances
from models.tables import (
    AlarmRow,
    AliasRow,
    AuditSampleRow,
    ClientRow,
    CodingRow,
    DecisionRow,
    DocumentRow,
    LabelRow,
    MatchLinkRow,
    ModelRow,
    OrderLineRow,
    SupplierBankRow,
    SupplierRow,
)
from tests.desk import IBAN, NOON, DocumentMaker, make_document
from tests.servers import server_url

__all__ = ["make_document", "server_url"]
SEGMENT, HOUR = "scan/known", timedelta(hours=1)
ANN, BEN = "user:ann", "user:ben"


@pytest.fixture
def desk(server_url: str) -> Iterator[Store]:
    """A database on the server with one client and one supplier."""
    store = Store(server_url)
    with store.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    migrate(store)
    with store.write() as session:
        session.add(ClientRow(id="acme", name="Acme", created_at=NOON))
        session.flush()
        session.add(SupplierRow(client_id="acme", seller_id="S1", name="Papeterie", updated_at=NOON))
        session.flush()
        session.add(SupplierBankRow(client_id="acme", seller_id="S1", iban=IBAN, verified_at=NOON))
        audit.record(session, actor="system", action="client", subject="client:acme", client_id="acme", at=NOON)
    yield store
    store.dispose()


def at_once(store: Store, *acts: Callable[[Session], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a transaction of its own; results, or the conflict that was told."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[Session], Any]) -> Any:
        try:
            with store.write() as session:
                start.wait()
                return act(session)
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def conflicts(said: list[Any]) -> int:
    return sum(isinstance(each, ConflictError) for each in said)


def label(key: str = "d1", **more: Any) -> Label:
    values: dict[str, Any] = {"key": key, "segment": SEGMENT, "seller": "S1", "score": 0.9, "wrong": False,
                              "source": "history", "score_version": "1", "at": NOON}  # fmt: skip
    return Label(**values | more)


def certificate(name: str, at: datetime, **more: Any) -> Certificate:
    values: dict[str, Any] = {
        "id": name, "client_id": "acme", "segment": SEGMENT, "alpha": 0.005, "delta": 0.05, "threshold": 0.8,
        "labelled": 700, "accepted": 600, "errors": 0, "bound": 0.005, "missing": 0, "window_from": NOON,
        "window_to": NOON, "score_version": "1", "made_at": at,
    }  # fmt: skip
    return Certificate(**values | more)


def judged(session: Session, document_id: str, outcome: Outcome) -> DocumentRow:
    """Give a document the policy's scored decision."""
    document = session.get_one(DocumentRow, document_id)
    add_decision(session, document, Decision(outcome=outcome, score=0.97), actor="policy")
    session.flush()
    rows = session.exec(select(DecisionRow).where(DecisionRow.document_id == document_id)).all()
    for row in rows:
        row.actor, row.segment, row.versions_json = "policy", SEGMENT, '{"score": "v7"}'
        row.evidence_json = '{"channel":"scan","acquaintance":"known","features":{"gates":0.0}}'
        session.add(row)
    session.flush()
    return document


def intact(store: Store) -> bool:
    """Whether the audit's chain holds."""
    with store.write() as session:
        return audit.verify(session) is None


def test_labels_are_kept_replaced_and_found(desk: Store) -> None:
    with desk.write() as session:
        assert put_labels(session, "acme", [label("a"), label("b", segment="scan/new", at=NOON - HOUR)]) == 2
        put_label(session, "acme", label("a", wrong=True, terms=("iban",)), actor=ANN)
    with desk.read() as session:
        assert [(one.key, one.wrong) for one in labels_of(session, "acme")] == [("b", False), ("a", True)]
        assert [one.key for one in labels_of(session, "acme", segment=SEGMENT, score_version="1", since=NOON)] == ["a"]


def test_two_who_label_the_same_document_leave_one_label(desk: Store) -> None:
    said = at_once(desk, *(lambda session, who=who: put_label(session, "acme", label(), actor=who)
                           for who in (ANN, BEN, "system")))  # fmt: skip
    with desk.read() as session:
        assert (conflicts(said), len(session.exec(select(LabelRow)).all())) == (0, 1)
    assert intact(desk)


def test_a_review_labels_its_document_and_what_is_taken_back_is_no_label(
    desk: Store, make_document: DocumentMaker
) -> None:
    document_id = make_document(Status.IN_REVIEW)
    with desk.write() as session:
        document = judged(session, document_id, Outcome.REVIEW)
        found = label_document(session, document, actor=ANN, at=NOON)
        assert found is not None
        assert (found.wrong, found.score_version, found.segment) == (False, "v7", SEGMENT)
        assert first_decision(session, document_id) is not None
        put_label(session, "acme", label("past"))
        put_label(session, "acme", label("odd", seller="S%1"))
        assert count_past(session, document, "S1") == 1  # a per cent sign in an id is no wildcard
        assert count_past(session, document, "S%1") == 1
    with desk.write() as session:
        unlabel_document(session, session.get_one(DocumentRow, document_id))
        assert [one.key for one in labels_of(session, "acme")] == ["odd", "past"]


def test_the_newest_certificate_stands_and_lifts_the_alarm_that_it_answers(desk: Store) -> None:
    with desk.write() as session:
        raise_alarm(session, "acme", SEGMENT, kind="drift", detail={"p": 0.001}, actor="monitor", at=NOON - HOUR)
        assert [row.segment for row in standing_alarms(session, {"acme"})] == [SEGMENT]
        add_certificate(session, certificate("c1", NOON), actor="system")
        add_certificate(session, certificate("c2", NOON + HOUR, threshold=None), actor="system")
    with desk.read() as session:
        standing = standing_certificate(session, "acme", SEGMENT)
        assert standing is not None
        assert (standing.id, standing.threshold) == ("c2", None)
        assert find_certificate(session, "c1") == certificate("c1", NOON)
        assert [one.id for one in certificates_of(session, "acme")] == ["c2", "c1"]
        assert lowering(session, "acme", SEGMENT) is None
        assert last_lift(session, "acme", SEGMENT) == promise_since(session, "acme", SEGMENT) == NOON


def test_two_who_certify_at_once_both_leave_their_certificate_and_one_lift(desk: Store) -> None:
    with desk.write() as session:
        raise_alarm(session, "acme", SEGMENT, kind="drift", detail={}, actor="monitor", at=NOON - HOUR)
    made = [certificate(f"c{number}", NOON + number * HOUR) for number in range(4)]
    said = at_once(desk, *(lambda session, one=one: add_certificate(session, one, actor=ANN) for one in made))
    with desk.read() as session:
        assert conflicts(said) == 0
        assert len(certificates_of(session, "acme")) == 4
        assert standing_certificate(session, "acme", SEGMENT) == made[3]
        assert len(session.exec(select(AlarmRow)).all()) == 2  # raised once, lifted once
    assert intact(desk)


def test_one_alarm_stands_whoever_saw_it_first_and_one_of_two_lifts_it(desk: Store) -> None:
    def raised(who: str) -> Callable[[Session], AlarmRow]:
        return lambda session: raise_alarm(session, "acme", SEGMENT, kind="error_rate", detail={}, actor=who, at=NOON)

    at_once(desk, raised(ANN), raised(BEN), raised("monitor"))
    with desk.read() as session:
        assert len(session.exec(select(AlarmRow)).all()) == 1
    said = at_once(desk, *(lambda session, who=who: lift_alarm(session, "acme", SEGMENT, reason="known", actor=who,
                                                               at=NOON + HOUR) for who in (ANN, BEN)))  # fmt: skip
    assert conflicts(said) == 1


def test_two_who_settle_one_audit_make_one_label(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.APPROVED)
    with desk.write() as session:
        document = judged(session, document_id, Outcome.APPROVE)
        add_sample(session, document, share=0.25, blind=False, actor="policy", at=NOON)
        assert week_volume(session, "acme", audit.now() + HOUR, most=10) >= 1
        assert [one.document.id for one in open_samples(session, {"acme"})] == [document_id]

    def settle(who: str, wrong: list[str]) -> Callable[[Session], Label]:
        return lambda session: settle_sample(session, session.get_one(AuditSampleRow, document_id), wrong=wrong,
                                             checked={"iban": IBAN}, actor=who, at=NOON + HOUR)  # fmt: skip

    said = at_once(desk, settle(ANN, []), settle(BEN, ["iban"]))
    (made,) = [each for each in said if isinstance(each, Label)]
    with desk.read() as session:
        assert conflicts(said) == 1
        assert labels_of(session, "acme") == (made,)
        assert settled_outcomes(session, "acme", SEGMENT, since=NOON - HOUR) == ((made.wrong, 0.25),)
        assert [one.weight for one in settled_audits(session, "acme")] == [4.0]
    assert intact(desk)


def test_however_many_promote_at_once_one_version_is_in_use_and_all_can_be_put_back(desk: Store) -> None:
    versions = [f"v{number}" for number in range(4)]
    with desk.write() as session:
        registry.adopt_shipped(session, "matcher", "shipped", {"seed": 1}, at=NOON)
    files = {"weights.npz": "0" * 64}
    at_once(desk, *(lambda session: registry.register(session, "matcher", "v0", files=files, manifest={}, actor=ANN,
                                                      at=NOON) for _ in range(2)))  # fmt: skip
    with desk.write() as session:
        for version in versions[1:]:
            registry.register(session, "matcher", version, files=files, manifest={"seed": 2}, actor=ANN, at=NOON)
        assert registry.challenger(session, "matcher") is not None

    def put_in_use(session: Session, version: str) -> Any:
        row = session.get_one(ModelRow, ("matcher", version))
        return registry.promote(session, row, actor=ANN, at=audit.now(), why="better")

    said = at_once(desk, *(lambda session, version=version: put_in_use(session, version) for version in versions))
    with desk.read() as session:
        roles = sorted(row.role for row in registry.list_models(session))
        assert roles == ["champion", "retired", "retired", "retired", "retired"]
        replaced = {row.version for row in said}
        assert replaced | {registry.versions_in_use(session)["matcher"]} == {"shipped", *versions}
    gone = at_once(desk, *(lambda session: registry.rollback(session, "matcher", actor=BEN, at=audit.now(), why="worse")
                           for _ in range(2)))  # fmt: skip
    with desk.read() as session:
        assert len({row.version for row, _ in gone}) == 2
        assert sorted(row.role for row in registry.list_models(session)) == ["champion", "refused", "refused",
                                                                              "retired", "retired"]  # fmt: skip
        standing = registry.champion(session, "matcher")
        assert standing is not None
        assert registry.find_model(session, standing.version, "matcher") is not None
    with desk.write() as session:
        registry.note(session, session.get_one(ModelRow, ("matcher", "v0")), {"passed": True}, actor=ANN, at=NOON)
        assert registry.gate_of(session.get_one(ModelRow, ("matcher", "v0")))["passed"] is True
    assert intact(desk)


def with_order(store: Store, document_ids: list[str]) -> None:
    """An order line that these documents' lines are linked to, and that is worded otherwise."""
    with store.write() as session:
        session.add(OrderLineRow(client_id="acme", order_number="PO-1", line_number="1", position=1,
                                 item_name="Ramette A4 80 g", quantity=Decimal(100)))  # fmt: skip
        for document_id in document_ids:
            link = {"order_number": "PO-1", "order_line": "1", "quantity": Decimal(10), "probability": 0.9}
            session.add(MatchLinkRow(document_id=document_id, revision=1, invoice_line=1, client_id="acme", **link))


def test_wordings_are_counted_however_many_approve_and_take_back_at_once(
    desk: Store, make_document: DocumentMaker
) -> None:
    ids = [make_document(Status.IN_REVIEW, name=f"{number}.pdf") for number in range(6)]
    with_order(desk, ids)

    def settle(document_id: str, what: Callable[..., Any], **more: Any) -> Callable[[Session], Any]:
        return lambda session: what(session, session.get_one(DocumentRow, document_id), **more)

    said = at_once(desk, *(settle(each, approve, actor=ANN, at=NOON) for each in ids))
    assert said == [Status.APPROVED] * 6
    with desk.read() as session:
        assert {row.times for row in session.exec(select(AliasRow)).all()} == {6}
        assert aliases_of(session, "acme", "S1") != Aliases()
    at_once(desk, *(settle(each, forget_aliases) for each in ids[:4]), settle(ids[4], learn_aliases, at=NOON))
    with desk.read() as session:
        assert {row.times for row in session.exec(select(AliasRow)).all()} == {3}


def test_who_approves_while_another_rejects_is_told_and_nobody_waits_for_ever(
    desk: Store, make_document: DocumentMaker
) -> None:
    for number in range(6):
        document_id = make_document(Status.IN_REVIEW, name=f"{number}.pdf")
        said = at_once(
            desk,
            lambda session, each=document_id: approve(session, session.get_one(DocumentRow, each), actor=ANN, at=NOON),
            lambda session, each=document_id: reject(session, session.get_one(DocumentRow, each), code="OTHER",
                                                     note="", actor=BEN, at=NOON),
        )  # fmt: skip
        assert conflicts(said) == 1


def test_two_who_post_the_same_lines_leave_one_posting(desk: Store, make_document: DocumentMaker) -> None:
    document_id = make_document(Status.IN_REVIEW)
    wanted = {who: {1: [Posting(account=account)]} for who, account in ((ANN, "606"), (BEN, "615"))}
    said = at_once(desk, *(lambda session, who=who: confirm_coding(session, session.get_one(DocumentRow, document_id),
                                                                   wanted[who], actor=who, at=NOON)
                           for who in (ANN, BEN)))  # fmt: skip
    assert said == [True, True]
    with desk.read() as session:
        (row,) = session.exec(select(CodingRow)).all()
        assert [part.account for part in load_confirmed(session, document_id)[1]] == [row.account]
        assert row.account in {"606", "615"}
        (line,) = load_history(session, "acme", 10)
        assert line.accounts == row.account
        assert history_version(session, "acme").startswith("1:")


def imported(act: Callable[..., Counts], store: Store, values: list[dict[str, Any]]) -> Counts:
    rows = [MasterRow(number, each) for number, each in enumerate(values, 2)]
    return act(store, "acme", rows, ImportedFile("test", "test.csv", "0" * 64, len(rows), 0), ANN)


def test_tolerances_and_times_by_hand_are_loaded(desk: Store, make_document: DocumentMaker) -> None:
    key = {"scope": "supplier", "key": "S1"}
    assert imported(store_tolerances, desk, [key | {"price_tolerance_percent": Decimal("2.5")}]).new == 1
    assert imported(store_tolerances, desk, [key | {"price_tolerance_percent": Decimal(3)}]).changed == 1
    times = [
        {"file": "scan.pdf", "keyed_by": who, "seconds": Decimal(seconds)} for who, seconds in (("a", 60), ("b", 90))
    ]
    assert imported(store_baseline, desk, times).new == 2
    document_id = make_document(Status.IN_REVIEW)
    with desk.write() as session:
        document = judged(session, document_id, Outcome.REVIEW)
        touch(session, document, actor=ANN, act="approve", opened_at=NOON - timedelta(seconds=30), at=NOON)
        approve(session, document, actor=ANN, at=NOON)
    with desk.read() as session:
        own = load_tolerances(session, "acme").settings_for
        settings = matching_of(session.get_one(ClientRow, "acme"), MatchingSettings())
        assert own(settings, "S1", None).price_tolerance_percent == 3
        assert manual_seconds(session, "acme") == {"scan.pdf": 75.0}
        (settled,) = settled_documents(session, "acme", ("gross_total", "iban"), since=NOON - HOUR)
        assert (settled.touch_seconds, settled.terms) == (30.0, {"gross_total": True, "iban": True})
        assert settled.label is not None
        assert count_received(session, "acme", NOON - HOUR) == 1
