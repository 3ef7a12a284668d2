"""Files that survive a crash: the only code in the house that writes, renames or unlinks document files.

The order (reliability.md R4): copy to a temporary name, fsync, rename, fsync the folder; only then may a transaction
say that the file is there, and only after its COMMIT may anything be unlinked. When fsync fails the process ends: the
kernel has dropped the pages, a second fsync would lie (PostgreSQL's fsyncgate), and a restart recovers from the
database. Sizes are bytes, hashes SHA-256 in hexadecimal.

>>> is_free_name(Path("/proc/self/status"))
False
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import secrets
import stat
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

CHUNK_BYTES = 2**20
EXIT_DISK = 74  # EX_IOERR of sysexits.h

_AT_FDCWD, _RENAME_NOREPLACE = -100, 1  # linux/fcntl.h, linux/fs.h
_MANY, _SYNC_THREADS = 12, 8  # measured: 200 files of 50 kB in half the time of one after the other
_OPEN_SAFELY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # no link is followed, no FIFO waits
# Where a rename from inbox to claim cannot be done: another mount, no right, a read-only share.
_NO_RENAME = frozenset({errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS})
_NO_FLAG = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})


class NotAFileError(OSError):
    """A link, pipe, socket, device or folder where a file was expected."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that lies, not yet durable, under a temporary name."""

    path: Path
    sha256: str
    size: int
    head: bytes


def make_folder(folder: Path) -> Path:
    """Create a folder and what is missing above it, durably; returns it."""
    make_folders((folder,))
    return folder


def make_folders(folders: Iterable[Path]) -> None:
    """Create folders and what is missing above them, durably."""
    missing = [each for each in dict.fromkeys(folders) if not each.is_dir()]
    new = [each for folder in missing for each in (folder, *folder.parents) if not each.exists()]
    for folder in missing:
        folder.mkdir(parents=True, exist_ok=True)
    sync_folders(each.parent for each in new)


def write_atomic(path: Path, content: bytes) -> None:
    """Write a whole file or nothing; an older one of that name is replaced."""
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    _write_synced(temporary, content)
    temporary.replace(path)
    sync_folders((path.parent,))


def write_new(path: Path, content: bytes, *, mode: int = 0o666) -> bool:
    """Write a whole file under a name that nobody has; False where somebody has it, and nothing is changed."""
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    _write_synced(temporary, content, mode)
    if _rename_new(temporary, path):
        sync_folders((path.parent,))
        return True
    temporary.unlink()
    return False


def open_regular(path: Path) -> int:
    """Open a regular file for reading, without following a link or waiting for a pipe; the caller closes it.

    Raises:
        NotAFileError: It is no regular file.
        OSError: It vanished, or may not be read.
    """
    try:
        descriptor = os.open(path, _OPEN_SAFELY)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:  # a link; a socket or a pipe without a reader
            raise NotAFileError(error.errno, "not a regular file", str(path)) from error
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise NotAFileError(errno.EINVAL, "not a regular file", str(path))


def claim(source: Path, target: Path) -> bool:
    """Take a file out of the inbox by renaming it; False where it can only be copied (R3).

    Raises:
        NotAFileError: It is no regular file.
        OSError: It vanished, or may not be read.
    """
    os.close(open_regular(source))
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in _NO_RENAME:
            return False
        raise
    return True


def copy_to(source: Path | bytes, target: Path, *, limit: int, head: int) -> Copy | None:
    """Copy a file or bytes to a temporary name and hash it on the way; None where it is longer than `limit`."""
    if isinstance(source, bytes):
        return _copy_bytes(source, target, head) if len(source) <= limit else None
    descriptor = open_regular(source)
    try:
        return _copy_descriptor(descriptor, target, limit, head)
    finally:
        os.close(descriptor)


def publish(moves: Sequence[tuple[Path, Path]]) -> None:
    """Make copies durable under their final names: fsync every file, rename, fsync every folder.

    A final name that exists already is left as it is (names are hashes of the content) and the copy is dropped.
    """
    _sync_all([temporary for temporary, target in moves if not target.exists()], os.O_RDONLY)
    for temporary, target in moves:
        if target.exists():
            temporary.unlink(missing_ok=True)
        else:
            temporary.replace(target)
    sync_folders(target.parent for _temporary, target in moves)


def move_new(source: Path, target: Path) -> bool:
    """Move a file to a name that nobody has; False where somebody has it. Both folders are synced."""
    moved = _rename_new(source, target)
    sync_folders((target.parent, source.parent))
    return moved


def discard(path: Path, sha256: str) -> Literal["gone", "missing", "changed"]:
    """Hash a file again and unlink it if it is still the one that was stored; the caller syncs the folder."""
    try:
        if file_hash(path) != sha256:
            return "changed"
        path.unlink()
    except FileNotFoundError:
        return "missing"
    return "gone"


def drop(paths: Iterable[Path]) -> None:
    """Unlink temporary files and journals; what is gone already is no error."""
    for path in paths:
        path.unlink(missing_ok=True)


def file_hash(path: Path) -> str:
    """SHA-256 of a regular file, read in chunks."""
    descriptor = open_regular(path)
    digest = hashlib.sha256()
    try:
        while chunk := os.read(descriptor, CHUNK_BYTES):
            digest.update(chunk)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def is_free_name(path: Path) -> bool:
    """Whether nothing of that name exists, not even a link that leads nowhere."""
    return not os.path.lexists(path)


def sync_folders(folders: Iterable[Path]) -> None:
    """Make renames and unlinks in these folders durable; each folder once."""
    _sync_all(list(dict.fromkeys(folders)), os.O_RDONLY | os.O_DIRECTORY)


def _copy_bytes(content: bytes, target: Path, head: int) -> Copy:
    with target.open("xb") as out:
        out.write(content)
    return Copy(target, hashlib.sha256(content).hexdigest(), len(content), content[:head])


def _copy_descriptor(descriptor: int, target: Path, limit: int, head: int) -> Copy | None:
    if os.fstat(descriptor).st_size > limit:
        return None
    digest, size, first = hashlib.sha256(), 0, b""
    with target.open("xb") as out:
        while size <= limit and (chunk := os.read(descriptor, CHUNK_BYTES)):
            first = first or chunk[:head]
            digest.update(chunk)
            out.write(chunk)
            size += len(chunk)
    if size <= limit:
        return Copy(target, digest.hexdigest(), size, first)
    target.unlink()  # it grew while it was read
    return None


def _write_synced(path: Path, content: bytes, mode: int = 0o666) -> None:
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as out:
            out.write(content)
            out.flush()
            _sync(out.fileno(), path)
    except OSError:
        path.unlink(missing_ok=True)  # a full disk must not be filled further by halves
        raise


def _rename_new(source: Path, target: Path) -> bool:
    """Rename without replacing: one atomic call on Linux, look-then-rename on file systems that lack it."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(source), os.fsencode(target)
    if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_NOREPLACE) == 0:
        return True
    code = ctypes.get_errno()
    if code == errno.EEXIST:
        return False
    if code not in _NO_FLAG:
        raise OSError(code, os.strerror(code), str(source))
    if not is_free_name(target):
        return False
    source.rename(target)
    return True


def _sync_all(paths: Sequence[Path], flags: int) -> None:
    """Sync many at the same time: the file system then writes its journal once for several of them."""
    if len(paths) < _MANY:
        for path in paths:
            _sync_path(path, flags)
        return
    with ThreadPoolExecutor(_SYNC_THREADS) as pool:
        list(pool.map(_sync_path, paths, [flags] * len(paths)))


def _sync_path(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        _sync(descriptor, path)
    finally:
        os.close(descriptor)


def _sync(descriptor: int, path: Path) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno == errno.EINVAL:  # a file system that has nothing to sync there says so with EINVAL
            return
        _end_process(path, error)


def _end_process(path: Path, error: OSError) -> NoReturn:
    print(  # noqa: T201 - the last words: logging may itself write to the broken disk
        f"facturier: the disk did not confirm a write ({path}: {error.strerror}). Nothing more is written. "
        "Check the disk, then start again: every file is still in its inbox, in claim/ or in the store.",
        file=sys.stderr,
        flush=True,
    )
    os._exit(EXIT_DISK)
