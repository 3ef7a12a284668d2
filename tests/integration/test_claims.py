"""Fifty invoices at once on one order line: what is approved never exceeds what was ordered or received."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from extractors import ReaderPool
from flows.bundles import replace_extractions
from flows.house import House
from flows.judge import Office as Desk
from flows.line import Line
from flows.master_files import import_master
from models.document import Document
from models.extraction import Reading
from models.migrate import migrate
from models.settings import LimitSettings, PolicySettings, ReadingSettings
from models.settings_rules import RulesSettings
from models.status import Status
from models.store import audit, jobs
from models.store.blobs import Blobs
from models.store.claims_orders import taken_by_claims
from models.store.clients import add_client
from models.store.engine import Store
from models.store.reviewing import approve
from models.store.shortages import TakenMeanwhileError
from models.tables import ClientRow, DocumentRow
from tests.billing import load_master, ubl
from tests.servers import server_url

__all__ = ["server_url"]

AT_ONCE = 50
WRITERS = 15  # connections of the store's pool
PATIENCE = 120_000  # ms; a loaded machine must not make a writer give up
EACH = Decimal(3)  # of the ten reams that are ordered: three invoices fit, forty-seven do not
RECEIPT = "receipt_number,order_number,line_number,quantity_received\nR-1,CF-1,1,7\n"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    reading = ReadingSettings(engine="null", second_engine="null", workers=1, sandbox="none", rules="off")
    with ReaderPool(reading, LimitSettings()) as made:
        yield made


def be_patient(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={PATIENCE}")


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, office: Any, tmp_path: Path) -> Iterator[Any]:
    """An office that knows one supplier and its order of ten reams, on either database."""
    if request.param == "postgresql":
        office.store.dispose()
        office.store = Store(request.getfixturevalue("server_url"))
        with office.store.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        migrate(office.store)
        with office.store.write() as session:
            add_client(session, office.home, "acme")
    if request.param == "sqlite":
        office.store.dispose()
        event.listen(office.store.engine, "connect", be_patient)
    load_master(office.store, tmp_path)
    policy = PolicySettings(release="threshold")  # by confidence alone: certificates are another test's
    rules = RulesSettings(duplicate_threshold=0.999999)  # fifty so alike would be held, which is another test's too
    office.settings = office.settings.model_copy(update={"policy": policy, "rules": rules})
    yield office
    office.store.dispose()


@pytest.fixture(scope="module")
def reading(pool: ReaderPool) -> Reading:
    """One invoice of three reams as it is read; the fifty differ by their number only."""
    found = pool.submit(Document(ubl(quantity=str(EACH)), "one.xml")).result()
    assert isinstance(found, Reading)
    return found


def leased(office: Any, reading: Reading) -> list[tuple[jobs.Lease, Reading]]:
    """Fifty invoices, taken in, leased and read."""
    for number in range(AT_ONCE):
        office.drop(f"{number}.xml", ubl(number=f"F-{number}", quantity=str(EACH)))
    assert office.scan().counts == {"stored": AT_ONCE}
    with office.store.write() as session:
        leases = jobs.take(session, "w", settings=office.settings.jobs, limit=AT_ONCE)
    (extraction,) = reading.extractions
    return [
        (lease, replace_extractions(reading, [extraction.model_copy(
            update={"invoice": extraction.invoice.model_copy(update={"invoice_number": f"F-{number}"})})]))
        for number, lease in enumerate(leases)
    ]  # fmt: skip


def line_of(office: Any, pool: ReaderPool) -> Line:
    return Line(House(office.settings, office.store, Blobs(office.home)), pool, owner="w")


def desk_of(office: Any) -> Desk:
    with office.store.read() as session:
        return Desk(session.get_one(ClientRow, "acme"), office.settings)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of it at once, from as many threads as there are connections; results or errors, in order."""
    start = threading.Barrier(WRITERS)

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except TakenMeanwhileError as error:
            return error

    with ThreadPoolExecutor(WRITERS, initializer=start.wait) as threads:
        return list(threads.map(run, acts))


def claimed(office: Any) -> Decimal:
    with office.store.read() as session:
        return taken_by_claims(session, "acme", ["CF-1"])[("CF-1", "1")]


def states(office: Any) -> dict[str, int]:
    found = [row.state for row in office.documents()]
    return {state: found.count(state) for state in set(found)}


def receive(office: Any, tmp_path: Path) -> None:
    """Only seven of the ten reams have come."""
    path = tmp_path / "receipts.csv"
    path.write_text(RECEIPT, encoding="utf-8")
    import_master(office.store, "goods-receipts", path, "acme", strict=True, actor="test")


@pytest.mark.parametrize(("receipt", "fit"), [("", 3), (RECEIPT, 2)], ids=["ordered", "received"])
def test_fifty_invoices_judged_at_once_never_bill_more_than_was_ordered_or_received(
    house: Any, pool: ReaderPool, reading: Reading, tmp_path: Path, receipt: str, fit: int
) -> None:
    if receipt:
        receive(house, tmp_path)
    work, line = leased(house, reading), line_of(house, pool)
    desk = desk_of(house)
    at_once([lambda lease=lease, read=read: line._store(lease, read, desk) for lease, read in work])  # type: ignore[misc]
    assert states(house) == {Status.APPROVED: fit, Status.IN_REVIEW: AT_ONCE - fit}
    assert claimed(house) == fit * EACH
    why = {reason for row in house.documents() if row.state == Status.IN_REVIEW for reason in row.reasons.split()}
    assert why <= {"quantity_variance", "already_invoiced", "price_variance"}
    assert why & {"quantity_variance", "already_invoiced"}
    with house.store.write() as session:
        assert audit.verify(session) is None


def test_fifty_reviewers_approving_at_once_take_what_there_is_and_the_others_are_told(
    house: Any, pool: ReaderPool, reading: Reading
) -> None:
    policy = PolicySettings(straight_through=False, release="threshold")
    house.settings = house.settings.model_copy(update={"policy": policy})
    work, line = leased(house, reading), line_of(house, pool)
    desk = desk_of(house)
    for lease, read in work:
        line._store(lease, read, desk)
    assert states(house) == {Status.IN_REVIEW: AT_ONCE}  # each was judged while all ten were open

    def settle(lease: jobs.Lease) -> Status:
        with house.store.write() as session:
            document = session.get_one(DocumentRow, lease.document_id)
            return approve(session, document, actor="user:ann", at=audit.now())

    said = at_once([lambda lease=lease: settle(lease) for lease, _ in work])  # type: ignore[misc]
    refused = [each for each in said if isinstance(each, TakenMeanwhileError)]
    assert (said.count(Status.APPROVED), len(refused)) == (3, AT_ONCE - 3)
    assert states(house) == {Status.APPROVED: 3, Status.IN_REVIEW: AT_ONCE - 3}
    assert claimed(house) == 9
    short = refused[-1].shortages[0]
    assert (short.limit, short.left, short.asked, len(short.takers)) == (10, 1, 3, 3)
    assert "of the 10 of line 1 of order CF-1: 1 left, this invoice asks for 3." in str(refused[-1])
