"""The time limit of documents as it is set at receipt, and anew once it is known what they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from kpis.limits import limit_of
from models.settings_review import ReviewSettings, client_review
from models.store.contracts import contracts_of, facts_of
from models.store.pauses import pauses_of
from models.tables import ClientRow, DocumentRow


def limit_on_receipt(session: Session, document_ids: Collection[str], office: ReviewSettings) -> None:
    """Set when new documents are due; those that have a limit keep it."""
    if not document_ids:
        return
    fresh = select(DocumentRow).where(col(DocumentRow.id).in_(document_ids), col(DocumentRow.due_at).is_(None))
    groups: dict[str, list[DocumentRow]] = defaultdict(list)
    for row in session.exec(fresh):
        groups[row.client_id].append(row)
    for client_id, rows in groups.items():
        _set(session, client_id, rows, office)


def limit_by_contract(session: Session, document: DocumentRow, office: ReviewSettings, at: datetime) -> None:
    """Set anew when a document is due that is now read and matched; without a contract it stays as it was."""
    contracts = contracts_of(session, document.client_id)
    if contracts and document.waits_since is None:
        pauses = pauses_of(session, document.client_id, (document.id,))
        own = client_review(office, session.get_one(ClientRow, document.client_id).review_json)
        document.due_at = limit_of(facts_of(document, None), contracts, pauses, own, at)
        session.add(document)


def _set(session: Session, client_id: str, rows: Sequence[DocumentRow], office: ReviewSettings) -> None:
    contracts = contracts_of(session, client_id)
    own = client_review(office, session.get_one(ClientRow, client_id).review_json)
    pauses = pauses_of(session, client_id, [row.id for row in rows]) if contracts else ()
    for row in rows:
        row.due_at = limit_of(facts_of(row, None), contracts, pauses, own)
        session.add(row)
    session.flush()
