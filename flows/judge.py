"""What the stages say of one reading, gathered with the facts that they need from the store.

Called inside a write transaction, so that two invoices of one order are judged one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from flows.decide import decide
from matching import blocking_keys, match_invoice, match_supplier
from models.decision import Decision
from models.extraction import Extraction
from models.finding import Finding
from models.invoice import Invoice
from models.match import MatchResult
from models.order import Supplier
from models.reference import canonical_number, squeeze
from models.settings import PolicySettings, Settings
from models.store.master import candidate_orders, neighbours
from models.tables import ClientRow, DocumentRow
from validators import ValidationContext, find_duplicate_suspects, validate
from validators.context import DuplicateSuspect, Neighbour


@dataclass(frozen=True, slots=True)
class Office:
    """What is the same for all documents of one client: loaded once for a chunk of work."""

    client: ClientRow
    suppliers: tuple[Supplier, ...]
    settings: Settings

    @property
    def own_ids(self) -> frozenset[str]:
        """The client's own VAT id and legal id: never a supplier of itself."""
        return frozenset(squeeze(each) for each in (self.client.vat_id, self.client.legal_id) if each)

    @property
    def policy(self) -> PolicySettings:
        """The policy of the settings, with what this client's contract says instead."""
        if not self.client.policy_json:
            return self.settings.policy
        own = PolicySettings.model_validate_json(self.client.policy_json)
        return self.settings.policy.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What matching, validating and deciding said."""

    match: MatchResult
    findings: tuple[Finding, ...]
    decision: Decision


def match_reading(session: Session, office: Office, extraction: Extraction) -> MatchResult:
    """Match one reading against the client's suppliers and orders."""
    invoice = extraction.invoice
    supplier = match_supplier(invoice, office.suppliers, office.own_ids, office.settings.matching)
    seen = _order_numbers(extraction)
    keys = blocking_keys(invoice) | {canonical_number(number) for number in seen}
    orders = candidate_orders(session, office.client.id, keys - {""}, supplier.seller_id)
    return match_invoice(invoice, supplier, orders, office.settings.matching, seen)


def judge_reading(session: Session, office: Office, document: DocumentRow, extraction: Extraction) -> Judgement:
    """Match, validate and decide; `document` must carry the extraction's main values already."""
    match = match_reading(session, office, extraction)
    supplier = next((each for each in office.suppliers if each.seller_id == match.supplier.seller_id), None)
    context = ValidationContext(
        today=datetime.now(UTC).date(),
        supplier=supplier,
        duplicates=_suspects(session, document, extraction.invoice, match.supplier.seller_id),
        own_vat_ids=office.own_ids,
        first_invoice=supplier is not None and not supplier.has_history,
    )
    findings = validate(extraction.invoice, extraction, match, context)
    return Judgement(match, findings, decide(extraction, match, findings, office.policy))


def _order_numbers(extraction: Extraction) -> tuple[str, ...]:
    """The order number as it was read, and the reader's other readings of it."""
    evidence = extraction.evidence.get("order_reference")
    others = tuple(each.value for each in evidence.alternatives) if evidence else ()
    read = extraction.invoice.order_reference
    return ((read, *others) if read else others)[:20]


def _suspects(
    session: Session, document: DocumentRow, invoice: Invoice, seller_id: str | None
) -> tuple[DuplicateSuspect, ...]:
    rows = neighbours(session, document, seller_id)
    return find_duplicate_suspects(invoice, [_neighbour(row) for row in rows], seller_id)


def _neighbour(row: DocumentRow) -> Neighbour:
    return Neighbour(
        document_id=row.id, invoice_number=row.invoice_number, issue_date=row.issue_date, gross_total=row.gross_total,
        currency=row.currency, is_credit_note=row.document_type == "credit_note", seller_id=row.seller_id,
        seller_name=row.seller_name,
    )  # fmt: skip
