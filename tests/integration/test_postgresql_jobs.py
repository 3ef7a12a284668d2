"""The job table and intake on a real PostgreSQL, with several workers at once (reliability.md test 32)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from models.migrate import migrate
from models.settings import JobSettings
from models.store import audit, jobs
from models.store.clients import add_client
from models.store.engine import Store
from tests.servers import server_url  # noqa: F401 - a fixture


@pytest.fixture
def server_office(office: Any, server_url: str) -> Iterator[Any]:  # noqa: F811
    office.store.dispose()
    office.store = Store(server_url)
    migrate(office.store)
    with office.store.write() as session:
        add_client(session, office.home, "acme")
    yield office
    office.store.dispose()


@pytest.mark.slow
def test_eight_workers_on_postgresql_take_every_job_once(server_office: Any, some_pdf: Any) -> None:
    for number in range(300):
        server_office.drop(f"{number}.pdf", some_pdf(str(number)))
    assert server_office.scan().counts == {"stored": 300}
    taken: list[str] = []
    problems: list[BaseException] = []

    def work(owner: str) -> None:
        idle = 0
        while idle < 5:
            try:
                with server_office.store.write() as session:
                    leases = jobs.take(session, owner, settings=JobSettings(), limit=3)
                for lease in leases:
                    with server_office.store.write() as session:
                        jobs.finish(session, lease)
                    taken.append(lease.job_id)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shall show it
                problems.append(error)
                return
            idle = 0 if leases else idle + 1

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert problems == []
    assert len(taken) == len(set(taken)) == 300
    with server_office.store.write() as session:
        assert audit.verify(session) is None
        assert jobs.sweep(session, settings=JobSettings()) == []
