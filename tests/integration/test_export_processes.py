"""Batches by real processes: killed without warning, and written again under another clock, tongue and mask."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from flows.publish import publish_approved
from models.status import Status
from models.store.clients import folders
from models.store.engine import Store
from tests.desk import INVOICE, desk, make_document  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow  # whole processes
DOCUMENTS = 30


@pytest.fixture
def published(desk: Store, make_document: Any, tmp_path: Path) -> Path:
    """A home with invoices that no batch has seen."""
    folders(tmp_path, "acme").make()
    for number in range(DOCUMENTS):
        invoice = INVOICE.model_copy(update={"invoice_number": f"F-{number}"})
        make_document(Status.APPROVED, invoice=invoice, name=f"{number}.pdf")
    publish_approved(desk, "acme")
    desk.dispose()
    return tmp_path


def start(home: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    own = {**os.environ, "FACTURIER_HOME": str(home), "FACTURIER__OUTPUT__FORMATS": '["csv", "xlsx", "parquet", "cii"]',
           **environment}  # fmt: skip
    return subprocess.Popen([sys.executable, "-m", "flows.main", "export", *words], env=own, umask=0o077,
                            stderr=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip


def test_a_batch_killed_without_warning_is_finished_and_each_posting_is_there_once(published: Path) -> None:
    exports = folders(published, "acme").exports
    killed = start(published, "batch", "--client", "acme")
    deadline = time.monotonic() + 60
    while not list(exports.glob("*/batch-*/*")) and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    done = start(published, "batch", "--client", "acme")
    assert done.wait(120) == 0, done.communicate()
    keys = []
    for success in sorted(exports.glob("*/batch-*/_SUCCESS")):
        with (success.parent / "invoices.en.csv").open(newline="", encoding="utf-8") as found:
            keys += [row["x_key"] for row in csv.DictReader(found)]
    assert len(keys) == len(set(keys)) == DOCUMENTS
    again = start(
        published, "replay", "1", "--client", "acme", TZ="Asia/Tokyo", LC_ALL="fr_FR.UTF-8", PYTHONHASHSEED="7"
    )
    words = again.communicate()[1].decode()
    assert again.returncode == 0, words
    assert "the same bytes" in words
