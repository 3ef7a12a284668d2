"""Column types that keep their promise on SQLite and on PostgreSQL alike.

SQLite has no exact decimal: an amount in a NUMERIC column becomes a float. So amounts are decimal text there and
NUMERIC on PostgreSQL; instants are ISO 8601 text in UTC, which sorts as time does.

>>> Amount().process_bind_param(Decimal("10.50"), sqlite_dialect())
'10.50'
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, Numeric, String
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine


def sqlite_dialect() -> Dialect:
    """SQLite's dialect, for the example above."""
    return sqlite.dialect()  # type: ignore[no-untyped-call, unused-ignore]


class Amount(TypeDecorator[Decimal]):
    """An exact number: NUMERIC(24, 6) on PostgreSQL, decimal text on SQLite."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Pick the column type of the database at hand."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else Numeric(24, 6))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy's own
        """Decimal to what the driver takes."""
        if value is None or dialect.name != "sqlite":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002
        """What the driver gives to Decimal."""
        return None if value is None else Decimal(value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Pick the column type of the database at hand."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """Aware time to UTC, with microseconds always written so that text order is time order."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Text or driver time to aware UTC."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)
