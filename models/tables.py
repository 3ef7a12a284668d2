"""The tables.

Every row of a client carries its client_id; values that travel are kept whole as JSON text beside the columns that
somebody queries. Decisions, extractions, events and audit rows are only ever added.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import Amount, Instant


def instant(*, nullable: bool = False, index: bool = False) -> Column:  # type: ignore[type-arg]
    """A column of UTC times."""
    return Column(Instant(), nullable=nullable, index=index)


def amount() -> Column:  # type: ignore[type-arg]
    """A column of exact numbers."""
    return Column(Amount(), nullable=True)


def text(*, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """A column of long text."""
    return Column(Text, nullable=nullable)


def number_key() -> Column:  # type: ignore[type-arg]
    """A column of numbers that are looked up by their beginning: ordered by code point on every database."""
    return Column(String().with_variant(String(collation="C"), "postgresql"), nullable=False, server_default="")


class ClientRow(SQLModel, table=True):
    """A client company that the office serves."""

    __tablename__ = "client"
    id: str = Field(primary_key=True, max_length=63)  # slug: also the folder's name
    name: str
    vat_id: str | None = None
    legal_id: str | None = None
    policy_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of PolicySettings
    matching_json: str | None = Field(default=None, sa_column=text(nullable=True))  # overrides of MatchingSettings
    created_at: datetime = Field(sa_column=instant())


# --- intake ---------------------------------------------------------------------------------------------------------


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
    )
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    sha256: str = Field(foreign_key="blob.sha256", index=True)
    part: int = 1  # 2 and more: further invoices of one file
    parent_id: str | None = None
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


# --- what the stages said -------------------------------------------------------------------------------------------


class ExtractionRow(SQLModel, table=True):
    """One revision of what a document says: 1 is the reader's, later ones are a person's."""

    __tablename__ = "extraction"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    revision: int = Field(primary_key=True)
    origin: str  # reader, person
    actor: str
    extraction_json: str = Field(sa_column=text())  # models.extraction.Extraction
    pages_json: str = Field(default="[]", sa_column=text())  # of models.extraction.PageInfo
    created_at: datetime = Field(sa_column=instant())


class CorrectionRow(SQLModel, table=True):
    """One field that a person confirmed or changed: the label from which the reader learns."""

    __tablename__ = "correction"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(index=True)
    document_id: str = Field(foreign_key="document.id", index=True)
    revision: int
    term: str  # name of models.invoice, or lines[3].quantity
    before: str | None = None
    after: str | None = None
    changed: bool
    cause: str = ""
    actor: str
    at: datetime = Field(sa_column=instant())


class SampleRow(SQLModel, table=True):
    """What is remembered of one confirmed invoice; gone with the document's approval, the supplier's drift or an order.

    Only a memory: it can be deleted at any time, and no invoice refers to it.
    """

    __tablename__ = "sample"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    client_id: str = Field(foreign_key="client.id", index=True)
    sample_json: str = Field(sa_column=text())  # models.memory.Sample
    corrected: str = ""  # terms that the next invoice of this layout had corrected, separated by a space
    at: datetime = Field(sa_column=instant())


class SampleKeyRow(SQLModel, table=True):
    """What a sample is found by: its supplier's numbers and bands of its layout's fingerprint."""

    __tablename__ = "sample_key"
    client_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=80)
    document_id: str = Field(primary_key=True, foreign_key="sample.document_id", index=True)


class MatchRow(SQLModel, table=True):
    """The match of one revision, whole."""

    __tablename__ = "match_result"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    revision: int = Field(primary_key=True)
    kind: str
    outcome: str
    probability: float
    match_json: str = Field(sa_column=text())  # models.match.MatchResult
    created_at: datetime = Field(sa_column=instant())


class MatchLinkRow(SQLModel, table=True):
    """Invoice line to order line, with the quantity it takes. Invoice facts are never changed by it."""

    __tablename__ = "match_link"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    revision: int = Field(primary_key=True)
    invoice_line: int = Field(primary_key=True)
    order_number: str = Field(primary_key=True, index=True)
    order_line: str = Field(primary_key=True)
    client_id: str = Field(index=True)
    quantity: Decimal | None = Field(default=None, sa_column=amount())
    probability: float
    counts: bool = False  # True once approved: it then takes its quantity from the order


class OrderClaimRow(SQLModel, table=True):
    """What an approved document takes of an order line, and how much of that the order file counts by now."""

    __tablename__ = "order_claim"
    __table_args__ = (Index("order_claim_line", "client_id", "order_number", "order_line"),)
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    order_number: str = Field(primary_key=True)
    order_line: str = Field(primary_key=True)  # empty: the order as a whole, by amount
    client_id: str = Field(foreign_key="client.id")
    revision: int  # that was approved
    quantity: Decimal | None = Field(default=None, sa_column=amount())  # zero once given back
    covered: Decimal | None = Field(default=None, sa_column=amount())  # of it counted in quantity_invoiced of the file
    at: datetime = Field(sa_column=instant())


class CreditLinkRow(SQLModel, table=True):
    """Which invoice a credit note gives back, and by what it was recognised."""

    __tablename__ = "credit_link"
    document_id: str = Field(primary_key=True, foreign_key="document.id")  # the credit note
    revision: int = Field(primary_key=True)
    client_id: str = Field(index=True)
    original_id: str = Field(foreign_key="document.id", index=True)
    by: str  # number, lines, amount
    amount: Decimal | None = Field(default=None, sa_column=amount())  # net, positive
    at: datetime = Field(sa_column=instant())


class FindingRow(SQLModel, table=True):
    """One rule that did not pass on one revision."""

    __tablename__ = "finding"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(index=True)
    document_id: str = Field(foreign_key="document.id", index=True)
    revision: int
    rule: str = Field(index=True)
    severity: str
    terms: str = ""  # separated by a space
    message: str = Field(sa_column=text())
    expected: str | None = None
    actual: str | None = None
    created_at: datetime = Field(sa_column=instant())


class DecisionRow(SQLModel, table=True):
    """One decision of the policy or of a person."""

    __tablename__ = "decision"
    __table_args__ = (Index("decision_let_through", "client_id", "actor", "outcome", "created_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(index=True)
    document_id: str = Field(foreign_key="document.id", index=True)
    revision: int
    outcome: str
    reasons: str = ""
    details_json: str = Field(default="[]", sa_column=text())
    score: float
    policy_version: str
    segment: str = ""  # of models.certificate: channel/acquaintance
    certificate_id: str | None = None  # under which the score was judged; None where no certificate stood
    evidence_json: str = Field(default="{}", sa_column=text())  # models.certificate.DocumentEvidence
    versions_json: str = Field(default="{}", sa_column=text())  # version of each model that had a say
    actor: str
    created_at: datetime = Field(sa_column=instant())


# --- who did what ---------------------------------------------------------------------------------------------------


class EventRow(SQLModel, table=True):
    """One change of state. KPIs are computed from these rows and from touches only."""

    __tablename__ = "event"
    seq: int | None = Field(default=None, primary_key=True)
    client_id: str = Field(index=True)
    document_id: str = Field(index=True)
    at: datetime = Field(sa_column=instant(index=True))
    actor: str
    from_state: str | None = None
    to_state: str
    reason: str = ""


class TouchRow(SQLModel, table=True):
    """Time that a person spent on a document."""

    __tablename__ = "touch"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(index=True)
    document_id: str = Field(index=True)
    actor: str
    started_at: datetime = Field(sa_column=instant())
    seconds: float
    act: str  # approve, reject, save, ...


class AuditRow(SQLModel, table=True):
    """One act, chained by hash to the one before (R13). Triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit"
    seq: int = Field(primary_key=True)  # gapless, given inside the transaction
    client_id: str | None = Field(default=None, index=True)
    at: datetime = Field(sa_column=instant())
    actor: str
    action: str
    object: str = Field(index=True)  # e.g. document:<id>
    before_json: str | None = Field(default=None, sa_column=text(nullable=True))
    after_json: str | None = Field(default=None, sa_column=text(nullable=True))
    prev_hash: str
    hash: str


class CounterRow(SQLModel, table=True):
    """Sequences without gaps: read and raised inside the transaction that uses the number."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int


# --- master data ----------------------------------------------------------------------------------------------------


class SupplierRow(SQLModel, table=True):
    """A supplier of one client."""

    __tablename__ = "supplier"
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    seller_id: str = Field(primary_key=True)
    name: str
    legal_id: str | None = Field(default=None, index=True)
    vat_id: str | None = Field(default=None, index=True)
    country: str | None = None
    currency: str | None = None
    payment_terms_days: int | None = None
    address: str | None = None
    status: str = "active"
    extra_json: str = Field(default="{}", sa_column=text())  # columns of the file that we do not know
    updated_at: datetime = Field(sa_column=instant())


class SupplierBankRow(SQLModel, table=True):
    """An IBAN of a supplier; what gets verified is the value (R15)."""

    __tablename__ = "supplier_bank"
    client_id: str = Field(primary_key=True)
    seller_id: str = Field(primary_key=True)
    iban: str = Field(primary_key=True, index=True)
    verified_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    verified_by: str | None = None


class SupplierKeyRow(SQLModel, table=True):
    """What a supplier is found by: its identifiers, what the eye sees of its name, and parts of that."""

    __tablename__ = "supplier_key"
    __table_args__ = (Index("supplier_key_owner", "client_id", "seller_id"), {"sqlite_with_rowid": False})
    client_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=80)
    seller_id: str = Field(primary_key=True)
    view: str = ""  # of a part: what the eye sees of the whole name


class SearchTextRow(SQLModel, table=True):
    """Words of an order or a supplier, under an n-gram index (FTS5 on SQLite, pg_trgm on PostgreSQL)."""

    __tablename__ = "search_text"
    __table_args__ = (UniqueConstraint("client_id", "kind", "key"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    client_id: str
    kind: str  # order, supplier
    key: str  # order_number or seller_id
    words: str = Field(sa_column=text())  # the client's mark, then folded words


class OrderRow(SQLModel, table=True):
    """A purchase order of one client."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        Index("order_canonical", "client_id", "canonical_number"),
        Index("order_reversed", "client_id", "reversed_number"),
        Index("order_amount", "client_id", "net_cents"),
        Index("order_seller_amount", "client_id", "seller_id", "net_cents"),
        # All that is asked of a supplier's orders before any is loaded: thousands are looked through in the index.
        Index("order_seller", "client_id", "seller_id", "status", "order_date", "canonical_number", "net_cents",
              "order_number"),
    )  # fmt: skip
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    order_number: str = Field(primary_key=True)
    canonical_number: str = Field(sa_column=number_key())
    reversed_number: str = Field(default="", sa_column=number_key())  # the canonical number from its end
    net_cents: int | None = Field(default=None, sa_column=Column(BigInteger))  # net amount of all lines, in hundredths
    order_date: date | None = None
    status: str
    currency: str | None = None
    buyer_name: str | None = None
    buyer_vat_id: str | None = None
    seller_id: str | None = None
    seller_name: str | None = None
    seller_vat_id: str | None = None
    updated_at: datetime = Field(sa_column=instant())


class OrderLineRow(SQLModel, table=True):
    """One line of a purchase order; `quantity_received` and `quantity_invoiced` as the order file says."""

    __tablename__ = "purchase_order_line"
    client_id: str = Field(primary_key=True)
    order_number: str = Field(primary_key=True)
    line_number: str = Field(primary_key=True)
    position: int
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    item_name: str | None = None
    quantity: Decimal | None = Field(default=None, sa_column=amount())
    unit_code: str | None = None
    unit_price: Decimal | None = Field(default=None, sa_column=amount())
    net_amount: Decimal | None = Field(default=None, sa_column=amount())
    vat_rate: Decimal | None = Field(default=None, sa_column=amount())
    category: str | None = None  # of purchase: tolerances may differ by it
    quantity_received: Decimal | None = Field(default=None, sa_column=amount())
    quantity_invoiced: Decimal | None = Field(default=None, sa_column=amount())
    extra_json: str = Field(default="{}", sa_column=text())


class GoodsReceiptRow(SQLModel, table=True):
    """One row of a goods receipt."""

    __tablename__ = "goods_receipt"
    __table_args__ = (Index("goods_receipt_order", "client_id", "order_number"),)
    client_id: str = Field(primary_key=True)
    receipt_number: str = Field(primary_key=True)
    order_number: str = Field(primary_key=True, index=True)
    line_number: str = Field(primary_key=True)
    receipt_date: date | None = None
    quantity_received: Decimal | None = Field(default=None, sa_column=amount())
    quantity_rejected: Decimal | None = Field(default=None, sa_column=amount())
    extra_json: str = Field(default="{}", sa_column=text())


# --- matching and certainty -----------------------------------------------------------------------------------------


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


# --- output ---------------------------------------------------------------------------------------------------------


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


class KpiRow(SQLModel, table=True):
    """One figure of one client for one period, as it was computed from events."""

    __tablename__ = "kpi"
    __table_args__ = (Index("kpi_client", "client_id", "computed_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str
    name: str
    label: str = ""  # e.g. the reason of an exception rate, the stage of a turnaround
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    unit: str
    period_start: datetime = Field(sa_column=instant())
    period_end: datetime = Field(sa_column=instant())
    computed_at: datetime = Field(sa_column=instant())


# --- people ---------------------------------------------------------------------------------------------------------


class UserRow(SQLModel, table=True):
    """A person who signs in."""

    __tablename__ = "user_account"
    id: str = Field(primary_key=True, max_length=32)
    login: str = Field(unique=True)
    name: str
    password_hash: str
    role: str  # reviewer, expert, supervisor, client_viewer, auditor, administrator
    language: str = "en"
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())


class UserClientRow(SQLModel, table=True):
    """Which clients a person works for."""

    __tablename__ = "user_client"
    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    client_id: str = Field(primary_key=True, foreign_key="client.id")


class SessionRow(SQLModel, table=True):
    """A sign-in; only the hash of its token is kept."""

    __tablename__ = "session"
    token_hash: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_column=instant())
    seen_at: datetime = Field(sa_column=instant())


class SecretRow(SQLModel, table=True):
    """Keys made with the database, used where the environment gives none."""

    __tablename__ = "secret"
    name: str = Field(primary_key=True)
    value: str


class TransitionRow(SQLModel, table=True):
    """models.status.TRANSITIONS, for the trigger that refuses other moves."""

    __tablename__ = "transition"
    from_state: str = Field(primary_key=True)
    to_state: str = Field(primary_key=True)
