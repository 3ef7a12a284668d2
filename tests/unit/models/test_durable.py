from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from models import durable
from models.store.blobs import BlobDamagedError, Blobs

ROOT = Path(__file__).parents[3]

# Files that may delete or rename without being about documents: each with its reason.
ALLOWED: dict[str, str] = {"models/durable.py": "it is the one place"}
DESTRUCTIVE = re.compile(
    r"\bos\.(unlink|remove|rename|renames|replace|rmdir|truncate)\b|\bshutil\.(move|copy\w*|rmtree)\b|\.unlink\("
)
ROOMS = ("models", "flows/intake.py", "flows/claiming.py", "flows/receiving.py", "flows/inbox.py", "flows/watch.py",
         "flows/archives.py", "flows/quarantine.py", "flows/arrivals.py", "review")  # fmt: skip


def test_only_the_durable_module_renames_and_deletes() -> None:
    files = [
        path for room in ROOMS for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    ]
    guilty = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        if str(path.relative_to(ROOT)) not in ALLOWED
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if DESTRUCTIVE.search(line)
    ]
    assert len(files) > 20
    assert guilty == []


def test_writing_replaces_as_a_whole_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    durable.write_atomic(path, b"one")
    durable.write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_never_replaces_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert durable.write_new(path, b"one")
    assert not durable.write_new(path, b"two")
    assert path.read_bytes() == b"one"
    other = tmp_path / "b.txt"
    other.write_bytes(b"other")
    assert not durable.move_new(other, path)
    assert other.exists()
    assert durable.move_new(other, tmp_path / "c.txt")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "c.txt"]


def test_a_claim_refuses_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(durable.NotAFileError):
            durable.claim(tmp_path / name, tmp_path / "claimed")
    assert not (tmp_path / "claimed").exists()


def test_a_claim_over_a_mount_says_that_it_can_only_be_copied(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    source = other / f"facturier-test-{os.getpid()}"
    source.write_bytes(b"x")
    try:
        assert not durable.claim(source, tmp_path / "claimed")
        assert source.exists()
    finally:
        source.unlink()


def test_a_changed_file_is_not_discarded(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    sha256 = durable.file_hash(path)
    path.write_bytes(b"two")
    assert durable.discard(path, sha256) == "changed"
    assert path.exists()
    path.write_bytes(b"one")
    assert durable.discard(path, sha256) == "gone"
    assert durable.discard(path, sha256) == "missing"


def test_the_process_ends_when_the_disk_does_not_confirm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    calls: list[int] = []

    def end(code: int) -> None:
        calls.append(code)
        raise SystemExit(code)

    monkeypatch.setattr(os, "fsync", broken)
    monkeypatch.setattr(os, "_exit", end)
    with pytest.raises(SystemExit):
        durable.write_atomic(tmp_path / "a", b"x")
    assert calls == [durable.EXIT_DISK]


def test_a_blob_is_found_by_its_hash_and_a_damaged_one_is_never_served(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    copies = [blobs.stage(b"%d" % number, limit=100) for number in range(30)]
    blobs.publish([copy for copy in copies if copy])
    assert list(blobs.staging.iterdir()) == []
    assert copies[7] is not None
    path = blobs.path(copies[7].sha256)
    assert blobs.read(copies[7].sha256) == b"7"
    path.write_bytes(b"8")
    with pytest.raises(BlobDamagedError):
        blobs.read(copies[7].sha256)
    path.unlink()
    with pytest.raises(BlobDamagedError):
        blobs.read(copies[7].sha256)


def test_the_store_keeps_the_first_copy_of_the_same_bytes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    for _ in range(2):
        copy = blobs.stage(b"same", limit=10)
        assert copy is not None
        blobs.publish([copy])
        inode = blobs.path(copy.sha256).stat().st_ino
        assert blobs.path(copy.sha256).stat().st_ino == inode
    assert blobs.stage(b"longer", limit=3) is None


def test_only_ones_own_leftovers_are_cleared(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    mine, theirs = blobs.stage(b"1", limit=9, owner="acme"), blobs.stage(b"2", limit=9, owner="acme-2")
    blobs.clear_staging("acme")
    assert mine is not None
    assert theirs is not None
    assert (mine.path.exists(), theirs.path.exists()) == (False, True)
