"""Facts against fraud and for money: pictures of pages, accounts that must not be paid as suppliers, exchange rates.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant


class PagePictureRow(SQLModel, table=True):
    """What a page looks like, as bits: a rescan of the same paper differs in few of them."""

    __tablename__ = "page_picture"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    page: int = Field(primary_key=True)
    client_id: str = Field(index=True)
    bits: str = Field(max_length=64)  # 256 bits, hexadecimal


class GuardedAccountRow(SQLModel, table=True):
    """A bank account that no supplier may have, such as an employee's; only its salted hash is kept."""

    __tablename__ = "guarded_account"
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    account_hash: str = Field(primary_key=True, max_length=64)
    kind: str = "employee"
    label: str = ""  # e.g. a staff number; no name
    actor: str
    at: datetime = Field(sa_column=instant())


class CurrencyRateRow(SQLModel, table=True):
    """One day's rate of a currency: how many of it one euro buys."""

    __tablename__ = "currency_rate"
    currency: str = Field(primary_key=True, max_length=3)
    day: date = Field(primary_key=True)
    per_euro: Decimal | None = Field(default=None, sa_column=amount())
    source: str
    actor: str
    at: datetime = Field(sa_column=instant())
