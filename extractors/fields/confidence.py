"""How sure a given value is: signs of each value, and the seam at which a trained estimate replaces the hand-made one.

value -> `ValueCase` with named features -> `Confidence.estimate` -> probability that the value is right.

>>> HandConfidence().estimate([ValueCase("due_date", {"hand": 0.9})])
[0.9]
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from extractors.fields.judge import adds_up
from extractors.fields.party import Party
from extractors.fields.reader import Found
from models.extraction import Evidence
from models.finding import Finding
from models.invoice import Invoice

GROUPS: Mapping[str, tuple[str, ...]] = {
    "total": ("net_total", "tax_total", "gross_total"),
    "amount": ("payable_total", "prepaid_total", "sum_of_lines", "allowance_total", "charge_total", "rounding"),
    "date": ("issue_date", "due_date", "delivery_date"),
    "number": ("invoice_number", "order_reference"),
    "reference": ("buyer_reference", "contract_reference", "preceding_invoice", "seller_legal_id"),
    "identifier": ("seller_vat_id", "buyer_vat_id", "iban", "bic"),
    "name": ("seller_name", "buyer_name"),
    "address": ("seller_address",),
    "currency": ("currency",),
}
GROUP_OF = {term: group for group, terms in GROUPS.items() for term in terms}
SIGNS = (
    "hand", "runner_up", "score", "rivals", "word", "recognised", "repaired", "derived", "quality", "length", "words",
    "adds_up", "lines_agree", "label", "rival", "title", "checked", "in_lines", "ahead_of_label", "first_page", "top",
    "cert_net", "cert_tax", "cert_gross", "lines_sum", "vat_net", "vat_tax", "highest", "no_cents", "repeated",
    "of_kind", "letterhead", "headed", "sender_line", "named_only", "contacts", "address_lines", "postal",
)  # fmt: skip
COLUMNS = (*SIGNS, *(f"in_{group}" for group in GROUPS), *(f"is_{term}" for term in GROUP_OF))
RISING = frozenset({"hand", "score", "word"})  # more of it never makes a value less sure
_SCORED = frozenset((
    "label", "rival", "title", "checked", "in_lines", "first_page", "top", "cert_net", "cert_tax", "cert_gross",
    "lines_sum", "vat_net", "vat_tax", "highest", "no_cents", "repeated", "of_kind",
))  # fmt: skip
_LEAST = 1e-4


class ValueCase(NamedTuple):
    """One given value: its term and its features by name; an absent feature is 0."""

    term: str
    features: Mapping[str, float]


class Confidence(Protocol):
    """Gives each value the probability that it is right; a whole document is estimated in one call."""

    def estimate(self, cases: Sequence[ValueCase]) -> list[float]:
        """Return one probability for each case, in order."""
        ...


class HandConfidence:
    """What the decoder says, mapped by hand: for ablation, and where no trained estimate is at hand."""

    def estimate(self, cases: Sequence[ValueCase]) -> list[float]:
        """The feature `hand` as it is."""
        return [case.features.get("hand", 0.0) for case in cases]


def value_cases(
    evidence: Mapping[str, Evidence], found: Found, invoice: Invoice, findings: Sequence[Finding], quality: float
) -> list[ValueCase]:
    """One case for each given value of a scored term, from its evidence and what spoke for it."""
    noticed = {finding.rule for finding in findings}
    shared = {
        "adds_up": float(adds_up(invoice)),
        "lines_agree": float(bool(invoice.lines) and "AP-READ-LINES" not in noticed),
        "quality": quality,
    }
    return [
        ValueCase(term, shared | _proof(proof) | _choice(term, found) | _party(term, found) | _of_term(term))
        for term, proof in evidence.items()
        if term in GROUP_OF
    ]


def row_of(case: ValueCase) -> list[float]:
    """The case as a row of `COLUMNS`."""
    return [case.features.get(name, 0.0) for name in COLUMNS]


def log_odds(probability: float) -> float:
    """The log-odds of a probability, finite for 0 and 1."""
    inside = max(_LEAST, min(1 - _LEAST, probability))
    return math.log(inside / (1 - inside))


def _proof(proof: Evidence) -> dict[str, float]:
    rivals = [other.confidence for other in proof.alternatives]
    return {
        "hand": proof.confidence,
        "runner_up": max(rivals, default=0.0),
        "recognised": float(proof.reader not in ("text", "derived", "memory")),
        "repaired": float(proof.reader == "repaired"),
        "derived": float(proof.reader == "derived"),
        "length": float(min(len(proof.raw), 80)),
        "words": float(min(len(proof.raw.split()), 16)),
        "word": 1.0,
    }


def _choice(term: str, found: Found) -> dict[str, float]:
    choice, signs = found.choices.get(term), found.signs.get(term)
    if choice is None or signs is None:
        return {}
    kept = {name: value for name, value in signs.features.items() if name in _SCORED}
    return kept | {
        "score": max(-12.0, min(12.0, signs.score)),
        "rivals": float(min(signs.rivals, 6)),
        "word": choice.candidate.confidence,
        "checked": float(choice.candidate.checked),
        "ahead_of_label": signs.features.get("label", 0.0) - signs.features.get("rival", 0.0),
    }


def _party(term: str, found: Found) -> dict[str, float]:
    role, _, part = term.partition("_")
    chosen = found.parties.get(role)
    if chosen is None or part not in ("name", "address"):
        return {}
    party: Party = chosen.party
    return {
        "score": log_odds(chosen.confidence),
        "rivals": float(len(chosen.others)),
        "word": party.confidence,
        "letterhead": float(party.letterhead),
        "headed": float(party.role == role),
        "sender_line": float(party.sender_line),
        "named_only": float(party.named_only),
        "contacts": float(party.contacts),
        "address_lines": float(min(len(party.address), 6)),
        "postal": float(any(sum(map(str.isdigit, line)) >= 4 for line in party.address)),
    }


def _of_term(term: str) -> dict[str, float]:
    return {f"in_{GROUP_OF[term]}": 1.0, f"is_{term}": 1.0}
