"""What becomes of a file that a person laid out anew: each invoice whose pages changed is read and judged again.

An invoice that had these very pages before gets its values of then back, a person's corrections among them. Nothing is
approved here: the person who cut the file looks at what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session, col, select

from flows.house import House
from flows.judge import Office, judge_reading
from flows.outcomes import Outcomes, outcome_of
from flows.queueing import queue_up
from flows.taught import with_taught
from models.arrangement import Arrangement, Pages
from models.decision import Outcome
from models.extraction import Extraction, PageInfo, Reading
from models.status import Status
from models.store import jobs
from models.store.arrangements import READER, arrangement_of
from models.store.audit import now
from models.store.documents import (
    Arrival,
    Step,
    add_document,
    add_extraction,
    add_judgement,
    find_document,
    load_extraction,
    move_along,
)
from models.tables import DocumentRow, ExtractionRow

ACTOR = "line"
_STOPPED: Mapping[Outcome, Status] = {Outcome.HOLD: Status.HELD, Outcome.DUPLICATE: Status.DUPLICATE}


def groups_for(house: House, lease: jobs.Lease) -> tuple[Pages, ...]:
    """The pages of each invoice for a reading that follows a person's arrangement; none for every other job."""
    if lease.kind != jobs.ARRANGE:
        return ()
    with house.store.read() as session:
        found = arrangement_of(session, session.get_one(DocumentRow, lease.document_id))
    return tuple(group.pages for group in found.groups)


def store_arranged(house: House, lease: jobs.Lease, office: Office, reading: Reading) -> list[Outcomes]:
    """Give each invoice whose pages changed what was read of them; a part that was never there becomes a document."""
    with house.store.write() as session:
        jobs.finish(session, lease)
        first = session.get_one(DocumentRow, lease.document_id)
        wanted = arrangement_of(session, first)
        taught = with_taught(session, office, reading).extractions
        read = {extraction.pages: extraction for extraction in taught}
        if any(group.pages not in read for group in wanted.groups):  # laid out once more while it was read
            jobs.add_job(session, first, kind=jobs.ARRANGE)
            return []
        return [outcome_of(row) for row in _parts(session, office, first, wanted, read, reading.pages)]


def _parts(
    session: Session, office: Office, first: DocumentRow, wanted: Arrangement, read: Mapping[Pages, Extraction],
    pages: tuple[PageInfo, ...],
) -> list[DocumentRow]:  # fmt: skip
    found = []
    for group in wanted.groups:
        row = _row(session, first, group.part)
        known = load_extraction(session, row.id)
        if known is None or known.pages != group.pages:
            _store(session, office, row, _as_before(session, row, group.pages) or read[group.pages], pages)
        _let_go(session, row)
        found.append(row)
    return found


def _store(
    session: Session, office: Office, row: DocumentRow, extraction: Extraction, pages: tuple[PageInfo, ...]
) -> None:
    is_new = row.state == Status.RECEIVED
    if not is_new and row.state not in {Status.IN_REVIEW, Status.HELD}:
        return  # a person was faster
    add_extraction(session, row, extraction, origin="reader", actor=ACTOR, pages=pages)
    said = judge_reading(session, office, row, extraction)
    add_judgement(session, row, said.match, said.findings, said.decision, actor="policy" if is_new else ACTOR)
    to = _STOPPED.get(said.decision.outcome, Status.IN_REVIEW)
    steps = [Step(Status.EXTRACTED, ACTOR), Step(Status.MATCHED, ACTOR, said.match.outcome)] if is_new else []
    if to != row.state:
        steps.append(Step(to, "policy" if is_new else ACTOR, " ".join(said.decision.reasons)))
    if steps:
        move_along(session, row, steps)
    queue_up(session, office.settings, row, said.findings, at=now())


def _as_before(session: Session, row: DocumentRow, pages: Pages) -> Extraction | None:
    """What a document said when it last had these pages."""
    query = select(ExtractionRow).where(ExtractionRow.document_id == row.id)
    for stored in session.exec(query.order_by(col(ExtractionRow.revision).desc())):
        extraction = Extraction.model_validate_json(stored.extraction_json)
        if extraction.pages == pages:
            return extraction
    return None


def _row(session: Session, first: DocumentRow, part: int) -> DocumentRow:
    if part == first.part:
        return first
    known = find_document(session, first.client_id, first.sha256, part)
    if known is not None:
        return known
    arrival = Arrival(first.client_id, first.sha256, first.name, first.media_type, first.channel, first.batch,
                      part=part, parent_id=first.id)  # fmt: skip
    return add_document(session, arrival, actor=ACTOR, at=now())


def _let_go(session: Session, row: DocumentRow) -> None:
    if row.claimed_by == READER:
        row.claimed_by = row.claimed_until = None
        session.add(row)
        session.flush()
