"""Contracts of clients: versions that are only added, and what their clocks are computed from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlmodel import Session, col, or_, select

from models.contract import ClockFacts, Contract, contract_on, differences, stopped_at
from models.history import Event
from models.status import FINAL, Status
from models.store.audit import record
from models.store.documents import new_id
from models.tables import ContractRow, DocumentRow, EventRow


def put_contract(session: Session, client_id: str, contract: Contract, *, actor: str, at: datetime) -> bool:
    """Add a version of a client's terms; False where it says what holds on its first day already."""
    earlier = [each for each in contracts_of(session, client_id) if each.valid_from <= contract.valid_from]
    before = earlier[-1] if earlier else None
    if before == contract:
        return False
    row = ContractRow(id=new_id(), client_id=client_id, valid_from=contract.valid_from,
                      terms_json=contract.model_dump_json(), actor=actor, at=at)  # fmt: skip
    session.add(row)
    session.flush()
    changed = {each.term: [each.before, each.after] for each in differences(before, contract)}
    record(session, actor=actor, action="put_contract", subject=f"contract:{row.id}", client_id=client_id,
           after={"name": contract.name, "valid_from": contract.valid_from, "changed": changed}, at=at)  # fmt: skip
    return True


def contracts_of(session: Session, client_id: str) -> tuple[Contract, ...]:
    """Every version of a client's terms, by the day from which it holds; the last of a day is the one that does."""
    query = select(ContractRow.terms_json).where(ContractRow.client_id == client_id)
    ordered = query.order_by(col(ContractRow.valid_from), col(ContractRow.at), ContractRow.id)
    return tuple(Contract.model_validate_json(terms) for terms in session.exec(ordered))


def contract_at(session: Session, client_id: str, at: datetime) -> Contract | None:
    """The version that holds at a moment."""
    return contract_on(contracts_of(session, client_id), at)


def clients_with_contract(session: Session) -> tuple[str, ...]:
    """The clients whose terms are known."""
    return tuple(session.exec(select(ContractRow.client_id).distinct().order_by(ContractRow.client_id)))


def clock_facts(session: Session, client_id: str, since: datetime | None = None) -> tuple[ClockFacts, ...]:
    """What the clocks of a client's documents depend on: of those received since a moment, and of all that are open.

    Columns are asked for, not objects: a page may want thousands.
    """
    row = DocumentRow
    query = select(row.id, row.received_at, row.document_type, row.tier, row.channel, row.seller_id,
                   row.gross_total).where(row.client_id == client_id)  # type: ignore[call-overload]  # fmt: skip
    if since is not None:
        is_open = col(DocumentRow.state).not_in(FINAL)
        query = query.where(or_(col(DocumentRow.received_at) >= since, is_open))
    ends = dict(_ends(session, client_id, since))
    return tuple(ClockFacts(name, at, ends.get(name), *known)
                 for name, at, *known in session.exec(query.order_by(col(DocumentRow.received_at))))  # fmt: skip


def facts_of(row: DocumentRow, stopped: datetime | None) -> ClockFacts:
    """What the clocks of one document depend on."""
    return ClockFacts(row.id, row.received_at, stopped, row.document_type, row.tier, row.channel, row.seller_id,
                      row.gross_total)  # fmt: skip


def _ends(session: Session, client_id: str, since: datetime | None) -> Iterator[tuple[str, datetime | None]]:
    """When each document was done; those that never came near an end are not among them."""
    ending = or_(col(EventRow.to_state).in_((Status.EXPORTED, Status.REJECTED)), EventRow.from_state == Status.REJECTED)
    query = select(EventRow.document_id, EventRow.at, EventRow.actor, EventRow.from_state,
                   EventRow.to_state).where(EventRow.client_id == client_id, ending)  # type: ignore[call-overload]  # fmt: skip
    if since is not None:
        query = query.where(col(EventRow.at) >= since)
    rows = session.exec(query.order_by(EventRow.document_id, col(EventRow.at), col(EventRow.seq)))
    for document_id, group in groupby((Event(*row) for row in rows), key=lambda event: event.document_id):
        yield document_id, stopped_at(list(group))
