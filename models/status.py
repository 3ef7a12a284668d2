"""The states of a document and the moves between them: a table, kept by code and by a database trigger.

>>> may_move(Status.RECEIVED, Status.EXTRACTED)
True
>>> may_move(Status.EXPORTED, Status.RECEIVED)
False
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a document stands; it always stands somewhere (contract: States of a document)."""

    RECEIVED = "received"
    EXTRACTED = "extracted"
    MATCHED = "matched"
    IN_REVIEW = "in_review"
    HELD = "held"
    APPROVED = "approved"
    EXPORTED = "exported"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


_PEOPLE = (Status.IN_REVIEW, Status.HELD, Status.APPROVED, Status.REJECTED, Status.DUPLICATE)

TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    Status.RECEIVED: (Status.EXTRACTED, Status.QUARANTINED, Status.DUPLICATE),
    Status.EXTRACTED: (Status.MATCHED, Status.QUARANTINED, *_PEOPLE),
    Status.MATCHED: (*_PEOPLE, Status.QUARANTINED),
    Status.IN_REVIEW: (Status.APPROVED, Status.HELD, Status.REJECTED, Status.DUPLICATE),
    Status.HELD: (Status.APPROVED, Status.IN_REVIEW, Status.REJECTED, Status.DUPLICATE),
    Status.APPROVED: (Status.EXPORTED, Status.HELD, Status.IN_REVIEW),  # the last two: undo, or the gate refused
    Status.EXPORTED: (Status.IN_REVIEW,),  # a correction after export: version n + 1
    Status.QUARANTINED: (Status.RECEIVED, Status.IN_REVIEW, Status.REJECTED),
    Status.DUPLICATE: (Status.RECEIVED, Status.IN_REVIEW, Status.REJECTED),
    Status.REJECTED: (Status.IN_REVIEW,),  # undo
}

FINAL = frozenset({Status.EXPORTED, Status.REJECTED})


def may_move(before: Status, after: Status) -> bool:
    """Whether a document may go from one state to the other."""
    return after in TRANSITIONS[before]
