"""Figures after kill -9: a recount of the raw rows gives the dashboard's, exactly; all are there, or none (100)."""

from __future__ import annotations

# ruff: noqa: F811, E501 - fixtures are imported and then named as arguments; tables of facts
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from flows.report_kpis import compute_and_store
from models.status import Status
from models.store import audit
from models.store.documents import Arrival, Step, add_document, move_along, new_id
from models.store.engine import Store
from models.store.figures import newest_figures
from models.store.reviewing import touch
from models.tables import (
    ApprovalRow,
    AuditSampleRow,
    BlobRow,
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    EscalationRow,
    ExtractionRow,
    KpiRow,
)
from tests.desk import desk  # noqa: F401 - a fixture
from tests.faults.recount import recount

START = datetime(
    2026, 9, 28, 6, 0, tzinfo=UTC
)  # the period crosses the night on which the clocks go back, and a holiday
NOW = START + timedelta(days=50)
S = Status
READ = ((S.EXTRACTED, "worker", ""), (S.MATCHED, "worker", "{match}"))
FATES: tuple[tuple[tuple[Status, str, str], ...], ...] = (
    (*READ, (S.APPROVED, "policy", ""), (S.EXPORTED, "publisher", "")),
    (*READ, (S.IN_REVIEW, "policy", "{why}"), (S.APPROVED, "user:ann", ""), (S.EXPORTED, "publisher", "")),
    (*READ, (S.IN_REVIEW, "policy", "{why}"), (S.REJECTED, "user:ann", "{code} so it is")),
    (*READ, (S.HELD, "policy", "hold"), (S.APPROVED, "user:bob", "called them"), (S.EXPORTED, "publisher", "")),
    (*READ, (S.APPROVED, "policy", ""), (S.EXPORTED, "publisher", ""), (S.IN_REVIEW, "user:ann", "one page was missing"),
     (S.APPROVED, "user:ann", ""), (S.EXPORTED, "publisher", "")),
    (*READ, (S.IN_REVIEW, "policy", "{why}"), (S.HELD, "user:ann", "four_eyes"), (S.APPROVED, "user:bob", "seen too")),
    ((S.QUARANTINED, "system", "encrypted"),),
    (*READ, (S.DUPLICATE, "policy", "duplicate_number"), (S.REJECTED, "user:ann", "DUPLICATE")),
)  # fmt: skip


def act(store: Store, seed: int, documents: int) -> Iterator[None]:
    """The life of some documents, one transaction for each act; pauses after each."""
    dice = random.Random(seed)
    for number in range(documents):
        at = START + timedelta(seconds=dice.randrange(40 * 86_400), microseconds=dice.randrange(1_000_000))
        with store.write() as session:
            sha256 = f"{seed:032x}{number:032x}"
            session.merge(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=at))
            session.flush()
            document_id = add_document(
                session, Arrival("acme", sha256, f"{number}.pdf", "application/pdf", dice.choice(("folder", "email"))),
                actor="system", at=at,
            ).id  # fmt: skip
        yield
        words = {"match": dice.choice(("match", "no_order", "price_variance", "match")), "code": dice.choice(
            ("TX_TVA_ERR", "OTHER", "CALCUL_ERR")), "why": dice.choice(("low_confidence", "no_order low_confidence"))}  # fmt: skip
        for state, actor, reason in dice.choice(FATES):
            at += timedelta(
                seconds=dice.choice((1, 40, 4_000, 60_000, 200_000)), microseconds=dice.randrange(1_000_000)
            )
            with store.write() as session:
                row = session.get_one(DocumentRow, document_id)
                step(session, row, Step(state, actor, reason.format_map(words), at), words, dice)
            yield


def step(session: Session, row: DocumentRow, move: Step, words: dict[str, str], dice: random.Random) -> None:
    """One move, and what goes with it."""
    assert move.at is not None
    if move.to is S.EXTRACTED:
        pages = "[" + ",".join(f'{{"number":{page + 1}}}' for page in range(dice.randrange(4))) + "]"
        session.add(ExtractionRow(document_id=row.id, revision=1, origin="reader", actor="worker", created_at=move.at,
                                  extraction_json="{}", pages_json=pages))  # fmt: skip
    if move.actor == "policy":
        reasons = words["why"] if move.to is S.IN_REVIEW else ""
        session.add(DecisionRow(id=new_id(), client_id="acme", document_id=row.id, revision=1, outcome="review",
                                reasons=reasons, score=0.5, policy_version="1", actor="policy", created_at=move.at))  # fmt: skip
    if move.actor.startswith("user:"):
        touch(session, row, actor=move.actor, act="approve", at=move.at,
              opened_at=move.at - timedelta(seconds=dice.randrange(600), microseconds=dice.randrange(1_000_000)))  # fmt: skip
        for term in dice.sample(("gross_total", "iban", "due_date", "invoice_number"), dice.randrange(4)):
            session.add(CorrectionRow(id=new_id(), client_id="acme", document_id=row.id, revision=1, term=term,
                                      changed=dice.random() < 0.4, cause="ocr", actor=move.actor, at=move.at))  # fmt: skip
        if dice.random() < 0.3:
            session.add(EscalationRow(id=new_id(), client_id="acme", document_id=row.id, from_tier="routine",
                                      to_tier="expert", reason="hard", actor=move.actor, at=move.at))  # fmt: skip
    if move.reason in {"four_eyes", "seen too", "called them"}:
        session.add(ApprovalRow(id=new_id(), client_id="acme", document_id=row.id, revision=row.revision,
                                user_id=move.actor, rules="" if move.reason == "called them" else "amount", actor=move.actor, at=move.at))  # fmt: skip
    if move.to is S.EXPORTED and dice.random() < 0.5 and session.get(AuditSampleRow, row.id) is None:
        session.add(AuditSampleRow(document_id=row.id, client_id="acme", segment="scan/known", drawn_at=move.at,
                                   share=dice.choice((0.05, 0.25)), state=dice.choice(("open", "right", "wrong")),
                                   checked_at=move.at + timedelta(days=1)))  # fmt: skip
    move_along(session, row, (move,))


def live(store: Store, seed: int, documents: int) -> None:
    for _ in act(store, seed, documents):
        pass


def killed(path: Path, moment: int, work: Callable[[Store], object]) -> bool:
    """Work in a child that dies at its n-th statement or commit; False where it came to its end before that."""
    child = os.fork()
    if child == 0:
        store, seen = Store(f"sqlite:///{path}"), [0]

        def count(*_arguments: object) -> None:
            seen[0] += 1
            if seen[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(store.engine, "before_cursor_execute", count)
        event.listen(store.engine, "commit", count)
        try:
            work(store)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def differences(store: Store, path: Path, period: timedelta) -> list[str]:
    """Where the kept figures are not what a count of the raw rows gives."""
    kept = compute_and_store(store, "acme", NOW, period)
    figures = {(row.name, row.label): row.value for row in kept}
    counted = recount(path, "acme", NOW - period, NOW)
    found = [f"{key}: {figures.get(key)!r} is {value!r}" for key, value in counted.items() if figures.get(key) != value]
    with store.read() as session:
        shown = {(row.name, row.label): row.value for row in newest_figures(session, "acme")}
        broken = audit.verify(session)
    return found + ([] if shown == figures else ["page"]) + ([broken] if broken else [])


def kill_while_documents_move(desk: Store, path: Path, kills: int) -> list[str]:
    """Kill lives of documents again and again, at other statements each time, and count anew after each."""
    found, dice = [], random.Random(5)
    desk.dispose()
    for seed in range(kills):
        assert killed(path, dice.randrange(5, 120), lambda store, seed=seed: live(store, seed, 6))
        store = Store(f"sqlite:///{path}")
        found += [
            f"kill {seed}: {what}" for days in (30, 45) for what in differences(store, path, timedelta(days=days))
        ]
        store.dispose()
    return found


def kill_while_figures_are_kept(desk: Store, path: Path, step: int) -> tuple[int, list[str]]:
    """Kill a computation at every `step`-th statement: the figures before it stand whole, or the new ones do."""
    live(desk, 77, 12)
    compute_and_store(desk, "acme", NOW - timedelta(days=1))
    before = keyed(desk)
    compute_and_store(desk, "acme", NOW)
    wanted = keyed(desk)
    with desk.write() as session:
        for row in session.exec(select(KpiRow).where(KpiRow.computed_at == NOW)):
            session.delete(row)
    compute_and_store(desk, "acme", NOW - timedelta(days=1))
    assert keyed(desk) == before != wanted
    desk.dispose()
    found: list[str] = []
    for kills, moment in enumerate(range(1, 500, step)):
        copy = path.with_name(f"crash-{moment}.db")
        shutil.copy(path, copy)
        went = killed(copy, moment, lambda store: compute_and_store(store, "acme", NOW))
        store = Store(f"sqlite:///{copy}")
        if (seen := keyed(store)) not in ((before, wanted) if went else (wanted,)):
            found.append(f"{moment}: {len(seen)} rows of {len(before)} or {len(wanted)}")
        compute_and_store(store, "acme", NOW)
        found += [] if keyed(store) == wanted else [f"{moment}: computed again they differ"]
        store.dispose()
        copy.unlink()
        if not went:
            return kills, found
    return 500, [*found, "no end"]


def keyed(store: Store) -> dict[tuple[object, ...], object]:
    """The newest figures of all dimensions."""
    with store.read() as session:
        return {(row.computed_at, row.name, row.label, row.dimension, row.part): (row.value, row.previous, row.numerator)
                for row in newest_figures(session, "acme", dimension=None)}  # fmt: skip


def test_figures_are_those_of_a_second_count_of_the_raw_rows(desk: Store, tmp_path: Path) -> None:
    live(desk, 3, 60)
    path = tmp_path / "facturier.db"
    assert differences(desk, path, timedelta(days=45)) == []
    counted = recount(path, "acme", NOW - timedelta(days=45), NOW)
    silent = [key for key, value in counted.items() if not value]
    assert silent == []  # a figure of nothing would prove nothing
    assert len(counted) > 30


def test_the_second_count_notices_a_row_that_is_missing(desk: Store, tmp_path: Path) -> None:
    """Figures are compared with what was kept before: the check can fail."""
    live(desk, 3, 12)
    before = recount(tmp_path / "facturier.db", "acme", START, NOW)
    live(desk, 4, 1)
    assert recount(tmp_path / "facturier.db", "acme", START, NOW) != before


def test_figures_after_kills_among_moving_documents_are_the_recount(desk: Store, tmp_path: Path) -> None:
    assert kill_while_documents_move(desk, tmp_path / "facturier.db", 4) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_figures_after_many_kills_among_moving_documents_are_the_recount(desk: Store, tmp_path: Path) -> None:
    assert kill_while_documents_move(desk, tmp_path / "facturier.db", 60) == []


def test_a_computation_that_is_killed_at_some_statements_leaves_whole_figures(desk: Store, tmp_path: Path) -> None:
    kills, found = kill_while_figures_are_kept(desk, tmp_path / "facturier.db", 9)
    assert found == []
    assert kills >= 2


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_computation_that_is_killed_at_any_statement_leaves_whole_figures(desk: Store, tmp_path: Path) -> None:
    kills, found = kill_while_figures_are_kept(desk, tmp_path / "facturier.db", 1)
    assert found == []
    assert kills >= 15
