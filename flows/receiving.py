"""From files in hand to rows: copy, publish, and one transaction for a group of files (reliability.md R4).

When `receive` returns, every file it names is durable in the store and the table says so; before that nothing was
unlinked. A group that fails leaves its files where they were.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from flows.archives import EML, ZIP, ArchiveLimits, Member, unpack
from flows.arrivals import Arriving, Received, in_groups
from flows.limits import limit_on_receipt
from flows.quarantine import advice_for, reason_of
from models.durable import Copy, NotAFileError, drop
from models.errors import InvoiceError, LimitExceededError, UnsupportedMediaTypeError
from models.settings import Settings
from models.store import receipts
from models.store.admission import Admitted, Entry, admit
from models.store.audit import now
from models.store.blobs import Blobs
from models.store.documents import Arrival
from models.store.engine import Store
from models.store.receipts import CONTAINER, LATE, QUARANTINED, STORED, ReceiptFacts

_MEMBER_CHANNELS = {EML: "email", ZIP: "archive"}


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file that was looked into: its copy in the staging folder, its type, or why it is refused."""

    arriving: Arriving
    size: int
    copy: Copy | None = None
    media_type: str = ""
    error: InvoiceError | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Receives files into one home. `owner` names its copies in the staging folder, for clearing up after a crash."""

    store: Store
    home: Path
    settings: Settings
    owner: str = "-"
    actor: str = "intake"

    def receive(self, arriving: Sequence[Arriving]) -> list[Received]:
        """Receive files, a group at a time; containers are opened.

        Raises:
            OSError: The disk is full or a file vanished; the groups before are received, this one is where it was.
        """
        done: list[Received] = []
        for group in in_groups(iter(arriving)):
            done += self._receive_group(group)
        return done

    def _receive_group(self, group: Sequence[Arriving]) -> list[Received]:
        staged: list[_Staged] = []
        try:
            for each in group:
                staged.append(self._stage(each))  # noqa: PERF401 - what was staged must be known when one fails
            plain = [each for each in staged if each.media_type not in _MEMBER_CHANNELS]
            done = self._commit(plain)
            for container in staged:
                if container.media_type in _MEMBER_CHANNELS:
                    done += self._receive_container(container)
        finally:
            drop(each.copy.path for each in staged if each.copy)
        return done

    # --- looking into a file ---

    def _stage(self, arriving: Arriving) -> _Staged:
        if arriving.problem:
            return self._stage_problem(arriving, arriving.problem)
        limit = self.settings.limits.file_bytes
        try:
            copy = self._blobs.stage(arriving.source, limit=limit, owner=self.owner)
        except NotAFileError:
            return _Staged(arriving, 0, error=UnsupportedMediaTypeError("not a regular file", code="not_a_file"))
        if copy is None:
            size = _size(arriving.source)
            error = LimitExceededError(f"{size} bytes, {limit} are allowed", code="too_large")
            return _Staged(arriving, size, error=error)
        return self._sniffed(arriving, copy)

    def _stage_problem(self, arriving: Arriving, problem: InvoiceError) -> _Staged:
        """Keep a refused member's bytes, for it has no file of its own; a refused file is moved as it is."""
        if isinstance(arriving.source, bytes) and arriving.source:
            copy = self._blobs.stage(arriving.source, limit=len(arriving.source), owner=self.owner)
            return _Staged(arriving, len(arriving.source), copy, error=problem)
        return _Staged(arriving, _size(arriving.source), error=problem)

    def _sniffed(self, arriving: Arriving, copy: Copy) -> _Staged:
        from extractors.media import sniff  # the door of the readers is heavy: only once there is something to tell

        try:
            return _Staged(arriving, copy.size, copy, sniff(copy.head))
        except InvoiceError as error:
            return _Staged(arriving, copy.size, copy, error=error)

    # --- mails and archives ---

    def _receive_container(self, container: _Staged) -> list[Received]:
        """Receive the members in groups, then the container itself: its receipt says that all of it was taken.

        A crash between leaves some members received; the second time those are recognised and passed over.
        """
        if container.copy is None:
            return []
        try:
            members = unpack(container.copy.path.read_bytes(), container.media_type, 0, self._archive_limits)
        except InvoiceError as error:
            return self._commit([replace(container, media_type="", error=error)])
        parent = container.arriving
        known = self._known_members(parent.receipt_id)
        arriving = (_member(parent, member, _MEMBER_CHANNELS[container.media_type]) for member in members)
        done: list[Received] = []
        for group in in_groups(arriving):
            done += self._receive_members(group, known)
        return [*done, *self._commit([container])]

    def _receive_members(self, group: Sequence[Arriving], known: set[tuple[str, str | None]]) -> list[Received]:
        staged = [self._stage(each) for each in group]
        try:
            fresh = [each for each in staged if (each.arriving.name, _hash(each)) not in known]
            return self._commit([_flat(each) for each in fresh])
        finally:
            drop(each.copy.path for each in staged if each.copy)

    def _known_members(self, receipt_id: str) -> set[tuple[str, str | None]]:
        with self.store.read() as session:
            return {(row.original_name, row.sha256) for row in receipts.members_of(session, receipt_id)}

    # --- publish and commit ---

    def _commit(self, staged: Sequence[_Staged]) -> list[Received]:
        """Make the copies durable, then say so in one transaction."""
        if not staged:
            return []
        self._blobs.publish([each.copy for each in staged if each.copy and _kept(each)])
        try:
            return self._write(staged)
        except receipts.LOST_RACE:  # another process received the same content at the same moment: now it is seen
            return self._write(staged)

    def _write(self, staged: Sequence[_Staged]) -> list[Received]:
        with self.store.write() as session:
            moment = now()
            entries = [self._entry(each, moment) for each in staged]
            done = admit(session, entries, actor=self.actor, at=moment)
            limit_on_receipt(session, [each.document_id for each in done if each.document_id], self.settings.review)
        return [_received(each, result) for each, result in zip(staged, done, strict=True)]

    def _entry(self, staged: _Staged, moment: datetime) -> Entry:
        arriving, state = staged.arriving, _state(staged)
        return Entry(
            facts=ReceiptFacts(
                id=arriving.receipt_id, client_id=arriving.client_id, channel=arriving.channel,
                original_name=arriving.name, batch=arriving.batch, size=staged.size, parent_id=arriving.parent_id,
                sha256=_hash(staged), claim_path=arriving.claim_path, discard_at=self._due(staged, state, moment),
            ),
            state=state,
            arrival=_arrival(staged) if state in {STORED, LATE} else None,
            media_type=(staged.media_type or "unknown") if staged.copy and _kept(staged) else None,
            reason=reason_of(staged.error) if staged.error else "",
            supersedes=arriving.supersedes,
        )  # fmt: skip

    def _due(self, staged: _Staged, state: str, moment: datetime) -> datetime | None:
        """When the claimed file may go, or the quarantine be filled; None where there is nothing to do."""
        if staged.arriving.channel == "process":  # the file is its owner's: it stays, and nothing is put elsewhere
            return None
        if state == QUARANTINED:
            return moment
        if staged.arriving.claim_path is None:
            return None
        return moment + timedelta(seconds=self.settings.intake.discard_seconds)

    @property
    def _blobs(self) -> Blobs:
        return Blobs(self.home)

    @property
    def _archive_limits(self) -> ArchiveLimits:
        intake, limits = self.settings.intake, self.settings.limits
        return ArchiveLimits(intake.archive_members, limits.attachments, limits.file_bytes, intake.archive_bytes)


def _member(parent: Arriving, member: Member, channel: str) -> Arriving:
    return Arriving(
        client_id=parent.client_id, source=member.content, name=member.name, channel=_channel(parent, channel),
        batch=parent.batch, parent_id=parent.receipt_id, problem=member.problem,
    )  # fmt: skip


def _channel(parent: Arriving, channel: str) -> str:
    return "process" if parent.channel == "process" else channel


def _flat(staged: _Staged) -> _Staged:
    """A member that is a container still: nested too deeply, or refused; it was opened where it could be."""
    if staged.media_type not in _MEMBER_CHANNELS:
        return staged
    return replace(staged, media_type="", error=UnsupportedMediaTypeError("packed too deeply: send it on its own"))


def _arrival(staged: _Staged) -> Arrival:
    arriving = staged.arriving
    return Arrival(
        client_id=arriving.client_id, sha256=_hash(staged) or "", name=arriving.name.rpartition("/")[2],
        media_type=staged.media_type, channel=arriving.channel, batch=arriving.batch,
    )  # fmt: skip


def _state(staged: _Staged) -> str:
    if staged.error:
        return QUARANTINED
    if staged.media_type in _MEMBER_CHANNELS:
        return CONTAINER
    return LATE if staged.arriving.supersedes else STORED


def _received(staged: _Staged, result: Admitted) -> Received:
    arriving, error = staged.arriving, staged.error
    return Received(
        arriving.name, arriving.batch, arriving.receipt_id, result.state, document_id=result.document_id,
        media_type=staged.media_type or None, parent_id=arriving.parent_id,
        code=error.reason_code if error else "",
        detail=error.detail if error else "",
        advice=advice_for(error.reason_code, error) if error else "",
    )  # fmt: skip


def _kept(staged: _Staged) -> bool:
    """Whether the store keeps the bytes: not those of a refused file, which itself goes to quarantine."""
    return staged.error is None or isinstance(staged.arriving.source, bytes)


def _hash(staged: _Staged) -> str | None:
    return staged.copy.sha256 if staged.copy else None


def _size(source: Path | bytes) -> int:
    if isinstance(source, bytes):
        return len(source)
    try:
        return os.lstat(source).st_size
    except OSError:
        return 0
