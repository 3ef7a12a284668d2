"""A document's status as a message of the French reform: CrossDomainAcknowledgementAndResponse of UN/CEFACT D22B.

A transcription of what our state suggests. The accredited platform sends its own, with the routing addresses and ids
that only it knows; this one says so in a note. Sources: AFNOR XP Z12-012 (structure, roles, TypeCode 23: a status of
treatment), UNTDID 1373 as the reform uses it.

>>> found = lifecycle_of("rejected", "DUPLICATE")
>>> message = Message("D1", Invoice(invoice_number="F-1"), found, datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
>>> b"<ram:ProcessConditionCode>210</ram:ProcessConditionCode>" in write_cdar(message)
True
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

from flows.exports.tree import Branch, serialise, tree
from models.invoice import Invoice
from models.lifecycle import REASONS, STATUSES, Lifecycle, lifecycle_of

__all__ = ["Message", "lifecycle_of", "write_cdar"]

_SCHEMA = "urn:un:unece:uncefact:data:standard"
NAMESPACES: dict[str | None, str] = {
    "rsm": f"{_SCHEMA}:CrossDomainAcknowledgementAndResponse:100",
    "ram": f"{_SCHEMA}:ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{_SCHEMA}:QualifiedDataType:100",
    "udt": f"{_SCHEMA}:UnqualifiedDataType:100",
}
GUIDELINE = "urn.cpro.gouv.fr:1p0:CDV:invoice"
TREATMENT = "23"  # a status of treatment, by a party; 305 would be one of transmission, by a platform
SIREN, VAT = "0002", "0223"  # ISO 6523: what identifies a party
MOMENT, DAY = ("204", "%Y%m%d%H%M%S"), ("102", "%Y%m%d")
# Who says a status: UNCL 3035.
ROLES = {"buyer": "BY", "seller": "SE", "platform": "WK"}
# Status -> UNTDID 4405 code of the acknowledged document's state.
DOCUMENT_STATES = {"204": "45", "205": "1", "206": "49", "207": "46", "208": "39", "209": "47", "210": "8", "211": "47"}
NOTE = "Transcription by Facturier of the document {}; the accredited platform sends the status itself."


class Message(NamedTuple):
    """What a status message tells: the document, its invoice, where it stands since when, and a person's note."""

    document_id: str
    invoice: Invoice
    found: Lifecycle
    at: datetime
    note: str = ""
    buyer_name: str = ""  # the client's own record
    buyer_id: str = ""


def write_cdar(message: Message) -> bytes:
    """The message as XML."""
    role = ROLES[STATUSES[message.found.code].by]
    content = (
        Branch("rsm:ExchangedDocumentContext", (
            Branch("ram:BusinessProcessSpecifiedDocumentContextParameter", (Branch("ram:ID", "REGULATED"),)),
            Branch("ram:GuidelineSpecifiedDocumentContextParameter", (Branch("ram:ID", GUIDELINE),)),
        )),
        Branch("rsm:ExchangedDocument", _head(message, role)),
        Branch("rsm:AcknowledgementDocument", _acknowledged(message, role)),
    )  # fmt: skip
    return serialise(tree(Branch("rsm:CrossDomainAcknowledgementAndResponse", content), NAMESPACES))


def _head(message: Message, role: str) -> tuple[Branch, ...]:
    invoice, moment = message.invoice, message.at.astimezone(UTC)
    number = f"{invoice.invoice_number or message.document_id}_{message.found.code}_{moment:%Y%m%d%H%M%S}"
    buyer = (message.buyer_name or invoice.buyer_name, message.buyer_id or invoice.buyer_legal_id, invoice.buyer_vat_id)
    seller = (invoice.seller_name, invoice.seller_legal_id, invoice.seller_vat_id)
    sender, recipient = (seller, buyer) if role == "SE" else (buyer, seller)
    return (
        Branch("ram:ID", number),
        Branch("ram:Name", NOTE.format(message.document_id)),
        Branch("ram:IssueDateTime", _moment(moment)),
        Branch("ram:SenderTradeParty", _party(*sender, role)),
        Branch("ram:IssuerTradeParty", _party(*sender, role)),
        Branch("ram:RecipientTradeParty", _party(*recipient, "BY" if role == "SE" else "SE")),
    )


def _acknowledged(message: Message, role: str) -> tuple[Branch, ...]:
    invoice, found = message.invoice, message.found
    seller = _party(invoice.seller_name, invoice.seller_legal_id, invoice.seller_vat_id, "SE")
    reference = (
        Branch("ram:IssuerAssignedID", invoice.invoice_number or message.document_id),
        Branch("ram:StatusCode", DOCUMENT_STATES.get(found.code)),
        Branch("ram:TypeCode", invoice.type_code or "380"),
        Branch("ram:FormattedIssueDateTime", _day(invoice.issue_date)),
        Branch("ram:ProcessConditionCode", found.code),
        Branch("ram:ProcessCondition", found.name_fr),
        Branch("ram:IssuerTradeParty", seller),
        *_statuses(found, message.note),
    )
    return (
        Branch("ram:MultipleReferencesIndicator", (Branch("udt:Indicator", "false"),)),
        Branch("ram:TypeCode", TREATMENT if role != "WK" else "305"),
        Branch("ram:IssueDateTime", _moment(message.at.astimezone(UTC))),
        Branch("ram:ReferenceReferencedDocument", reference),
    )


def _statuses(found: Lifecycle, note: str) -> tuple[Branch, ...]:
    """Each reason with its place; the person's note goes with the first."""
    return tuple(
        Branch("ram:SpecifiedDocumentStatus", (
            Branch("ram:ReasonCode", reason),
            Branch("ram:Reason", REASONS[reason][0]),
            Branch("ram:SequenceNumeric", str(place)),
            Branch("ram:IncludedNote", (Branch("ram:Content", note if place == 1 and note else None),)),
        ))
        for place, reason in enumerate(found.reasons, start=1)
    )  # fmt: skip


def _party(name: str | None, legal_id: str | None, vat_id: str | None, role: str) -> tuple[Branch, ...]:
    digits = "".join(sign for sign in legal_id or "" if sign.isdigit())
    number, scheme = (digits[:9], SIREN) if len(digits) in {9, 14} else (vat_id, VAT)
    return (
        Branch("ram:GlobalID", number, {"schemeID": scheme}),
        Branch("ram:Name", name),
        Branch("ram:RoleCode", role),
    )


def _moment(at: datetime) -> tuple[Branch, ...]:
    return (Branch("udt:DateTimeString", at.strftime(MOMENT[1]), {"format": MOMENT[0]}),)


def _day(day: date | None) -> tuple[Branch, ...]:
    return () if day is None else (Branch("qdt:DateTimeString", day.strftime(DAY[1]).zfill(8), {"format": DAY[0]}),)
