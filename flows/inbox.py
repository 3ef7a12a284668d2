"""Looking at an inbox: which files are whole, which still arrive, which are no files at all (reliability.md R1, R2).

A file counts as complete when it was quiet for the settle time (same size, mtime and inode; measured on the monotonic
clock, so that a jump of the wall clock changes nothing), nobody has it open for writing, and its end looks like the end
of its kind. Nothing here changes a file.

>>> is_temporary("~$invoice.pdf"), is_temporary("invoice.pdf")
(True, False)
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from models.durable import NotAFileError, open_regular
from models.settings import IntakeSettings
from models.store.receipts import SOURCE

_HEAD_BYTES = 1024  # a PDF header may stand anywhere in them
_TAIL_BYTES = 65_557  # the end record of a ZIP with the longest comment
_PDF_TAIL_BYTES = 2048

_TEMPORARY_STARTS = (".", "~$")
_TEMPORARY_ENDS = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp")
_NOT_DOCUMENTS = frozenset({"thumbs.db", "desktop.ini"})

_LINK_TARGET_DELETED = " (deleted)"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells that a file was not touched between two looks."""

    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the inbox that may be taken, or must be refused for `problem`."""

    path: Path
    batch: str
    identity: Identity
    problem: str = ""  # "", incomplete, not_a_file


@dataclass(slots=True)
class Quiet:
    """Since when (monotonic seconds) a file is as it is."""

    identity: Identity
    since: float


@dataclass(slots=True)
class Seen:
    """What one process remembers of one inbox between scans."""

    quiet: dict[str, Quiet] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)  # keys of files that were received and cannot be taken away
    recovered: bool = False  # claim/ was compared with the table since the start or the last failure


@dataclass(slots=True)
class Survey:
    """What one look over the inbox found."""

    found: list[Found] = field(default_factory=list)
    waiting: int = 0  # files that still arrive
    skipped: int = 0  # temporary names
    more: bool = False  # the limit was reached; scan again at once
    oldest_wait: float = 0.0  # seconds
    alarms: list[str] = field(default_factory=list)


def is_temporary(name: str) -> bool:
    """Whether a name says that its file is not (yet) meant for us."""
    lower = name.lower()
    return lower.startswith(_TEMPORARY_STARTS) or lower.endswith(_TEMPORARY_ENDS) or lower in _NOT_DOCUMENTS


def shown(name: str) -> str:
    r"""A name fit to be shown and stored: what cannot be printed is escaped.

    >>> shown("a\u202efdp.exe"), shown("caf\udce9.pdf"), shown("Büro 1.pdf")
    ('a\\u202efdp.exe', 'caf\\xe9.pdf', 'Büro 1.pdf')
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def source_key(relative: Path, identity: Identity) -> str:
    """How a file that stays in the inbox is remembered: by place and identity, in plain ASCII."""
    place = quote_from_bytes(os.fsencode(relative))
    return f"{SOURCE}{identity.inode}:{identity.size}:{identity.mtime_ns}:{place}"


def place_of(key: str) -> Path:
    """The relative place in a key of `source_key`.

    >>> place_of(source_key(Path("a b/c.pdf"), Identity(1, 2, 3))).as_posix()
    'a b/c.pdf'
    """
    return Path(os.fsdecode(unquote_to_bytes(key.split(":", 4)[4])))


def survey(inbox: Path, seen: Seen, settings: IntakeSettings, limit: int) -> Survey:
    """Look at every file below the inbox once and say which are ready; at most `limit` of them."""
    result, quiet, moment = Survey(), {}, time.monotonic()
    settled: list[tuple[Found, float]] = []
    for path, status in _walk(inbox, result):
        identity = Identity(status.st_ino, status.st_size, status.st_mtime_ns)
        if seen.kept and source_key(path.relative_to(inbox), identity) in seen.kept:
            continue
        before = seen.quiet.get(str(path))
        same = before if before and before.identity == identity else Quiet(identity, moment)
        quiet[str(path)] = same
        age = moment - same.since
        if age < settings.settle_seconds:
            _wait(result, age)
        elif len(settled) >= limit:
            result.more = True
        else:
            settled.append((Found(path, _batch(inbox, path), identity, _irregular(status)), age))
    seen.quiet = quiet
    _judge(inbox, settled, settings, result)
    return result


def _judge(inbox: Path, settled: list[tuple[Found, float]], settings: IntakeSettings, result: Survey) -> None:
    """Sort settled files into found and waiting."""
    written = _open_for_writing(inbox) if settled else frozenset()
    for found, age in settled:
        if found.problem:
            result.found.append(found)
            continue
        patient = age < settings.incomplete_seconds
        if patient and os.path.realpath(found.path) in written:
            _wait(result, age)
            continue
        try:
            complete = _is_complete(found.path)
        except FileNotFoundError:  # taken away by whoever put it there
            continue
        except NotAFileError:
            result.found.append(Found(found.path, found.batch, found.identity, "not_a_file"))
            continue
        except OSError as error:
            result.alarms.append(f"{shown(str(found.path))}: {error.strerror}")
            continue
        if complete:
            result.found.append(found)
        elif patient:
            _wait(result, age)
        else:
            result.found.append(Found(found.path, found.batch, found.identity, "incomplete"))


def _wait(result: Survey, age: float) -> None:
    result.waiting += 1
    result.oldest_wait = max(result.oldest_wait, age)


def _walk(inbox: Path, result: Survey) -> Iterator[tuple[Path, os.stat_result]]:
    """Every entry that is no folder and has no temporary name, links not followed; each folder sorted by name."""
    folders = [inbox]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            if folder == inbox:
                result.alarms.append(f"{shown(str(inbox))}: the inbox is gone; waiting for it to come back")
            continue
        except OSError as error:
            result.alarms.append(f"{shown(str(folder))}: {error.strerror}")
            continue
        for entry in listed:
            if is_temporary(entry.name):
                result.skipped += 1
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(Path(entry.path))
            else:
                yield Path(entry.path), status


def _irregular(status: os.stat_result) -> str:
    return "" if stat.S_ISREG(status.st_mode) else "not_a_file"


def _batch(inbox: Path, path: Path) -> str:
    folder = path.parent.relative_to(inbox)
    return "" if folder == Path() else shown(folder.as_posix())


def _is_complete(path: Path) -> bool:
    """Whether the end of a file looks like the end of its kind; kinds without a known end are taken as they are."""
    head, tail = _ends(path)
    if b"%PDF-" in head:
        return b"%%EOF" in tail[-_PDF_TAIL_BYTES:]
    if head.startswith(b"PK\x03\x04"):
        return b"PK\x05\x06" in tail
    if _looks_like_xml(head):
        return tail.rstrip(b"\0 \t\r\n").endswith(b">")
    return True


def _ends(path: Path) -> tuple[bytes, bytes]:
    """The first and the last bytes of a regular file."""
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, _HEAD_BYTES, 0), os.pread(descriptor, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    finally:
        os.close(descriptor)


def _looks_like_xml(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def _open_for_writing(inbox: Path) -> frozenset[str]:
    """Real paths below the inbox that some process has open for writing, as far as /proc lets us see."""
    root = os.path.realpath(inbox) + os.sep
    return frozenset(path for pid in _processes() for path in _written_by(pid, root))


def _processes() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names, many of them
    except OSError:
        return []


def _written_by(pid: str, root: str) -> Iterator[str]:
    folder = f"/proc/{pid}/fd"
    try:
        descriptors = os.listdir(folder)  # noqa: PTH208 - names, many of them
    except OSError:  # ended, or not ours
        return
    for descriptor in descriptors:
        try:
            target = os.readlink(f"{folder}/{descriptor}")  # noqa: PTH115 - a hundred thousand of them at times
            if target.startswith(root) and _writes(pid, descriptor):
                yield target.removesuffix(_LINK_TARGET_DELETED)
        except OSError:
            continue


def _writes(pid: str, descriptor: str) -> bool:
    with Path(f"/proc/{pid}/fdinfo/{descriptor}").open(encoding="ascii") as lines:
        flags = next((line.split()[1] for line in lines if line.startswith("flags:")), "0")
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
