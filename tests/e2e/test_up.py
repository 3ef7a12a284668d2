"""What `facturier up` survives: kill -9 of any of its processes in mid-batch, a poison document, a busy port.

Each test works on a home of its own with small made PDFs, so that the machine's speed decides nothing but the time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import make
from tests.running import ROOT, UP, Up, children, command_line, descendants, still_alive, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
COUNT = 40
# Short leases, so that the work of a killed worker comes back within seconds; renewed as they are while somebody works.
QUICK = {
    "FACTURIER__JOBS__LEASE_SECONDS": "20", "FACTURIER__JOBS__SWEEP_SECONDS": "2",
    "FACTURIER__JOBS__BACKOFF_SECONDS": "[1.0, 1.0, 1.0]", "FACTURIER__INTAKE__SETTLE_SECONDS": "0.5",
    "FACTURIER__READING__ENGINE": "null", "FACTURIER__READING__SECOND_ENGINE": "null",
}  # fmt: skip


def invoice_pdf(number: int) -> bytes:
    """A small PDF with a number and an amount of its own."""
    lines = [line.replace("F-2026-018", f"F-2026-{number:03}").replace("119.00", f"{119 + number}.00")
             for line in make.LINES]  # fmt: skip
    return make.text_pdf(lines)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Up]:
    """A home with the client acme and a batch in its inbox, not yet started."""
    found = Up(tmp_path / "home", **QUICK)
    empty = tmp_path / "suppliers.csv"
    empty.write_text("seller_id,name\nS1,ACME Tools GmbH\n")
    subprocess.run([*UP[:-1], "import", "suppliers", str(empty), "--client", "acme", "--home", str(found.home)],
                   check=True, cwd=ROOT, capture_output=True, timeout=120)  # fmt: skip
    drop(found, {f"{number}.pdf": invoice_pdf(number) for number in range(COUNT)})
    yield found
    found.clean_up()


def drop(office: Up, files: dict[str, bytes]) -> None:
    batch = office.home / "clients/acme/inbox/march"
    batch.mkdir(exist_ok=True)
    for name, content in files.items():
        (batch / f"{name}.part").write_bytes(content)
        (batch / f"{name}.part").rename(batch / name)


def wait_mid_batch(office: Up) -> None:
    """Until some documents are done and many are not."""
    office.start()

    def is_mid_batch() -> bool:
        counts = office.counts()
        waiting = counts.pop("received", 0)
        return waiting > 0 and sum(counts.values()) > 0

    until(is_mid_batch, "the middle of the batch")


def wait_finished(office: Up, count: int = COUNT) -> None:
    until(lambda: office.is_worked_off(count) or not office.is_running(), f"the end of the batch: {office.counts()}")
    assert office.is_running(), office.story()


def assert_each_once(office: Up, count: int = COUNT) -> None:
    """Every file is one document, which was read once and stands in one place; none was blamed for a kill."""
    assert office.rows("SELECT count(*), count(DISTINCT sha256) FROM document") == [(count, count)]
    assert sum(office.counts().get(state, 0) for state in ("in_review", "held", "exported", "duplicate")) == count
    assert office.rows("SELECT document_id, count(*) FROM extraction GROUP BY 1 HAVING count(*) <> 1") == []
    assert office.rows("SELECT document_id, to_state, count(*) FROM event GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert office.rows("SELECT document_id FROM v1_invoice GROUP BY 1 HAVING count(*) > 1") == []
    batch = office.home / "clients/acme/inbox/march"
    assert list(batch.iterdir()) == []
    seqs = [row[0] for row in office.rows("SELECT change_seq FROM v1_change ORDER BY 1")]
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_killed_worker_is_revived_and_every_document_ends_once(office: Up) -> None:
    wait_mid_batch(office)
    worker = office.child("flows.worker")
    readers = descendants(worker)
    os.kill(worker, signal.SIGKILL)
    until(lambda: still_alive(readers) == [], "the end of the killed worker's readers", 30)
    assert office.child("flows.worker") != worker
    wait_finished(office)
    assert_each_once(office)
    assert "worker ended (exit code -9) and was started again" in office.said.read_text()


def test_documents_flow_while_the_killed_prefect_server_comes_back(office: Up) -> None:
    wait_mid_batch(office)
    office.wait_started()
    killed = office.child("prefect", "server")
    os.kill(killed, signal.SIGKILL)
    drop(office, {f"later {number}.pdf": invoice_pdf(100 + number) for number in range(5)})
    wait_finished(office, COUNT + 5)
    assert_each_once(office, COUNT + 5)
    assert office.child("prefect", "server") != killed

    def answers() -> bool:
        with contextlib.suppress(OSError):
            return bool(office.ask("/health"))
        return False

    until(answers, "the server's answer", 120)


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_start_finishes(office: Up) -> None:
    wait_mid_batch(office)
    family = office.family()
    assert len(family) > 4
    assert office.process is not None
    office.process.kill()
    office.process.wait()
    until(lambda: still_alive(family) == [], f"no orphans: {[command_line(pid) for pid in still_alive(family)]}", 60)
    office.start()
    wait_finished(office)
    assert_each_once(office)


def test_ctrl_c_stops_within_half_a_minute_and_the_next_start_takes_over(office: Up) -> None:
    wait_mid_batch(office)
    family = office.family()
    assert office.interrupt() < 30
    assert office.process is not None
    assert office.process.returncode == 0
    until(lambda: still_alive(family) == [], "no orphans", 10)
    assert office.rows("SELECT count(*) FROM job WHERE state = 'leased'") == [(0,)]
    before = office.rows("SELECT document_id, created_at FROM extraction")
    office.start()
    wait_finished(office)
    assert_each_once(office)
    assert set(before) <= set(office.rows("SELECT document_id, created_at FROM extraction"))
    assert office.said.read_text().count("shown this once") == 1


def test_poison_documents_do_not_take_their_batch_along(office: Up) -> None:
    poison = {"bomb.pdf": make.content_bomb(), "loop.pdf": make.form_loop(), "deep.pdf": make.deep_arrays()}
    drop(office, poison)
    wait_mid_batch(office)

    def kill_a_reader() -> bool:
        """Kill one process below the warm parent of the worker's readers, as the kernel does when memory is short."""
        below = [pid for pid in descendants(office.child("flows.worker")) if "zygote" in command_line(pid)]
        forked = [pid for pid in below if any(pid in children(other) for other in below)]
        for pid in forked[-1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    until(kill_a_reader, "a reading child", 60)
    wait_finished(office, COUNT + len(poison))
    names = dict(office.rows("SELECT name, state FROM document"))
    assert {names[name] for name in poison} == {"quarantined"}
    good = [names[f"{number}.pdf"] for number in range(COUNT)]
    assert sum(state == "quarantined" for state in good) <= 1  # whose child was killed may be blamed, no other
    notes = {path.name for path in (office.home / "clients/acme/quarantine").glob("*.txt")}
    assert {f"{name}.txt" for name in poison} <= notes


@pytest.mark.parametrize("busy", ["web", "prefect"])
def test_a_busy_port_is_told_before_anything_is_started(tmp_path: Path, busy: str) -> None:
    office = Up(tmp_path / "home")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", getattr(office, busy)))
        taken.listen()
        office.start()
        assert office.process is not None
        assert office.process.wait(timeout=120) == 5
    said = office.said.read_text()
    assert str(getattr(office, busy)) in said
    assert f"FACTURIER__{busy.upper()}__PORT" in said
    assert "Traceback" not in said
    assert "shown this once" not in said
