"""Kinds of columns that the tables share."""

from sqlalchemy import Column, String, Text

from models.columns import Amount, Instant


def instant(*, nullable: bool = False, index: bool = False) -> Column:  # type: ignore[type-arg]
    """A column of UTC times."""
    return Column(Instant(), nullable=nullable, index=index)


def amount() -> Column:  # type: ignore[type-arg]
    """A column of exact numbers."""
    return Column(Amount(), nullable=True)


def text(*, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """A column of long text."""
    return Column(Text, nullable=nullable)


def number_key() -> Column:  # type: ignore[type-arg]
    """A column of numbers that are looked up by their beginning: ordered by code point on every database."""
    return Column(String().with_variant(String(collation="C"), "postgresql"), nullable=False, server_default="")
