"""What finance systems read, and the figures: published versions, the change feed, KPIs.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant, text


class InvoiceRow(SQLModel, table=True):
    """One published version of an invoice: never edited, a correction is the next version."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("client_id", "invoice_key", "version"),
        Index("invoice_number", "client_id", "seller_id", "invoice_number"),
        CheckConstraint("version > 0"),
    )
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    version: int = Field(primary_key=True)
    client_id: str = Field(foreign_key="client.id", index=True)
    invoice_key: str  # seller, normalised number, year, kind (R14)
    change_seq: int = Field(index=True)
    batch_id: str
    published_at: datetime = Field(sa_column=instant())
    document_type: str
    seller_id: str | None = None
    invoice_number: str | None = None
    issue_date: date | None = None
    type_code: str | None = None
    currency: str | None = None
    due_date: date | None = None
    buyer_reference: str | None = None
    contract_reference: str | None = None
    order_reference: str | None = None
    payment_terms: str | None = None
    preceding_invoice: str | None = None
    seller_name: str | None = None
    seller_legal_id: str | None = None
    seller_vat_id: str | None = None
    seller_address: str | None = None
    buyer_name: str | None = None
    buyer_legal_id: str | None = None
    buyer_vat_id: str | None = None
    delivery_date: date | None = None
    remittance: str | None = None
    iban: str | None = None
    bic: str | None = None
    sum_of_lines: Decimal | None = Field(default=None, sa_column=amount())
    allowance_total: Decimal | None = Field(default=None, sa_column=amount())
    charge_total: Decimal | None = Field(default=None, sa_column=amount())
    net_total: Decimal | None = Field(default=None, sa_column=amount())
    tax_total: Decimal | None = Field(default=None, sa_column=amount())
    gross_total: Decimal | None = Field(default=None, sa_column=amount())
    prepaid_total: Decimal | None = Field(default=None, sa_column=amount())
    rounding: Decimal | None = Field(default=None, sa_column=amount())
    payable_total: Decimal | None = Field(default=None, sa_column=amount())
    x_source: str
    x_confidence: float
    x_approved_by: str
    x_received_at: datetime = Field(sa_column=instant())
    x_approved_at: datetime = Field(sa_column=instant())
    x_reference: str | None = None  # the payment reference without spaces
    x_reference_kind: str | None = None  # rf, qrr, ogm, plain


class InvoiceLineRow(SQLModel, table=True):
    """One published invoice line."""

    __tablename__ = "invoice_line"
    document_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    position: int = Field(primary_key=True)  # from 1
    client_id: str = Field(index=True)
    line_id: str | None = None
    quantity: Decimal | None = Field(default=None, sa_column=amount())
    unit_code: str | None = None
    net_amount: Decimal | None = Field(default=None, sa_column=amount())
    order_reference: str | None = None
    order_line: str | None = None
    unit_price: Decimal | None = Field(default=None, sa_column=amount())
    price_base_quantity: Decimal | None = Field(default=None, sa_column=amount())
    vat_rate: Decimal | None = Field(default=None, sa_column=amount())
    item_name: str | None = None
    seller_item_id: str | None = None
    buyer_item_id: str | None = None


class VatBreakdownRow(SQLModel, table=True):
    """One published row of the VAT recapitulation."""

    __tablename__ = "vat_breakdown"
    document_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    client_id: str = Field(index=True)
    rate: Decimal | None = Field(default=None, sa_column=amount())
    taxable: Decimal | None = Field(default=None, sa_column=amount())
    tax: Decimal | None = Field(default=None, sa_column=amount())
    category: str | None = None


class ChangeRow(SQLModel, table=True):
    """The change feed: gapless within the database, a tombstone instead of a delete."""

    __tablename__ = "change"
    __table_args__ = (Index("change_entity", "entity_id", "change_seq"),)
    change_seq: int = Field(primary_key=True)
    client_id: str = Field(index=True)
    entity: str  # invoice
    entity_id: str  # document id
    op: str  # insert, correct, tombstone
    version: int
    published_at: datetime = Field(sa_column=instant())
    batch_id: str


class PublishBatchRow(SQLModel, table=True):
    """One run of the gate, with what it said."""

    __tablename__ = "publish_batch"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(index=True)
    created_at: datetime = Field(sa_column=instant())
    state: str  # published, refused
    rows: int
    held: int
    suite_hash: str
    result_json: str = Field(sa_column=text())


class PublishHoldRow(SQLModel, table=True):
    """One invoice that the gate held back, with the expectation's name."""

    __tablename__ = "publish_hold"
    batch_id: str = Field(primary_key=True)
    document_id: str = Field(primary_key=True, index=True)
    expectation: str = Field(primary_key=True)
    message: str


class QualityRunRow(SQLModel, table=True):
    """One look at whole tables of a client: what was expected of them, and what they fell short of."""

    __tablename__ = "quality_run"
    __table_args__ = (Index("quality_run_newest", "client_id", "at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    scope: str  # tables (what finance reads), intake (what the client sent)
    at: datetime = Field(sa_column=instant())
    state: str  # passed, failed
    rows: int
    failed: int  # expectations that were not met
    suite_hash: str
    result_json: str = Field(sa_column=text())


class KpiRow(SQLModel, table=True):
    """One figure of one client for one period, as it was computed from events."""

    __tablename__ = "kpi"
    __table_args__ = (Index("kpi_client", "client_id", "computed_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str
    name: str
    label: str = ""  # e.g. the reason of an exception rate, the stage of a turnaround
    dimension: str = ""  # supplier, channel, week, tier: then `part` says which one
    part: str = ""
    value: float | None = None
    previous: float | None = None  # in the period of the same length before
    numerator: float | None = None
    denominator: float | None = None
    unit: str
    period_start: datetime = Field(sa_column=instant())
    period_end: datetime = Field(sa_column=instant())
    computed_at: datetime = Field(sa_column=instant())
