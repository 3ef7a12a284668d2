r"""Mails and archives: what is in them, within limits (reliability.md R9).

A container is checked as a whole before anything of it is handed out, so a bomb or an archive with a password is
refused as one. Nothing is unpacked to a path: members are bytes with a shown name. Sizes are bytes.

>>> tuple(unpack(b"From: a@b.example\n\nhello", "message/rfc822", 0, ArchiveLimits()))
Traceback (most recent call last):
...
models.errors.NoInvoiceError: the mail has no attachment that could be an invoice
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import PurePosixPath

from flows.inbox import is_temporary, shown
from models.errors import (
    EncryptedDocumentError,
    HostileDocumentError,
    InvoiceError,
    LimitExceededError,
    NoInvoiceError,
    UnreadableDocumentError,
    UnsupportedMediaTypeError,
)

EML, ZIP = "message/rfc822", "application/zip"

_CHUNK_BYTES = 2**20
_MEMBERS_DEPTH = 1  # archives within an archive or mail: one level
_RATIO, _RATIO_FROM_BYTES = 200, 2**20  # deflate reaches 1032:1 only on emptiness; XML invoices stay below 30:1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # others may ask for gigabytes to be decoded
_INLINE_BYTES = 50_000  # smaller pictures inside a mail's text are logos and signatures
_MAIL_PARTS = 500
_HEADER_BYTES = 4096  # a longer file name header is no name
_LETTER_TYPES = ("text/plain", "text/html", "text/calendar", "text/vcard", "text/x-vcard", "text/rfc822-headers")
_SEAL_TYPES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_SEALED_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What a mail or an archive may hold."""

    members: int = 1000
    attachments: int = 20
    member_bytes: int = 50 * 2**20
    total_bytes: int = 500 * 2**20


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a mail or archive; `problem` says why its content is not here."""

    name: str
    content: bytes = b""
    problem: InvoiceError | None = None


def unpack(content: bytes, media_type: str, depth: int, limits: ArchiveLimits) -> Iterator[Member]:
    """The members of a container, those of a nested archive among them as `inner.zip/name`.

    Args:
        content: The container's bytes.
        media_type: EML or ZIP.
        depth: How deep this container itself lies; 0 at the top.
        limits: What it may hold.

    Raises:
        InvoiceError: At the call, before the first member: it is a bomb, needs a password, is damaged or too large,
            or holds nothing that could be an invoice.
    """
    if depth > _MEMBERS_DEPTH:
        raise HostileDocumentError("archives are packed into each other too deeply")
    return _OPENERS[media_type](content, depth, limits)


def _open_zip(content: bytes, depth: int, limits: ArchiveLimits) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not _is_junk(entry)]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocumentError(f"the archive is damaged ({error})") from error
    _check_zip(archive, entries, limits)
    return _zip_members(archive, entries, depth, limits)


def _is_junk(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return entry.is_dir() or "__MACOSX" in path.parts or is_temporary(path.name)


def _check_zip(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    """Refuse the whole archive where one of its members is reason enough."""
    if not entries:
        raise NoInvoiceError("the archive is empty")
    if len(entries) > limits.members:
        raise LimitExceededError(f"{len(entries)} files in the archive, {limits.members} are allowed")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise EncryptedDocumentError("the archive needs a password")
    declared = sum(entry.file_size for entry in entries)
    if declared > limits.total_bytes:
        raise HostileDocumentError(f"the archive unpacks to {declared} bytes, {limits.total_bytes} are allowed")
    if any(_is_bomb(entry.file_size, entry.compress_size) for entry in entries):
        raise HostileDocumentError("the archive is a bomb: little that unpacks to very much")
    total = 0
    for entry in entries:  # what is declared may be a lie: unpack once, keeping nothing
        total += _measured(archive, entry, limits.total_bytes - total)


def _is_bomb(size: int, packed: int) -> bool:
    return size > _RATIO_FROM_BYTES and size > _RATIO * max(1, packed)


def _measured(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> int:
    """How many bytes a member really unpacks to; a damaged one counts as far as it goes."""
    size = 0
    try:
        if entry.compress_type in _METHODS:
            with archive.open(entry) as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    size += len(chunk)
                    if size > budget:
                        raise HostileDocumentError("the archive unpacks to more than it says")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return size
    return size


def _zip_members(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], depth: int, limits: ArchiveLimits
) -> Iterator[Member]:
    return _expanded((_zip_member(archive, entry, limits) for entry in entries), depth, limits)


def _expanded(members: Iterator[Member], depth: int, limits: ArchiveLimits) -> Iterator[Member]:
    """Open the archives among the members; what they hold counts against the limits of the whole."""
    total, count = limits.total_bytes, limits.members
    for member in members:
        for each in _opened(member, depth, replace(limits, total_bytes=total, members=count)):
            total, count = max(0, total - len(each.content)), max(0, count - 1)
            yield each


def _zip_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: ArchiveLimits) -> Member:
    name = shown(entry.filename)
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Member(name, problem=UnsupportedMediaTypeError("a link instead of a file"))
    if entry.compress_type not in _METHODS:
        return Member(name, problem=UnsupportedMediaTypeError("packed in a way that is not supported: use plain ZIP"))
    if entry.file_size > limits.member_bytes:
        return Member(name, problem=_too_large(entry.file_size, limits))
    try:
        return Member(name, archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        return Member(name, problem=UnreadableDocumentError(f"damaged within the archive ({error})"))


def _too_large(size: int, limits: ArchiveLimits) -> LimitExceededError:
    return LimitExceededError(f"{size} bytes, {limits.member_bytes} are allowed", code="too_large")


def _opened(member: Member, depth: int, limits: ArchiveLimits) -> Iterator[Member]:
    """The member itself, or what is in it where it is a container; one that is refused stays one member."""
    kind = None if member.problem else container_type(member.content)
    if kind is None:
        yield member
        return
    try:
        inner = unpack(member.content, kind, depth + 1, limits)
    except InvoiceError as error:
        yield Member(member.name, member.content, error)
        return
    for each in inner:
        yield replace(each, name=f"{member.name}/{each.name}")


def container_type(content: bytes) -> str | None:
    """EML or ZIP, where the bytes are a mail or an archive; None otherwise."""
    from extractors.media import sniff  # the door of the readers is heavy: only once there is something to tell

    try:
        kind = sniff(content)
    except InvoiceError:
        return None
    return kind if kind in _OPENERS else None


def _open_mail(content: bytes, depth: int, limits: ArchiveLimits) -> Iterator[Member]:
    try:
        parts = list(_leaves(message_from_bytes(content, policy=policy.default)))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:  # the parser's own slips
        raise UnreadableDocumentError(f"the mail is malformed ({type(error).__name__})") from error
    usable = [part for part in parts if _is_usable(part)]
    if not usable:
        if any(part.get_content_type() in _SEALED_TYPES for part in parts):
            raise EncryptedDocumentError("the mail is encrypted")
        raise NoInvoiceError("the mail has no attachment that could be an invoice")
    if len(usable) > limits.attachments:
        raise LimitExceededError(f"{len(usable)} attachments in the mail, {limits.attachments} are allowed")
    return _mail_members(usable, depth, limits)


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of a mail and of the mails forwarded in it that hold content themselves."""
    for count, part in enumerate(message.walk()):
        if count > _MAIL_PARTS:
            raise LimitExceededError(f"the mail has more than {_MAIL_PARTS} parts")
        if not part.is_multipart():
            yield part


def _is_usable(part: EmailMessage) -> bool:
    kind = part.get_content_type()
    if kind in _SEAL_TYPES or kind in _SEALED_TYPES:
        return False
    attached = _disposition(part) == "attachment"
    if kind in _LETTER_TYPES:
        return attached and kind == "text/plain"  # some senders attach XML as text
    if kind.startswith("image/") and not attached:
        return len(_payload(part)) >= _INLINE_BYTES
    return True


def _mail_members(parts: list[EmailMessage], depth: int, limits: ArchiveLimits) -> Iterator[Member]:
    members = (Member(_part_name(part, number), _payload(part)) for number, part in enumerate(parts, start=1))
    return _expanded(members, depth, limits)


def _payload(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _disposition(part: EmailMessage) -> str:
    raw = next((str(value) for name, value in part.raw_items() if name.lower() == "content-disposition"), "")
    return raw.partition(";")[0].strip().lower()


def _part_name(part: EmailMessage, number: int) -> str:
    """The attachment's name as the sender gave it, without folders; a number where it gave none that can be read."""
    fallback = f"attachment-{number}"
    if any(len(str(value)) > _HEADER_BYTES for name, value in part.raw_items() if name.lower().startswith("content-")):
        return fallback
    try:
        given = part.get_filename()
    except (LookupError, ValueError, AttributeError, TypeError):  # malformed headers trip the standard parser
        return fallback
    name = (given or "").replace("\\", "/").rpartition("/")[2].strip()
    return shown(name) or fallback


_OPENERS: dict[str, Callable[[bytes, int, ArchiveLimits], Iterator[Member]]] = {EML: _open_mail, ZIP: _open_zip}
