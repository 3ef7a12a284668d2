"""Nothing leaves the machine, and nothing from outside reaches it unless somebody says so.

The system calls are the witness: strace notes every connect and every datagram of every process.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.main import ONE_THREAD, QUIET
from tests.running import ROOT, Up, demo_home, descendants, until

SAMPLES = ROOT / "sample_invoices" / "files"
TRACED = ("strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none", "-s", "0", "-o")
_ADDRESS = re.compile(r"sa_family=(AF_\w+)(?:[^}]*?inet_(?:addr|pton)\((?:AF_INET6?, )?\"([^\"]+)\")?")
_LOCAL = {"AF_UNIX", "AF_LOCAL", "AF_UNSPEC", "AF_NETLINK"}  # the kernel's own, never the wire

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")


def can_unshare() -> bool:
    """Whether a name space without network can be made here."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return (
        subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode
        == 0
    )


def foreign(trace: Path) -> list[str]:
    """The lines of a trace that name an address of another machine."""
    return [line for line in trace.read_text(errors="replace").splitlines()
            if any(not is_here(family, address) for family, address in _ADDRESS.findall(line))]  # fmt: skip


def is_here(family: str, address: str) -> bool:
    """Whether an address is of this machine.

    A connect of a datagram socket to an outside address sends nothing, but nobody here has a reason for one either.
    """
    return family in _LOCAL or address.startswith("127.") or address in {"::1", "0.0.0.0", "::"}  # noqa: S104


def facturier(*arguments: str, home: Path, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-m", "flows.main", *arguments, "--home", str(home)], cwd=ROOT, timeout=240,
        env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False,
    )  # fmt: skip


@needs_strace
def test_witness_sees_a_connection_to_another_machine(tmp_path: Path) -> None:
    code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    subprocess.run([*TRACED, str(tmp_path / "trace"), sys.executable, "-c", code], check=False, timeout=60)
    assert len(foreign(tmp_path / "trace")) == 1


@needs_strace
@pytest.mark.timeout(300)
def test_processing_files_speaks_to_nobody(tmp_path: Path) -> None:
    files = [str(SAMPLES / name) for name in ("de-06-xrechnung.xml", "fr-17-factur-x.pdf")]
    home = demo_home(tmp_path)  # with orders, so that both are approved and pass the gate of the tables
    done = facturier("process", *files, home=home, before=(*TRACED, str(tmp_path / "trace")))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("exported") == 2
    assert foreign(tmp_path / "trace") == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_files_are_read_and_published_without_any_network(tmp_path: Path) -> None:
    if not can_unshare():
        pytest.skip("no network name space can be made here")
    files = [str(SAMPLES / name) for name in ("de-06-xrechnung.xml", "fr-20-photo.jpg")]
    done = facturier("process", *files, home=tmp_path / "home", before=("unshare", "-n"))
    assert done.returncode in {0, 3}, done.stderr
    assert "quarantined" not in done.stdout


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[Up]:
    """`facturier up --demo` under strace; the samples have left the line."""
    if shutil.which("strace") is None:
        pytest.skip("no strace here")
    found = Up(tmp_path / "home", FACTURIER__READING__ENGINE="null", FACTURIER__READING__SECOND_ENGINE="null")
    found.start("--demo", before=(*TRACED, str(tmp_path / "trace")))
    yield found
    found.clean_up()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_everything_together_speaks_to_nobody_and_listens_on_the_loopback(traced: Up, tmp_path: Path) -> None:
    traced.wait_started()
    count = sum(path.is_file() for path in SAMPLES.rglob("*"))
    until(lambda: traced.is_worked_off(count) or not traced.is_running(), f"all samples: {traced.counts()}", 900)
    family = traced.family()
    listening = [place for place in listeners() if place[2] in inodes(family)]
    assert {port for _, port, _ in listening} >= {traced.web, traced.prefect}
    assert {host for host, _, _ in listening} == {"127.0.0.1"}
    assert_quiet(traced)
    assert foreign(tmp_path / "trace") == []


def assert_quiet(office: Up) -> None:
    """Each of our Python processes was started with telemetry off."""
    assert office.process is not None
    wanted = {f"{name}={value}" for name, value in QUIET.items()}
    seen = 0
    for pid in descendants(office.process.pid):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if any(word in command for word in (b"flows.worker", b"review.serve", b"prefect\0server")):
            seen += b"strace" not in command.split(b"\0")[0]
            settings = set(Path(f"/proc/{pid}/environ").read_text().split("\0"))
            assert wanted <= settings, wanted - settings
    assert seen == 3


def listeners() -> list[tuple[str, int, str]]:
    """Host, port and inode of every TCP socket that listens here."""
    found = []
    for table, family in (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6)):
        for row in Path(table).read_text().splitlines()[1:] if Path(table).exists() else ():
            fields = row.split()
            if fields[3] == "0A":
                raw, port = fields[1].split(":")
                words = [bytes.fromhex(raw[start : start + 8])[::-1] for start in range(0, len(raw), 8)]
                found.append((socket.inet_ntop(family, b"".join(words)), int(port, 16), fields[9]))
    return found


def inodes(family: dict[int, str]) -> set[str]:
    """The inodes of all sockets that these processes hold."""
    found = set()
    for pid in family:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = str(link.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found
