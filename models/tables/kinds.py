"""Kinds of columns that the tables share."""

from sqlalchemy import Column, String, Text

from models.columns import Amount, Instant
from models.names import fold


def instant(*, nullable: bool = False, index: bool = False) -> Column:  # type: ignore[type-arg]
    """A column of UTC times."""
    return Column(Instant(), nullable=nullable, index=index)


def amount() -> Column:  # type: ignore[type-arg]
    """A column of exact numbers."""
    return Column(Amount(), nullable=True)


def text(*, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """A column of long text."""
    return Column(Text, nullable=nullable)


def folded_of(name: str) -> Column:  # type: ignore[type-arg]
    """A column that holds another one's text without accents and case; filled by itself when a row is added."""
    return Column(Text, nullable=False, server_default="",
                  default=lambda context: " ".join(fold(context.get_current_parameters()[name]).split()))  # fmt: skip


def number_key() -> Column:  # type: ignore[type-arg]
    """A column of numbers that are looked up by their beginning: ordered by code point on every database."""
    return Column(String().with_variant(String(collation="C"), "postgresql"), nullable=False, server_default="")
