"""Matching memory, certificates and the labels they rest on, models, pilots.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant, text


class ToleranceRow(SQLModel, table=True):
    """Tolerances that one supplier or one category of purchase has of its own."""

    __tablename__ = "tolerance"
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    scope: str = Field(primary_key=True)  # supplier, category
    key: str = Field(primary_key=True)  # seller_id, or the category's name
    tolerances_json: str = Field(sa_column=text())  # overrides of MatchingSettings
    updated_at: datetime = Field(sa_column=instant())


class AliasRow(SQLModel, table=True):
    """What a supplier calls an item, as confirmed matches showed it."""

    __tablename__ = "alias"
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    seller_id: str = Field(primary_key=True)
    invoice_item: str = Field(primary_key=True, max_length=200)  # the invoice line's words, normalised
    order_item: str = Field(primary_key=True, max_length=200)  # the order line's words or item number, normalised
    times: int = 1
    document_id: str  # the last that confirmed it
    at: datetime = Field(sa_column=instant())


class CodingRow(SQLModel, table=True):
    """How one invoice line was posted: the history from which the next one is proposed."""

    __tablename__ = "coding"
    __table_args__ = (Index("coding_seller", "client_id", "seller_id", "at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    document_id: str | None = Field(default=None, index=True)  # None: imported history
    invoice_line: int | None = None
    seller_id: str | None = None
    seller_name: str | None = None
    reference: str | None = None  # of the document, in imported history
    item_name: str | None = None
    net_amount: Decimal | None = Field(default=None, sa_column=amount())
    vat_rate: Decimal | None = Field(default=None, sa_column=amount())
    account: str
    cost_centre: str | None = None
    tax_code: str | None = None
    share: Decimal | None = Field(default=None, sa_column=amount())  # per cent of the line, where it is split
    probability: float | None = None  # of the proposal that a person took as it was
    origin: str  # import, person
    actor: str
    at: datetime = Field(sa_column=instant())


class CodingProposalRow(SQLModel, table=True):
    """What was proposed for the lines of one revision, with probabilities and examples."""

    __tablename__ = "coding_proposal"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    revision: int = Field(primary_key=True)
    client_id: str = Field(index=True)
    proposal_json: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())


class CertificateRow(SQLModel, table=True):
    """One certificate: what may go through without a person, and on what labels it rests. Only added, never edited."""

    __tablename__ = "certificate"
    __table_args__ = (Index("certificate_newest", "client_id", "segment", "made_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    segment: str
    threshold: float | None = None  # None: the labels do not suffice, everything is reviewed
    certificate_json: str = Field(sa_column=text())  # models.certificate.Certificate
    made_at: datetime = Field(sa_column=instant())
    actor: str


class LabelRow(SQLModel, table=True):
    """One document of which it is known whether its first decision would have been right: what certificates rest on."""

    __tablename__ = "label"
    __table_args__ = (Index("label_window", "client_id", "segment", "at"),)
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    key: str = Field(primary_key=True, max_length=80)  # document id, or the file's hash in imported history
    score_version: str = Field(primary_key=True, max_length=80)
    segment: str
    label_json: str = Field(sa_column=text())  # models.certificate.Label
    at: datetime = Field(sa_column=instant())


class AuditSampleRow(SQLModel, table=True):
    """A document that was let through and is looked at nevertheless, to measure the error rate."""

    __tablename__ = "audit_sample"
    __table_args__ = (Index("audit_sample_open", "client_id", "state", "drawn_at"),)
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    client_id: str = Field(foreign_key="client.id")
    segment: str
    certificate_id: str | None = None
    share: float  # probability with which it was drawn: its weight is the inverse
    blind: bool = False  # keyed without seeing what was read
    state: str = "open"  # open, right, wrong
    checked_json: str = Field(default="{}", sa_column=text())  # what the person keyed or corrected, with causes
    checked_by: str | None = None
    checked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    drawn_at: datetime = Field(sa_column=instant())


class AlarmRow(SQLModel, table=True):
    """One alarm of a segment, or its end: automation is lowered as long as the newest row of the segment says so."""

    __tablename__ = "alarm"
    __table_args__ = (Index("alarm_newest", "client_id", "segment", "at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    segment: str
    kind: str  # error_rate, drift
    lowered: bool  # True: raised; False: lifted by a person or by a new certificate
    detail_json: str = Field(default="{}", sa_column=text())
    actor: str
    at: datetime = Field(sa_column=instant())


class ModelRow(SQLModel, table=True):
    """One trained version: its files in the blob store, what it was made from, and how it fared."""

    __tablename__ = "model_version"
    kind: str = Field(primary_key=True)  # reader, matcher, score
    version: str = Field(primary_key=True, max_length=80)
    role: str = Field(index=True)  # champion, challenger, retired, refused
    files_json: str = Field(default="{}", sa_column=text())  # name -> sha256 in the document store
    manifest_json: str = Field(default="{}", sa_column=text())
    gate_json: str = Field(default="{}", sa_column=text())
    actor: str
    created_at: datetime = Field(sa_column=instant())
    changed_at: datetime = Field(sa_column=instant())


class ShadowRow(SQLModel, table=True):
    """What a challenger, or a policy in pilot, would have said of a document; it had no effect."""

    __tablename__ = "shadow"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    kind: str = Field(primary_key=True)  # reader, matcher, score, pilot
    version: str = Field(primary_key=True, max_length=80)
    client_id: str = Field(index=True)
    verdict_json: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())


class ManualBaselineRow(SQLModel, table=True):
    """How long one invoice took by hand, before or beside the pilot: what the saving is measured against."""

    __tablename__ = "manual_baseline"
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    file: str = Field(primary_key=True)  # name of the file, or its SHA-256
    keyed_by: str = Field(primary_key=True)
    seconds: Decimal | None = Field(default=None, sa_column=amount())
    keyed_on: date | None = None
    extra_json: str = Field(default="{}", sa_column=text())
