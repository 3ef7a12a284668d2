"""Supplier memory of a client: samples of confirmed invoices, found by the supplier's numbers and by the layout.

Never across clients. A memory can be lost: whatever is deleted here is learned again from the next confirmed invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from models.memory import KEPT, Fingerprint, Sample, is_known, is_strong
from models.store.audit import record
from models.tables import CorrectionRow, DocumentRow, SampleKeyRow, SampleRow

MOST = 24  # samples that one reading is given
LOOKED_AT = 200  # rows of one search: more invoices than that share a number only where the number says nothing


def has_memory(session: Session, client_id: str) -> bool:
    """Whether anything is remembered for a client."""
    return session.exec(select(SampleRow.document_id).where(SampleRow.client_id == client_id)).first() is not None


def recall(session: Session, client_id: str, asked: Fingerprint, most: int = MOST) -> list[Sample]:
    """What a client's memory knows of a supplier or layout, the latest first."""
    return [sample for _, sample in _known(session, client_id, asked)][:most]


def learn(session: Session, document: DocumentRow, sample: Sample, *, actor: str, at: datetime) -> None:
    """Remember one confirmed invoice, in place of what was known of this very document.

    A sample under which the same term had to be corrected twice in a row is dropped: the layout has changed. Of one
    supplier and layout the latest eight stay.
    """
    forget_document(session, document.id)
    _drop_drifted(session, document, sample)
    session.add(SampleRow(document_id=document.id, client_id=document.client_id, at=at,
                          sample_json=sample.model_dump_json(exclude_defaults=True)))  # fmt: skip
    session.flush()
    keys = dict.fromkeys([*filter(is_strong, sample.fingerprint.keys), *sample.fingerprint.bands])
    session.add_all(SampleKeyRow(client_id=document.client_id, key=key, document_id=document.id) for key in keys)
    session.flush()
    for row, _ in _known(session, document.client_id, sample.fingerprint)[KEPT:]:
        forget_document(session, row.document_id)
    record(session, actor=actor, action="learn", subject=f"document:{document.id}", client_id=document.client_id,
           after={"revision": document.revision, "terms": sorted(sample.places)}, at=at)  # fmt: skip


def forget_document(session: Session, document_id: str) -> bool:
    """Forget what was learned from one document; whether there was anything."""
    session.flush()
    session.exec(delete(SampleKeyRow).where(col(SampleKeyRow.document_id) == document_id))
    return session.exec(delete(SampleRow).where(col(SampleRow.document_id) == document_id)).rowcount > 0


def forget_client(session: Session, client_id: str, *, actor: str, at: datetime) -> int:
    """Forget everything that was learned for a client; how many samples there were."""
    session.exec(delete(SampleKeyRow).where(col(SampleKeyRow.client_id) == client_id))
    count: int = session.exec(delete(SampleRow).where(col(SampleRow.client_id) == client_id)).rowcount
    record(session, actor=actor, action="forget", subject=f"client:{client_id}", client_id=client_id,
           before={"samples": count}, at=at)  # fmt: skip
    return count


def _known(session: Session, client_id: str, asked: Fingerprint) -> list[tuple[SampleRow, Sample]]:
    wanted = [*filter(is_strong, asked.keys), *asked.bands]
    if not wanted:
        return []
    hits = select(SampleKeyRow.document_id).where(
        SampleKeyRow.client_id == client_id, col(SampleKeyRow.key).in_(wanted)
    )
    query = select(SampleRow).where(SampleRow.client_id == client_id, col(SampleRow.document_id).in_(hits))
    rows = session.exec(query.order_by(col(SampleRow.at).desc(), col(SampleRow.document_id)).limit(LOOKED_AT))
    found = ((row, Sample.model_validate_json(row.sample_json)) for row in rows)
    return [(row, sample) for row, sample in found if is_known(asked, sample)]


def _drop_drifted(session: Session, document: DocumentRow, sample: Sample) -> None:
    corrected = set(_corrected(session, document.id))
    for row, _ in _known(session, document.client_id, sample.fingerprint):
        if corrected & set(row.corrected.split()):
            forget_document(session, row.document_id)
        else:
            row.corrected = " ".join(sorted(corrected))
            session.add(row)


def _corrected(session: Session, document_id: str) -> Iterable[str]:
    query = select(CorrectionRow.term).where(CorrectionRow.document_id == document_id, col(CorrectionRow.changed))
    terms: Sequence[str] = session.exec(query).all()
    return (term for term in terms if "[" not in term)
