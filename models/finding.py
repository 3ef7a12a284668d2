"""What a rule found wrong. A bad invoice is a value, never an exception.

>>> Finding(rule="BR-CO-15", severity=Severity.ERROR, terms=("gross_total",), message="...").rule
'BR-CO-15'
"""

from __future__ import annotations

from enum import StrEnum

from models.invoice import Frozen


class Severity(StrEnum):
    """What a finding does to the document."""

    HOLD = "hold"  # blocks export until a second person releases it
    ERROR = "error"  # a person must look
    WARNING = "warning"  # shown, and lowers nothing by itself
    NOTE = "note"  # a fact worth knowing, such as a fallback that was taken


class Finding(Frozen):
    """One rule that did not pass: the standard's rule id, or ours (`AP-...`)."""

    rule: str
    severity: Severity
    terms: tuple[str, ...] = ()  # names of models.invoice
    message: str  # one sentence for a clerk, with the figures, in English
    expected: str | None = None
    actual: str | None = None
    says: str = ""  # which of the rule's sentences this is, where it has several
    figures: tuple[tuple[str, str], ...] = ()  # further figures of the sentence, for other languages
