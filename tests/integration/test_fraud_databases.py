"""What controls against fraud keep, on SQLite and on a real PostgreSQL: the same keys, copies and accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlmodel import select

from models.invoice import Invoice
from models.migrate import _config, migrate
from models.status import Status
from models.store.engine import Store
from models.store.fraud_facts import load_past
from models.store.guarded_accounts import Guarded, count_guarded, guard_accounts, guarded_kind
from models.store.master import neighbours
from models.store.pictures import keep_picture, load_picture
from models.store.proposed_accounts import proposed_accounts, settle_proposal
from models.store.reused_numbers import allow_reuse, reuses_numbers
from models.store.ring import note_account
from models.tables import ClientRow, DocumentRow, DuplicateKeyRow, PagePictureRow, SupplierBankRow, SupplierRow
from tests.desk import IBAN, INVOICE, NOON, document_maker
from tests.servers import server_url

__all__ = ["server_url"]
SALT = b"salt of a test"
OTHER = "DE89370400440532013000"
BITS = int("0123456789abcdef" * 4, 16)


@dataclass(frozen=True)
class Office:
    """A database with five invoices: a first, one of another day and amount, and copies of the first."""

    store: Store
    ids: tuple[str, ...]

    def document(self, at: int) -> DocumentRow:
        with self.store.read() as session:
            return session.get_one(DocumentRow, self.ids[at])

    def keys(self) -> set[tuple[str, str, str]]:
        with self.store.read() as session:
            return {(row.document_id, row.key, str(row.issued)) for row in session.exec(select(DuplicateKeyRow))}


PAPERS = (
    {},
    {"invoice_number": "F-77", "gross_total": INVOICE.gross_total * 3, "issue_date": INVOICE.issue_date and
     INVOICE.issue_date + timedelta(days=40)},
    {"invoice_number": "f 1", "gross_total": INVOICE.gross_total * 2},
    {"invoice_number": "X-900", "issue_date": INVOICE.issue_date and INVOICE.issue_date + timedelta(days=2)},
    {"invoice_number": "Y-1", "gross_total": INVOICE.gross_total * 7},
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    is_small = request.param == "sqlite"
    store = Store(f"sqlite:///{tmp_path / 'f.db'}" if is_small else request.getfixturevalue("server_url"))
    if not is_small:  # one server for the module, and nothing of the test before
        with store.engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    migrate(store)
    with store.write() as session:
        session.add(ClientRow(id="acme", name="Acme", created_at=NOON))
        session.flush()
        session.add(SupplierRow(client_id="acme", seller_id="S1", name="Papeterie", updated_at=NOON))
        session.flush()
        session.add(SupplierBankRow(client_id="acme", seller_id="S1", iban=IBAN, verified_at=NOON))
    make = document_maker(store)
    ids = tuple(
        make(Status.APPROVED, invoice=INVOICE.model_copy(update=paper), name=f"{at}.pdf", at=NOON + timedelta(hours=at))
        for at, paper in enumerate(PAPERS)
    )
    yield Office(store, ids)
    store.dispose()


@pytest.mark.slow
def test_both_databases_find_copies_and_know_accounts(office: Office) -> None:
    with office.store.write() as session:
        first, *_, last = (session.get_one(DocumentRow, each) for each in office.ids)
        for row, bits in ((first, BITS), (last, BITS ^ 1)):
            keep_picture(session, row, 1, bits)
        found = [row.id for row in neighbours(session, first, "S1")]
        assert set(found) == {office.ids[2], office.ids[3]}  # by number and by amount near the day
        assert load_picture(session, last.id) == f"{BITS ^ 1:064x}"
        assert len(load_past(session, "acme", "S1", "EUR", but=first.id)) == 4
        accounts = [Guarded("employee", "4711", OTHER)]
        assert guard_accounts(session, "acme", accounts, SALT, actor="test", at=NOON) == (1, 0)
        assert guard_accounts(session, "acme", accounts, SALT, actor="test", at=NOON) == (0, 0)
        assert (count_guarded(session, "acme"), guarded_kind(session, "acme", f" {OTHER[:4]} {OTHER[4:]}", SALT),
                guarded_kind(session, "beta", OTHER, SALT)) == (1, "employee", None)  # fmt: skip
        allow_reuse(session, "acme", "S1", reason="prints the customer's number", actor="test", at=NOON)
        assert reuses_numbers(session, "acme", "S1")
        dupont, martin = (Invoice(seller_name=name, iban=OTHER, seller_legal_id=number)
                          for name, number in (("Dupont", "732829320"), ("Martin", "303265045")))  # fmt: skip
        assert note_account(session, first, dupont, None, SALT).shared_with == ()
        assert len(note_account(session, last, martin, None, SALT).shared_with) == 1
        session.add(SupplierBankRow(client_id="acme", seller_id="S1", iban=OTHER, proposed_by="ann"))
        session.flush()
        assert [row.iban for row, _ in proposed_accounts(session, {"acme"})] == [OTHER]
        settle_proposal(session, ("acme", "S1", OTHER), is_right=True, reason="called", actor="user:bob", at=NOON)
        assert proposed_accounts(session, None) == ()


@pytest.mark.slow
def test_what_was_there_before_is_filed_by_the_migration_as_by_the_line(office: Office) -> None:
    filed = office.keys()
    assert len(filed) == 2 * len(PAPERS)
    with office.store.engine.connect().execution_options(facturier_write=True) as connection, connection.begin():
        command.downgrade(_config(connection), "0008")
    migrate(office.store)
    assert office.keys() == filed
    with office.store.read() as session:
        assert session.exec(select(PagePictureRow)).all() == []
        found = neighbours(session, session.get_one(DocumentRow, office.ids[0]), "S1")
        assert {row.id for row in found} == {office.ids[2], office.ids[3]}
