"""One posting of one published version, ready for any ledger: the version, its coding, and whether it is taken back.

A correction after export is two bookings: the old version reversed, then the new one. Amounts in `Booking.invoice`
stand as on the document; `sign` says whether they add to what is owed (+1) or lessen it (-1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from models.coding import WHOLE, Posting
from models.currency import CurrencyRate
from models.invoice import Invoice, InvoiceLine
from models.settings_output import OutputSettings

CENT = Decimal("0.01")
ZERO = Decimal(0)
PREFIX = {False: "", True: "R-"}  # before the number of what takes a version back


class UnmappedError(ValueError):
    """A booking that cannot be written for this target: `reason` for machines, the text says what to do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Problem:
    """A document that is not in a file, and why."""

    document_id: str
    version: int
    invoice_number: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Booking:
    """One posting. Coding by line, from 1; lines that nobody coded have the account of the settings."""

    change_seq: int
    document_id: str
    version: int
    is_reversal: bool
    seller_id: str | None
    document_type: str
    published_at: datetime
    sha256: str
    media_type: str
    invoice: Invoice
    coding: Mapping[int, tuple[Posting, ...]]
    rates: tuple[CurrencyRate, ...] = ()  # of the invoice's and the ledger's currency, not after its day

    @property
    def key(self) -> str:
        """What no consumer may take twice."""
        return f"{self.document_id}:{self.version}:{'reverse' if self.is_reversal else 'post'}"

    @property
    def sign(self) -> int:
        """+1 where the amounts as they stand are owed; a credit note may print its amounts with or without a minus."""
        total = self.invoice.gross_total or self.invoice.net_total or ZERO
        is_turned = self.invoice.is_credit_note and total > 0
        return -1 if is_turned is not self.is_reversal else 1

    @property
    def number(self) -> str:
        """The supplier's number, marked where this takes it back."""
        return PREFIX[self.is_reversal] + (self.invoice.invoice_number or "")

    @property
    def day(self) -> date:
        """The day of the entry: the document's, of a reversal that of the correction.

        Raises:
            UnmappedError: The document has no date.
        """
        if self.is_reversal:
            return self.published_at.date()
        if self.invoice.issue_date is None:
            raise UnmappedError("no_date", "The invoice has no date; correct it and publish it again.")
        return self.invoice.issue_date


@dataclass(frozen=True, slots=True)
class Share:
    """A line, or a part of it, on one account. `net` has the booking's sign."""

    position: int
    line: InvoiceLine
    posting: Posting
    net: Decimal


def shares_of(booking: Booking, settings: OutputSettings) -> tuple[Share, ...]:
    """Every line with its accounts; what the lines do not make up of the net total is a share of its own.

    Raises:
        UnmappedError: There is no net total, or no account for a line.
    """
    invoice = booking.invoice
    if invoice.net_total is None:
        raise UnmappedError("no_net_total", "The invoice has no net total; correct it and publish it again.")
    only = _only_rate(invoice)
    found = [
        share
        for at, line in enumerate(_rated(invoice.lines, only), 1)
        if line.net_amount
        for share in _split(at, line, _coding(booking, at, settings), line.net_amount)
    ]
    rest = invoice.net_total - sum((share.net for share in found), ZERO)
    if rest:
        name = "Allowances and charges" if found else (invoice.seller_name or "Invoice")
        line = InvoiceLine(item_name=name, vat_rate=only)
        found.append(Share(len(invoice.lines) + 1, line, _coding(booking, 1, settings)[0], rest))
    return tuple(Share(each.position, each.line, each.posting, each.net * booking.sign) for each in found)


def _rated(lines: Sequence[InvoiceLine], only: Decimal | None) -> Iterator[InvoiceLine]:
    """Lines with the invoice's rate, where it has only one and they name none."""
    return (line if line.vat_rate is not None else line.model_copy(update={"vat_rate": only}) for line in lines)


def _only_rate(invoice: Invoice) -> Decimal | None:
    return invoice.vat_breakdown[0].rate if len(invoice.vat_breakdown) == 1 else None


def _coding(booking: Booking, at: int, settings: OutputSettings) -> tuple[Posting, ...]:
    coded = booking.coding.get(at)
    if coded:
        return coded
    if not settings.expense_account:
        raise UnmappedError(
            "no_account", f"Line {at} has no account: confirm its posting, or set output.expense_account."
        )
    return (Posting(account=settings.expense_account),)


def _split(at: int, line: InvoiceLine, postings: Sequence[Posting], net: Decimal) -> list[Share]:
    """The parts of a line to the cent; the last one takes what rounding leaves."""
    parts = [(net * each.share / WHOLE).quantize(CENT) for each in postings[:-1]]
    parts.append(net - sum(parts, ZERO))
    return [Share(at, line, posting, part) for posting, part in zip(postings, parts, strict=True)]


def tax_code_of(share: Share, settings: OutputSettings) -> str:
    """The ledger's tax code of a share: that of its coding, else by its rate; empty where there is none."""
    if share.posting.tax_code:
        return share.posting.tax_code
    rate = share.line.vat_rate
    return "" if rate is None else settings.tax_codes.get(f"{rate.normalize():f}", "")
