"""A client's exit pack: taken into another house it gives the same state; damaged or foreign packs change nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select

from flows.archive_copy import MANIFEST, SUCCESS
from flows.commands.exit import run_exit_import, run_exit_pack
from flows.house import House
from flows.publish import publish_approved
from kpis import compute
from models.settings import Settings
from models.status import Status
from models.store.audit import verify
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.figures import load_history
from models.store.leaving import TABLES, leaving_tables, rows_of
from models.store.outputs import read_view
from models.store.people import add_user
from models.tables import AuditRow, BlobRow, CounterRow, DocumentRow, SecretRow, UserRow
from models.views import VIEWS
from tests.desk import NOON, document_maker, open_desk
from tests.furnished import furnish

CANARY = "$argon2id$v=19$canary"
_CLIENT = b'{"id": "../x", "name": "x", "created_at": "2026-01-01T00:00:00Z"}\n'


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[House]:
    """Two clients, every kind of document, one of them published."""
    home = tmp_path_factory.mktemp("office")
    desk = open_desk(home, migrated_database)
    furnish(desk, home)
    document_maker(desk)(Status.APPROVED, name="published.pdf")
    publish_approved(desk, "acme")
    with desk.write() as session:
        add_user(
            session, login="zoe", name="Zoé", password_hash=CANARY, role="reviewer", clients=("acme",), actor="system"
        )
    (home / "clients" / "acme" / "quarantine").mkdir(parents=True, exist_ok=True)
    (home / "clients" / "acme" / "quarantine" / "x.pdf.txt").write_text("why", encoding="utf-8")
    with desk.write() as session:
        for row in session.exec(select(DocumentRow)):
            blob = Blobs(home).path(row.sha256)
            if not blob.is_file():
                _give_bytes(session, home, row)
    yield House(Settings(home=home), desk, Blobs(home))
    desk.dispose()


@pytest.fixture(scope="module")
def made(office: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its pack, not to be changed."""
    out = tmp_path_factory.mktemp("packs") / "made"
    assert run_exit_pack(office, "acme", out) == 0
    return out


@pytest.fixture
def pack(made: Path, tmp_path: Path) -> Path:
    """A copy of the pack."""
    return Path(shutil.copytree(made, tmp_path / "pack"))


def _give_bytes(session: Any, home: Path, row: DocumentRow) -> None:
    """Bytes for a document that the desk made without any: its hash becomes theirs."""
    content = b"%PDF-1.4 " + row.id.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    path = Blobs(home).path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    session.add(BlobRow(sha256=sha256, size=len(content), media_type="application/pdf", created_at=NOON))
    session.flush()
    session.execute(text("UPDATE document SET sha256 = :s WHERE id = :i"), {"s": sha256, "i": row.id})


@pytest.fixture
def elsewhere(tmp_path: Path, migrated_database: Path) -> Iterator[House]:
    """A new house."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "facturier.db").write_bytes(migrated_database.read_bytes())
    store = Store(f"sqlite:///{home / 'facturier.db'}")
    yield House(Settings(home=home), store, Blobs(home))
    store.dispose()


def state(house: House) -> dict[str, list[Any]]:
    """Every row of the client, and what finance reads."""
    with house.store.read() as session:
        tables: dict[str, list[Any]] = {
            table.name: [*rows_of(session, table, "acme")] for table in leaving_tables() if table.name != "audit"
        }
        views = {view.name: [tuple(row) for row in read_view(session, view, "acme", 0)] for view in VIEWS}
    return tables | views


def test_every_table_travels_or_says_why_it_stays() -> None:
    known = set(SQLModel.metadata.tables) | {"alembic_version"}
    assert set(TABLES) == known


def test_another_house_has_the_same_state(office: House, elsewhere: House, pack: Path) -> None:
    assert run_exit_import(elsewhere, pack) == 0
    before, after = state(office), state(elsewhere)
    assert {name for name, rows in before.items() if rows} >= {"document", "event", "extraction", "v1_invoice", "label"}
    for name, rows in before.items():
        assert after[name] == rows, name
    with office.store.read() as here, elsewhere.store.read() as there:
        figures = [compute(load_history(one, "acme"), NOON - timedelta(days=400), NOON + timedelta(days=400))
                   for one in (here, there)]  # fmt: skip
    assert figures[0] == figures[1]
    for row in before["document"]:
        assert elsewhere.blobs.read(row["sha256"]) == office.blobs.read(row["sha256"])
    assert (elsewhere.home / "clients" / "acme" / "quarantine" / "x.pdf.txt").read_text(encoding="utf-8") == "why"


def test_the_audit_goes_on_in_the_new_chain(office: House, elsewhere: House, pack: Path) -> None:
    run_exit_import(elsewhere, pack)
    with office.store.read() as here, elsewhere.store.read() as there:
        own = [row for row in here.exec(select(AuditRow).order_by(AuditRow.seq)) if row.client_id == "acme"]
        taken = there.exec(select(AuditRow).order_by(AuditRow.seq)).all()
        assert verify(there) is None
    assert [(r.at, r.actor, r.action, r.object, r.before_json, r.after_json) for r in taken[:-1]] == [
        (r.at, r.actor, r.action, r.object, r.before_json, r.after_json) for r in own
    ]
    assert taken[-1].action == "take_exit_pack"


def test_no_secret_and_nobody_elses_row_leaves(office: House, pack: Path) -> None:
    with office.store.read() as session:
        (zoe,) = session.exec(select(UserRow).where(UserRow.login == "zoe"))
        secrets = [row.value for row in session.exec(select(SecretRow))]
        other = [row.id for row in session.exec(select(DocumentRow)) if row.client_id != "acme"]
    assert secrets
    written = b"".join(path.read_bytes() for path in (pack).rglob("*") if path.is_file())
    assert zoe.id.encode() in written
    for word in (CANARY, *secrets, *other):
        assert word.encode() not in written


def test_work_goes_on_with_the_next_numbers(office: House, elsewhere: House, pack: Path) -> None:
    run_exit_import(elsewhere, pack)
    with office.store.read() as here, elsewhere.store.read() as there:
        last = max(row["change_seq"] for row in rows_of(here, SQLModel.metadata.tables["change"], "acme"))
        assert there.get_one(CounterRow, "change").value == last


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda pack: (pack / "tables" / "document.jsonl").open("ab").write(b"{}\n"), "was changed"),
        (lambda pack: (pack / SUCCESS).unlink(), "no finished backup"),
        (lambda pack: (pack / "tables" / "event.jsonl").unlink(), "missing"),
        (lambda pack: _rewrite(pack, "tables/document.jsonl", b'{"id": "x", "evil": 1}\n'), "no column"),
        (lambda pack: _rewrite(pack, "tables/document.jsonl", b"[" * 100_000 + b"\n"), "not JSON"),
        (lambda pack: _rewrite(pack, "tables/invoice.jsonl", b'{"document_id": 7}\n'), "invoice.jsonl line 1"),
        (lambda pack: _rewrite(pack, "tables/client.jsonl", _CLIENT), ""),
        (lambda pack: _manifest(pack, revision="0001"), "schema 0001"),
    ],
)  # fmt: skip
def test_a_pack_that_is_not_whole_changes_nothing(
    elsewhere: House, pack: Path, harm: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    harm(pack)
    assert run_exit_import(elsewhere, pack) == 1
    assert words in capsys.readouterr().err
    with elsewhere.store.read() as session:
        assert session.exec(select(DocumentRow)).all() == []
        assert session.exec(select(AuditRow)).all() == []
    assert not (elsewhere.home / "clients").exists()


def test_a_house_where_somebody_works_takes_none(office: House, elsewhere: House, pack: Path) -> None:
    assert run_exit_import(office, pack) == 1
    assert run_exit_import(elsewhere, pack) == 0
    assert run_exit_import(elsewhere, pack) == 1


def test_wrong_use_is_told(office: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    assert run_exit_pack(office, "nobody", tmp_path / "x") == 2
    assert run_exit_pack(office, "acme", tmp_path / "full") == 2
    assert run_exit_import(office, tmp_path / "nothing") == 2
    assert "no client 'nobody'" in capsys.readouterr().err


def _rewrite(pack: Path, name: str, content: bytes) -> None:
    """A file changed together with the manifest: only its content is wrong."""
    (pack / name).write_bytes(content)
    said = json.loads((pack / MANIFEST).read_bytes())
    said["files"][name] = hashlib.sha256(content).hexdigest()
    _manifest(pack, files=said["files"])


def _manifest(pack: Path, **values: Any) -> None:
    said = json.loads((pack / MANIFEST).read_bytes()) | values
    content = json.dumps(said).encode()
    (pack / MANIFEST).write_bytes(content)
    (pack / SUCCESS).write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n")
