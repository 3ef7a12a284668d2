"""The row of evidence of one document: what is known of its reading, its match and its supplier, as plain numbers.

Pure. Confidences and probabilities in [0, 1]; counts as floats. What could not be measured is absent from the row.

>>> from models.invoice import Invoice
>>> read = Extraction(invoice=Invoice(gross_total="120.00"), source="xml",
...                   evidence={"gross_total": Evidence(confidence=0.9, reader="xml")})
>>> found = document_evidence(read, MatchResult(), (), past=0)
>>> found.segment, found.features["product"], found.features["margin"]
('einvoice/new', 0.9, 0.9)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from models.certificate import Acquaintance, Channel, DocumentEvidence
from models.extraction import Evidence, Extraction
from models.finding import Finding, Severity
from models.invoice import Invoice
from models.match import MatchResult
from models.reference import canonical_number, squeeze

# Terms that a payment rests on: each that stands on the document must be read surely.
NEEDED_TERMS = (
    "invoice_number", "issue_date", "seller_name", "seller_vat_id", "seller_legal_id", "currency", "net_total",
    "tax_total", "gross_total", "payable_total", "iban", "due_date",
)  # fmt: skip
# Who the seller is stands in the master data once one of its keys was found there: how well its name or another of its
# ids was read does not matter then. An IBAN that is not the master's is a finding of its own.
SELLER_TERMS = frozenset({"seller_name", "seller_vat_id", "seller_legal_id", "iban"})
EXACT_KEYS = frozenset({"legal_id", "vat_id", "iban"})
# From the fourth invoice on a supplier counts as known: three is what its layout memory and the habits of a clerk need
# (figures by count of earlier invoices in docs/certainty.md).
KNOWN_FROM = 3
_CENT = Decimal("0.01")
_RECOGNISERS = frozenset({"ppocr", "tesseract"})
_SIDES = ("net_total", "tax_total", "gross_total")


def document_evidence(
    extraction: Extraction, match: MatchResult, findings: Sequence[Finding], *, past: int
) -> DocumentEvidence:
    """The evidence of one document; `past` counts the earlier invoices of its supplier whose outcome is known."""
    needed = [extraction.evidence[term] for term in needed_terms(match) if term in extraction.evidence]
    features = {
        **_of_values(needed),
        **_of_sums(extraction.invoice),
        **_of_reading(extraction, needed, findings),
        **_of_match(extraction.invoice, match),
        "past": float(past),
        "novelty": round(1 / (1 + past), 6),
    }
    return DocumentEvidence(channel=channel_of(extraction), acquaintance=acquaintance_of(past), features=features)


def needed_terms(match: MatchResult) -> tuple[str, ...]:
    """The terms that must be read surely, given who the seller was found to be."""
    is_known = match.supplier.by in EXACT_KEYS and match.supplier.seller_id is not None
    return tuple(term for term in NEEDED_TERMS if not (is_known and term in SELLER_TERMS))


def channel_of(extraction: Extraction) -> Channel:
    """By what way its values came: as data, as text of a page, or recognised in a picture.

    A page of which any value was recognised is a scan: one stamp over a digital page costs it no more than caution.
    """
    if extraction.source == "xml":
        return "einvoice"
    seen = (*extraction.evidence.values(), *extraction.line_evidence)
    return "scan" if any(each.reader in _RECOGNISERS for each in seen) or extraction.quality < 1 else "digital"


def acquaintance_of(past: int) -> Acquaintance:
    """Known from KNOWN_FROM earlier invoices on."""
    return "known" if past >= KNOWN_FROM else "new"


def _of_values(needed: Sequence[Evidence]) -> dict[str, float]:
    if not needed:
        return {"present": 0.0, "product": 0.0, "least": 0.0, "mean": 0.0, "margin": 0.0}
    sure = [each.confidence for each in needed]
    return {
        "present": float(len(needed)),
        "product": round(math.prod(sure), 6),
        "least": min(sure),
        "mean": round(sum(sure) / len(sure), 6),
        "margin": round(min(map(_margin, needed)), 6),
    }


def _margin(value: Evidence) -> float:
    """How far a value is ahead of the next reading of it."""
    return value.confidence - max((other.confidence for other in value.alternatives), default=0.0)


def _of_sums(invoice: Invoice) -> dict[str, float]:
    """What the amounts say for each other; a check that lacks a side is absent."""
    net, tax, gross = (getattr(invoice, side) for side in _SIDES)
    found = {}
    if None not in (net, tax, gross):
        found["adds_up"] = _agree(net + tax, gross)
    rows = [(row.taxable, row.tax) for row in invoice.vat_breakdown]
    if rows and net is not None and all(None not in row for row in rows):
        found["vat_table"] = _agree(sum((row[0] or Decimal(0) for row in rows), Decimal(0)), net)
    amounts = [line.net_amount for line in invoice.lines]
    target = invoice.sum_of_lines if invoice.sum_of_lines is not None else net
    if amounts and target is not None and None not in amounts:
        total = sum((amount or Decimal(0) for amount in amounts), Decimal(0))
        found["lines_sum"] = _agree(total, target, _CENT * len(amounts))
    if invoice.iban:
        found["iban_checks"] = float(_is_iban(squeeze(invoice.iban)))
    return found


def _agree(one: Decimal, other: Decimal, within: Decimal = _CENT) -> float:
    return float(abs(one - other) <= within)


def _is_iban(iban: str) -> bool:
    """Check digits alone (ISO 7064 mod 97-10); the country's shape is a finding's matter."""
    if not (15 <= len(iban) <= 34 and iban.isascii() and iban.isalnum()):
        return False
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


def _of_reading(extraction: Extraction, needed: Sequence[Evidence], findings: Sequence[Finding]) -> dict[str, float]:
    readers = [each.reader for each in needed]
    count = max(1, len(readers))
    return {
        "quality": extraction.quality,
        "recognised": round(sum(reader in _RECOGNISERS for reader in readers) / count, 6),
        "derived": round(readers.count("derived") / count, 6),
        "recalled": round(readers.count("memory") / count, 6),
        "pages": float(len(extraction.pages)),
        "warnings": float(sum(_casts_doubt(finding) for finding in findings)),
    }


def _casts_doubt(finding: Finding) -> bool:
    """Whether a warning may mean that a value was misread: a legal mention that the seller forgot does not."""
    return finding.severity is Severity.WARNING and "-SAYS-" not in finding.rule


def _of_number(named: str | None, orders: Sequence[str]) -> dict[str, float]:
    """Whether the order found is the one that the invoice names, or names another; neither where it names none."""
    is_named = bool(named) and canonical_number(named) in set(map(canonical_number, orders))
    return {"named": float(is_named), "named_other": float(bool(named and orders) and not is_named)}


def _of_match(invoice: Invoice, match: MatchResult) -> dict[str, float]:
    rivals = sorted((each.probability for each in match.candidates if each.order not in match.orders), reverse=True)
    lines = len(invoice.lines)
    return {
        "supplier": match.supplier.probability,
        "exact_key": float(match.supplier.by in EXACT_KEYS),
        "ordered": float(bool(match.orders)),
        **_of_number(invoice.order_reference, match.orders),
        "match": match.probability,
        "match_margin": round(match.probability - max(rivals, default=0.0), 6),
        "linked": round(len({link.invoice_line for link in match.lines}) / lines, 6) if lines else 0.0,
        "variances": float(len(match.variances)),
    }
