"""Heads of the audit chain, copied to places that the program only adds to (reliability.md R13).

Whoever holds the database and its key can cut the tail of the chain and count anew; a head that was noted elsewhere
gives that away. Each line is one head: `{"at": ..., "seq": ..., "hash": ...}`. The first place is a file in the home;
`audit.anchors` names more, on a share that keeps what is written, or on another machine's disk.

>>> due(Anchor(10, "ab", T0), 10, T0 + EVERY), due(Anchor(10, "ab", T0), 11, T0 + EVERY), due(None, 1, T0)
(False, True, True)
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from models.settings import Settings
from models.store.audit import now
from models.store.engine import Store
from models.tables import AuditRow

NAME = "audit-anchors.jsonl"
EVERY, ROWS = timedelta(minutes=15), 1000  # whichever comes first
T0 = datetime(2026, 1, 1, tzinfo=UTC)
_LOOK_SECONDS = 30.0
_TAIL_BYTES = 4096  # of a file: its last line is in them
_LOG = logging.getLogger("facturier.anchors")


class Anchor(NamedTuple):
    """A head of the chain and when it was noted."""

    seq: int
    hash: str
    at: datetime


def places(settings: Settings) -> tuple[Path, ...]:
    """Where heads are noted."""
    return (settings.home / NAME, *(Path(place) for place in settings.audit.anchors))


def due(last: Anchor | None, seq: int, at: datetime) -> bool:
    """Whether a head is to be noted: there is a new one, and a quarter of an hour or a thousand rows have passed."""
    return last is None or (seq > last.seq and (at - last.at >= EVERY or seq - last.seq >= ROWS))


def note_head(store: Store, settings: Settings, at: datetime) -> bool:
    """Add the chain's head to every place where it is due; False where one could not be written."""
    with store.read() as session:
        head = session.exec(select(AuditRow.seq, AuditRow.hash).order_by(col(AuditRow.seq).desc()).limit(1)).first()
    if head is None:
        return True
    written = [_note(place, Anchor(head[0], head[1], at)) for place in places(settings)]
    return all(written)


class Notary:
    """Notes the head now and then; a place that cannot be written is told once in a while, and work goes on."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings, self._next = store, settings, 0.0

    def note(self) -> None:
        """Look whether a head is due, at most every half minute."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LOOK_SECONDS
        try:
            note_head(self._store, self._settings, now())
        except SQLAlchemyError:
            _LOG.warning("the audit's head could not be read", exc_info=True)


def _note(place: Path, anchor: Anchor) -> bool:
    try:
        if due(newest(place), anchor.seq, anchor.at):
            _add(place, anchor)
    except OSError as error:
        _LOG.warning("the audit's head could not be noted in %s: %s", place, error)
        return False
    return True


def _add(place: Path, anchor: Anchor) -> None:
    """One write at the end of the file, on the disk when this returns."""
    said = {"at": anchor.at.astimezone(UTC).isoformat(timespec="seconds"), "hash": anchor.hash, "seq": anchor.seq}
    descriptor = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # a crash in the line before
        os.write(descriptor, ("\n" * is_torn + json.dumps(said, sort_keys=True) + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def newest(place: Path) -> Anchor | None:
    """The last whole line of a place; None where there is none."""
    try:
        with place.open("rb") as file:
            file.seek(max(0, place.stat().st_size - _TAIL_BYTES))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    return next((found for line in reversed(lines) if (found := _read(line)) is not None), None)


def anchors_of(settings: Settings, most: int = 1000) -> Sequence[tuple[Path, Anchor]]:
    """The heads that were noted, the newest of each place first, with the place they stand in."""
    found = []
    for place in places(settings):
        try:
            lines = place.read_bytes().splitlines()
        except OSError:
            continue
        found += [(place, anchor) for line in lines[::-1][:most] if (anchor := _read(line)) is not None]
    return found


def _read(line: bytes) -> Anchor | None:
    """A line as an anchor; a line that was cut off by a crash is none."""
    try:
        said = json.loads(line)
        at = datetime.fromisoformat(said["at"])
        return Anchor(int(said["seq"]), str(said["hash"]), at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, KeyError, TypeError):
        return None
