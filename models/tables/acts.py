"""Who did what and when: states, time spent, the audit chain, gapless numbers.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.kinds import instant, text


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
