"""Clients, and what comes in: bytes, receipts, documents and the work to do on them.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant, text


class ClientRow(SQLModel, table=True):
    """A client company that the office serves."""

    __tablename__ = "client"
    id: str = Field(primary_key=True, max_length=63)  # slug: also the folder's name
    name: str
    vat_id: str | None = None
    legal_id: str | None = None
    policy_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of PolicySettings
    matching_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of MatchingSettings
    review_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of ReviewSettings
    rules_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of RulesSettings
    output_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of OutputSettings
    costs_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of CostSettings
    expectations_json: str | None = Field(default=None, sa_column=text(nullable=True))  # its own, before publication
    created_at: datetime = Field(sa_column=instant())


class BlobRow(SQLModel, table=True):
    """Bytes in the document store, by content."""

    __tablename__ = "blob"
    sha256: str = Field(primary_key=True, max_length=64)
    size: int
    media_type: str
    created_at: datetime = Field(sa_column=instant())


class ReceiptRow(SQLModel, table=True):
    """One arrival of one file: what came, from where, and what became of it."""

    __tablename__ = "receipt"
    __table_args__ = (Index("receipt_open", "client_id", "discarded_at", "discard_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    channel: str  # folder, process, email, archive
    original_name: str
    batch: str = ""
    parent_id: str | None = Field(default=None, index=True)  # the receipt of the mail or archive it came in
    size: int
    sha256: str | None = Field(default=None, index=True)
    document_id: str | None = Field(default=None, index=True)
    state: str  # stored, duplicate, quarantined, container, late_write
    reason: str = ""
    claim_path: str | None = Field(default=None, index=True)  # where the claimed file lies until it is discarded
    received_at: datetime = Field(sa_column=instant())
    discard_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    discarded_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class DocumentRow(SQLModel, table=True):
    """One invoice in the house. `version` is for compare-and-swap; promoted columns mirror the newest extraction."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("client_id", "sha256", "part"),
        Index("document_queue", "client_id", "state", "received_at"),
        Index("document_number", "client_id", "seller_id", "invoice_number"),
        Index("document_supplier", "client_id", "seller_id", "received_at"),
        Index("document_waiting", "state", "waiting_rank", "id", "client_id"),
        Index("document_stale", "state", "waiting_until", "id"),
        Index("document_parked", "client_id", "state", "waits_since", "postponed_until", "assigned_to"),
    )
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    sha256: str = Field(foreign_key="blob.sha256", index=True)
    part: int = 1  # 2 and more: further invoices of one file
    parent_id: str | None = Field(default=None, index=True)
    name: str
    batch: str = Field(default="", index=True)
    channel: str = "folder"
    media_type: str
    state: str = Field(index=True)
    version: int = 1
    received_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
    revision: int = 0  # of the newest extraction
    document_type: str | None = None
    source: str | None = None
    language: str | None = None
    seller_id: str | None = None
    seller_name: str | None = None
    invoice_number: str | None = None
    issue_date: date | None = None
    due_date: date | None = None
    currency: str | None = None
    gross_total: Decimal | None = Field(default=None, sa_column=amount())
    order_reference: str | None = None
    score: float | None = None
    outcome: str | None = None
    reasons: str = ""  # models.decision.Reason values, separated by a space
    reason_code: str = ""  # of models.errors, when quarantined
    reason_detail: str = ""
    last_editor: str | None = None
    claimed_by: str | None = None  # reviewer who has it open
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    assigned_to: str | None = Field(default=None, index=True)  # login of the person whose work it is
    tier: str = "routine"  # routine, expert
    skill: str = ""  # that it asks for: tax, contract, dispute
    tags: str = ""  # separated by a space
    postponed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    waits_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))  # for the supplier's answer
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))  # end of the SLA, in business hours
    breach_risk: float | None = None  # probability that it is late, as last simulated; none: its clock stands, or done
    waiting_cost: float = 0.0  # expected cost of another business day in the queue, in the client's currency
    waiting_parts_json: str = Field(default="{}", sa_column=text())  # the sum's parts, as they are shown
    waiting_rank: float = 0.0  # that cost for each minute of work: the order of the queue
    waiting_until: datetime | None = Field(
        default=None, sa_column=instant(nullable=True)
    )  # the price holds; none: stale
    search_words: str = Field(default="", sa_column=text())  # numbers, names, ids and amounts as they are searched


class JobRow(SQLModel, table=True):
    """Work on one document: a lease, not a lock; `attempt` is the fencing token (R7)."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("document_id", "kind", name="job_once"),
        Index("job_ready", "state", "next_at"),
        Index("job_lease", "state", "lease_until"),
    )
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    document_id: str = Field(foreign_key="document.id")
    kind: str  # read: bytes to decision
    lane: str  # xml, pdf, ocr: one lane per cost class
    state: str  # ready, leased, done, failed
    attempt: int = 0
    crashes: int = 0
    errors: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    next_at: datetime = Field(sa_column=instant())
    reason: str = ""
    created_at: datetime = Field(sa_column=instant())
