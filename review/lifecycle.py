"""Where a document stands in the words of the French reform, as its page says it.

>>> from models.lifecycle import lifecycle_of
>>> named(lifecycle_of("rejected", "DUPLICATE"), "fr")
Standing(code='210', name='Refusée', reasons='Facture en doublon (DOUBLON)')
"""

from __future__ import annotations

from typing import NamedTuple

from models.finding import Severity
from models.lifecycle import REASONS, Lifecycle, lifecycle_of
from models.store.dossier import Dossier


class Standing(NamedTuple):
    """A status with its name and its reasons in the visitor's language."""

    code: str
    name: str
    reasons: str


def standing(dossier: Dossier, language: str) -> Standing:
    """The status of a document, for the reason of the last move of a person, else of the finding that holds it."""
    document = dossier.document
    moved = dossier.last_move.reason if dossier.last_move else ""
    holding = next((finding.rule for finding in dossier.findings if finding.severity is Severity.HOLD), "")
    return named(lifecycle_of(document.state, moved or holding, asked=document.waits_since is not None), language)


def named(found: Lifecycle, language: str) -> Standing:
    """The names in French or English."""
    at = 0 if language == "fr" else 1
    reasons = ", ".join(f"{REASONS[code][at]} ({code})" for code in found.reasons)
    return Standing(found.code, (found.name_fr, found.name_en)[at], reasons)
