"""Copies that are checked on the way, and the manifest that says what a backup holds.

>>> is_plain_name("store/ab/abcd"), is_plain_name("../etc/passwd"), is_plain_name("/etc/passwd")
(True, False, False)
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from models.durable import CHUNK_BYTES, NotAFileError, make_folders, open_regular, write_atomic
from models.errors import FacturierError

MANIFEST, SUCCESS = "manifest.json", "_SUCCESS"
FORMAT = 1


class CopyError(FacturierError):
    """A file is missing, changed, or not where it belongs."""

    code = "copy"
    advice = "Look at the disk; take another backup."


class Manifest(NamedTuple):
    """What a backup holds: when it was made (ISO 8601), the schema, the audit's head, and each file's SHA-256."""

    made_at: str
    revision: str
    audit: Mapping[str, Any]
    files: Mapping[str, str]  # name, relative, with slashes


def copy_checked(source: Path, target: Path | None, sha256: str | None = None) -> str:
    """Copy a file and return its SHA-256; without target it is only read.

    Raises:
        CopyError: It is missing, not a file, or its hash is not the one that is expected; no target is left then.
    """
    try:
        descriptor = open_regular(source)
    except (FileNotFoundError, NotAFileError, NotADirectoryError) as error:
        raise CopyError(f"{source} is missing or not a file") from error
    try:
        found = _read(descriptor) if target is None else _copy(descriptor, target, sha256)
    finally:
        os.close(descriptor)
    if sha256 is not None and found != sha256:
        raise CopyError(f"{source} was changed: its SHA-256 is not the one that was written down")
    return found


def write_manifest(folder: Path, manifest: Manifest, *, is_whole: bool) -> None:
    """Write the manifest, and the mark of success where the backup is whole."""
    content = json.dumps({"format": FORMAT, **manifest._asdict()}, indent=1, sort_keys=True).encode()
    write_atomic(folder / MANIFEST, content)
    if is_whole:
        write_atomic(folder / SUCCESS, hashlib.sha256(content).hexdigest().encode() + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup that was finished.

    Raises:
        CopyError: The backup was not finished, or the manifest was changed or names files outside of the folder.
    """
    if not (folder / SUCCESS).is_file():
        raise CopyError(f"{folder} is no finished backup: it has no {SUCCESS}")
    mark = (folder / SUCCESS).read_bytes()[:64].decode("ascii", "replace")
    copy_checked(folder / MANIFEST, None, mark)
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
        if said.pop("format") != FORMAT:
            raise CopyError("the backup was made by another version of Facturier")
        manifest = Manifest(**{name: said[name] for name in Manifest._fields})
        if not all(isinstance(text, str) for text in (*manifest.files, *manifest.files.values())):
            raise TypeError("files")
        strange = next((name for name in manifest.files if not is_plain_name(name)), None)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CopyError(f"{MANIFEST} cannot be read") from error
    if strange is not None:
        raise CopyError(f"{MANIFEST} names a file outside of the backup: {strange!r}")
    return manifest


def is_plain_name(name: str) -> bool:
    """Whether a name stays inside of its folder."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _read(descriptor: int) -> str:
    digest = hashlib.sha256()
    while chunk := os.read(descriptor, CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _copy(descriptor: int, target: Path, sha256: str | None) -> str:
    """Write under a temporary name and rename once all of it is on the disk and right."""
    make_folders((target.parent,))
    temporary = target.parent / f".{secrets.token_hex(8)}.tmp"
    digest = hashlib.sha256()
    try:
        with temporary.open("xb") as out:
            while chunk := os.read(descriptor, CHUNK_BYTES):
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if sha256 is None or digest.hexdigest() == sha256:
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return digest.hexdigest()
