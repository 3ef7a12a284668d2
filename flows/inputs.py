"""The files that a command line names: folders walked, mails and archives opened, in the order given.

>>> list(walk([Path("no/such/file.pdf")]))
[PosixPath('no/such/file.pdf')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.archives import ArchiveLimits, container_type, unpack
from models.document import Document
from models.errors import InvoiceError, LimitExceededError, UnreadableDocumentError, UnsupportedMediaTypeError
from models.settings import Settings


@dataclass(frozen=True, slots=True)
class Input:
    """One document to read under the name that is reported; `error` where its file could not even be opened."""

    name: str
    document: Document | None = None
    error: InvoiceError | None = None


def walk(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are named; a folder gives its files, sorted, without hidden ones."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for found in sorted(path.rglob("*")):
            if found.is_file() and not any(part.startswith(".") for part in found.relative_to(path).parts):
                yield found


def inputs(paths: Iterable[Path], settings: Settings) -> Iterator[Input]:
    """Documents in input order; one mail or archive gives one for each member, named `mail.eml/member.pdf`."""
    for path in walk(paths):
        yield from _inputs_of(path, settings)


def _inputs_of(path: Path, settings: Settings) -> Iterator[Input]:
    name = str(path)
    try:
        content = _read(path, settings.limits.file_bytes)
        kind = container_type(content)
        if kind is None:
            yield Input(name, Document(content, path.name))
            return
        for member in unpack(content, kind, 0, archive_limits(settings)):
            document = None if member.problem else Document(member.content, member.name)
            yield Input(f"{name}/{member.name}", document, member.problem)
    except InvoiceError as error:
        yield Input(name, error=error)


def archive_limits(settings: Settings) -> ArchiveLimits:
    """What a mail or archive may hold."""
    limits, intake = settings.limits, settings.intake
    return ArchiveLimits(
        members=intake.archive_members, total_bytes=intake.archive_bytes, member_bytes=limits.file_bytes,
        attachments=limits.attachments,
    )  # fmt: skip


def _read(path: Path, limit: int) -> bytes:
    """A regular file's bytes."""
    try:
        if not path.exists():
            raise UnreadableDocumentError("no such file")
        if not path.is_file():
            raise UnsupportedMediaTypeError("not a regular file", code="not_a_file")
        size = path.stat().st_size
        if size > limit:
            raise LimitExceededError(f"{size} bytes, {limit} are allowed", code="too_large")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableDocumentError(error.strerror or str(error)) from error
