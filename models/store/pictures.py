"""What pages look like, as 256 bits in hexadecimal: a second scan of the same paper differs in few of them."""

from __future__ import annotations

from sqlmodel import Session, col, select

from models.tables import DocumentRow, PagePictureRow


def keep_picture(session: Session, document: DocumentRow, page: int, bits: int) -> None:
    """Keep the picture of the page on which an invoice begins; the keys of it are filed with the next revision."""
    session.merge(PagePictureRow(document_id=document.id, page=page, client_id=document.client_id, bits=f"{bits:064x}"))
    session.flush()


def load_picture(session: Session, document_id: str) -> str | None:
    """The picture of the first page that has one."""
    query = select(PagePictureRow.bits).where(PagePictureRow.document_id == document_id)
    return session.exec(query.order_by(col(PagePictureRow.page)).limit(1)).first()
