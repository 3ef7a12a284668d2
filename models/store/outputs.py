"""Reading the output: rows of the views with typed values, and published invoices whole.

What a row says does not depend on the database: amounts have at least two decimals, numbers no zeros at their end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import text
from sqlmodel import Session, select

from models.invoice import LINE_TERMS, TERMS, Invoice, InvoiceLine, VatBreakdown, terms_of
from models.tables import InvoiceLineRow, VatBreakdownRow
from models.views import AMOUNT_PLACES, INVOICE, ColumnKind, View, select_statement

Row: TypeAlias = tuple[Any, ...]

_VAT_TERMS = terms_of(VatBreakdown)
_PAGE = 1000  # rows fetched at a time


@dataclass(frozen=True, slots=True)
class PublishedInvoice:
    """The newest version of a published invoice."""

    document_id: str
    version: int
    change_seq: int
    invoice: Invoice


def read_view(session: Session, view: View, client_id: str | None, after: int = 0) -> Iterator[Row]:
    """The rows of a view in their order, with the values of `view.columns`; of all clients where none is named.

    Amounts and numbers are `Decimal`, dates `date`, instants aware UTC, shares `float`; an empty cell is None.
    """
    read = [_READERS[column.kind] for column in view.columns]
    found = session.connection().execute(text(select_statement(view)), {"client": client_id, "after": after})
    for row in found.yield_per(_PAGE):
        yield tuple(None if value is None else convert(value) for convert, value in zip(read, row, strict=True))


def read_invoices(session: Session, client_id: str | None, after: int = 0) -> Iterator[PublishedInvoice]:
    """Published invoices with their lines and VAT rows, by change_seq; withdrawn ones are left out."""
    names = [column.name for column in INVOICE.columns]
    for row in [*read_view(session, INVOICE, client_id, after)]:
        values = dict(zip(names, row, strict=True))
        if values["status"] == "withdrawn":
            continue
        document_id, version = values["document_id"], values["version"]
        lines = select(InvoiceLineRow).where(InvoiceLineRow.document_id == document_id,
                                             InvoiceLineRow.version == version)  # fmt: skip
        rates = select(VatBreakdownRow).where(VatBreakdownRow.document_id == document_id,
                                              VatBreakdownRow.version == version)  # fmt: skip
        invoice = Invoice(
            **{name: values[name] for name in TERMS},
            lines=tuple(
                InvoiceLine(**{name: getattr(each, name) for name in LINE_TERMS})
                for each in sorted(session.exec(lines).all(), key=lambda line: line.position)
            ),
            vat_breakdown=tuple(
                VatBreakdown(**{name: getattr(each, name) for name in _VAT_TERMS})
                for each in sorted(session.exec(rates).all(), key=lambda rate: rate.position)
            ),
        )
        yield PublishedInvoice(document_id, version, values["change_seq"], invoice)


def read_cell(kind: ColumnKind, value: Any) -> Any:  # noqa: ANN401 - what the driver gives, and what a column holds
    """A cell of a view as the column's kind says; an empty one is None."""
    return None if value is None else _READERS[kind](value)


def amount_of(value: Any) -> Decimal:  # noqa: ANN401 - what the driver gives
    """An amount with its zeros cut down to two decimals.

    >>> amount_of("100"), amount_of(Decimal("1.250000"))
    (Decimal('100.00'), Decimal('1.25'))
    """
    return _trimmed(Decimal(value), AMOUNT_PLACES)


def number_of(value: Any) -> Decimal:  # noqa: ANN401
    """A number as the database gave it, without trailing zeros."""
    return _trimmed(Decimal(value), 0)


def _trimmed(number: Decimal, places: int) -> Decimal:
    exponent = int(number.normalize().as_tuple().exponent)
    return number.quantize(Decimal(1).scaleb(min(exponent, -places)))


def _date_of(value: Any) -> date:  # noqa: ANN401
    return value if isinstance(value, date) else date.fromisoformat(value)


def _instant_of(value: Any) -> datetime:  # noqa: ANN401
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


_READERS: dict[ColumnKind, Callable[[Any], Any]] = {
    "text": str,
    "date": _date_of,
    "amount": amount_of,
    "number": number_of,
    "instant": _instant_of,
    "integer": int,
    "share": float,
}
