"""The queue's own tables: comments, bulk acts, saved filters, questions to suppliers, steps of a case, mail to send.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.kinds import folded_of, instant, text


class SavedFilterRow(SQLModel, table=True):
    """A filter of the queue that a person keeps under a name."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "name"),)
    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    name: str
    query: str  # as it stands in an address
    shared: bool = False  # shown to everybody; clients still come from the session
    created_at: datetime = Field(sa_column=instant())


class BulkRow(SQLModel, table=True):
    """One act on many documents, with what each was before: enough to take it back as a whole, once."""

    __tablename__ = "bulk"
    id: str = Field(primary_key=True, max_length=32)
    actor: str
    act: str  # approve, assign, tag, postpone, ...
    detail_json: str = Field(default="{}", sa_column=text())  # what was asked for
    before_json: str = Field(default="{}", sa_column=text())  # document id to what it was before
    at: datetime = Field(sa_column=instant())
    undone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class CommentRow(SQLModel, table=True):
    """What a person says of a document or of one of its fields."""

    __tablename__ = "comment"
    __table_args__ = (Index("comment_document", "document_id", "at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    document_id: str = Field(foreign_key="document.id")
    term: str = ""  # of models.invoice; empty: the document
    words: str = Field(sa_column=text())
    folded: str = Field(default=None, sa_column=folded_of("words"))  # the words as they are searched
    mentions: str = ""  # logins, separated by a space
    actor: str
    at: datetime = Field(sa_column=instant())
    struck_by: str = ""  # who took it back; the words stay, struck through
    struck_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SupplierQuestionRow(SQLModel, table=True):
    """A question to a supplier: until it is answered the internal clock of the document stands."""

    __tablename__ = "supplier_question"
    __table_args__ = (Index("supplier_question_open", "client_id", "answered_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    document_id: str = Field(foreign_key="document.id", index=True)
    template: str  # key of the template that the words began with
    subject: str
    words: str = Field(sa_column=text())
    recipient: str = ""
    asked_by: str
    asked_at: datetime = Field(sa_column=instant())
    remind_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    answered_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    answer: str = Field(default="", sa_column=text())


class MailRow(SQLModel, table=True):
    """A mail to send, written in the transaction of the act that asks for it."""

    __tablename__ = "mail"
    __table_args__ = (Index("mail_open", "sent_at", "created_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str | None = Field(default=None, index=True)
    document_id: str | None = Field(default=None, index=True)
    kind: str  # mention, supplier_question, assignment, ...
    recipient: str
    subject: str
    words: str = Field(sa_column=text())
    created_at: datetime = Field(sa_column=instant())
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    tries: int = 0
    next_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))  # not before; none: at once
    refused: str = ""  # what the mail server said last


class EscalationRow(SQLModel, table=True):
    """A document handed to another tier, or back, with the reason."""

    __tablename__ = "escalation"
    __table_args__ = (Index("escalation_document", "document_id", "at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    document_id: str = Field(foreign_key="document.id")
    from_tier: str
    to_tier: str  # routine, expert
    skill: str = ""  # tax, contract, dispute
    reason: str
    actor: str
    at: datetime = Field(sa_column=instant())


class ApprovalRow(SQLModel, table=True):
    """One person's word where a rule demands two; the pair must be of different persons."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("document_id", "revision", "user_id"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    document_id: str = Field(foreign_key="document.id", index=True)
    revision: int
    user_id: str  # the account; an actor without one (the command line) by its own name
    rules: str  # what demanded it: bank, amount, override; separated by a space
    actor: str
    at: datetime = Field(sa_column=instant())


class ArrangementRow(SQLModel, table=True):
    """How a person laid the pages of a file out into invoices. The newest row of a file counts; undo adds another."""

    __tablename__ = "arrangement"
    __table_args__ = (Index("arrangement_newest", "client_id", "sha256", "at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    sha256: str = Field(foreign_key="blob.sha256")
    document_id: str  # where it was done
    groups_json: str = Field(sa_column=text())  # models.arrangement.Arrangement
    before_json: str = Field(sa_column=text())
    actor: str
    at: datetime = Field(sa_column=instant())


class DuplicatePairRow(SQLModel, table=True):
    """What a person says of two documents that may be one invoice; a pair that is not is never raised again."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (Index("duplicate_pair_second", "second_id"),)
    first_id: str = Field(primary_key=True, max_length=32, foreign_key="document.id")  # the lesser of both ids
    second_id: str = Field(primary_key=True, max_length=32, foreign_key="document.id")
    client_id: str = Field(foreign_key="client.id", index=True)
    verdict: str  # same, different
    reason: str
    evidence_json: str = Field(
        default="[]", sa_column=text()
    )  # what agreed when it was said: weights are counted on it
    actor: str
    at: datetime = Field(sa_column=instant())


class ChosenOrderRow(SQLModel, table=True):
    """The orders, and links line by line, that a person gave an invoice. The newest row that stands counts."""

    __tablename__ = "chosen_order"
    __table_args__ = (Index("chosen_order_newest", "document_id", "at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    document_id: str = Field(foreign_key="document.id")
    choice_json: str = Field(sa_column=text())  # models.choice.OrderChoice
    offered_json: str = Field(sa_column=text())  # the candidates as they were ranked: order and probability
    actor: str
    at: datetime = Field(sa_column=instant())
    undone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ReplayRow(SQLModel, table=True):
    """A form that was sent once: the same key again gets the same answer and changes nothing."""

    __tablename__ = "replay"
    key: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    path: str
    location: str  # where the browser was sent to
    at: datetime = Field(sa_column=instant())


class SupplierRuleRow(SQLModel, table=True):
    """What a correction teaches of one supplier's invoices; it has no effect before somebody turns it on."""

    __tablename__ = "supplier_rule"
    __table_args__ = (Index("supplier_rule_seller", "client_id", "seller_id", "state"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    seller_id: str
    term: str
    kind: str
    rule_json: str = Field(sa_column=text())
    preview_json: str = Field(default="{}", sa_column=text())  # its effect on the last documents, as replayed
    state: str = "proposed"  # proposed, on, off
    document_id: str  # whose correction proposed it
    actor: str
    at: datetime = Field(sa_column=instant())
    changed_by: str = ""
    changed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    notice: str = ""  # why it was turned off by itself
