"""The job table and intake on a real PostgreSQL, with several workers at once (reliability.md test 32)."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.migrate import migrate
from models.settings import JobSettings
from models.store import audit, jobs
from models.store.clients import add_client
from models.store.engine import Store


def find_server() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


def as_server_user() -> tuple[Callable[[], None] | None, int, int]:
    """PostgreSQL does not run as root: another user then, with how to become it."""
    if os.geteuid() != 0:
        return None, os.geteuid(), os.getegid()
    user = pwd.getpwnam("nobody")

    def become() -> None:
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    return become, user.pw_uid, user.pw_gid


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    programs = find_server()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    become, uid, gid = as_server_user()
    folder = Path(tempfile.mkdtemp())  # not pytest's: another user must be able to enter it
    os.chown(folder, uid, gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options: dict[str, Any] = {"preexec_fn": become, "cwd": folder, "stdout": subprocess.DEVNULL}
    try:
        subprocess.run([programs / "initdb", "-D", folder / "data", "-U", "office", "-A", "trust", "-N"], check=True,
                       **options)  # fmt: skip
        start = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        subprocess.run([programs / "pg_ctl", "-D", folder / "data", "-w", "-o", start, "-l", folder / "log", "start"],
                       check=True, **options)  # fmt: skip
        yield f"postgresql+psycopg://office@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"], check=False,
                       stderr=subprocess.DEVNULL, **options)  # fmt: skip
        shutil.rmtree(folder)


@pytest.fixture
def server_office(office: Any, server_url: str) -> Iterator[Any]:
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
