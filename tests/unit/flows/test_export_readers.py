"""A consumer that reads export folders while batches are written sees whole tables that only grow (test 34)."""

from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import csv
import hashlib
import io
import json
import os
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from flows.export_batch import export_batches
from flows.house import House
from models.settings import Settings
from models.settings_output import OutputSettings
from models.store.blobs import Blobs
from models.store.engine import Store
from tests.desk import desk, make_document  # noqa: F401 - fixtures
from tests.publishing import correct, publish_some


def see(exports: Path) -> int:
    """Read every finished batch as a consumer does; its rows, all of them whole.

    A folder that is finished must stay so: its files are those of its manifest, in both formats.
    """
    rows = 0
    for success in sorted(exports.glob("*/batch-*/_SUCCESS")):
        manifest = json.loads((success.parent / "manifest.json").read_bytes())
        contents = {each["name"]: (success.parent / each["name"]).read_bytes() for each in manifest["files"]}
        for each in manifest["files"]:
            assert hashlib.sha256(contents[each["name"]]).hexdigest() == each["sha256"], success
        told = [*csv.DictReader(io.StringIO(contents["invoices.en.csv"].decode()))]
        table = parquet.read_table(io.BytesIO(contents["invoices.parquet"]))
        assert table.num_rows == len(told) == manifest["tables"]["invoices"]["rows"]
        total = sum((Decimal(row["gross_total"]) for row in told), Decimal(0))
        assert total == sum((value for value in table["gross_total"].to_pylist() if value), Decimal(0))
        rows += len(told)
    return rows


class Reader(threading.Thread):
    """Looks again and again; keeps what it saw, and what went wrong."""

    def __init__(self, look: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self.look, self.seen, self.wrong, self.ending = look, [0], "", threading.Event()

    def run(self) -> None:
        try:
            while not self.ending.is_set():
                found = self.look()
                assert found >= self.seen[-1], "the table shrank"
                self.seen.append(found)
        except Exception as error:  # noqa: BLE001 - shown by the test
            self.wrong = repr(error)


@pytest.mark.parametrize("batches", [12, pytest.param(int(os.environ.get("PUBLISHES", "300")), marks=pytest.mark.slow)])
@pytest.mark.timeout(1200)
def test_the_folder_is_never_torn_and_never_shrinks(
    desk: Store, tmp_path: Path, make_document: Any, batches: int
) -> None:
    output = OutputSettings(formats=("csv", "parquet"), convention=("en",))
    house = House(Settings(home=tmp_path, output=output), desk, Blobs(tmp_path))
    reader = Reader(lambda: see(tmp_path / "clients" / "acme" / "exports"))
    reader.start()
    changes = 0
    for number in range(1, batches + 1):
        (made,) = publish_some(desk, make_document, first=number)
        changes += 1
        if number % 4 == 0:
            correct(desk, made, payment_terms="30 days")
            changes += 2  # the old version is taken back, the new one posted
        export_batches(house, "acme", "files")
    reader.ending.set()
    reader.join(60)
    assert reader.wrong == ""
    assert see(tmp_path / "clients" / "acme" / "exports") == changes
    assert len(set(reader.seen)) > 2  # it really looked meanwhile
