from __future__ import annotations

# ruff: noqa: F811 - fixtures are imported and then named as arguments
import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlmodel import select

from flows import export_batch
from flows.commands.output import run_batch, run_replay
from flows.export_batch import Written, export_batches, export_due, replay_batch
from flows.exports.folder import SUCCESS, whole_manifest
from flows.house import House
from flows.publish import publish_approved
from models.coding import Posting
from models.currency import CurrencyRate
from models.decision import Decision, Outcome
from models.errors import ConflictError, SettingsError
from models.invoice import Invoice
from models.match import MatchResult, SupplierMatch
from models.settings import Settings
from models.settings_output import OutputSettings
from models.status import Status
from models.store import audit
from models.store.blobs import Blobs
from models.store.clients import list_clients
from models.store.coding import confirm_coding
from models.store.currency import put_rates
from models.store.documents import add_extraction, add_judgement, load_extraction, move
from models.store.engine import Store
from models.store.export_batches import find_batch, last_seq
from models.store.outputs import read_view
from models.tables import ClientRow, DeliveryRow, DocumentRow, ExportBatchRow
from models.views_ledger import POSTING
from tests.desk import INVOICE, NOON, desk, make_document  # noqa: F401 - fixtures
from tests.publishing import open_gate


@pytest.fixture
def house(desk: Store, tmp_path: Path) -> House:
    settings = Settings(output=OutputSettings(expense_account="606400", formats=("csv", "jsonl"), convention=("en",)))
    return House(settings, desk, Blobs(tmp_path))


def publish(house: House, make_document: Any, number: str, **changed: Any) -> str:
    invoice = INVOICE.model_copy(update={"invoice_number": number, **changed})
    document = make_document(Status.APPROVED, invoice=invoice, name=f"{number[:40]}.pdf".replace("/", "-"))
    publish_approved(house.store, "acme")
    return str(document)


def again(house: House, document_id: str, invoice: Invoice | None) -> None:
    """A person corrects what was published, or rejects it where no invoice is given; it is published anew."""
    with house.store.write() as session:
        row = session.get(DocumentRow, document_id)
        assert row is not None
        move(session, row, Status.IN_REVIEW, actor="user:ada")
        if invoice is None:
            move(session, row, Status.REJECTED, actor="user:ada")
        else:
            before = load_extraction(session, row.id)
            assert before is not None
            changed = before.model_copy(update={"invoice": invoice})
            add_extraction(session, row, changed, origin="person", actor="user:ada", pages=())
            add_judgement(session, row, MatchResult(supplier=SupplierMatch(seller_id="S1")), (),
                          Decision(outcome=Outcome.REVIEW), actor="user:ada")  # fmt: skip
            move(session, row, Status.APPROVED, actor="user:ada")
    publish_approved(house.store, "acme", gate=open_gate)


def consumed(house: House, client: str = "acme") -> Iterator[dict[str, str]]:
    """What a consumer sees who reads whole folders in their order and takes each key once."""
    for success in sorted((house.home / "clients" / client / "exports").glob(f"*/batch-*/{SUCCESS}")):
        with (success.parent / "invoices.en.csv").open(newline="", encoding="utf-8") as found:
            yield from csv.DictReader(found)


def test_each_change_goes_once_and_no_change_makes_no_batch(house: House, make_document: Any) -> None:
    publish(house, make_document, "F-1")
    publish(house, make_document, "F-2")
    (first,) = export_batches(house, "acme", "files")
    assert export_batches(house, "acme", "files") == []
    publish(house, make_document, "F-3")
    (second,) = export_batches(house, "acme", "files")
    assert [first.seq, second.seq] == [1, 2]
    assert [row["invoice_number"] for row in consumed(house)] == ["F-1", "F-2", "F-3"]
    manifest = json.loads((second.folder / "manifest.json").read_text())
    assert manifest["changes"] == {"after": 2, "last": 3, "delivered": 1}
    assert manifest["tables"]["invoices"]["sums"]["EUR"]["gross_total"] == "120.00"
    with house.store.read() as session:
        assert audit.verify(session) is None
        assert len(session.exec(select(DeliveryRow)).all()) == 3


def test_targets_count_for_themselves(house: House, make_document: Any) -> None:
    publish(house, make_document, "F-1")
    (files,), (sage,) = export_batches(house, "acme", "files"), export_batches(house, "acme", "sage50")
    assert (files.seq, sage.seq) == (1, 1)
    assert sage.folder.parent.parent.name == "sage50"
    with pytest.raises(SettingsError):
        export_batches(house, "acme", "nothing")
    with pytest.raises(SettingsError):
        export_batches(house, "nobody", "files")


def test_a_correction_takes_the_old_version_back_and_a_rejection_the_last(house: House, make_document: Any) -> None:
    document = publish(house, make_document, "F-1")
    export_batches(house, "acme", "files")
    again(house, document, INVOICE.model_copy(update={"net_total": Decimal(110), "gross_total": Decimal(130)}))
    export_batches(house, "acme", "files")
    rows = list(consumed(house))
    assert [(row["version"], row["entry"], row["gross_total"]) for row in rows] == [
        ("1", "post", "120.00"), ("1", "reverse", "-120.00"), ("2", "post", "130.00"),
    ]  # fmt: skip
    again(house, document, None)
    export_batches(house, "acme", "files")
    rows = list(consumed(house))
    assert sum(Decimal(row["gross_total"]) for row in rows) == 0
    assert len({row["x_key"] for row in rows}) == len(rows) == 4


def test_what_was_never_delivered_is_not_taken_back(house: House, make_document: Any) -> None:
    document = publish(house, make_document, "F-1")
    again(house, document, None)
    (done,) = export_batches(house, "acme", "files")
    assert [row["entry"] for row in consumed(house)] == ["post", "reverse"]
    assert done.bookings == 2
    (ledger,) = export_batches(house, "acme", "xero")
    assert (ledger.bookings, len(ledger.problems)) == (0, 1)  # without a tax code it never went there


@pytest.mark.parametrize("at", ["reserved", "half", "files"])
def test_a_killed_export_is_finished_with_the_same_number_and_bytes(
    house: House, make_document: Any, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    publish(house, make_document, "F-1")
    real = export_batch.write_folder

    def killed(folder: Path, files: Any, facts: Any) -> Any:
        kept = list(files)
        if at == "half":
            folder.mkdir(parents=True)
            (folder / kept[0][0]).write_bytes(kept[0][1][:10])
        if at == "files":
            real(folder, iter(kept), facts)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(export_batch, "write_folder", killed)
        with pytest.raises(KeyboardInterrupt):
            export_batches(house, "acme", "files")
    publish(house, make_document, "F-2")  # comes later: not into the batch that is open
    first, second = export_batches(house, "acme", "files")
    assert (first.seq, first.is_finished, second.seq, second.is_finished) == (1, True, 2, False)
    assert [row["invoice_number"] for row in consumed(house)] == ["F-1", "F-2"]
    with house.store.read() as session:
        assert {row.state for row in session.exec(select(ExportBatchRow))} == {"written"}


def test_a_replay_is_the_same_after_corrections_codings_and_other_settings(
    house: House, make_document: Any, tmp_path: Path
) -> None:
    document = publish(house, make_document, "F-1")
    (done,) = export_batches(house, "acme", "files")
    (ledger,) = export_batches(house, "acme", "fec")
    before = {path.name: path.read_bytes() for path in done.folder.iterdir()}
    again(house, document, INVOICE.model_copy(update={"seller_name": "Another"}))
    with house.store.write() as session:
        row = session.get(DocumentRow, document)
        client = session.get(ClientRow, "acme")
        assert row is not None
        assert client is not None
        client.output_json = '{"formats": ["csv"], "expense_account": "999"}'
        confirm_coding(session, row, {1: (Posting(account="7"),)}, actor="user:ada", at=NOON)
    (done.folder / "invoices.en.csv").unlink()
    for name in ("1", "fec:1"):
        with house.store.read() as session:
            assert replay_batch(house, find_batch(session, name, "acme"), tmp_path / "aside" / name) == []
            assert replay_batch(house, find_batch(session, name, "acme")) == []
    assert {path.name: path.read_bytes() for path in done.folder.iterdir()} == before
    assert whole_manifest(ledger.folder) is not None
    assert not [path for path in done.folder.parent.iterdir() if path.name.startswith(".replay")]


def test_a_replay_that_differs_says_so_and_leaves_the_folder_alone(house: House, make_document: Any) -> None:
    publish(house, make_document, "F-1")
    (done,) = export_batches(house, "acme", "files")
    with house.store.write() as session:
        row = session.get(ExportBatchRow, done.batch_id)
        assert row is not None
        row.options_json = row.options_json.replace('"csv", ', "")
    with house.store.read() as session:
        row = find_batch(session, done.batch_id, None)
    assert "invoices.en.csv" in replay_batch(house, row)
    assert (done.folder / "invoices.en.csv").exists()
    with house.store.read() as session, pytest.raises(ConflictError):
        find_batch(session, done.batch_id, "beta")


def test_what_cannot_be_mapped_is_an_exception_and_goes_when_it_can(
    desk: Store, make_document: Any, tmp_path: Path
) -> None:
    house = House(Settings(), desk, Blobs(tmp_path))
    document = publish(house, make_document, "F-1")
    (first,) = export_batches(house, "acme", "fec")
    assert (first.bookings, len(first.problems)) == (0, 1)
    assert "no_account" in (first.folder / "exceptions.csv").read_text()
    assert export_batches(house, "acme", "fec") == []
    with house.store.write() as session:
        row = session.get(DocumentRow, document)
        assert row is not None
        confirm_coding(session, row, {1: (Posting(account="606400"),)}, actor="user:ada", at=NOON)
    (second,) = export_batches(house, "acme", "fec")
    assert (second.seq, second.bookings, len(second.problems)) == (2, 1, 0)
    entry = next(path for path in second.folder.iterdir() if "FEC" in path.name)
    assert "606400" in entry.read_text("utf-8")
    assert export_batches(house, "acme", "fec") == []


def test_a_large_feed_goes_in_several_batches(house: House, make_document: Any) -> None:
    for number in range(5):
        publish(house, make_document, f"F-{number}")
    with house.store.write() as session:
        client = session.get(ClientRow, "acme")
        assert client is not None
        client.output_json = '{"batch_changes": 2}'
    done = export_batches(house, "acme", "files")
    assert [each.bookings for each in done] == [2, 2, 1]
    assert [row["invoice_number"] for row in consumed(house)] == [f"F-{number}" for number in range(5)]


def test_the_schedule_serves_every_client_and_the_command_says_what_it_did(
    house: House, make_document: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(house, make_document, "F-1")
    told: list[Written] = []
    with house.store.read() as session:
        clients = list_clients(session)
    assert export_due(house, clients, told.append) == 1
    assert [each.seq for each in told] == [1]
    assert run_batch(house, "acme", []) == 0
    assert "nothing new" in capsys.readouterr().err
    assert run_replay(house, "1", "acme", None) == 0
    assert "the same bytes" in capsys.readouterr().err


def test_two_numbers_that_quickbooks_would_cut_to_one_are_not_both_sent(house: House, make_document: Any) -> None:
    with house.store.write() as session:
        client = session.get(ClientRow, "acme")
        assert client is not None
        client.output_json = '{"tax_codes": {"20": "20.0% S"}}'
    publish(house, make_document, "INVOICE-2026-00000000-A")
    export_batches(house, "acme", "quickbooks")
    publish(house, make_document, "INVOICE-2026-00000000-B")
    (done,) = export_batches(house, "acme", "quickbooks")
    assert (done.bookings, len(done.problems)) == (0, 1)
    assert "number_taken" in (done.folder / "exceptions.csv").read_text()


def test_what_takes_an_entry_in_dollars_back_has_the_rate_with_which_it_went(house: House, make_document: Any) -> None:
    def rate(per_euro: str) -> None:
        known = CurrencyRate(currency="USD", day=date(2026, 11, 10), per_euro=Decimal(per_euro), source="ECB")
        with house.store.write() as session:
            put_rates(session, [known], actor="user:ada", at=NOON)

    document = publish(house, make_document, "F-1", currency="USD")
    (first,) = export_batches(house, "acme", "fec")
    assert [each.reason for each in first.problems] == ["foreign_currency"]
    rate("1.25")
    (second,) = export_batches(house, "acme", "fec")
    assert second.problems == ()
    rate("2")
    again(house, document, INVOICE.model_copy(update={"invoice_number": "F-1b", "currency": "USD"}))
    (third,) = export_batches(house, "acme", "fec")
    found = [next(each.folder.glob("*FEC*")).read_text("utf-8").splitlines()[1:] for each in (second, third)]
    sums = [[line.split("\t") for line in lines if line.split("\t")[4] == "401000"] for lines in found]
    assert [(line[11], line[12]) for lines in sums for line in lines] == [
        ("0,00", "96,00"), ("96,00", "0,00"), ("0,00", "60,00"),
    ]  # fmt: skip
    with house.store.read() as session:
        assert replay_batch(house, find_batch(session, "fec:2", "acme")) == []


STEPS = st.lists(st.tuples(st.sampled_from(["insert", "correct", "withdraw", "export"]), st.integers(0, 3),
                           st.integers(-9_999, 9_999), st.sampled_from(["EUR", "USD", "JPY"])),
                 min_size=4, max_size=10)  # fmt: skip


@seed(6)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_the_sums_of_all_batches_are_those_of_the_ledger_for_every_currency(
    desk: Store, make_document: Any, tmp_path_factory: pytest.TempPathFactory, steps: Any
) -> None:
    home = tmp_path_factory.mktemp("home")
    house = House(Settings(output=OutputSettings(formats=("jsonl",))), desk, Blobs(home))
    live: list[str] = []
    with desk.read() as session:
        start = last_seq(session, "acme", "files")
    for act, which, cents, currency in [*steps, ("export", 0, 0, "EUR")]:
        amount = Decimal(cents) if currency == "JPY" else Decimal(cents) / 100
        values = {"currency": currency, "net_total": amount, "tax_total": Decimal(0), "gross_total": amount,
                  "type_code": "381" if which == 3 else "380"}  # fmt: skip
        number = f"F-{next(COUNT)}"
        if act == "insert":
            live.append(publish_open(house, make_document, number, values))
        elif act == "export":
            export_batches(house, "acme", "files")
            compare_with_ledger(house, start)
        elif live and act == "correct":
            again(house, live[which % len(live)], INVOICE.model_copy(update=values | {"invoice_number": number}))
        elif live:
            again(house, live.pop(which % len(live)), None)


COUNT = count()


def publish_open(house: House, make_document: Any, number: str, values: Any) -> str:
    invoice = INVOICE.model_copy(update={"invoice_number": number, **values})
    document = make_document(Status.APPROVED, invoice=invoice, name=f"{number}.pdf")
    publish_approved(house.store, "acme", gate=open_gate)
    return str(document)


def compare_with_ledger(house: House, start: int) -> None:
    """Each change, each amount, each currency: what batches hold is what v1_posting holds."""
    names = ("net_total", "tax_total", "gross_total", "prepaid_total", "payable_total")
    columns = [each.name for each in POSTING.columns]
    wanted: Counter[tuple[Any, ...]] = Counter()
    with house.store.read() as session:
        for row in (dict(zip(columns, each, strict=True)) for each in read_view(session, POSTING, "acme", start)):
            for name in names:
                wanted[row["change_seq"], row["document_id"], row["currency"], name] += row[name] or 0
    found: Counter[tuple[Any, ...]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    for path in sorted((house.home / "clients" / "acme" / "exports").glob("*/batch-*/invoices.jsonl")):
        told = json.loads((path.parent / "manifest.json").read_text())["tables"]["invoices"]["sums"]
        for currency, sums in told.items():
            for name in names:
                totals[currency, name] += Decimal(sums.get(name, 0))
        for row in map(json.loads, path.read_text().splitlines()):
            for name in names:
                found[row["change_seq"], row["document_id"], row["currency"], name] += Decimal(row.get(name, 0))
    assert found == wanted
    by_currency: Counter[tuple[str, str]] = Counter()
    for (_, _, currency, name), amount in wanted.items():
        by_currency[currency, name] += amount
    assert totals == by_currency
