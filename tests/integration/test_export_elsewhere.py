"""Every format is the same to the byte in another process with another clock, tongue, mask and hash seed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from flows.exports import EXPORTERS
from flows.exports.folder import whole_manifest
from flows.publish import publish_approved
from models.status import Status
from models.store.blobs import Blobs
from models.store.engine import Store
from models.tables import BlobRow, DocumentRow
from tests.desk import INVOICE, NOON, document_maker, open_desk
from tests.publishing import open_gate

pytestmark = pytest.mark.slow  # whole processes
PDF = "application/pdf"
WORK = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[1], 8))
from flows.commands.output import Order, run_export
from flows.exports import EXPORTERS
from flows.house import open_house
with open_house() as house:
    for form in EXPORTERS:
        run_export(house, Order("invoices", "acme", form=form, french=True, out=Path(sys.argv[2]) / form))
"""
PLACES = {
    "here": ("022", {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}),
    "there": ("077", {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}),
}
SETTINGS = {"FACTURIER__OUTPUT__EXPENSE_ACCOUNT": "606400", "FACTURIER__OUTPUT__SAP_COMPANY": "1000",
            "FACTURIER__OUTPUT__TAX_CODES": '{"20": "TVA20"}'}  # fmt: skip
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> dict[str, dict[str, Files]]:
    """What two processes wrote: place -> format -> file -> bytes."""
    home, out = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("out")
    desk = open_desk(home, migrated_database)
    _publish(home, desk)
    desk.dispose()
    started = [
        subprocess.Popen([sys.executable, "-c", WORK, mask, str(out / place)], stderr=subprocess.PIPE,
                         env=os.environ | SETTINGS | own | {"FACTURIER_HOME": str(home)})
        for place, (mask, own) in PLACES.items()
    ]  # fmt: skip
    for each in started:
        said = each.communicate(timeout=120)[1]
        assert each.returncode == 0, said
    return {place: {form: _read(out / place / form) for form in EXPORTERS} for place in PLACES}


def _publish(home: Path, desk: Store) -> None:
    """A PDF and what is called a picture, with words of many tongues."""
    make, sink, blobs = document_maker(desk), io.BytesIO(), Blobs(home)
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(sink)
    copy = blobs.stage(sink.getvalue(), limit=10**6)
    assert copy is not None
    blobs.publish([copy])
    for at, (name, media_type) in enumerate((("Zürich Ğİı 東京 £ =1+1", PDF), ("Œuvre", "image/png"))):
        invoice = INVOICE.model_copy(update={"invoice_number": f"F-{at}", "seller_name": name})
        document = make(Status.APPROVED, invoice=invoice, name=f"{at}.pdf")
        with desk.write() as session:
            if at == 0:
                session.add(BlobRow(sha256=copy.sha256, size=copy.size, media_type=PDF, created_at=NOON))
                session.flush()
            row = session.get_one(DocumentRow, document)
            row.media_type, row.sha256 = media_type, copy.sha256 if at == 0 else row.sha256
    publish_approved(desk, "acme", gate=open_gate)


def _read(folder: Path) -> Files:
    assert whole_manifest(folder) is not None, folder
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("form", sorted(EXPORTERS))
def test_another_process_in_another_place_writes_the_same_bytes(
    written: dict[str, dict[str, Files]], form: str
) -> None:
    here, there = (written[place][form] for place in PLACES)
    assert sorted(here) == sorted(there)
    assert [name for name in here if here[name] != there[name]] == []
    assert len(here) > 2
    if form == "facturx":
        assert sorted(b"Factur-X" in each for name, each in here.items() if name.endswith(".pdf")) == [True, True]
        assert b"drawn_pages" not in here["manifest.json"]
