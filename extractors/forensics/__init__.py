"""Whether a PDF was tampered with: text that nobody sees, a layer that says something else, edits after signing.

Everything here works on hostile bytes inside a reading child, is bounded, and costs a plain file a few milliseconds.

>>> examine(b"%PDF-1.7 nothing more", (), ())
()
"""

from __future__ import annotations

from extractors.forensics.active import active_findings
from extractors.forensics.hidden import hidden_findings
from extractors.forensics.layer import layer_findings
from extractors.forensics.revisions import revision_findings
from models.document import Page
from models.extraction import Extraction
from models.finding import Finding

__all__ = ["examine"]


def examine(content: bytes, pages: tuple[Page, ...], read: tuple[Extraction, ...]) -> tuple[Finding, ...]:
    """What speaks for tampering: the file itself, its pages as they were read, and the values read by recognition."""
    return (
        *hidden_findings(pages),
        *layer_findings(pages, read),
        *revision_findings(content),
        *active_findings(content),
    )
