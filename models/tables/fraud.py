"""Facts against fraud and for money: what copies are found by, accounts that must not be paid, exchange rates.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant


class PagePictureRow(SQLModel, table=True):
    """What a page looks like, as bits: a rescan of the same paper differs in few of them."""

    __tablename__ = "page_picture"
    document_id: str = Field(primary_key=True, foreign_key="document.id")
    page: int = Field(primary_key=True)
    client_id: str = Field(index=True)
    bits: str = Field(max_length=64)  # 256 bits, hexadecimal


class DuplicateKeyRow(SQLModel, table=True):
    """What a document may be found by as a second copy: its number, its amount on a day, bands of its picture."""

    __tablename__ = "duplicate_key"
    __table_args__ = (
        Index("duplicate_key_day", "client_id", "key", "issued"),
        {"sqlite_with_rowid": False},
    )
    client_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=80)
    document_id: str = Field(primary_key=True, foreign_key="document.id", index=True)
    issued: date | None = None  # of the invoice


class AccountUseRow(SQLModel, table=True):
    """Which sellers' invoices named a bank account; salted hashes, so that clients can be compared and not read."""

    __tablename__ = "account_use"
    account_hash: str = Field(primary_key=True, max_length=64)
    client_id: str = Field(primary_key=True)
    company_hash: str = Field(primary_key=True, max_length=64)  # of the seller's identifiers; of its name without any
    name_hash: str = Field(primary_key=True, max_length=64)
    seller_id: str = ""  # of this client's master data
    document_id: str  # the first that named it


class ReusedNumberRow(SQLModel, table=True):
    """A supplier that uses numbers again: its invoices of one number are told apart by amount and day."""

    __tablename__ = "reused_number"
    client_id: str = Field(primary_key=True, foreign_key="client.id")
    seller_id: str = Field(primary_key=True)
    reason: str
    actor: str
    at: datetime = Field(sa_column=instant())


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
