"""The exit pack: all that one client has here, in open formats, for another house to go on with.

A folder: `tables/*.jsonl` (every row), `originals/` (every file as it came, by hash, with a list), `output/*.csv` (the
published tables), `words/`, `files/` (exports and quarantine), `rules.json`, `settings.json`, letters in two languages,
`manifest.json` with the SHA-256 of each, and last `_SUCCESS`. Secrets, passwords and wages stay. What was taken out of
one house and into another has the same documents, published rows, figures and history; the audit goes on in the new
house's own chain.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from sqlalchemy import Table, text
from sqlmodel import Session, SQLModel

from flows.archive_copy import Manifest, copy_checked, read_manifest, write_manifest
from flows.exports.tables import csv_chunks
from flows.house import House
from models.durable import make_folders, sync_folders, write_atomic
from models.settings import Settings
from models.store.arriving import ExitPackError, count_anew, is_new_house, name_editors, take_rows
from models.store.audit import record
from models.store.clients import folders, is_slug, list_clients
from models.store.leaving import files_of, leaving_tables, rows_of
from models.store.outputs import read_view
from models.store.seen import kept_words
from models.tables import ClientRow
from models.views import VIEWS
from validators import RULES

_SECRET = ("password", "secret", "token", "urls", "key", "database_url", "home")
_LOOSE = ("exports", "quarantine")  # folders of the client that go along
_WORDS = re.compile(r"[0-9a-f]{64}\.json", re.ASCII)
_LINE_BYTES = 64 * 2**20  # of one row: the longest holds a reading


def write_pack(house: House, client: ClientRow, target: Path, at: datetime) -> Manifest:
    """Write one client's pack into an empty folder.

    Raises:
        CopyError: A stored file is missing or damaged; there is then no `_SUCCESS`.
    """
    make_folders((target,))
    target.chmod(0o700)
    written: dict[str, str] = {}
    with house.store.read() as session:  # one transaction: all of it is of one moment
        revision = _revision(session)
        for table in leaving_tables():
            written |= _keep(target, f"tables/{table.name}.jsonl", _lines(session, table, client.id))
        for view in VIEWS:
            chunks = csv_chunks(view, read_view(session, view, client.id, 0), french=False)
            written |= _keep(target, f"output/{view.name}.csv", chunks)
        originals = files_of(session, client.id)
        written |= _keep(target, "originals.csv", [_list_of_originals(session, client.id)])
        head = session.connection().execute(text("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")).first()
    for sha256 in originals:
        name = f"originals/{sha256[:2]}/{sha256}"
        written[name] = copy_checked(house.blobs.path(sha256), target / name, sha256)
    written |= _copy_loose(house, client.id, originals, target)
    written |= _tell(house.settings, client, target)
    sync_folders({(target / name).parent for name in written})
    audit = {"rows": head[0] if head else 0, "head": head[1] if head else "", "client": client.id}
    manifest = Manifest(at.isoformat(timespec="seconds"), revision, audit, written)
    write_manifest(target, manifest, is_whole=True)
    return manifest


def take_pack(house: House, source: Path, at: datetime) -> dict[str, int]:
    """Take a pack into a new house; returns how many rows each table got. All or nothing.

    Raises:
        CopyError: The pack is not whole.
        ExitPackError: It is of another version, or somebody works here already.
    """
    manifest = read_manifest(source)
    for name, sha256 in manifest.files.items():
        copy_checked(source / name, None, sha256)
    with house.store.read() as session:
        revision = _revision(session)
        if not is_new_house(session):
            raise ExitPackError("a pack is taken into a new home only: somebody works here already")
    if revision != manifest.revision:
        raise ExitPackError(f"the pack is of schema {manifest.revision}, this program of schema {revision}")
    for name, sha256 in manifest.files.items():  # files first: a row never names one that is not there
        if name.startswith("originals/"):
            copy_checked(source / name, house.blobs.path(sha256), sha256)
    counted = _take_tables(house, source, manifest, at)
    _bring_loose(house, source, manifest)
    return counted


def _take_tables(house: House, source: Path, manifest: Manifest, at: datetime) -> dict[str, int]:
    counted = {}
    with house.store.write() as session:
        for table in leaving_tables():
            name = f"tables/{table.name}.jsonl"
            if name in manifest.files:
                counted[table.name] = take_rows(session, table, _read_lines(source, name))
        client = _client_of(session, manifest)
        name_editors(session, _read_lines(source, "tables/document.jsonl"))
        count_anew(session)
        after = {"rows": sum(counted.values()), "made_at": manifest.made_at, "head": manifest.audit.get("head")}
        record(session, actor="operator", action="take_exit_pack", subject=f"client:{client}", client_id=client, at=at,
               after=after)  # fmt: skip
    return counted


def _client_of(session: Session, manifest: Manifest) -> str:
    """The one client of a pack, which the manifest names; its id is a folder's name too."""
    found = [row.id for row in list_clients(session)]
    if found != [manifest.audit.get("client")] or not is_slug(found[0]):
        raise ExitPackError("the pack does not hold the one client that its manifest names")
    return found[0]


def _lines(session: Session, table: Table, client_id: str) -> Iterator[bytes]:
    for row in rows_of(session, table, client_id):
        yield (json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "surrogatepass")


def _read_lines(source: Path, name: str) -> Iterator[tuple[str, Any]]:
    with (source / name).open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LINE_BYTES), b""), 1):
            try:
                yield f"{name} line {number}", json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ExitPackError(f"{name} line {number} is not JSON") from error


def _keep(target: Path, name: str, chunks: Any) -> dict[str, str]:  # noqa: ANN401 - any iterable of bytes
    """Write a file of chunks; its name and hash."""
    path = target / name
    make_folders((path.parent,))
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return {name: copy_checked(path, None)}


def _revision(session: Session) -> str:
    return str(session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar())


def _list_of_originals(session: Session, client_id: str) -> bytes:
    """Which file is which document: hash, document, name, kind, when it came."""
    document = SQLModel.metadata.tables["document"].columns
    query = (
        document.id.table.select().where(document.client_id == client_id).order_by(document.received_at, document.id)
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = ("sha256", "id", "name", "media_type", "state", "received_at")
    writer.writerow(("file", "document_id", *names[2:]))
    for row in session.connection().execute(query).mappings():
        place = f"originals/{row['sha256'][:2]}/{row['sha256']}"
        writer.writerow((place, *(str(row[name]) for name in names[1:])))
    return out.getvalue().encode("utf-8", "replace")


def _copy_loose(house: House, client_id: str, originals: list[str], target: Path) -> dict[str, str]:
    """Words of pages, exported files, files in quarantine."""
    found = {f"words/{sha256}.json": kept_words(house.home, sha256) for sha256 in originals}
    place = folders(house.home, client_id).root
    for name in _LOOSE:
        for path in sorted((place / name).rglob("*")):
            if path.is_file() and not path.is_symlink():
                found[f"files/{name}/{path.relative_to(place / name).as_posix()}"] = path
    return {name: copy_checked(path, target / name) for name, path in found.items() if path.is_file()}


def _bring_loose(house: House, source: Path, manifest: Manifest) -> None:
    own = folders(house.home, str(manifest.audit["client"]))
    own.make()
    for name, sha256 in manifest.files.items():
        kind, _, rest = name.partition("/")
        if kind == "words" and _WORDS.fullmatch(rest):
            copy_checked(source / name, kept_words(house.home, rest.removesuffix(".json")), sha256)
        elif kind == "files" and rest.startswith(tuple(f"{folder}/" for folder in _LOOSE)):
            copy_checked(source / name, own.root / rest, sha256)


def _tell(settings: Settings, client: ClientRow, target: Path) -> dict[str, str]:
    """What a reader of the pack needs to know: settings without secrets, rules with their sources, two letters."""
    rules = [{"id": rule.id, "severity": rule.severity, "terms": rule.terms, "source": rule.source,
              "says": (rule.check.__doc__ or "").partition("\n")[0]} for rule in RULES.values()]  # fmt: skip
    own = {name: json.loads(value) for name in ("policy", "matching", "review", "rules", "output", "costs")
           if (value := getattr(client, f"{name}_json"))}  # fmt: skip
    told: dict[str, Any] = {
        "rules.json": rules,
        "settings.json": {"office": _without_secrets(settings.model_dump(mode="json")), "client": own},
    }
    written = {}
    for name, content in told.items():
        write_atomic(target / name, (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
        written[name] = copy_checked(target / name, None)
    for name in ("README.md", "LISEZMOI.md"):
        letter = resources("flows").joinpath("letters", f"exit_{name}").read_text(encoding="utf-8")
        write_atomic(target / name, letter.replace("{client}", client.name).encode())
        written[name] = copy_checked(target / name, None)
    return written


def _without_secrets(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_secrets(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if not any(word in name for word in _SECRET)
    }
