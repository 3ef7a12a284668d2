"""Which invoice a credit note gives back: the one it names, else the only one whose lines or amount fit.

Amounts are net and positive, in one currency. Nothing is guessed: where two invoices fit alike, none is named.

>>> from models.invoice import Invoice
>>> note = Invoice(type_code="381", preceding_invoice="F 2026-018", net_total="40.00")
>>> billed = Original(document_id="a", invoice_number="F-2026-018", net_total="120.00")
>>> find_original(note, (billed,))
('a', 'number')
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from matching.names import fold
from models.invoice import Frozen, Invoice, InvoiceLine
from models.reference import squeeze

WINDOW = timedelta(days=730)  # between the invoice and the note that gives it back
CENT = Decimal("0.01")

By = Literal["number", "lines", "amount"]


class Original(Frozen):
    """An invoice of the same supplier that may be given back, and how much of it was already."""

    document_id: str
    invoice_number: str | None = None
    issue_date: date | None = None
    net_total: Decimal | None = None
    currency: str | None = None
    lines: tuple[InvoiceLine, ...] = ()
    credited: Decimal = Decimal(0)


def find_original(note: Invoice, originals: Sequence[Original]) -> tuple[str, By] | None:
    """The document that a credit note gives back and by what it was found; None where that is not clear."""
    if number := squeeze(note.preceding_invoice):
        named = [each.document_id for each in originals if squeeze(each.invoice_number) == number]
        return (named[0], "number") if len(named) == 1 else None
    fitting = [each for each in originals if _may_be(note, each)]
    by_lines = [each.document_id for each in fitting if note.lines and _has_lines(each, note.lines)]
    if len(by_lines) == 1:
        return by_lines[0], "lines"
    net = abs(note.net_total or Decimal(0))
    by_amount = [each.document_id for each in fitting if abs(abs(each.net_total or Decimal(0)) - net) <= CENT]
    return (by_amount[0], "amount") if len(by_amount) == 1 else None


def is_over(note: Invoice, original: Original) -> bool:
    """Whether more is given back, with this note, than was invoiced."""
    if note.net_total is None or original.net_total is None:
        return False
    return original.credited + abs(note.net_total) > abs(original.net_total) + CENT


def _may_be(note: Invoice, original: Original) -> bool:
    """Whether currency, date and amount allow it."""
    if note.currency and original.currency and note.currency != original.currency:
        return False
    if (
        note.issue_date
        and original.issue_date
        and not (timedelta(0) <= note.issue_date - original.issue_date <= WINDOW)
    ):
        return False
    return note.net_total is not None and original.net_total is not None and not is_over(note, original)


def _has_lines(original: Original, lines: Sequence[InvoiceLine]) -> bool:
    """Whether each line of the note is one of the original's, with no more of it."""
    return all(any(_gives_back(mine, theirs) for theirs in original.lines) for mine in lines)


def _gives_back(mine: InvoiceLine, theirs: InvoiceLine) -> bool:
    codes = squeeze(mine.seller_item_id), squeeze(theirs.seller_item_id)
    names = fold(mine.item_name or "").split(), fold(theirs.item_name or "").split()
    is_same = codes[0] == codes[1] if all(codes) else bool(names[0]) and names[0] == names[1]
    if mine.quantity is None or theirs.quantity is None:
        return is_same
    return is_same and abs(mine.quantity) <= abs(theirs.quantity)
