"""Approved documents through the gate and into the tables that finance reads.

The gate runs outside of any transaction, because its first run takes seconds; what it has seen is written in one
transaction a batch, in which every document must still be as it was. Killed at any point, or run twice at once, it
publishes each version once: see `models.store.publishing`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlmodel import Session

from models.expectation import parse_expectations
from models.invoice import LINE_TERMS, TERMS, Frozen, Term, VatBreakdown, terms_of
from models.store.audit import now
from models.store.documents import new_id
from models.store.engine import Store
from models.store.publishing import (
    Approved,
    Batch,
    Publication,
    add_batch,
    hold_back,
    is_refused_again,
    load_approved,
    lock_approved,
    lock_feed,
    open_rules,
    publish,
    withdraw_rejected,
)
from models.store.reused_numbers import exceptions_of
from models.tables import ClientRow
from models.views import AMOUNT_PLACES
from validators import duplicate_key
from validators.gate import GateResult, check_batch
from validators.references import payment_reference

BATCH_DOCUMENTS = 100  # measured: about a second during which nobody else can write to SQLite
_PLACES = 6  # decimals that every database keeps, see models.columns.Amount
_VAT_TERMS = terms_of(VatBreakdown)

Gate = Callable[[Sequence[Mapping[str, Any]]], GateResult]

_REFUSED_BY_TABLE = {
    "open_error": "A rule speaks against it since the gate has seen it, and no person has answered for that.",
    "duplicate": "Another document is published as this invoice already: same seller, number, year and kind.",
    "not_storable": "A value is too large or has characters that the database cannot hold.",
}


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What became of a client's approved documents. `held` maps a document to (expectation, message)."""

    published: tuple[str, ...] = ()
    held: Mapping[str, tuple[str, str]] | None = None
    withdrawn: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()  # table expectations that failed: then nothing was published
    batches: tuple[str, ...] = ()

    def __add__(self, other: PublishReport) -> PublishReport:
        return PublishReport(
            self.published + other.published,
            {**(self.held or {}), **(other.held or {})},
            self.withdrawn + other.withdrawn,
            self.refused + other.refused,
            self.batches + other.batches,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened."""
        return not (self.published or self.held or self.withdrawn or self.refused)


def publish_approved(
    store: Store, client_id: str, *, actor: str = "publisher", gate: Gate | None = None
) -> PublishReport:
    """Publish every approved document of a client, in batches; those that the gate holds back go to review.

    Without a gate it is that of the house with what the client expects besides.
    """
    gate = gate or _gate_of(store, client_id)
    report = _publish_batch(store, client_id, (), None, actor)  # withdrawals need no gate
    while True:
        with store.read() as session:
            approved = load_approved(session, client_id, BATCH_DOCUMENTS)
        if not approved:
            return report
        with store.read() as session:
            reusing = {row.seller_id for row in exceptions_of(session, client_id)}
        publications = [make_publication(each, reusing) for each in approved]
        step = _publish_batch(store, client_id, publications, gate([gate_row(each) for each in publications]), actor)
        report += step
        if step.is_empty or step.refused:
            return report


def _gate_of(store: Store, client_id: str) -> Gate:
    with store.read() as session:
        client = session.get(ClientRow, client_id)
    return partial(check_batch, own=parse_expectations(client.expectations_json if client else None))


def make_publication(approved: Approved, reusing: Collection[str] = ()) -> Publication:
    """The rows of one document, with its key; what finance cannot do without is derived where it is certain.

    `reusing` are suppliers that use numbers again.
    """
    document, extraction = approved.document, approved.extraction
    invoice = extraction.invoice
    if invoice.type_code is None:  # a page names its type in words; whoever approved it called it an invoice
        invoice = invoice.model_copy(update={"type_code": _TYPE_CODES.get(extraction.document_type, "380")})
    if invoice.iban:
        invoice = invoice.model_copy(update={"iban": "".join(invoice.iban.split()).upper()})
    reference = payment_reference(invoice.remittance)
    values = _columns(invoice, TERMS) | {
        "document_type": extraction.document_type,
        "seller_id": document.seller_id,
        "x_source": extraction.source,
        "x_confidence": document.score or 0.0,
        "x_approved_by": approved.approved_by,
        "x_approved_at": approved.approved_at,
        "x_received_at": document.received_at,
        "x_reference_kind": reference[0] if reference else None,
        "x_reference": reference[1] if reference else None,
    }
    return Publication(
        document_id=document.id,
        client_id=document.client_id,
        document_version=document.version,
        invoice_key=duplicate_key(invoice, document.seller_id, reuses_numbers=document.seller_id in reusing)
        or document.id,
        open_rules=approved.open_rules,
        values=values,
        lines=tuple(_columns(line, LINE_TERMS) for line in invoice.lines),
        vat_breakdown=tuple(_columns(row, _VAT_TERMS) for row in invoice.vat_breakdown),
    )


_TYPE_CODES = {"credit_note": "381"}


def gate_row(publication: Publication) -> dict[str, Any]:
    """What the gate sees of a publication: its columns, without our own `x_` ones."""
    shown = {name: value for name, value in publication.values.items() if not name.startswith("x_")}
    return shown | {"document_id": publication.document_id, "client_id": publication.client_id,
                    "invoice_key": publication.invoice_key, "open_rules": publication.open_rules}  # fmt: skip


def _columns(value: Frozen, terms: Mapping[str, Term]) -> dict[str, Any]:
    return {name: _storable(getattr(value, name), term) for name, term in terms.items()}


def _storable(value: Any, term: Term) -> str | date | Decimal | None:  # noqa: ANN401 - any term's value
    """A value in the one form in which every database keeps it."""
    if isinstance(value, Decimal):
        return _exact(value, AMOUNT_PLACES if term.kind == "amount" else 0)
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8") or None
    return value  # type: ignore[no-any-return] # a date or None


def _exact(number: Decimal, digits: int) -> Decimal:
    """The number with at least `digits` decimals and at most six, and no zeros beyond.

    >>> _exact(Decimal("1E+2"), 2), _exact(Decimal("0.12345678"), 0), _exact(Decimal("5.00"), 0)
    (Decimal('100.00'), Decimal('0.123457'), Decimal('5'))
    """
    if number.adjusted() > 20:  # the gate and the column refuse what is that large
        return number
    exponent = int(number.normalize().as_tuple().exponent)
    places = min(max(-exponent, digits), _PLACES)
    return number.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")


def _publish_batch(
    store: Store, client_id: str, publications: Sequence[Publication], verdict: GateResult | None, actor: str
) -> PublishReport:
    """One batch in one transaction; without a verdict only withdrawals are written."""
    with store.write() as session:
        batch = Batch(new_id(), client_id, actor, lock_feed(session, now()))
        if verdict is not None and verdict.is_refused:
            return _refuse(session, batch, verdict, len(publications))
        report = PublishReport(withdrawn=withdraw_rejected(session, batch), held={}, batches=(batch.id,))
        for publication in publications:
            report += _settle(session, batch, publication, verdict)
        if report.is_empty:
            return replace(report, batches=())
        add_batch(session, batch, state="published", rows=len(report.published), held=len(report.held or {}),
                  suite_hash=verdict.suite_hash if verdict else "",
                  result_json=verdict.result_json if verdict else "{}")  # fmt: skip
        return report


def _settle(session: Session, batch: Batch, publication: Publication, verdict: GateResult | None) -> PublishReport:
    """Publish one document or hold it back; nothing where somebody has changed it since the gate saw it."""
    document = lock_approved(session, publication.document_id, publication.document_version)
    if document is None or verdict is None:
        return PublishReport()
    found = verdict.held.get(document.id)
    if found is None:
        late = open_rules(session, document, publication.values["x_approved_by"])
        cause = "open_error" if late else publish(session, batch, document, publication)
        if cause is None:
            return PublishReport(published=(document.id,))
        found = (cause, _REFUSED_BY_TABLE[cause])
    hold_back(session, batch, document, *found)
    return PublishReport(held={document.id: found})


def _refuse(session: Session, batch: Batch, verdict: GateResult, rows: int) -> PublishReport:
    """Note a refused batch; the documents stay approved, and the same refusal is noted once."""
    if is_refused_again(session, batch.client_id, verdict.result_json):
        return PublishReport(refused=verdict.table_failures)
    add_batch(session, batch, state="refused", rows=rows, held=0, suite_hash=verdict.suite_hash,
              result_json=verdict.result_json)  # fmt: skip
    return PublishReport(refused=verdict.table_failures, batches=(batch.id,))
