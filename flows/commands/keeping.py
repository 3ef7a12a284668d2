"""`facturier backup` and `facturier restore`: the database first, then the documents that it names (R19).

A backup is a folder: `facturier.db`, `store/ab/<sha256>`, what clients' `quarantine/` folders hold, `facturier.toml`,
`manifest.json` with the SHA-256 of each, and last `_SUCCESS` with the manifest's own. Documents are written once and
never changed, so a database that is older than the store misses nothing. It is not encrypted: keep it on a disk that
is. A key that came by environment (FACTURIER_AUDIT_KEY) is not in it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flows.archive_copy import MANIFEST, SUCCESS, CopyError, Manifest, copy_checked, read_manifest, write_manifest
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_USAGE, complain, safe, say, write_line
from models.durable import make_folders, sync_folders
from models.errors import FacturierError, SettingsError
from models.settings import Settings
from models.store.blobs import Blobs
from models.store.clients import folders
from models.store.engine import Store
from models.store.snapshot import Content, read_snapshot, take_snapshot

DATABASE, SETTINGS_FILE = "facturier.db", "facturier.toml"
ROOM_TO_SPARE = 2**26  # bytes that stay free on the target's disk


def run_backup(settings: Settings, target: Path) -> int:
    """Copy database and documents into an empty folder; everything else may run meanwhile.

    Returns:
        0, 1 where it could not be done or a stored document is damaged (there is then no `_SUCCESS`), 2 where the
        folder is not empty.
    """
    database = _database_file(settings)
    if database is None:
        complain("backup: the database is PostgreSQL: take it with pg_dump, then copy the home's store/ folder")
        return EXIT_FAILURE
    if not database.is_file():
        complain(f"backup: there is no database at {database}, so nothing to keep")
        return EXIT_FAILURE
    if not _is_empty(target):
        complain(f"backup: {safe(target)} is not an empty folder; name a new one for each backup")
        return EXIT_USAGE
    try:
        return _back_up(settings, target)
    except SettingsError:
        raise
    except (FacturierError, SQLAlchemyError, OSError) as error:
        complain(f"backup: {safe(error, 300)}. There is no {SUCCESS} in {safe(target)}: it is not a backup.")
        return EXIT_FAILURE


def run_restore(settings: Settings, source: Path) -> int:
    """Bring a backup into an empty home, after its manifest, its hashes and its database were checked.

    Returns:
        0, 1 where the backup is not whole (the home stays empty) or the copying broke off, 2 where the home is not
        empty.
    """
    database = _database_file(settings)
    if database is None:
        complain("restore: the database is PostgreSQL: bring it back with pg_restore, then copy store/ into the home")
        return EXIT_FAILURE
    home = settings.home.resolve()
    if not _is_empty(home) or database.exists():
        complain(f"restore: {home} is not empty; restore into a new home: facturier restore DIR --home NEW")
        return EXIT_USAGE
    try:
        manifest, content = check_backup(source)
        say(f"backup of {manifest.made_at} is whole; copying {len(manifest.files)} files")
        _bring_back(manifest, source, home, database)
    except (FacturierError, OSError) as error:
        complain(f"restore: {safe(error, 300)}. Nothing is in use yet; empty {home} before you try again.")
        return EXIT_FAILURE
    for client in content.clients:
        folders(home, client).make()
    write_line(f"restored to {home}: {len(content.clients)} clients, {_counted(content)}, schema {content.revision}")
    return EXIT_DONE


def check_backup(source: Path) -> tuple[Manifest, Content]:
    """Read a backup from end to end: every hash, the database, and an object for each row that names one.

    Raises:
        CopyError: Something is missing or changed.
        SnapshotError: The database is damaged.
    """
    manifest = read_manifest(source)
    for name, sha256 in manifest.files.items():
        copy_checked(source / name, None, sha256)
    if DATABASE not in manifest.files:
        raise CopyError(f"{DATABASE} is not in the manifest")
    content = read_snapshot(source / DATABASE)
    for sha256 in content.blobs:
        name = Blobs(Path()).path(sha256).as_posix()
        if manifest.files.get(name) != sha256:
            raise CopyError(f"the database names the document {sha256}, which the backup does not hold")
    return manifest, content


def _back_up(settings: Settings, target: Path) -> int:
    home = settings.home.resolve()
    make_folders((target,))
    target.chmod(0o700)
    store = Store(settings.url)
    try:
        take_snapshot(store, target / DATABASE)
    finally:
        store.dispose()
    content = read_snapshot(target / DATABASE)
    _check_room(target, content)
    say(f"database copied; copying {len(content.blobs)} documents")
    files = {DATABASE: copy_checked(target / DATABASE, None)}
    damaged = _copy_documents(home, target, content, files)
    for name in _loose_files(home):
        try:
            files[name] = copy_checked(home / name, target / name)
        except CopyError:
            say(f"{safe(name)} went away meanwhile")  # a person emptied a quarantine folder
    sync_folders((target / name).parent for name in files)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    audit = {"rows": content.audit_rows, "head": content.audit_head}
    write_manifest(target, Manifest(made_at, content.revision, audit, files), is_whole=not damaged)
    if os.environ.get("FACTURIER_AUDIT_KEY"):
        say("FACTURIER_AUDIT_KEY is not in the backup: keep it where you keep your keys")
    if damaged:
        complain(f"backup: {len(damaged)} stored documents are missing or damaged, the others are copied; "
                 f"there is no {SUCCESS}. The first: {damaged[0]}")  # fmt: skip
        return EXIT_FAILURE
    write_line(f"backup in {safe(target)}: {_counted(content)}, {MANIFEST} and {SUCCESS} written")
    return EXIT_DONE


def _counted(content: Content) -> str:
    files = f"{len(content.blobs)} stored files"
    return f"{content.documents} documents, {files}, {content.audit_rows} audit rows"


def _copy_documents(home: Path, target: Path, content: Content, files: dict[str, str]) -> list[str]:
    """Copy what the snapshot names; returns the hashes of those that are no longer what was received."""
    damaged = []
    for sha256 in sorted(content.blobs):
        name = Blobs(Path()).path(sha256).as_posix()
        try:
            files[name] = copy_checked(home / name, target / name, sha256)
        except CopyError:
            damaged.append(sha256)
    return damaged


def _loose_files(home: Path) -> Sequence[str]:
    """Settings, and files in quarantine folders, of which some, such as too large ones, are nowhere else."""
    places = (home / SETTINGS_FILE, *home.glob("clients/*/quarantine/*"))
    found = (path for path in places if path.is_file() and not path.is_symlink())
    return sorted(path.relative_to(home).as_posix() for path in found)


def _check_room(target: Path, content: Content) -> None:
    needed = sum(content.blobs.values()) + ROOM_TO_SPARE
    status = os.statvfs(target)
    free = status.f_bavail * status.f_frsize
    if free < needed:
        raise CopyError(f"{needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free at the target")


def _bring_back(manifest: Manifest, source: Path, home: Path, database: Path) -> None:
    """Documents first, the database last: a home without database is not taken for a whole one."""
    make_folders((home, database.parent))
    for name, sha256 in manifest.files.items():
        if name != DATABASE:
            copy_checked(source / name, home / name, sha256)
    sync_folders((home / name).parent for name in manifest.files)
    copy_checked(source / DATABASE, database, manifest.files[DATABASE])
    database.chmod(0o600)
    sync_folders((database.parent,))


def _database_file(settings: Settings) -> Path | None:
    """Where the SQLite database lies; None for PostgreSQL."""
    if not settings.url.startswith("sqlite:///"):
        return None
    return Path(settings.url.removeprefix("sqlite:///"))


def _is_empty(folder: Path) -> bool:
    if not folder.exists() and not folder.is_symlink():
        return True
    return folder.is_dir() and not any(folder.iterdir())
