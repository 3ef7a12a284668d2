"""Micro-tasks: one question about one snippet, what people answered, and what they are paid.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant, text


class MicroTaskRow(SQLModel, table=True):
    """One question about one snippet of one page. The snippet itself is cut from the page when it is shown."""

    __tablename__ = "micro_task"
    __table_args__ = (
        Index("micro_task_open", "client_id", "state", "created_at"),
        UniqueConstraint("document_id", "revision", "term", "kind"),
    )
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id")
    document_id: str = Field(foreign_key="document.id", index=True)
    revision: int
    term: str
    kind: str  # yes_no, type, pick
    page: int
    box_json: str  # in points, as models.document.Box
    choices_json: str = Field(default="[]", sa_column=text())
    proposed: str = ""  # what was read, in the contract's form
    identifying: bool = False  # names, numbers and accounts: one worker never sees two of one document
    state: str = "open"  # open, done, expert, withdrawn
    answer: str | None = None
    posterior: float | None = None
    gold: str | None = None  # the known answer of a hidden gold question
    created_at: datetime = Field(sa_column=instant())
    closed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class MicroAnswerRow(SQLModel, table=True):
    """One answer, with the seconds it took and what it pays. Rows are made when a task is shown."""

    __tablename__ = "micro_answer"
    __table_args__ = (
        UniqueConstraint("task_id", "user_id"),
        Index("micro_answer_worker", "user_id", "answered_at"),
    )
    id: str = Field(primary_key=True, max_length=32)
    client_id: str = Field(foreign_key="client.id", index=True)
    task_id: str = Field(foreign_key="micro_task.id")
    user_id: str = Field(foreign_key="user_account.id")
    shown_at: datetime = Field(sa_column=instant())
    answered_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    answer: str | None = None  # in the contract's form
    active_seconds: Decimal | None = Field(default=None, sa_column=amount())
    is_gold: bool = False
    is_qualification: bool = False
    right: bool | None = None  # against gold or consensus; None: not known yet
    rate_id: str | None = Field(default=None, foreign_key="pay_rate.id")
    pay: Decimal | None = Field(default=None, sa_column=amount())
    currency: str | None = None
    disputed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    dispute: str = Field(default="", sa_column=text())
    settled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    settlement: str = ""  # upheld, refused
    settled_by: str = ""


class WageFloorRow(SQLModel, table=True):
    """The least that an hour must pay in a region from a day on, with its source."""

    __tablename__ = "wage_floor"
    region: str = Field(primary_key=True, max_length=8)  # ISO 3166, e.g. FR, MG, TN-11
    valid_from: date = Field(primary_key=True)
    hourly: Decimal | None = Field(default=None, sa_column=amount())
    currency: str
    source: str
    actor: str
    at: datetime = Field(sa_column=instant())


class PayRateRow(SQLModel, table=True):
    """What one task of a kind pays in a region, and from what measured time it was made."""

    __tablename__ = "pay_rate"
    __table_args__ = (Index("pay_rate_newest", "kind", "region", "made_at"),)
    id: str = Field(primary_key=True, max_length=32)
    kind: str
    region: str
    seconds: Decimal | None = Field(default=None, sa_column=amount())  # the 75th percentile that it rests on
    measured: int  # answers that it rests on; 0: an assumption before there is any
    hourly: Decimal | None = Field(default=None, sa_column=amount())
    per_task: Decimal | None = Field(default=None, sa_column=amount())
    currency: str
    made_at: datetime = Field(sa_column=instant())


class TopUpRow(SQLModel, table=True):
    """What a worker's week was paid on top, so that its hour reaches the floor."""

    __tablename__ = "top_up"
    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    week: date = Field(primary_key=True)  # its Monday
    currency: str = Field(primary_key=True)
    region: str
    seconds: Decimal | None = Field(default=None, sa_column=amount())
    earned: Decimal | None = Field(default=None, sa_column=amount())
    floor: Decimal | None = Field(default=None, sa_column=amount())  # hourly
    top_up: Decimal | None = Field(default=None, sa_column=amount())
    made_at: datetime = Field(sa_column=instant())


class MicroWorkerRow(SQLModel, table=True):
    """Where a person stands with micro-tasks: answering known questions first, working, or stopped."""

    __tablename__ = "micro_worker"
    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    state: str = "qualifying"  # qualifying, working, stopped
    since: datetime = Field(sa_column=instant())  # known answers from then on count
    rounds: int = 1  # how often the person began with known questions
    earlier: datetime | None = Field(default=None, sa_column=instant(nullable=True))  # what the last stop rests on:
    was: str = ""  # known answers from then on, in this state
