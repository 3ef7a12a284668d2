"""What the stages said of a document: read, matched, found, decided. Rows are only ever added.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant, text


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
    confidence: float | None = None  # that the reader gave the value before; none: it was not the reader's
    source: str = ""  # where the person took the value from: an engine, the page, or nothing for the keyboard
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
