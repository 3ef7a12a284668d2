"""How things stand now, for whoever watches the machine: documents by state, the oldest, the queue of work."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from models.status import FINAL
from models.tables import DocumentRow, JobRow


class Standing(NamedTuple):
    """Counts by (client, state) and by (lane, state), and when the oldest open document of each client came in."""

    documents: dict[tuple[str, str], int]
    jobs: dict[tuple[str, str], int]
    oldest: dict[str, datetime]


def how_it_stands(session: Session) -> Standing:
    """What a watcher asks for every few seconds: three questions that indexes answer."""
    documents = select(DocumentRow.client_id, DocumentRow.state, func.count())
    jobs = select(JobRow.lane, JobRow.state, func.count()).where(JobRow.state != "done")
    oldest = select(DocumentRow.client_id, func.min(DocumentRow.received_at))
    waiting = oldest.where(col(DocumentRow.state).not_in(sorted(FINAL)))
    return Standing(
        {(client, state): count for client, state, count
         in session.exec(documents.group_by(DocumentRow.client_id, DocumentRow.state))},
        {(lane, state): count for lane, state, count in session.exec(jobs.group_by(JobRow.lane, JobRow.state))},
        {client: at for client, at in session.exec(waiting.group_by(DocumentRow.client_id)) if at},
    )  # fmt: skip
