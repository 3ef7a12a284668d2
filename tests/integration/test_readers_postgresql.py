"""Who reads the output on PostgreSQL: a role for all clients, one for one; an upgrade with data loses neither."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from flows.publish import publish_approved
from flows.quality import look_at_tables
from models.errors import SettingsError
from models.migrate import _config, migrate
from models.migrations.roles import Reader, grant_reader, readers_of, rebuild_views, revoke_reader
from models.status import Status
from models.store.engine import Store
from models.tables import ClientRow, SupplierBankRow, SupplierRow
from models.views import VIEWS
from tests.desk import IBAN, NOON, make_document  # noqa: F401 - a fixture
from tests.servers import server_url  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
CLIENTS = ("acme", "beta-2")


@pytest.fixture(scope="module")
def office(server_url: str) -> Iterator[Store]:
    store = Store(server_url)
    migrate(store)
    with store.write() as session:
        for client in CLIENTS:
            session.add(ClientRow(id=client, name=client, created_at=NOON))
            session.flush()
            session.add(SupplierRow(client_id=client, seller_id="S1", name="Papeterie", updated_at=NOON))
            session.add(SupplierBankRow(client_id=client, seller_id="S1", iban=IBAN, verified_at=NOON))
    yield store
    store.dispose()


@pytest.fixture
def desk(office: Store) -> Store:
    return office


def as_role(store: Store, role: str, statement: str) -> list[tuple[Any, ...]]:
    with store.read() as session:
        connection = session.connection()
        connection.exec_driver_sql(f'SET ROLE "{role}"')
        return [tuple(row) for row in connection.exec_driver_sql(statement).all()]


def change(store: Store, act: Any, *arguments: Any) -> None:
    with store.write() as session:
        act(session.connection(), *arguments)


def moved(connection: Connection, revision: str, how: Any) -> None:
    how(_config(connection), revision)


def test_a_reader_reads_every_view_and_no_table(desk: Store, make_document: Any) -> None:
    for client in CLIENTS:
        make_document(Status.APPROVED, client=client, name="one.pdf")
        publish_approved(desk, client)
    change(desk, grant_reader, Reader("bi_all"))
    change(desk, grant_reader, Reader("bi_all"))
    for view in VIEWS:
        as_role(desk, "bi_all", f"SELECT * FROM {view.name}")  # noqa: S608 - our own names
    assert {row[0] for row in as_role(desk, "bi_all", "SELECT client_id FROM v1_invoice")} == set(CLIENTS)
    with desk.read() as session:
        tables = inspect(session.connection()).get_table_names()
    assert len(tables) > 50
    for table in tables:
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_role(desk, "bi_all", f'SELECT * FROM "{table}"')  # noqa: S608 - our own names
    for wish in ("DELETE FROM v1_invoice", "CREATE TABLE mine (a int)", "UPDATE v1_change SET op = 'x'"):
        with pytest.raises(DBAPIError):
            as_role(desk, "bi_all", wish)


def test_a_reader_of_one_client_sees_no_other(desk: Store) -> None:
    change(desk, grant_reader, Reader("bi_beta", "beta-2"))
    for view in VIEWS:
        found = as_role(desk, "bi_beta", f'SELECT * FROM "finance_beta-2".{view.name}')  # noqa: S608
        assert found or view.name not in {"v1_invoice", "v1_posting", "v1_column", "v1_change"}
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_role(desk, "bi_beta", f"SELECT * FROM public.{view.name}")  # noqa: S608
    assert as_role(desk, "bi_beta", 'SELECT DISTINCT client_id FROM "finance_beta-2".v1_invoice') == [("beta-2",)]


def test_views_made_anew_keep_their_readers_and_a_revoked_one_reads_no_more(desk: Store) -> None:
    for reader in (Reader("bi_all"), Reader("bi_beta", "beta-2"), Reader("bi_gone")):
        change(desk, grant_reader, reader)
    change(desk, revoke_reader, Reader("bi_gone"))
    change(desk, rebuild_views)
    with desk.read() as session:
        assert readers_of(session.connection()) == [Reader("bi_all"), Reader("bi_beta", "beta-2")]
    assert as_role(desk, "bi_beta", 'SELECT count(*) FROM "finance_beta-2".v1_column')[0][0] > 200
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_role(desk, "bi_gone", "SELECT * FROM v1_invoice")


@pytest.mark.parametrize("reader", [
    Reader("Robert'); DROP TABLE invoice; --"), Reader("pg_read_all_data"), Reader("office"), Reader("public"),
    Reader("bi", "c" * 60),
])  # fmt: skip
def test_names_that_are_no_readers_are_refused(desk: Store, reader: Reader) -> None:
    with pytest.raises(SettingsError):
        change(desk, grant_reader, reader)


def test_the_ledger_on_postgresql_is_exact_and_final(desk: Store) -> None:
    with desk.read() as session:
        total = session.connection().execute(text("SELECT sum(gross_total), sum(x_gross_minor) FROM v1_posting")).one()
    assert (Decimal(total[0]), int(total[1])) == (Decimal("240.00"), 24000)
    for wish in ("UPDATE invoice SET gross_total = 1", "DELETE FROM change"):
        with pytest.raises(DBAPIError, match="final"), desk.write() as session:
            session.connection().exec_driver_sql(wish)


def test_whole_tables_meet_what_is_expected_on_postgresql_too(desk: Store) -> None:
    runs = {run.scope: run for run in look_at_tables(desk, "acme")}
    said = [each["name"] for each in json.loads(runs["tables"].result_json)["results"] if not each["success"]]
    assert said == ["due_dates_mostly_there"]
    assert runs["intake"].state == "passed"


def test_an_upgrade_with_data_keeps_every_row(desk: Store) -> None:
    question = text("SELECT document_id, invoice_number, gross_total, published_at FROM v1_invoice ORDER BY 1")
    with desk.write() as session:
        connection = session.connection()
        before = connection.execute(question).all()
        moved(connection, "0008", command.downgrade)
        assert connection.execute(question).all() == before
        moved(connection, "head", command.upgrade)
        assert connection.execute(question).all() == before
    assert before
    assert before[0].published_at < datetime.now(UTC) + timedelta(minutes=1)
