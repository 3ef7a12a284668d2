"""A house with many documents in its queue, for measuring: some made through the store, the others copies."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlmodel import Session

LOGIN, PASSWORD = "bench", "bench long password"
CLIENT = "bench"
_SUPPLIERS = 400


def _own(name: str, kept: int) -> str:
    """SQL for a copy's own id: its beginning, and the copy's number."""
    return f"substr({name}, 1, {kept}) || 'z' || substr('00' || {{copy}}, -3)"


MADE = 100  # documents that are made through the store; the others are copies of their rows
_COPIED: dict[str, dict[str, str]] = {
    "blob": {"sha256": _own("sha256", 60)},
    "document": {"id": _own("id", 28), "sha256": _own("sha256", 60), "batch": "batch || '-copy'",
                 "invoice_number": "invoice_number || '-{copy}'",
                 "gross_total": "CAST(ROUND(gross_total * (1 + {copy} / 37.0), 2) AS TEXT)",
                 "received_at": "substr(received_at, 1, 17) || substr('00' || ({copy} % 60), -2) || '.000000+00:00'"},
    "extraction": {"document_id": _own("document_id", 28)},
    "match_result": {"document_id": _own("document_id", 28)},
    "decision": {"id": _own("id", 28), "document_id": _own("document_id", 28)},
}  # fmt: skip
_MADE_ONES = "(SELECT {0} FROM document WHERE batch NOT LIKE '%copy')"
_FIRST = {  # which rows of a table are copied
    "document": "batch NOT LIKE '%copy'",
    "blob": "sha256 IN " + _MADE_ONES.format("sha256"),
    "extraction": "document_id IN " + _MADE_ONES.format("id"),
    "match_result": "document_id IN " + _MADE_ONES.format("id"),
    "decision": "document_id IN " + _MADE_ONES.format("id"),
}


def fill(home: Path, count: int) -> None:
    """A house with many documents, most of them settled, as they are after some months."""
    from models.migrate import migrate
    from models.store.engine import Store
    from models.store.people import add_user, hash_password
    from models.tables import ClientRow

    store = Store(f"sqlite:///{home / 'facturier.db'}")
    migrate(store)
    seed, now = random.Random(1), datetime.now(UTC)  # noqa: S311 - made-up invoices
    with store.write() as session:
        session.add(ClientRow(id=CLIENT, name="Bench", created_at=now))
        session.flush()
        add_user(session, login=LOGIN, name="Bench", password_hash=hash_password(PASSWORD), role="supervisor",
                 clients=[CLIENT], actor="system")  # fmt: skip
    with store.write() as session:
        for number in range(min(count, MADE)):
            add_one(session, seed, number, now)
    with store.write() as session:
        for copy in range(1, -(-count // MADE)):
            copy_all(session, copy)
    store.dispose()


def copy_all(session: Session, copy: int) -> None:
    """Each made document once more under its own ids, numbers and times: a tenth of the time of making it."""
    for table, own in _COPIED.items():
        names = [row[1] for row in session.connection().exec_driver_sql(f"PRAGMA table_info({table})")]
        taken = ", ".join(own.get(name, f'"{name}"').format(copy=copy) for name in names)
        first = _FIRST[table]
        listed = ", ".join(f'"{name}"' for name in names)
        session.connection().exec_driver_sql(
            f"INSERT INTO {table} ({listed}) SELECT {taken} FROM {table} WHERE {first}"  # noqa: S608 - names of ours
        )


def add_one(session: Session, seed: random.Random, number: int, now: datetime) -> None:
    """One document with its extraction, match and decision, through the store."""
    from models.decision import Decision, Outcome, Reason
    from models.extraction import Evidence, Extraction
    from models.invoice import Invoice, InvoiceLine
    from models.match import MatchResult, SupplierMatch
    from models.status import Status
    from models.store.documents import Arrival, Step, add_document, add_extraction, add_judgement, move, move_along
    from models.tables import BlobRow

    net = Decimal(seed.randrange(500, 500000)) / 100
    at = now - timedelta(minutes=seed.randrange(60, 60 * 24 * 20))
    supplier = seed.randrange(_SUPPLIERS)
    invoice = Invoice(
        invoice_number=f"F-2026-{number:06d}", issue_date=at.date(), due_date=at.date() + timedelta(days=30),
        currency="EUR", seller_name=f"Fournisseur {supplier:03d} SARL", seller_vat_id=f"FR{supplier:02d}{303265045}",
        order_reference=f"PO-{seed.randrange(10**5):05d}", net_total=net, tax_total=net / 5, gross_total=net * 6 / 5,
        lines=tuple(InvoiceLine(item_name=f"Article {n}", quantity=Decimal(1), unit_price=net / 4, net_amount=net / 4)
                    for n in range(4)),
    )  # fmt: skip
    sha256 = f"{seed.getrandbits(256):064x}"
    session.add(BlobRow(sha256=sha256, size=1, media_type="application/pdf", created_at=at))
    session.flush()
    arrival = Arrival(CLIENT, sha256, f"scan-{number:06d}.pdf", "application/pdf", "folder", batch=f"B{number // 100}")
    document = add_document(session, arrival, actor="system", at=at)
    evidence = {name: Evidence(confidence=0.9, reader="ppocr", page=1) for name in ("invoice_number", "gross_total")}
    add_extraction(session, document, Extraction(invoice=invoice, source="page", pages=(1,), evidence=evidence),
                   origin="reader", actor="system")  # fmt: skip
    reasons = tuple(seed.sample((Reason.LOW_CONFIDENCE, Reason.NO_ORDER, Reason.ARITHMETIC), seed.randrange(1, 3)))
    move(session, document, Status.EXTRACTED, actor="system", at=at)
    add_judgement(session, document, MatchResult(supplier=SupplierMatch(seller_id=None)), (),
                  Decision(outcome=Outcome.REVIEW, reasons=reasons), actor="system")  # fmt: skip
    state = seed.choices((Status.IN_REVIEW, Status.HELD, Status.REJECTED, Status.APPROVED), (60, 5, 5, 30))[0]
    move_along(session, document, [Step(Status.MATCHED, "system", "", at), Step(state, "policy", "", at)])
