"""`backup` and `restore`: what was kept comes back whole, and what is not whole is never taken for a backup."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from flows.archive_copy import CopyError
from flows.commands.keeping import check_backup, run_backup, run_restore
from models.settings import Settings
from models.store.audit import verify
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.snapshot import SnapshotError
from models.tables import BlobRow, DocumentRow


@pytest.fixture
def kept(office: Any, some_pdf: Any, tmp_path: Path) -> Path:
    """A backup of an office with three documents, one unreadable file and settings."""
    for number in range(3):
        office.drop(f"{number}.pdf", some_pdf(str(number)))
    office.scan()
    (office.folders().quarantine / "large.pdf").write_bytes(b"too large")
    (office.home / "facturier.toml").write_text("[web]\nport = 8399\n")
    target = tmp_path / "backup"
    assert run_backup(office.settings, target) == 0
    return target


def restored(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "new")


def test_what_was_kept_comes_back_whole(
    office: Any, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = restored(tmp_path)
    assert run_restore(settings, kept) == 0
    assert "1 clients, 3 documents, 3 stored files" in capsys.readouterr().out
    store = Store(settings.url)
    with store.read() as session:
        documents = session.exec(select(DocumentRow)).all()
        assert verify(session) is None
    store.dispose()
    assert {row.id for row in documents} == {row.id for row in office.documents()}
    assert all(Blobs(settings.home).read(row.sha256) == office.content(row) for row in documents)
    assert (settings.home / "clients/acme/quarantine/large.pdf").read_bytes() == b"too large"
    assert (settings.home / "facturier.toml").read_text() == "[web]\nport = 8399\n"
    assert (settings.home / "clients/acme/inbox").is_dir()


def test_the_manifest_has_the_hash_of_every_file_and_the_mark_that_of_the_manifest(kept: Path) -> None:
    manifest = json.loads((kept / "manifest.json").read_bytes())
    found = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
    assert found == {*manifest["files"], "manifest.json", "_SUCCESS"}
    assert all(hashlib.sha256((kept / name).read_bytes()).hexdigest() == sha256
               for name, sha256 in manifest["files"].items())  # fmt: skip
    assert (kept / "_SUCCESS").read_text().strip() == hashlib.sha256((kept / "manifest.json").read_bytes()).hexdigest()
    assert (kept / "facturier.db").stat().st_mode & 0o077 == 0
    assert manifest["audit"]["rows"] > 3


def test_a_backup_under_load_names_no_document_that_it_does_not_hold(
    office: Any, some_pdf: Any, tmp_path: Path
) -> None:
    stop, failures = threading.Event(), []

    def drop_and_scan() -> None:
        number = 0
        try:
            while not stop.is_set():
                number += 1
                office.drop(f"{number}.pdf", some_pdf(f"load {number}"))
                office.scan()
        except Exception as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    writer = threading.Thread(target=drop_and_scan)
    writer.start()
    try:
        for number in range(8):
            target = tmp_path / f"backup-{number}"
            assert run_backup(office.settings, target) == 0
            _manifest, content = check_backup(target)
            assert content.documents == len(content.blobs)
    finally:
        stop.set()
        writer.join()
    assert failures == []
    assert content.documents > 0


def damage_document(backup: Path) -> None:
    next(path for path in (backup / "store").rglob("*") if path.is_file()).write_bytes(b"other")


def drop_document(backup: Path) -> None:
    next(path for path in (backup / "store").rglob("*") if path.is_file()).unlink()


def damage_database(backup: Path) -> None:
    content = bytearray((backup / "facturier.db").read_bytes())
    content[5000] ^= 0xFF
    (backup / "facturier.db").write_bytes(content)


def drop_mark(backup: Path) -> None:
    (backup / "_SUCCESS").unlink()


def rewrite(backup: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """What a forger does: another manifest, with the mark that fits it."""
    manifest = json.loads((backup / "manifest.json").read_bytes())
    change(manifest)
    content = json.dumps(manifest).encode()
    (backup / "manifest.json").write_bytes(content)
    (backup / "_SUCCESS").write_text(hashlib.sha256(content).hexdigest())


def lead_outside(backup: Path) -> None:
    rewrite(backup, lambda manifest: manifest["files"].update({"../outside": "0" * 64}))


def forget_a_document(backup: Path) -> None:
    def forget(manifest: dict[str, Any]) -> None:
        del manifest["files"][next(name for name in manifest["files"] if name.startswith("store/"))]

    rewrite(backup, forget)


def damage_database_and_manifest(backup: Path) -> None:
    (backup / "facturier.db").write_bytes((backup / "facturier.db").read_bytes()[:20_000])
    sha256 = hashlib.sha256((backup / "facturier.db").read_bytes()).hexdigest()
    rewrite(backup, lambda manifest: manifest["files"].update({"facturier.db": sha256}))


def change_manifest(backup: Path) -> None:
    manifest = backup / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")


def garble(backup: Path) -> None:
    rewrite(backup, lambda manifest: manifest.update(files=["facturier.db"]))


@pytest.mark.parametrize(
    "damage",
    [
        damage_document,
        drop_document,
        damage_database,
        drop_mark,
        lead_outside,
        forget_a_document,
        change_manifest,
        garble,
    ],
)
def test_a_backup_that_is_not_whole_is_refused_and_the_home_stays_empty(
    damage: Callable[[Path], None], kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(kept)
    settings = restored(tmp_path)
    assert run_restore(settings, kept) == 1
    assert "restore: " in capsys.readouterr().err
    assert not settings.home.exists() or not any(settings.home.iterdir())
    assert not (tmp_path / "outside").exists()
    with pytest.raises((CopyError, SnapshotError)):
        check_backup(kept)


def test_a_damaged_document_is_named_the_others_are_kept_and_there_is_no_mark(
    office: Any, some_pdf: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(2):
        office.drop(f"{number}.pdf", some_pdf(str(number)))
    office.scan()
    first, second = (row.sha256 for row in office.rows(BlobRow))
    Blobs(office.home).path(first).write_bytes(b"rotten")
    assert run_backup(office.settings, tmp_path / "backup") == 1
    assert first in capsys.readouterr().err
    assert not (tmp_path / "backup/_SUCCESS").exists()
    assert Blobs(tmp_path / "backup").read(second)


def test_neither_a_full_target_nor_a_full_home_is_written_to(office: Any, kept: Path, tmp_path: Path) -> None:
    before = sorted(kept.rglob("*"))
    assert run_backup(office.settings, kept) == 2
    assert sorted(kept.rglob("*")) == before
    assert run_restore(office.settings, kept) == 2
    busy = tmp_path / "busy"
    busy.mkdir()
    (busy / "letter.txt").write_text("mine")
    assert run_restore(Settings(home=busy), kept) == 2
    assert [path.name for path in busy.iterdir()] == ["letter.txt"]


def test_postgresql_and_a_home_without_database_are_told_in_one_line(
    office: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = office.settings.model_copy(update={"database_url": "postgresql+psycopg://nowhere/none"})
    assert run_backup(server, tmp_path / "a") == 1
    assert run_restore(server, tmp_path / "a") == 1
    assert run_backup(Settings(home=tmp_path / "none"), tmp_path / "b") == 1
    said = capsys.readouterr().err.splitlines()
    assert [("pg_dump" in line, "pg_restore" in line, "no database" in line) for line in said] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert not (tmp_path / "b").exists()


def test_a_disk_without_room_is_seen_before_documents_are_copied(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flows.commands.keeping.ROOM_TO_SPARE", 10**18)
    assert run_backup(office.settings, tmp_path / "backup") == 1
    assert "are free at the target" in capsys.readouterr().err
    assert not (tmp_path / "backup/_SUCCESS").exists()
