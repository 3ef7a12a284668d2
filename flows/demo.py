"""The client `demo`: the sample invoices with their suppliers, orders and receipts, as a newcomer's first look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlmodel import select

from flows.house import House
from flows.master_files import import_master
from models.durable import file_hash, make_folders, write_atomic
from models.errors import SettingsError
from models.store.clients import add_client, folders
from models.tables import ReceiptRow

SAMPLES = Path(__file__).parents[1] / "sample_invoices"
CLIENT = "demo"
_MASTER = (("suppliers", "suppliers.csv"), ("purchase-orders", "purchase-orders.csv"),
           ("goods-receipts", "goods-receipts.csv"))  # fmt: skip


def load_demo(house: House, samples: Path = SAMPLES) -> int:
    """Load the demo client and drop the samples that it has not received yet; returns how many were dropped."""
    if not (samples / "files").is_dir():
        raise SettingsError(f"{samples} holds no samples: run `make samples`, or leave --demo out")
    with house.store.write() as session:
        add_client(session, house.home, CLIENT, **_buyer(samples), actor="demo")
    for kind, name in _MASTER:
        import_master(house.store, kind, samples / name, CLIENT, strict=False, actor="demo")
    inbox = folders(house.home, CLIENT).inbox
    fresh = list(_fresh(house, samples / "files"))
    for path in fresh:
        target = inbox / path.relative_to(samples / "files")
        make_folders((target.parent,))
        write_atomic(target, path.read_bytes())
    return len(fresh)


def _fresh(house: House, source: Path) -> Iterator[Path]:
    """Sample files whose content the demo client never received, in the order in which they are meant to come."""
    with house.store.read() as session:
        known = set(session.exec(select(ReceiptRow.sha256).where(ReceiptRow.client_id == CLIENT)))
    for path in sorted(each for each in source.rglob("*") if each.is_file()):
        if file_hash(path) not in known:
            yield path


def _buyer(samples: Path) -> dict[str, str | None]:
    """Who the demo client is: the buyer that the orders name."""
    import csv

    with (samples / "purchase-orders.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    return {"name": first["buyer_name"], "vat_id": first["buyer_vat_id"], "legal_id": None}
