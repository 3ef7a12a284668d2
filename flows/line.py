"""The line that a document walks: read, match, validate, decide, store.

No Prefect here, so that it also runs when the server is away; `flows.ingest` wraps it.

A document is work in the job table. Reading happens outside of any transaction, in confined children; what came of it
is stored in one transaction together with the end of the job, and only while the lease is still ours (R7).
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from extractors import ReaderPool
from flows.arranging import groups_for, store_arranged
from flows.auditing import SAMPLE_KEY, sample_after_decision
from flows.bundles import as_bundle
from flows.champion import Models, models_in_use
from flows.coding import with_coding
from flows.house import House
from flows.judge import Office, judge_reading
from flows.micro import cut_after_decision
from flows.outcomes import Outcomes, outcome_of
from flows.pictures import hang
from flows.quarantine import quarantine_document
from flows.queueing import queue_up
from flows.remember import finish_learning, recall_of, start_learning
from flows.shadow import note_shadows
from flows.taught import with_taught
from flows.turns import judge_in_turn
from models.decision import Outcome
from models.document import Document
from models.errors import ConflictError, FacturierError, InvoiceError
from models.extraction import Extraction, PageInfo, Reading
from models.secret import home_secret
from models.status import Status
from models.store import jobs
from models.store.audit import now
from models.store.documents import (
    Arrival,
    Step,
    add_document,
    add_extraction,
    add_judgement,
    find_document,
    load_extraction,
    move,
    move_along,
)
from models.store.seen import keep_words, kept_words
from models.tables import ClientRow, DocumentRow

logger = logging.getLogger(__name__)

ACTOR = "line"
Work = Future[Any] | None  # of a Reading, or of a Sample where the job is to learn

STATE_AFTER: dict[Outcome, Status] = {
    Outcome.APPROVE: Status.APPROVED,
    Outcome.REVIEW: Status.IN_REVIEW,
    Outcome.HOLD: Status.HELD,
    Outcome.DUPLICATE: Status.DUPLICATE,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One worker's line: a house and a pool of reading children."""

    house: House
    pool: ReaderPool
    owner: str = f"{socket.gethostname()}:{os.getpid()}"
    stopping: threading.Event = field(default_factory=threading.Event)  # set: what is in hand is finished, no more

    def take(
        self, limit: int, *, lanes: Sequence[str] = jobs.LANES, group: jobs.Group | None = None
    ) -> list[jobs.Lease]:
        """Lease up to `limit` jobs, of one client's batch if one is given; none once the line is stopping."""
        if self.stopping.is_set():
            return []
        with self.house.store.write() as session:
            return jobs.take(session, self.owner, settings=self.house.settings.jobs, lanes=lanes, limit=limit,
                             group=group)  # fmt: skip

    def waiting(self) -> list[jobs.Group]:
        """The clients and batches with work to do."""
        with self.house.store.read() as session:
            return jobs.waiting_groups(session)

    def sweep(self) -> None:
        """Take back the work of workers that died."""
        with self.house.store.write() as session:
            verdicts = jobs.sweep(session, settings=self.house.settings.jobs)
        self._place([verdict.document_id for verdict in verdicts if verdict.state == "failed"])

    def work(self, leases: Sequence[jobs.Lease]) -> Iterator[Outcomes]:
        """Work on leased jobs, side by side as the pool allows; one document's failure is never another's."""
        models = models_in_use(self.house)
        offices = self._offices({lease.client_id for lease in leases}, models)
        started = [(lease, self._start(lease, models)) for lease in leases]
        due = time.monotonic() + self._pulse
        for position, (lease, reading) in enumerate(started):
            if self.stopping.is_set() and reading is not None and reading.cancel():
                self._release(lease)  # nobody has begun to read it
                continue
            due = self._hold([lease for lease, _ in started[position:]], reading, due)
            try:
                yield from with_coding(self.house.store, self._complete(lease, reading, offices[lease.client_id]))
            except ConflictError as error:
                logger.warning("%s", error)  # somebody else has the job: nothing of ours was stored

    @property
    def _pulse(self) -> float:
        """Seconds between two renewals of a lease: a slow document in front must not cost those behind it theirs."""
        return self.house.settings.jobs.lease_seconds / 3

    def _hold(self, leases: Sequence[jobs.Lease], reading: Work, due: float) -> float:
        """Wait for a reading and renew the leases whenever it is due; when it is due next (monotonic)."""
        while True:
            is_read = reading is None or _is_over(reading, max(0.0, due - time.monotonic()))
            if time.monotonic() >= due:
                self._renew(leases)
                due = time.monotonic() + self._pulse
            if is_read:
                return due

    def _offices(self, client_ids: set[str], models: Models) -> dict[str, Office]:
        settings = models.applied_to(self.house.settings)
        with self.house.store.read() as session:
            clients = {each: session.get_one(ClientRow, each) for each in client_ids}
            return {client_id: Office(client, settings) for client_id, client in clients.items()}

    def _start(self, lease: jobs.Lease, models: Models) -> Work:
        """Hand a document's bytes to the reading children; None where nothing has to be read again."""
        if lease.kind == jobs.JUDGE:
            return None
        with self.house.store.read() as session:
            document = session.get_one(DocumentRow, lease.document_id)
        try:
            content = self.house.blobs.read(document.sha256)
        except (FacturierError, OSError) as error:
            failed: Future[Reading] = Future()
            failed.set_exception(error)
            return failed
        if lease.kind == jobs.LEARN:
            return start_learning(self.house, self.pool, document, content)
        how = models.reading_of(document.sha256, whole=lease.kind == jobs.WHOLE)
        known = Document(content, document.name, groups_for(self.house, lease))
        return self.pool.submit(known, how, recall_of(self.house, lease.client_id))

    def _complete(self, lease: jobs.Lease, reading: Work, office: Office) -> list[Outcomes]:
        try:
            return self._finish(lease, reading, office)
        except InvoiceError as error:
            was_read = lease.kind in jobs.AGAIN  # what is there stays there
            return [self._give_back(lease, error) if was_read else self._quarantine(lease, error)]
        except ConflictError:
            raise
        except CancelledError:  # the pool was closed before anybody began to read
            self._release(lease)
            return []
        except Exception as error:  # the outermost frame of one document's work: its batch goes on
            logger.exception("document %s", lease.document_id)
            return [self._give_back(lease, error)]

    def _finish(self, lease: jobs.Lease, reading: Work, office: Office) -> list[Outcomes]:
        if lease.kind == jobs.LEARN:
            finish_learning(self.house, lease, reading)
            return []
        if reading is not None and lease.kind == jobs.ARRANGE:
            return store_arranged(self.house, lease, office, reading.result())
        if reading is None or lease.kind == jobs.WHOLE:
            return self._store_again(lease, office, reading.result() if reading else None)
        return self._store(lease, reading.result(), office)

    def _store(self, lease: jobs.Lease, reading: Reading, office: Office) -> list[Outcomes]:
        with self.house.store.write() as session:
            jobs.finish(session, lease)
            first = session.get_one(DocumentRow, lease.document_id)
            if first.state != Status.RECEIVED:  # a person was faster
                return []
            reading = with_taught(session, office, reading)
            documents = [first, *(_part(session, first, number) for number in range(2, len(reading.extractions) + 1))]
            reading = as_bundle(reading) if len(documents) > 1 else reading
            stored = [
                _store_part(session, office, hang(session, document, extraction, reading), extraction, reading.pages)
                for document, extraction in zip(documents, reading.extractions, strict=True)
            ]
            note_shadows(session, documents, reading)
        if reading.seen and any(each.state != Status.APPROVED for each in stored):
            keep_words(kept_words(self.house.home, first.sha256), reading.seen)
        return stored

    def _store_again(self, lease: jobs.Lease, office: Office, reading: Reading | None = None) -> list[Outcomes]:
        """Judge a person's revision, or a new reading of the whole file; the state stays where the person has it."""
        with self.house.store.write() as session:
            jobs.finish(session, lease)
            document = session.get_one(DocumentRow, lease.document_id)
            if document.state not in {Status.IN_REVIEW, Status.HELD}:
                return []
            if reading is not None:
                reading = with_taught(session, office, reading)
                add_extraction(session, document, reading.extractions[0], origin="reader", actor=ACTOR,
                               pages=reading.pages)  # fmt: skip
            extraction = load_extraction(session, document.id)
            if extraction is None:
                return []
            said = judge_reading(session, office, document, extraction)
            state = document.state
            add_judgement(session, document, said.match, said.findings, said.decision, actor=ACTOR)
            wanted = STATE_AFTER[said.decision.outcome]
            if state == Status.IN_REVIEW and wanted in {Status.HELD, Status.DUPLICATE}:
                move(session, document, wanted, actor=ACTOR, reason=" ".join(said.decision.reasons))
            queue_up(session, office.settings, document, said.findings, at=now())
            return [outcome_of(document)]

    def _quarantine(self, lease: jobs.Lease, error: InvoiceError) -> Outcomes:
        with self.house.store.write() as session:
            jobs.finish(session, lease, reason=error.reason_code)
            document = session.get_one(DocumentRow, lease.document_id)
            move(session, document, Status.QUARANTINED, actor=ACTOR, reason=error.reason_code)
            document.reason_code, document.reason_detail = error.reason_code, error.detail
            queue_up(session, self.house.settings, document, at=now())
        self._place([lease.document_id])
        return Outcomes(document.id, document.client_id, document.name, document.state,
                        reasons=(error.reason_code,), advice=error.advice)  # fmt: skip

    def _give_back(self, lease: jobs.Lease, error: Exception) -> Outcomes:
        cause: jobs.Cause = "environment" if jobs.is_environment(error) else "error"
        detail = f"{type(error).__name__}: {error}"
        with self.house.store.write() as session:
            verdict = jobs.fail(session, lease, cause, detail, settings=self.house.settings.jobs)
            document = session.get_one(DocumentRow, lease.document_id)
        if verdict.state == "failed":
            self._place([lease.document_id])
        advice = getattr(error, "advice", "It is tried again; see the log of this run.")
        return Outcomes(document.id, document.client_id, document.name, document.state, reasons=(detail[:200],),
                        advice=advice)  # fmt: skip

    def _place(self, document_ids: Sequence[str]) -> None:
        for document_id in document_ids:
            quarantine_document(self.house.store, self.house.home, document_id)

    def _release(self, lease: jobs.Lease) -> None:
        with self.house.store.write() as session:
            jobs.release(session, [lease])

    def _renew(self, leases: Sequence[jobs.Lease]) -> None:
        if leases:
            with self.house.store.write() as session:
                jobs.renew(session, leases, settings=self.house.settings.jobs)


def _is_over(reading: Future[Any], seconds: float) -> bool:
    """Wait for a reading; whether it has ended, well or not."""
    try:
        reading.exception(seconds)
    except TimeoutError:
        return False
    except CancelledError:
        pass
    return True


def _store_part(
    session: Session, office: Office, document: DocumentRow, extraction: Extraction, pages: Sequence[PageInfo]
) -> Outcomes:
    add_extraction(session, document, extraction, origin="reader", actor=ACTOR, pages=pages)
    read_at = now()
    said = judge_in_turn(session, office, document, extraction)
    add_judgement(session, document, said.match, said.findings, said.decision, actor="policy")
    decision = said.decision
    steps = (Step(Status.EXTRACTED, ACTOR, at=read_at), Step(Status.MATCHED, ACTOR, said.match.outcome),
             Step(STATE_AFTER[decision.outcome], "policy", " ".join(decision.reasons)))  # fmt: skip
    move_along(session, document, steps)
    queue_up(session, office.settings, document, said.findings, at=read_at)
    if decision.outcome == Outcome.APPROVE:
        sample_after_decision(session, document, decision, office.policy, home_secret(office.settings.home, SAMPLE_KEY))
    cut_after_decision(session, office.settings, office.client, document, read_at)
    return outcome_of(document)


def _part(session: Session, first: DocumentRow, number: int) -> DocumentRow:
    """The row of a further invoice of the same file."""
    known = find_document(session, first.client_id, first.sha256, number)
    if known is not None:
        return known
    arrival = Arrival(first.client_id, first.sha256, first.name, first.media_type, first.channel, first.batch,
                      part=number, parent_id=first.id)  # fmt: skip
    return add_document(session, arrival, actor=ACTOR, at=first.received_at)
