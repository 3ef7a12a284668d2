"""What a decision rests on, and the promise it is made under: evidence, labels, certificates. Probabilities in [0, 1].

A segment is a channel and an acquaintance: errors of scans say nothing of e-invoices, those of known suppliers nothing
of new ones.

>>> DocumentEvidence(channel="scan", acquaintance="new").segment
'scan/new'
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from pydantic import Field

from models.invoice import Frozen

Channel = Literal["einvoice", "digital", "scan"]
Acquaintance = Literal["known", "new"]
LabelSource = Literal["review", "blind", "audit", "history"]

SEGMENTS = tuple(f"{channel}/{who}" for channel in get_args(Channel) for who in get_args(Acquaintance))


class DocumentEvidence(Frozen):
    """One document's row of evidence: the features of its score. What could not be measured is absent."""

    channel: Channel
    acquaintance: Acquaintance
    features: dict[str, float] = Field(default_factory=dict)

    @property
    def segment(self) -> str:
        """The name of its segment."""
        return f"{self.channel}/{self.acquaintance}"


class Label(Frozen):
    """A document of which it is known whether letting it through, as it was read and matched, would have been wrong."""

    key: str  # document id, or the file's hash in imported history
    segment: str
    seller: str  # labels of one supplier are not independent: they are counted together
    score: float
    wrong: bool
    source: LabelSource
    weight: float = 1.0  # inverse of the probability with which it was drawn
    score_version: str
    at: datetime
    terms: tuple[str, ...] = ()  # what was wrong


class Certificate(Frozen):
    """Of the invoices let through, at most `alpha` are wrong, with confidence 1 - `delta`; or how much is missing.

    `accepted` and `errors` are the labels above the threshold, `bound` the exact upper bound of their error rate.
    """

    id: str
    client_id: str
    segment: str
    alpha: float
    delta: float  # this segment's part of the client's risk
    threshold: float | None  # a score strictly above it goes through; None: nothing does
    labelled: int
    accepted: int
    errors: int
    bound: float | None
    missing: int  # labelled documents without an error that would suffice, at least
    window_from: datetime | None
    window_to: datetime | None
    score_version: str
    assumptions: tuple[str, ...] = ()
    made_at: datetime
