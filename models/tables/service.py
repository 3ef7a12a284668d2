"""The service that a contract promises: its terms, pauses, outages, forecasts, what the client says, what is to do.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.kinds import instant, text


class ContractRow(SQLModel, table=True):
    """The terms of service of one client from a day on. Only added; the newest of a day holds."""

    __tablename__ = "contract"
    __table_args__ = (Index("contract_client", "client_id", "valid_from"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    valid_from: date
    terms_json: str = Field(sa_column=text())  # models.contract.Contract
    actor: str
    at: datetime = Field(sa_column=instant())


class PauseRow(SQLModel, table=True):
    """A span in which the clock of one document, or of a client's all, stands still."""

    __tablename__ = "sla_pause"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    document_id: str | None = Field(default=None, index=True)
    started_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    reason: str
    actor: str


class HeartbeatRow(SQLModel, table=True):
    """When a part of the house last said that it is alive."""

    __tablename__ = "heartbeat"
    component: str = Field(primary_key=True)
    at: datetime = Field(sa_column=instant())
    is_stopped: bool = False  # somebody stopped it; until it is heard of again


class IncidentRow(SQLModel, table=True):
    """Something that went wrong: an outage, a breach, a complaint; the cause and what was done."""

    __tablename__ = "incident"
    __table_args__ = (Index("incident_time", "started_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str | None = Field(default=None, index=True)  # None: all clients
    kind: str  # outage, breach, data, complaint, security
    component: str = ""
    title: str
    detail: str = ""
    is_planned: bool = False
    started_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    actor: str


class AlertRow(SQLModel, table=True):
    """A message to people about figures and clocks: told once for each key."""

    __tablename__ = "alert"
    __table_args__ = (Index("alert_open", "state", "created_at"),)
    key: str = Field(primary_key=True, max_length=200)  # e.g. breach_risk:<document>:<level>
    client_id: str | None = Field(default=None, index=True)
    kind: str
    title: str
    words: str = Field(sa_column=text())
    state: str = "waiting"  # waiting, told, failed
    tries: int = 0
    created_at: datetime = Field(sa_column=instant())
    told_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ForecastRow(SQLModel, table=True):
    """One forecast of a client's volumes: the days with their bands, and how far off earlier ones were."""

    __tablename__ = "forecast"
    __table_args__ = (Index("forecast_newest", "client_id", "made_at"),)
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    made_at: datetime = Field(sa_column=instant())
    model: str
    mase: float | None = None
    naive_mase: float | None = None
    forecast_json: str = Field(sa_column=text())


class SurveyRow(SQLModel, table=True):
    """A question to a client how content it is; the link in the letter holds a secret of which the hash is kept."""

    __tablename__ = "survey"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    recipient: str
    language: str = "fr"
    asked_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    answered_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    score: int | None = None  # 0 to 10
    comment: str = Field(default="", sa_column=text())


class ActionRow(SQLModel, table=True):
    """Something that was agreed with a client, who does it and until when."""

    __tablename__ = "governance_action"
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    title: str
    owner: str
    due: date | None = None
    done_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    actor: str
    at: datetime = Field(sa_column=instant())
