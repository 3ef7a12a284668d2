"""Work as rows: a lease, not a lock (reliability.md R7). Times are UTC, durations seconds.

A worker takes jobs for `lease_seconds` and renews while it works. `attempt` is the fencing token: each take raises it,
and a result that brings an old one is refused, so a worker that comes back from the dead cannot overwrite. The same
statements run on SQLite (one writer at a time) and PostgreSQL (FOR UPDATE SKIP LOCKED).

>>> lane_of("image/png"), lane_of("application/pdf"), lane_of("application/xml")
('ocr', 'pdf', 'xml')
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col, func, select, update

from models.errors import ConflictError
from models.settings import JobSettings
from models.status import Status, may_move
from models.store.audit import now
from models.store.documents import move, new_id
from models.tables import DocumentRow, JobRow

LANES = ("xml", "pdf", "ocr")
READ, JUDGE = "read", "judge"  # bytes to decision; match again after a person's correction
AGAIN = WHOLE, ARRANGE = "whole", "arrange"  # a person said: read it again as one invoice, or as laid out
LEARN = "learn"  # a person said: this is right, remember it
Cause = Literal["error", "crash", "environment"]

# What may go wrong through no fault of a document; it is tried again without being counted.
ENVIRONMENT_ERRORS: tuple[type[Exception], ...] = (OSError, OperationalError, InterfaceError)
_ENVIRONMENT_CODES = frozenset(
    {errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A job in somebody's hands until `until`; `attempt` must come back with the result."""

    job_id: str
    document_id: str
    client_id: str
    kind: str
    lane: str
    attempt: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Ready work that belongs together on a supervisor's screen: one client's batch."""

    client_id: str
    batch: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a job that did not end well: ready again, or failed and its document quarantined."""

    job_id: str
    document_id: str
    client_id: str
    state: Literal["ready", "failed"]


def lane_of(media_type: str) -> str:
    """The cost class of a media type: pictures need OCR, a PDF perhaps, XML never."""
    if media_type.startswith("image/"):
        return "ocr"
    return "xml" if media_type.endswith("xml") else "pdf"


def add_job(
    session: Session,
    document: DocumentRow,
    *,
    kind: str = READ,
    lane: str | None = None,
    at: datetime | None = None,
) -> JobRow:
    """Ask for work on a document; the same work asked for again (a person's retry) starts with clean counts."""
    moment = at or now()
    row = session.exec(select(JobRow).where(JobRow.document_id == document.id, JobRow.kind == kind)).first()
    if row is None:
        row = JobRow(id=new_id(), client_id=document.client_id, document_id=document.id, kind=kind, lane="", state="",
                     next_at=moment, created_at=moment)  # fmt: skip
    row.lane = lane or lane_of(document.media_type)
    row.state, row.next_at, row.reason = "ready", moment, ""
    row.crashes = row.errors = 0
    row.lease_owner = row.lease_until = None
    session.add(row)
    session.flush()
    return row


def take(
    session: Session,
    owner: str,
    *,
    settings: JobSettings,
    lanes: Sequence[str] = LANES,
    limit: int = 1,
    group: Group | None = None,
    at: datetime | None = None,
) -> list[Lease]:
    """Lease up to `limit` ready jobs, one client after the other in turn, the oldest of each first.

    `group` asks for the work of one client and batch only.

    On PostgreSQL fewer than `limit` may come although more are ready, where others take at the same moment.
    """
    moment = at or now()
    ready = _ready(lanes, group, moment)
    turn = func.row_number().over(
        partition_by=col(JobRow.client_id), order_by=(col(JobRow.next_at), col(JobRow.created_at), col(JobRow.id))
    )
    ranked = select(col(JobRow.id).label("id"), turn.label("turn")).where(*ready).subquery()
    if session.get_bind().dialect.name == "sqlite":
        chosen = select(ranked.c.id).order_by(ranked.c.turn).limit(limit)
    else:  # window functions and row locks exclude each other: rank first, lock among the first few rounds
        few = select(ranked.c.id).order_by(ranked.c.turn).limit(8 * limit)
        chosen = select(col(JobRow.id)).where(col(JobRow.id).in_(few), *ready)
        chosen = chosen.order_by(col(JobRow.next_at)).limit(limit).with_for_update(skip_locked=True)
    until = moment + timedelta(seconds=settings.lease_seconds)
    leased = session.exec(
        update(JobRow)
        .where(col(JobRow.id).in_(chosen))
        .values(state="leased", lease_owner=owner, lease_until=until, attempt=col(JobRow.attempt) + 1)
        .returning(col(JobRow.id), col(JobRow.document_id), col(JobRow.client_id), col(JobRow.kind),
                   col(JobRow.lane), col(JobRow.attempt))
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return [Lease(job, document, client, kind, lane, attempt, until)
            for job, document, client, kind, lane, attempt in leased.all()]  # fmt: skip


def _ready(lanes: Sequence[str], group: Group | None, moment: datetime) -> list[ColumnElement[bool]]:
    """What makes a job one that may be taken."""
    wanted = [col(JobRow.state) == "ready", col(JobRow.lane).in_(lanes), col(JobRow.next_at) <= moment]
    if group is not None:
        theirs = (DocumentRow.client_id == group.client_id, DocumentRow.batch == group.batch)
        batch = select(DocumentRow.id).where(*theirs)
        wanted += [col(JobRow.client_id) == group.client_id, col(JobRow.document_id).in_(batch)]
    return wanted


def renew(session: Session, leases: Sequence[Lease], *, settings: JobSettings, at: datetime | None = None) -> set[str]:
    """Extend leases that are still ours; returns the ids of those, the others are lost."""
    until = (at or now()) + timedelta(seconds=settings.lease_seconds)
    return {lease.job_id for lease in leases if _swap(session, lease, lease_until=until)}


def finish(session: Session, lease: Lease, *, reason: str = "") -> None:
    """Mark a job done, in the transaction that stores its result.

    Raises:
        ConflictError: The lease was lost: somebody else has or had the job since, and nothing of ours may be stored.
    """
    if not _swap(session, lease, state="done", lease_owner=None, lease_until=None, reason=reason):
        raise ConflictError(f"the lease of job {lease.job_id} (attempt {lease.attempt}) was lost")


def release(session: Session, leases: Sequence[Lease], *, at: datetime | None = None) -> None:
    """Give back what was not worked on (a graceful stop); nothing is counted, lost leases are left alone."""
    for lease in leases:
        _swap(session, lease, state="ready", lease_owner=None, lease_until=None, next_at=at or now())


def fail(
    session: Session,
    lease: Lease,
    cause: Cause,
    detail: str,
    *,
    settings: JobSettings,
    code: str = "unreadable",
    at: datetime | None = None,
) -> Verdict:
    """Give a job back after a failure: later again, or failed and its document quarantined with `code`.

    Raises:
        ConflictError: The lease was lost.
    """
    job = session.get(JobRow, lease.job_id, with_for_update=True, populate_existing=True)
    if job is None or job.state != "leased" or job.attempt != lease.attempt:
        raise ConflictError(f"the lease of job {lease.job_id} (attempt {lease.attempt}) was lost")
    return _count_failure(session, job, cause, detail, settings, code, at or now())


def sweep(session: Session, *, settings: JobSettings, at: datetime | None = None) -> list[Verdict]:
    """Take jobs back from workers that died: every expired lease counts as a crash.

    A lease or a next try further ahead than any we give means that the clock was set back: it is brought back too.
    """
    moment = at or now()
    lease, pause = timedelta(seconds=2 * settings.lease_seconds), timedelta(seconds=2 * max(settings.backoff_seconds))
    session.exec(
        update(JobRow)
        .where(col(JobRow.state) == "ready", col(JobRow.next_at) > moment + pause)
        .values(next_at=moment)
        .execution_options(synchronize_session=False)
    )
    expired = select(JobRow).where(
        JobRow.state == "leased", (col(JobRow.lease_until) < moment) | (col(JobRow.lease_until) > moment + lease)
    )
    if not (jobs := session.exec(expired.with_for_update(skip_locked=True)).all()):
        return []
    return [
        _count_failure(session, job, "crash", f"worker {job.lease_owner} gave no sign of life", settings,
                       "unreadable", moment)
        for job in jobs
    ]  # fmt: skip


def is_environment(error: BaseException) -> bool:
    """Whether an error tells of the machine (disk full, database down) and not of a document."""
    if isinstance(error, OSError):
        return error.errno in _ENVIRONMENT_CODES
    return isinstance(error, ENVIRONMENT_ERRORS)


def waiting_jobs(session: Session, lanes: Sequence[str] = LANES, *, at: datetime | None = None) -> dict[str, int]:
    """How many jobs could be taken now, by lane."""
    query = (
        select(JobRow.lane, func.count())
        .where(JobRow.state == "ready", col(JobRow.lane).in_(lanes), col(JobRow.next_at) <= (at or now()))
        .group_by(JobRow.lane)
    )
    return {lane: count for lane, count in session.exec(query).all()}  # noqa: C416 - rows, not pairs


def waiting_groups(session: Session, *, at: datetime | None = None) -> list[Group]:
    """The clients and batches with work that could be taken now, those that wait longest first."""
    query = (
        select(DocumentRow.client_id, DocumentRow.batch, func.count())
        .join(JobRow, col(JobRow.document_id) == DocumentRow.id)
        .where(JobRow.state == "ready", col(JobRow.next_at) <= (at or now()))
        .group_by(DocumentRow.client_id, DocumentRow.batch)
        .order_by(func.min(JobRow.next_at))
    )
    return [Group(client_id, batch, count) for client_id, batch, count in session.exec(query).all()]


def _swap(session: Session, lease: Lease, **values: object) -> bool:
    """Change a job only while it is leased under this attempt."""
    result: CursorResult[object] = session.exec(
        update(JobRow)
        .where(col(JobRow.id) == lease.job_id, col(JobRow.attempt) == lease.attempt, col(JobRow.state) == "leased")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount == 1


def _count_failure(
    session: Session,
    job: JobRow,
    cause: Cause,
    detail: str,
    settings: JobSettings,
    code: str,
    moment: datetime,
) -> Verdict:
    job.crashes += cause == "crash"
    job.errors += cause == "error"
    job.lease_owner = job.lease_until = None
    job.reason = detail
    failed = job.crashes >= settings.crashes or job.errors >= settings.errors
    job.state = "failed" if failed else "ready"
    if not failed:
        tries = max(1, job.crashes + job.errors) if cause != "environment" else 1
        pause = settings.backoff_seconds[min(tries, len(settings.backoff_seconds)) - 1]
        job.next_at = moment + timedelta(seconds=pause)
    session.add(job)
    session.flush()
    if failed:
        _quarantine(session, job, code, moment)
    return Verdict(job.id, job.document_id, job.client_id, "failed" if failed else "ready")


def _quarantine(session: Session, job: JobRow, code: str, moment: datetime) -> None:
    """Move the document of a failed job to quarantine, unless a person has it already."""
    document = session.get(DocumentRow, job.document_id, populate_existing=True)
    if document is None or not may_move(Status(document.state), Status.QUARANTINED):
        return
    tries = f"{job.crashes} crashes, {job.errors} errors"
    move(session, document, Status.QUARANTINED, actor="system", reason=code, at=moment)
    document.reason_code, document.reason_detail = code, f"{job.reason} ({tries})"
    session.add(document)
    session.flush()
