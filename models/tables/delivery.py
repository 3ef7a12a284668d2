"""What leaves the house: export batches, keys of the API, webhooks, what the finance system said.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.kinds import instant, text


class ExportBatchRow(SQLModel, table=True):
    """One folder of exported files: which changes it holds, and the hash of its manifest."""

    __tablename__ = "export_batch"
    __table_args__ = (UniqueConstraint("client_id", "target", "seq"), UniqueConstraint("idempotency_key"))
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    target: str  # files, sage, odoo, ...
    seq: int  # from 1 within client and target, without gaps
    after_seq: int  # changes after this one ...
    last_seq: int  # ... up to this one
    folder: str  # relative to the client's exports folder
    options_json: str = Field(default="{}", sa_column=text())
    manifest_json: str = Field(default="", sa_column=text())
    manifest_sha256: str = ""
    state: str = "open"  # open, written
    idempotency_key: str
    created_at: datetime = Field(sa_column=instant())
    written_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class DeliveryRow(SQLModel, table=True):
    """One version of one document on its way to one target: goes there once (R14)."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("document_id", "version", "target", "op"),)
    idempotency_key: str = Field(primary_key=True, max_length=128)
    client_id: str = Field(index=True)
    document_id: str = Field(index=True)
    version: int
    op: str  # insert, correct, tombstone
    target: str
    change_seq: int
    batch_id: str = Field(index=True)
    at: datetime = Field(sa_column=instant())


class AckRow(SQLModel, table=True):
    """What the finance system said of one version: taken under its own number, or refused. Only added."""

    __tablename__ = "ack"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(index=True)
    target: str
    batch_id: str = Field(index=True)
    document_id: str = Field(index=True)
    version: int
    state: str  # posted, refused
    erp_number: str = ""  # e.g. 5100001234
    reason: str = ""
    actor: str
    at: datetime = Field(sa_column=instant())


class ApiKeyRow(SQLModel, table=True):
    """A key of the REST API: only its hash is kept. It serves the clients and scopes named."""

    __tablename__ = "api_key"
    id: str = Field(primary_key=True, max_length=32)
    name: str
    key_hash: str = Field(unique=True, max_length=64)
    hint: str  # the first characters, to tell keys apart
    clients: str  # separated by a space
    scopes: str  # read, ack, webhooks, ...; separated by a space
    made_by: str
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class IdempotentRow(SQLModel, table=True):
    """The answer to a POST, so that the same key gives the same answer again."""

    __tablename__ = "idempotent"
    api_key_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=128)
    request_hash: str
    status: int
    body: str = Field(sa_column=text())
    at: datetime = Field(sa_column=instant())


class WebhookRow(SQLModel, table=True):
    """Where events are sent. Two secrets may be active while one replaces the other."""

    __tablename__ = "webhook"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    url: str
    events: str  # separated by a space
    secret: str  # sealed, see models.secret
    old_secret: str = ""
    old_secret_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    state: str = "active"  # active, paused, gone (it answered 410), removed
    change_seq: int = 0  # messages were made of changes up to this one ...
    event_seq: int = 0  # ... and of events up to this one
    made_by: str
    created_at: datetime = Field(sa_column=instant())


class WebhookMessageRow(SQLModel, table=True):
    """One event for one webhook, until it is delivered or dead. The id is that of the message on the wire."""

    __tablename__ = "webhook_message"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_key"),
        Index("webhook_due", "state", "next_at"),
    )
    id: str = Field(primary_key=True, max_length=40)
    webhook_id: str = Field(foreign_key="webhook.id")
    client_id: str = Field(index=True)
    event: str
    event_key: str  # e.g. invoice.validated:<document>:<version>: each goes once
    body: str = Field(sa_column=text())
    state: str = "waiting"  # waiting, delivered, dead
    tries: int = 0
    created_at: datetime = Field(sa_column=instant())
    next_at: datetime = Field(sa_column=instant())
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    delivered_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    last_status: int | None = None
    last_error: str = ""


class WebhookTryRow(SQLModel, table=True):
    """One attempt to deliver."""

    __tablename__ = "webhook_try"
    message_id: str = Field(primary_key=True, max_length=40)
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_column=instant())
    status: int | None = None
    milliseconds: float
    error: str = ""
