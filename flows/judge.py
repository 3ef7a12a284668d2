"""What the stages say of one reading, gathered with the facts that they need from the store.

Called inside a write transaction, so that two invoices of one order are judged one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from flows.credits import credit_findings
from flows.decide import decide
from flows.suspects import suspects_of
from flows.versions import places_of
from flows.weighing import weigh
from matching import match_invoice, match_supplier, order_query
from matching.by_hand import match_by_hand
from matching.ranker import ranker_at
from models.decision import Decision
from models.extraction import Extraction
from models.finding import Finding
from models.match import MatchResult
from models.reference import squeeze
from models.settings import PolicySettings, Settings
from models.settings_rules import client_rules
from models.store.aliases import aliases_of
from models.store.chosen_orders import chosen_order
from models.store.currency import rates_for
from models.store.fraud_facts import Asked, load_fraud_facts
from models.store.lookup import candidate_orders
from models.store.lookup_suppliers import candidate_suppliers, load_supplier
from models.store.master import load_orders
from models.store.tolerances import load_tolerances, matching_of
from models.tables import ClientRow, DocumentRow
from validators import ValidationContext, currencies_of, validate


@dataclass(frozen=True, slots=True)
class Office:
    """What is the same for all documents of one client: loaded once for a chunk of work."""

    client: ClientRow
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
    suppliers = candidate_suppliers(session, office.client.id, invoice)
    settings = matching_of(office.client, office.settings.matching)
    supplier = match_supplier(invoice, suppliers, office.own_ids, settings)
    seen = _order_numbers(extraction)
    orders = candidate_orders(session, office.client.id, order_query(invoice, supplier, seen))
    return match_invoice(
        invoice, supplier, orders, settings, seen,
        aliases=aliases_of(session, office.client.id, supplier.seller_id),
        tolerances=load_tolerances(session, office.client.id),
        model=ranker_at(settings.model),
    )  # fmt: skip


def with_choice(
    session: Session, office: Office, document: DocumentRow, extraction: Extraction, proposed: MatchResult
) -> MatchResult:
    """The match by the orders that a person chose, where one did; the matcher's word otherwise."""
    choice = chosen_order(session, document.id)
    if choice is None:
        return proposed
    return match_by_hand(
        proposed, extraction.invoice, load_orders(session, office.client.id, choice.orders), choice,
        matching_of(office.client, office.settings.matching),
        aliases=aliases_of(session, office.client.id, proposed.supplier.seller_id),
        tolerances=load_tolerances(session, office.client.id),
    )  # fmt: skip


def judge_reading(session: Session, office: Office, document: DocumentRow, extraction: Extraction) -> Judgement:
    """Match, validate and decide; `document` must carry the extraction's main values already."""
    match = with_choice(session, office, document, extraction, match_reading(session, office, extraction))
    supplier = load_supplier(session, office.client.id, match.supplier.seller_id)
    rules = client_rules(office.settings.rules, office.client.rules_json)
    context = ValidationContext(
        today=datetime.now(UTC).date(),
        supplier=supplier,
        duplicates=suspects_of(
            session, document, extraction.invoice, match.supplier.seller_id, rules.duplicate_threshold
        ),
        own_vat_ids=office.own_ids,
        first_invoice=supplier is not None and not supplier.has_history,
        rules=rules,
        rates=rates_for(session, currencies_of(extraction.invoice, supplier), extraction.invoice.issue_date),
        fraud=load_fraud_facts(
            session, Asked(office.client, office.settings, office.policy, rules), document, extraction.invoice, supplier
        ),
    )
    findings = (
        *validate(extraction.invoice, extraction, match, context),
        *credit_findings(session, document, extraction.invoice, match.supplier.seller_id),
    )
    basis = weigh(session, document, extraction, match, findings, office.policy, places_of(office.settings))
    return Judgement(match, findings, decide(extraction, match, findings, office.policy, basis))


def _order_numbers(extraction: Extraction) -> tuple[str, ...]:
    """The order number as it was read, and the reader's other readings of it."""
    evidence = extraction.evidence.get("order_reference")
    others = tuple(each.value for each in evidence.alternatives) if evidence else ()
    read = extraction.invoice.order_reference
    return ((read, *others) if read else others)[:20]
