"""Migration 0008 makes what was there before findable."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import text

from models.extraction import Extraction
from models.invoice import Invoice
from models.migrate import _config, migrate
from models.store.engine import Store
from models.store.queue import Filters, list_documents


def test_documents_of_the_schema_before_are_found_by_what_they_say(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'old.db'}")
    said = Extraction(invoice=Invoice(seller_name="Café Möbel", gross_total="1234.5"), source="page", evidence={})
    with store.engine.connect().execution_options(facturier_write=True) as connection, connection.begin():
        command.upgrade(_config(connection), "0007")
        connection.execute(text("INSERT INTO client (id, name, created_at) VALUES ('acme', 'acme', '2026-01-01')"))
        connection.execute(text("INSERT INTO blob (sha256, size, media_type, created_at) VALUES ('a', 1, 'x', "
                                "'2026-01-01')"))  # fmt: skip
        for number in range(3):  # the last was never read, and what the second said is not understood any more
            connection.execute(text(
                "INSERT INTO document (id, client_id, sha256, part, name, batch, channel, media_type, state, version, "
                "received_at, updated_at, revision, reasons, reason_code, reason_detail) VALUES (:id, 'acme', 'a', "
                ":part, :name, 'Été', 'folder', 'x', 'in_review', 1, '2026-01-01', '2026-01-01', :revision, '', '', '')"
            ), {"id": f"d{number}", "part": number + 1, "name": f"Scän {number}.pdf",
                "revision": (2, 1, 0)[number]})  # fmt: skip
        for number, revision, body in ((0, 1, "{}"), (0, 2, said.model_dump_json()), (1, 1, "{}")):
            connection.execute(text(
                "INSERT INTO extraction (document_id, revision, origin, actor, extraction_json, pages_json, created_at)"
                " VALUES (:id, :revision, 'reader', 'line', :body, '[]', '2026-01-01')"
            ), {"id": f"d{number}", "revision": revision, "body": body})  # fmt: skip
    migrate(store)
    with store.read() as session:
        found = {
            search: [
                row.id for row in list_documents(session, Filters(clients=None, search=search, order="oldest")).rows
            ]
            for search in ("cafe mobel", "1.234,50", "scan", "ETE")
        }
    store.dispose()
    assert found == {"cafe mobel": ["d0"], "1.234,50": ["d0"], "scan": ["d0", "d1", "d2"], "ETE": ["d0", "d1", "d2"]}
