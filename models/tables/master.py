"""Master data of a client: suppliers and their accounts, purchase orders, goods receipts.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.kinds import amount, instant, number_key, text


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
    proposed_by: str | None = None  # who imported it for a supplier that was known: somebody else verifies it


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
