"""The JSON lines that the contract promises, and the same for people. Amounts as decimal text, dates ISO.

>>> failed_line("a.pdf", EncryptedDocumentError("a password is needed"))["reasons"]
['encrypted']
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from models.document import Box
from models.errors import EncryptedDocumentError, FacturierError
from models.extraction import Evidence, Extraction
from models.invoice import LINE_TERMS, TERMS, Frozen
from models.match import MatchResult
from models.money import decimal_text

__all__ = ["EncryptedDocumentError", "extraction_line", "failed_line", "match_line"]

Json = dict[str, Any]


def extraction_line(file: str, extraction: Extraction, seconds: float) -> Json:
    """One object of `facturier extract --json`."""
    invoice = extraction.invoice
    return {
        "file": file,
        "pages": list(extraction.pages),
        "source": extraction.source,
        "document_type": extraction.document_type,
        "language": extraction.language,
        "fields": {
            name: _field(getattr(invoice, name), extraction.evidence.get(name))
            for name in TERMS
            if getattr(invoice, name) is not None
        },
        "lines": [_row(line, tuple(LINE_TERMS)) for line in invoice.lines],
        "vat_breakdown": [_row(rate, ("rate", "taxable", "tax", "category")) for rate in invoice.vat_breakdown],
        "findings": [_row(finding, ("rule", "severity", "terms", "message")) for finding in extraction.findings],
        "decision": extraction.decision,
        "reasons": list(extraction.reasons),
        "seconds": round(seconds, 4),
    }


def failed_line(file: str, error: FacturierError, seconds: float = 0.0) -> Json:
    """The object of a file that cannot be read."""
    return {
        "file": file, "pages": [], "source": None, "document_type": None, "language": None, "fields": {}, "lines": [],
        "vat_breakdown": [], "findings": [], "decision": "quarantine", "reasons": [error.reason_code],
        "message": error.detail, "advice": error.advice, "seconds": round(seconds, 4),
    }  # fmt: skip


def match_line(match: MatchResult) -> Json:
    """The key `match` of `facturier match --json`."""
    return {
        "kind": match.kind,
        "orders": list(match.orders),
        "probability": round(match.probability, 4),
        "outcome": match.outcome,
        "supplier": {
            "seller_id": match.supplier.seller_id, "by": match.supplier.by,
            "probability": round(match.supplier.probability, 4),
        },
        "candidates": [
            {"order": each.order, "probability": round(each.probability, 4), "reasons": list(each.reasons)}
            for each in match.candidates
        ],
        "lines": [
            {"invoice_line": each.invoice_line, "order": each.order, "order_line": each.order_line,
             "quantity": decimal_text(each.quantity), "probability": round(each.probability, 4)}
            for each in match.lines
        ],
        "variances": [_row(each, ("invoice_line", "kind", "expected", "actual")) for each in match.variances],
    }  # fmt: skip


def _field(value: object, evidence: Evidence | None) -> Json:
    """One field with where it stood; page and box are absent where it came from XML."""
    shown: Json = {"value": _plain(value)}
    if evidence is not None:
        shown["confidence"] = round(evidence.confidence, 4)
        if evidence.page is not None:
            shown["page"] = evidence.page
        if evidence.box is not None:
            shown["box"] = _rounded(evidence.box)
        shown["reader"] = evidence.reader
    return shown


def _row(value: Frozen, names: tuple[str, ...]) -> Json:
    return {name: _plain(found) for name in names if (found := getattr(value, name)) is not None}


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def _rounded(box: Box) -> list[float]:
    return [round(side, 1) for side in box]
