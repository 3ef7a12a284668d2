"""Supplier rules as rows: proposed by a correction, turned on or off by a person, turned off by themselves when wrong.

A rule in use is wrong where a person then changes the value that it gave. All in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import Session, col, func, select

from models.errors import ConflictError
from models.extraction import Extraction
from models.store.audit import canonical, record
from models.store.documents import new_id
from models.store.mail import queue_mail
from models.store.people import find_user
from models.tables import CorrectionRow, DocumentRow, ExtractionRow, SupplierRuleRow

PREVIEWED = 200  # earlier documents of the supplier on which a rule is replayed
MISSES = 2  # corrections of what a rule gave, after which it is off, if there are as many as it was right
GIVEN_BY = "rule"  # how evidence names a rule as the reader
ITSELF = "system"
State = Literal["on", "off"]


class Earlier(NamedTuple):
    """One earlier document of a supplier: as it was first read, and what a person says of one term."""

    document: DocumentRow
    extraction: Extraction
    truth: str | None
    is_known: bool


class Use(NamedTuple):
    """How a rule fared since it was turned on: values that people confirmed, and that they changed."""

    right: int
    wrong: int


def earlier_documents(
    session: Session, client_id: str, seller_id: str, term: str, *, limit: int = PREVIEWED
) -> list[Earlier]:
    """The supplier's newest documents that were read from pages, as first read, with what people said of the term."""
    query = select(DocumentRow).where(DocumentRow.client_id == client_id, DocumentRow.seller_id == seller_id,
                                      DocumentRow.source == "page")  # fmt: skip
    documents = list(
        session.exec(query.order_by(col(DocumentRow.received_at).desc(), col(DocumentRow.id)).limit(limit))
    )
    ids = [document.id for document in documents]
    first = select(ExtractionRow.document_id, func.min(ExtractionRow.revision).label("revision")).where(
        col(ExtractionRow.document_id).in_(ids)).group_by(col(ExtractionRow.document_id)).subquery()  # fmt: skip
    read = session.exec(select(ExtractionRow).where(
        ExtractionRow.document_id == first.c.document_id, ExtractionRow.revision == first.c.revision))  # fmt: skip
    extractions = {row.document_id: Extraction.model_validate_json(row.extraction_json) for row in read}
    truths = _truths(session, ids, term)
    return [Earlier(each, extractions[each.id], truths.get(each.id), each.id in truths)
            for each in documents if each.id in extractions]  # fmt: skip


def _truths(session: Session, ids: Collection[str], term: str) -> dict[str, str | None]:
    query = select(CorrectionRow.document_id, CorrectionRow.after).where(
        col(CorrectionRow.document_id).in_(ids), CorrectionRow.term == term)  # fmt: skip
    return {document: after for document, after in session.exec(query.order_by(col(CorrectionRow.at))).all()}  # noqa: C416


def comes_again(session: Session, document: DocumentRow) -> bool:
    """Whether there is another document of the same supplier."""
    if not document.seller_id:
        return False
    other = select(DocumentRow.id).where(DocumentRow.client_id == document.client_id, DocumentRow.id != document.id,
                                         DocumentRow.seller_id == document.seller_id)  # fmt: skip
    return session.exec(other.limit(1)).first() is not None


def corrections_of(session: Session, document_id: str) -> list[CorrectionRow]:
    """The newest change of each term of a document."""
    query = select(CorrectionRow).where(CorrectionRow.document_id == document_id, col(CorrectionRow.changed))
    return list({row.term: row for row in session.exec(query.order_by(col(CorrectionRow.at)))}.values())


def propose_rule(
    session: Session, document: DocumentRow, *, term: str, kind: str, rule: Mapping[str, object],
    preview: Mapping[str, object], actor: str, at: datetime,
) -> SupplierRuleRow:  # fmt: skip
    """Keep a rule with its effect; it does nothing before somebody turns it on. A known one is only replayed anew."""
    told = canonical(rule) or "{}"
    known = select(SupplierRuleRow).where(
        SupplierRuleRow.client_id == document.client_id, SupplierRuleRow.seller_id == document.seller_id,
        SupplierRuleRow.term == term, SupplierRuleRow.rule_json == told,
    )  # fmt: skip
    row = session.exec(known).first()
    if row is not None:
        row.preview_json = canonical(preview) or "{}"
        session.add(row)
        return row
    row = SupplierRuleRow(id=new_id(), client_id=document.client_id, seller_id=document.seller_id or "", term=term,
                          kind=kind, rule_json=told, preview_json=canonical(preview) or "{}", document_id=document.id,
                          actor=actor, at=at)  # fmt: skip
    session.add(row)
    record(session, actor=actor, action="propose_rule", subject=f"supplier_rule:{row.id}", client_id=row.client_id,
           after={"rule": rule, "seller": row.seller_id, "document": document.id}, at=at)  # fmt: skip
    return row


def turn(session: Session, row: SupplierRuleRow, to: State, *, actor: str, at: datetime, notice: str = "") -> None:
    """Turn a rule on or off; at most one rule of a term of a supplier is on.

    Raises:
        ConflictError: It is so already.
    """
    if row.state == to:
        raise ConflictError(f"rule {row.id} is {to} already")
    for other in rules_on(session, row.client_id, row.seller_id) if to == "on" else ():
        if other.term == row.term:
            _set(session, other, "off", actor=actor, at=at, notice="")
    _set(session, row, to, actor=actor, at=at, notice=notice)


def _set(session: Session, row: SupplierRuleRow, to: State, *, actor: str, at: datetime, notice: str) -> None:
    before = row.state
    row.state, row.changed_by, row.changed_at, row.notice = to, actor, at, notice
    session.add(row)
    record(session, actor=actor, action=f"turn_rule_{to}", subject=f"supplier_rule:{row.id}", client_id=row.client_id,
           before={"state": before}, after={"state": to} | ({"reason": notice} if notice else {}), at=at)  # fmt: skip


def rules_on(session: Session, client_id: str, seller_id: str | None = None) -> list[SupplierRuleRow]:
    """The rules in use of a client, or of one of its suppliers."""
    query = select(SupplierRuleRow).where(SupplierRuleRow.client_id == client_id, SupplierRuleRow.state == "on")
    if seller_id is not None:
        query = query.where(SupplierRuleRow.seller_id == seller_id)
    return list(session.exec(query.order_by(col(SupplierRuleRow.changed_at), col(SupplierRuleRow.id))))


def list_rules(session: Session, clients: Collection[str] | None, *, limit: int = 200) -> list[SupplierRuleRow]:
    """Rules of these clients (None: of all), newest first."""
    query = select(SupplierRuleRow)
    if clients is not None:
        query = query.where(col(SupplierRuleRow.client_id).in_(sorted(clients)))
    return list(session.exec(query.order_by(col(SupplierRuleRow.at).desc(), col(SupplierRuleRow.id)).limit(limit)))


def find_rule(session: Session, rule_id: str, clients: Collection[str] | None) -> SupplierRuleRow | None:
    """A rule of one of these clients."""
    row = session.get(SupplierRuleRow, rule_id)
    return row if row is not None and (clients is None or row.client_id in clients) else None


def use_of(session: Session, row: SupplierRuleRow) -> Use:
    """What people said of the values that a rule gave since it was last turned on."""
    if row.changed_at is None:
        return Use(0, 0)
    query = select(CorrectionRow, ExtractionRow).where(
        CorrectionRow.client_id == row.client_id, CorrectionRow.term == row.term,
        col(CorrectionRow.at) >= row.changed_at, CorrectionRow.document_id == DocumentRow.id,
        DocumentRow.seller_id == row.seller_id, ExtractionRow.document_id == CorrectionRow.document_id,
        ExtractionRow.origin == "reader", col(ExtractionRow.created_at) >= row.changed_at,
    )  # fmt: skip
    said = {document.document_id: document.changed for document, read in session.exec(query).all()
            if _gave(read, row.term, document)}  # fmt: skip
    return Use(sum(not changed for changed in said.values()), sum(said.values()))


def _gave(read: ExtractionRow, term: str, said: CorrectionRow) -> bool:
    """Whether the value that a person judged was a rule's."""
    seen = Extraction.model_validate_json(read.extraction_json).evidence.get(term)
    return seen is not None and seen.reader == GIVEN_BY and said.before is not None


def stop_if_wrong(session: Session, row: SupplierRuleRow, *, at: datetime) -> bool:
    """Turn a rule off that people have to correct, and tell whoever turned it on."""
    use = use_of(session, row)
    if use.wrong < MISSES or use.wrong < use.right:
        return False
    who = find_user(session, row.changed_by.removeprefix("user:"))
    turn(session, row, "off", actor=ITSELF, at=at, notice=f"corrected {use.wrong} right {use.right}")
    queue_mail(session, kind="rule_off", recipient=who.email if who else "", subject=_SUBJECT[_side(who)],
               words=f"/teaching/{row.id}\n", client_id=row.client_id, at=at)  # fmt: skip
    return True


_SUBJECT = {"en": "A supplier rule of yours was turned off", "fr": "Une de vos règles fournisseur a été désactivée"}


def _side(who: object) -> str:
    return "fr" if getattr(who, "language", "en") == "fr" else "en"
