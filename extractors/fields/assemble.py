"""Values to an `Extraction`: evidence for each, derived codes, what the reader noticed, and its own judgement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from extractors.fields.candidates import Candidate
from extractors.fields.confidence import Confidence, ValueCase, value_cases
from extractors.fields.currency import Currency
from extractors.fields.decoder import Choice
from extractors.fields.judge import judge, notice
from extractors.fields.reader import Found
from extractors.fields.roles import Chosen
from extractors.fields.sheet import Sheet
from models.extraction import Alternative, DocumentType, Evidence, Extraction
from models.invoice import Invoice
from models.settings import ReadingSettings

SHARPER, SURER, MOST = 1.2, 0.5, 0.995  # logistic map from share to probability, fitted by eye on five sets
DERIVED = 0.9  # confidence of a code that follows from the document's kind


def assemble(
    sheets: Sequence[Sheet],
    found: Found,
    kind: DocumentType,
    language: str | None,
    settings: ReadingSettings,
    confidence: Confidence,
) -> Extraction:
    """Build the extraction of one invoice."""
    readers = {sheet.page.number: sheet.page.reader for sheet in sheets}
    values: dict[str, Any] = {}
    evidence: dict[str, Evidence] = {}
    for term, choice in found.choices.items():
        values[term] = choice.candidate.value
        evidence[term] = evidence_of(choice, readers)
    for role, chosen in found.parties.items():
        _add_party(role, chosen, values, evidence, readers)
    _add_country(values)
    _add_untaxed_net(sheets, found, values, evidence)
    _add_currency(found.currency, values, evidence, readers)
    values["type_code"] = "381" if kind == "credit_note" else "380"
    evidence["type_code"] = Evidence(confidence=DERIVED, reader="derived")
    invoice = Invoice(**values, vat_breakdown=found.vat.rows, lines=found.table.lines)
    findings = notice(invoice, found)
    words = [word.confidence for sheet in sheets for word in sheet.page.words]
    quality = max(0.0, min(1.0, sum(words) / len(words))) if words else 0.0
    evidence = _estimated(evidence, confidence, value_cases(evidence, found, invoice, findings, quality))
    decision, reasons = judge(invoice, evidence, findings, kind, settings.auto_threshold, found.doubts)
    return Extraction(
        invoice=invoice,
        evidence=evidence,
        line_evidence=found.table.evidence,
        source="page",
        pages=tuple(readers),
        document_type=kind,
        language=language,
        findings=findings,
        decision=decision,
        reasons=reasons,
        quality=quality,
    )


def _estimated(
    evidence: dict[str, Evidence], confidence: Confidence, cases: Sequence[ValueCase]
) -> dict[str, Evidence]:
    """The same evidence with the estimated probabilities."""
    sure = dict(zip((case.term for case in cases), confidence.estimate(cases), strict=True))
    return {
        term: proof.model_copy(update={"confidence": sure[term]}) if term in sure else proof
        for term, proof in evidence.items()
    }


def evidence_of(choice: Choice, readers: dict[int, str]) -> Evidence:
    """Where a chosen candidate stood, and the next best."""
    candidate = choice.candidate
    return Evidence(
        confidence=_probability(choice.confidence),
        reader="repaired" if candidate.repaired else readers[candidate.page],
        raw=candidate.raw,
        page=candidate.page,
        box=candidate.box,
        alternatives=tuple(_alternative(other, confidence) for other, confidence in _others(choice)),
    )


def _others(choice: Choice) -> Sequence[tuple[Candidate, float]]:
    return [(c, p) for c, p in choice.others if p >= 0.01 and c.text != choice.candidate.text]


def _alternative(candidate: Candidate, confidence: float) -> Alternative:
    return Alternative(
        value=candidate.text, confidence=_probability(confidence), page=candidate.page, box=candidate.box
    )


def _probability(value: float) -> float:
    """A share of the readings as a probability of being right: the shares were measured to be too modest."""
    share = max(1e-6, min(1 - 1e-6, value))
    odds = math.log(share / (1 - share)) * SHARPER + SURER
    return round(min(MOST, 1 / (1 + math.exp(-odds))), 4)


def _add_party(
    role: str, chosen: Chosen, values: dict[str, Any], evidence: dict[str, Evidence], readers: dict[int, str]
) -> None:
    party = chosen.party
    confidence = _probability(chosen.confidence * min(1.0, 0.3 + 0.7 * party.confidence))
    if party.name:
        values[f"{role}_name"] = party.name
        evidence[f"{role}_name"] = Evidence(
            confidence=confidence,
            reader="memory" if party.remembered else readers[party.page],
            raw="" if party.remembered else party.name,
            page=None if party.remembered else party.page,
            box=None if party.remembered else party.name_box or party.box,
            alternatives=tuple(
                Alternative(
                    value=other.name, confidence=round((1 - confidence) / 2, 4), page=other.page, box=other.name_box
                )
                for other in chosen.others
                if other.name
            ),
        )
    address, country = party.address_text
    if role == "seller" and (address or country):
        values["seller_address"] = ", ".join(part for part in (address, country) if part)
        own = party.confidence if party.address_confidence is None else party.address_confidence
        evidence["seller_address"] = Evidence(
            confidence=round(_probability(chosen.confidence * min(1.0, 0.3 + 0.7 * own)) * 0.92, 4),
            reader=readers[party.page],
            raw=" / ".join(party.address),
            page=party.page,
            box=party.address_box or party.box,
        )


def _add_currency(
    shown: Currency | None, values: dict[str, Any], evidence: dict[str, Evidence], readers: dict[int, str]
) -> None:
    if shown is None:
        return
    values["currency"] = shown.code
    evidence["currency"] = Evidence(
        confidence=shown.confidence,
        reader="memory" if shown.remembered else "derived" if shown.derived else readers[shown.page],
        raw=shown.raw,
        page=None if shown.remembered or shown.derived else shown.page,
        box=None if shown.remembered or shown.derived else shown.box,
    )


def _add_untaxed_net(
    sheets: Sequence[Sheet], found: Found, values: dict[str, Any], evidence: dict[str, Evidence]
) -> None:
    """Without a word of tax on the page the one total is the net total as well (BT-109 is mandatory)."""
    if "gross_total" not in values or "net_total" in values or "tax_total" in values or found.vat.rows:
        return
    taxed = any(a.term == "tax_total" for sheet in sheets for anchors in sheet.anchors.values() for a in anchors)
    if not taxed:
        values["net_total"] = values["gross_total"]
        proof = evidence["gross_total"]
        evidence["net_total"] = proof.model_copy(
            update={"reader": "derived", "confidence": round(proof.confidence * 0.9, 4)}
        )


def _add_country(values: dict[str, Any]) -> None:
    """An address has a country (BT-40): where none is written the seller's VAT id tells it."""
    address, vat_id = values.get("seller_address"), values.get("seller_vat_id")
    if not address or not vat_id or not vat_id[:2].isalpha():
        return
    code = {"EL": "GR", "XI": "GB"}.get(vat_id[:2], vat_id[:2])
    last = address.rsplit(",", 1)[-1].strip()
    if not (len(last) == 2 and last.isalpha() and last.isupper()):
        values["seller_address"] = f"{address}, {code}"
