"""What a decision rests on beside the gates: evidence, score, and the certificate that stands for its segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.certificate import Certificate, DocumentEvidence


@dataclass(frozen=True, slots=True)
class Basis:
    """One document's evidence and score, with what its client's labels allow for such documents."""

    evidence: DocumentEvidence
    score: float
    certificate: Certificate | None = None  # the standing one of its segment, made for this score
    obstacle: str = ""  # why no certificate is used, as a sentence: an alarm, or other models than those certified
    versions: Mapping[str, str] = field(default_factory=dict)
