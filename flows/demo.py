"""The client `demo`: the sample invoices with their suppliers, orders and receipts, as a newcomer's first look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlmodel import select

from flows.certify import certify_client
from flows.commands.certify import read_labels
from flows.commands.sla import run_contract
from flows.commands.wages import run_wages
from flows.house import House
from flows.master_files import import_master
from flows.terminal import say
from flows.versions import model_versions, places_of
from models.durable import file_hash, make_folders, write_atomic
from models.errors import SettingsError
from models.settings import client_policy
from models.store.audit import now
from models.store.certificates import certificates_of
from models.store.clients import add_client, folders
from models.store.labels import put_labels
from models.tables import ClientRow, ReceiptRow

SAMPLES = Path(__file__).parents[1] / "sample_invoices"
CLIENT = "demo"
POLICY = '{"error_limit": 0.02}'  # two in a hundred: what a history of some hundred documents can prove
WAGES = "wages-example.csv"  # made-up regions: no wage of any country
TERMS = "contract.toml"  # a made-up contract
HISTORY = "history.jsonl"  # labels of earlier invoices, made by sample_invoices.history
_MASTER = (("suppliers", "suppliers.csv"), ("purchase-orders", "purchase-orders.csv"),
           ("goods-receipts", "goods-receipts.csv"))  # fmt: skip


def load_demo(house: House, samples: Path = SAMPLES) -> int:
    """Load the demo client and drop the samples that it has not received yet; returns how many were dropped."""
    if not (samples / "files").is_dir():
        raise SettingsError(f"{samples} holds no samples: run `make samples`, or leave --demo out")
    with house.store.write() as session:
        client = add_client(session, house.home, CLIENT, **buyer(samples), actor="demo")
        client.policy_json = client.policy_json or POLICY
        session.add(client)
    for kind, name in _MASTER:
        import_master(house.store, kind, samples / name, CLIENT, strict=False, actor="demo")
    if (samples / WAGES).is_file():
        run_wages(house.store, samples / WAGES, actor="demo", told=False)
    if (samples / TERMS).is_file():
        run_contract(house.store, samples / TERMS, CLIENT, actor="demo", told=False)
    load_history(house, samples / HISTORY)
    inbox = folders(house.home, CLIENT).inbox
    fresh = list(_fresh(house, samples / "files"))
    for path in fresh:
        target = inbox / path.relative_to(samples / "files")
        make_folders((target.parent,))
        write_atomic(target, path.read_bytes())
    return len(fresh)


def load_history(house: House, path: Path) -> int:
    """Certify the demo client by the labelled history that comes with the samples; returns how many labels fit.

    Labels are moved in time so that the newest is of now: a history does not grow old on the shelf. Those of other
    versions of the models prove nothing and are left out, which is said.
    """
    if not path.is_file():
        say("demo: no labelled history came with the samples, so everything goes to a person")
        return 0
    version, at = model_versions(places_of(house.settings))["score"], now()
    with house.store.read() as session:
        if any(each.score_version == version for each in certificates_of(session, CLIENT)):
            return 0  # it was loaded before
    labels = read_labels(path)
    fitting = [label for label in labels if label.score_version == version]
    if len(fitting) < len(labels):
        say(f"demo: {len(labels) - len(fitting)} of {len(labels)} labels of the history are of other versions of the "
            "models; `python -m sample_invoices.history` makes it anew")  # fmt: skip
    newest = max((label.at for label in fitting), default=at)
    moved = [label.model_copy(update={"at": label.at + (at - newest)}) for label in fitting]
    with house.store.write() as session:
        put_labels(session, CLIENT, moved, actor="demo")
        policy = client_policy(house.settings.policy, session.get_one(ClientRow, CLIENT).policy_json)
        certify_client(session, CLIENT, policy, at=at, actor="demo", places=places_of(house.settings))
    return len(fitting)


def _fresh(house: House, source: Path) -> Iterator[Path]:
    """Sample files whose content the demo client never received, in the order in which they are meant to come."""
    with house.store.read() as session:
        receipts = session.exec(select(ReceiptRow).where(ReceiptRow.client_id == CLIENT)).all()
    known = {row.sha256 for row in receipts}
    refused = {row.original_name for row in receipts if row.sha256 is None}  # an incomplete file is never hashed
    for path in sorted(each for each in source.rglob("*") if each.is_file()):
        if path.name not in refused and file_hash(path) not in known:
            yield path


def buyer(samples: Path) -> dict[str, str | None]:
    """Who the demo client is: the buyer that the orders name."""
    import csv

    with (samples / "purchase-orders.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    return {"name": first["buyer_name"], "vat_id": first["buyer_vat_id"], "legal_id": None}
