"""The audit of a document that was let through: what was read against what a person keyed, and what follows from it.

>>> from decimal import Decimal
>>> read = Read(Invoice(gross_total="120.00", iban="FR76 3000 6000 0112 3456 7890 189"), (), ())
>>> differing(read, {"gross_total": Decimal("120"), "iban": "FR7630006000011234567890189", "issue_date": None})
()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from assurance import gather
from models.invoice import TERMS, Invoice
from models.names import name_similarity, normalise_name
from models.reference import squeeze
from models.settings import PolicySettings
from models.store.alarms import raise_alarm
from models.store.audit_samples import deciding_row, settle_sample, settled_outcomes
from models.store.certificates import promise_since, standing_certificate
from models.store.documents import load_extraction, load_match
from models.store.edits import Value, value_text
from models.tables import AlarmRow, AuditSampleRow, DocumentRow, SupplierRow
from review.values import InputError, parse_value

KEYED = ("invoice_number", "issue_date", "gross_total", "seller_name", "iban", "order_reference")
SHOWN = (*KEYED, "due_date", "currency", "net_total", "tax_total", "seller_vat_id")
BESIDE = ("lines", "match", "other")  # what else may be wrong, without a value to key
SIMILAR = 85.0  # of 100: from here on two names are one company's


@dataclass(frozen=True, slots=True)
class Read:
    """What was let through: the invoice as it was read, the names of its supplier, the orders it was matched to."""

    invoice: Invoice
    names: tuple[str, ...]
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyed:
    """What a person typed: values by term, and for each that could not be read the key of its message."""

    values: dict[str, Value] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What an audit found: the values keyed, the terms that were let through wrong, a note."""

    keyed: Mapping[str, Value]
    wrong: tuple[str, ...] = ()
    note: str = ""


def read_of(session: Session, document: DocumentRow) -> Read:
    """What the policy saw when it let the document through."""
    decision = deciding_row(session, document.id)
    revision = decision.revision if decision else document.revision
    extraction = load_extraction(session, document.id, revision)
    match = load_match(session, document.id, revision)
    invoice = extraction.invoice if extraction else Invoice()
    supplier = session.get(SupplierRow, (document.client_id, document.seller_id)) if document.seller_id else None
    names = (invoice.seller_name, supplier.name if supplier else None)
    return Read(invoice, tuple(name for name in names if name), match.orders if match else ())


def read_keyed(form: Mapping[str, Any], prefix: str, terms: Iterable[str], language: str) -> Keyed:
    """The values of some inputs; an empty one is None."""
    found = Keyed()
    for term in terms:
        typed = str(form.get(f"{prefix}.{term}", ""))
        try:
            found.values[term] = parse_value(TERMS[term].kind, typed, language)
        except InputError as error:
            found.errors[term] = error.key
    return found


def differing(read: Read, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The terms whose keyed value is not the one that was let through; None stands for "not on the invoice"."""
    return tuple(term for term, value in values.items() if not _COMPARED.get(term, _same_value)(read, term, value))


def told(values: Mapping[str, Value]) -> dict[str, str | None]:
    """Values as they are kept with the audit."""
    return {term: value_text(value) for term, value in values.items()}


def settle(
    session: Session, document: DocumentRow, sample: AuditSampleRow, found: Found, *, policy: PolicySettings,
    actor: str, at: datetime,
) -> AlarmRow | None:  # fmt: skip
    """Close an audit in the transaction of its label and of the alarm that it may raise; the alarm, if it did.

    Raises:
        ConflictError: Somebody has settled it before.
    """
    read = read_of(session, document)
    checked = {"keyed": told(found.keyed), "read": told({term: getattr(read.invoice, term) for term in found.keyed}),
               "wrong": list(found.wrong), "note": found.note}  # fmt: skip
    settle_sample(session, sample, wrong=found.wrong, checked=checked, actor=actor, at=at)
    return watch(session, sample.client_id, sample.segment, policy=policy, actor=actor, at=at)


def watch(
    session: Session, client_id: str, segment: str, *, policy: PolicySettings, actor: str, at: datetime
) -> AlarmRow | None:
    """Raise the segment's alarm where the audits since its promise began break it."""
    certificate = standing_certificate(session, client_id, segment)
    alpha = certificate.alpha if certificate else policy.error_limit
    since = promise_since(session, client_id, segment)
    outcomes = settled_outcomes(session, client_id, segment, since=since)
    evidence = gather((wrong for wrong, _ in outcomes), alpha=alpha)
    if not evidence.alarm():
        return None
    detail = {"audits": evidence.audits, "errors": evidence.errors, "limit": alpha, "evidence": round(evidence.peak, 2)}
    return raise_alarm(session, client_id, segment, kind="error_rate", detail=detail, actor=actor, at=at)


def _same_value(read: Read, term: str, value: Value) -> bool:
    return bool(getattr(read.invoice, term) == value)


def _same_squeezed(read: Read, term: str, value: Value) -> bool:
    return squeeze(getattr(read.invoice, term)) == squeeze(str(value or ""))


def _same_order(read: Read, term: str, value: Value) -> bool:
    """Printed and keyed alike, or keyed is an order that it was matched to."""
    return _same_squeezed(read, term, value) or squeeze(str(value or "")) in {squeeze(one) for one in read.orders}


def _same_name(read: Read, _term: str, value: Value) -> bool:
    if value is None or not read.names:
        return value is None and not read.names
    words = set(normalise_name(str(value)).split())
    return any(
        name_similarity(str(value), name) >= SIMILAR or words <= set(normalise_name(name).split())
        or words >= set(normalise_name(name).split())
        for name in read.names
    )  # fmt: skip


_COMPARED: dict[str, Callable[[Read, str, Value], bool]] = {
    "invoice_number": _same_squeezed, "iban": _same_squeezed, "seller_vat_id": _same_squeezed,
    "order_reference": _same_order, "seller_name": _same_name,
}  # fmt: skip
