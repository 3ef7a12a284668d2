"""Kill -9, full disks and I/O errors at every durability call of one ingest (reliability.md tests 21 and 23)."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Any

import pytest

logger = logging.getLogger(__name__)

KILL = "signal=SIGKILL"
CALLS = ["fsync", "fdatasync", "rename", "renameat2", "unlink", "pwrite64", "ftruncate", "write"]
# A commit writes dozens of equal pages: every fourth is a crash point here, every twelfth fails. Run without steps
# (405 kills and 358 faults) there was no violation either.
KILL_STEPS, FAULT_STEPS = {"pwrite64": 4}, {"pwrite64": 12, "fsync": 4}
ALWAYS = {"fsync", "rename", "unlink", "pwrite64"}  # the others depend on how SQLite was built


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("call", CALLS)
def test_an_ingest_that_is_killed_at_any_durability_call_loses_nothing(kill_harness: Any, call: str) -> None:
    points, found = kill_harness.points(call, KILL, step=KILL_STEPS.get(call, 1))
    logger.info("%s: %d crash points, %d violations", call, points, len(found))
    assert found == []
    assert points > 0 or call not in ALWAYS


@pytest.mark.parametrize("call", ["rename", "fsync"])
def test_an_ingest_that_is_killed_at_some_durability_calls_loses_nothing(kill_harness: Any, call: str) -> None:
    points, found = kill_harness.points(call, KILL, step=7)
    assert found == []
    assert points > 0


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("fault", ["error=ENOSPC", "error=EIO"])
@pytest.mark.parametrize("call", ["pwrite64", "fsync", "ftruncate"])
def test_an_ingest_whose_disk_fails_loses_nothing(kill_harness: Any, call: str, fault: str) -> None:
    points, found = kill_harness.points(call, fault, step=FAULT_STEPS.get(call, 1))
    logger.info("%s %s: %d points, %d violations", call, fault, points, len(found))
    assert found == []


def test_a_failed_fsync_ends_the_process_at_once(kill_harness: Any) -> None:
    home = kill_harness.home()
    status = kill_harness.run(home, ["-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=3", "-o", "/dev/null"])
    assert os.WIFEXITED(status)
    assert os.WEXITSTATUS(status) == 74


def test_the_harness_sees_a_file_that_was_unlinked_before_commit(kill_harness: Any) -> None:
    wrong = (kill_harness.inject("unlink", number, KILL, "unlink_before_commit")[1] for number in range(1, 20))
    assert any("lost" in what for found in wrong for what in found)


def test_the_harness_sees_names_that_a_crash_forgot(kill_harness: Any) -> None:
    wrong = (kill_harness.inject("rename", number, KILL, "no_journal")[1] for number in range(1, 20))
    assert any("receipts" in what for found in wrong for what in found)


# --- the order of calls, for what a kill cannot show: a power cut forgets what was not synced ---


def disorder(log: str) -> list[str]:
    """Breaches of R4 in a trace: a published name must be synced, file and folder, before a commit can name it."""
    found: list[str] = []
    synced: set[str] = set()
    pending: dict[str, str] = {}  # folder of the store that is not synced yet: the name published in it
    for line in log.splitlines():
        if match := re.search(r"f(?:data)?sync\(\d+<(.+?)>\)", line):
            path = match[1]
            synced.add(path)
            pending.pop(path, None)
            if path.endswith("facturier.db-wal"):
                found += [f"committed before the folder of {name} was synced" for name in pending.values()]
        elif match := re.search(r'rename\("(.+?/store/\.tmp/.+?)", "(.+?)"\)', line):
            if match[1] not in synced:
                found.append(f"{match[2]} was published unsynced")
            pending[str(Path(match[2]).parent)] = match[2]
    return found


def trace(kill_harness: Any, variant: str) -> str:
    home = kill_harness.home()
    log = home / "strace.log"
    calls = "trace=fsync,fdatasync,rename,renameat2,unlink"
    assert kill_harness.run(home, ["-y", "-s", "4096", "-e", calls, "-o", str(log)], variant) == 0
    return str(log.read_text())


def test_everything_is_synced_before_a_commit_names_it(kill_harness: Any) -> None:
    log = trace(kill_harness, "")
    assert len(re.findall(r"/store/\.tmp/", log)) >= 6
    assert disorder(log) == []


def test_the_order_check_sees_a_folder_that_was_not_synced(kill_harness: Any) -> None:
    assert any("folder" in what for what in disorder(trace(kill_harness, "no_folder_sync")))


def test_no_claimed_file_is_unlinked_before_its_commit(kill_harness: Any) -> None:
    def first(lines: list[str], pattern: str) -> int:
        return next(number for number, line in enumerate(lines) if re.search(pattern, line))

    claimed = r'unlink\(".*/claim/[0-9a-f]{32}"'
    good = trace(kill_harness, "").splitlines()
    assert first(good, claimed) > first(good, r"sync\(\d+<.*db-wal>")
    bad = trace(kill_harness, "unlink_before_commit").splitlines()
    assert first(bad, claimed) < first(bad, r"sync\(\d+<.*db-wal>")
