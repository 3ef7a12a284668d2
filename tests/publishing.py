"""Publishing and correcting in tests, through the real transactions, behind a gate that lets all through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.publish import publish_approved
from models.status import Status
from models.store.documents import add_extraction, load_extraction, move
from models.store.engine import Store
from models.tables import DocumentRow
from tests.desk import INVOICE, DocumentMaker
from validators.gate import GateResult


def open_gate(rows: Sequence[Mapping[str, Any]]) -> GateResult:
    """A gate that holds nothing back: the real one takes seconds to start."""
    return GateResult(tuple(str(row["document_id"]) for row in rows), {}, (), "open", "{}")


def publish_some(
    store: Store, make: DocumentMaker, count: int = 1, *, client: str = "acme", first: int = 1
) -> list[str]:
    """Publish so many invoices; their ids in the order of publication."""
    made = [
        make(Status.APPROVED, client=client, name=f"{client}-{at}.pdf",
             invoice=INVOICE.model_copy(update={"invoice_number": f"N-{at}"}))
        for at in range(first, first + count)
    ]  # fmt: skip
    report = publish_approved(store, client, gate=open_gate)
    assert set(made) <= set(report.published), report  # what stood approved before goes out with them
    return [each for each in report.published if each in made]


def correct(store: Store, document_id: str, **values: Any) -> None:
    """Correct a published invoice and publish its next version."""
    with store.write() as session:
        document = session.get_one(DocumentRow, document_id)
        extraction = load_extraction(session, document_id)
        assert extraction is not None
        move(session, document, Status.IN_REVIEW, actor="user:ann")
        invoice = extraction.invoice.model_copy(update=values)
        add_extraction(session, document, extraction.model_copy(update={"invoice": invoice}), origin="review",
                       actor="user:ann", pages=())  # fmt: skip
        move(session, document, Status.APPROVED, actor="user:ann")
        client = document.client_id
    assert document_id in publish_approved(store, client, gate=open_gate).published
