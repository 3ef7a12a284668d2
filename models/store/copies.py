"""Second copies of a document, found by keys: its number, its amount near its day, bands of its page's picture.

Filed with every revision of a document's values, looked up when it is judged: a handful of index reads, however many
invoices are here.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, delete, func, insert, or_, select
from sqlmodel import Session, col

from models.copies import amount_keys, copy_keys, number_keys, picture_keys
from models.store.pictures import load_picture
from models.tables import DocumentRow, DuplicateKeyRow

DAYS = 3  # between the dates of two copies: another stamp, or a misread digit
MANY = 200  # documents that one kind of key brings at most
_ADD = insert(DuplicateKeyRow)


def file_copy_keys(session: Session, document: DocumentRow) -> None:
    """File a document under the keys of its newest values and of its picture."""
    wanted = set(copy_keys(document.invoice_number, document.gross_total))
    wanted |= set(picture_keys(load_picture(session, document.id) or ""))
    connection = session.connection()
    connection.execute(delete(DuplicateKeyRow).where(col(DuplicateKeyRow.document_id) == document.id))
    if wanted:
        same = {"client_id": document.client_id, "document_id": document.id, "issued": document.issue_date}
        connection.execute(_ADD, [{**same, "key": key} for key in sorted(wanted)])


def alike(session: Session, document: DocumentRow) -> list[str]:
    """Documents of the client that share a number, an amount within a few days, or parts of a picture; newest first."""
    found: dict[str, None] = {}
    for query in _queries(session, document):
        found |= dict.fromkeys(row[0] for row in session.connection().execute(query.limit(MANY)))
    found.pop(document.id, None)
    return list(found)


def _queries(session: Session, document: DocumentRow) -> list[Select[tuple[str]]]:
    amounts, numbers = amount_keys(document.gross_total), number_keys(document.invoice_number)
    picture = picture_keys(load_picture(session, document.id) or "")
    issued, key = col(DuplicateKeyRow.issued), col(DuplicateKeyRow.key)
    mine = select(col(DuplicateKeyRow.document_id)).where(col(DuplicateKeyRow.client_id) == document.client_id)
    found = []
    if amounts:
        near = mine.where(key.in_(amounts))
        if document.issue_date is not None:
            days = timedelta(days=DAYS)
            near = near.where(or_(issued.is_(None), issued.between(document.issue_date - days,
                                                                   document.issue_date + days)))  # fmt: skip
        found.append(near)
    if numbers:
        found.append(mine.where(key.in_(numbers)).order_by(issued.desc()))
    if picture:
        banded = mine.where(key.in_(picture)).group_by(col(DuplicateKeyRow.document_id))
        found.append(banded.order_by(func.count().desc()))
    return found
