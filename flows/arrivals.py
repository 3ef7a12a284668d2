"""What intake has in hand, and what became of it.

>>> [len(group) for group in in_groups(iter([Arriving("acme", b"", "a.pdf")] * 120))]
[50, 50, 20]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import InvoiceError
from models.store.documents import new_id

GROUP_FILES = 50  # one transaction; more would hold the write lock beyond a tenth of a second
_GROUP_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Arriving:
    """One file in hand; `receipt_id` is known beforehand, because claimed files lie under it."""

    client_id: str
    source: Path | bytes
    name: str
    channel: str = "folder"
    batch: str = ""
    receipt_id: str = ""
    claim_path: str | None = None
    parent_id: str | None = None
    supersedes: str | None = None  # the receipt of the same claimed file before it was written to again
    problem: InvoiceError | None = None

    def __post_init__(self) -> None:
        """Give a receipt id where the caller has none."""
        object.__setattr__(self, "receipt_id", self.receipt_id or new_id())


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file."""

    name: str
    batch: str
    receipt_id: str
    state: str  # stored, duplicate, quarantined, container, late_write
    document_id: str | None = None
    media_type: str | None = None
    parent_id: str | None = None
    code: str = ""
    detail: str = ""
    advice: str = ""


def in_groups(arriving: Iterator[Arriving]) -> Iterator[list[Arriving]]:
    """Groups of at most GROUP_FILES, fewer where members held in memory are large."""
    group: list[Arriving] = []
    held = 0
    for each in arriving:
        group.append(each)
        held += len(each.source) if isinstance(each.source, bytes) else 0
        if len(group) == GROUP_FILES or held >= _GROUP_BYTES:
            yield group
            group, held = [], 0
    if group:
        yield group
