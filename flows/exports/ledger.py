"""Draft entries of the purchase journal: expense, VAT and supplier, debit equal to credit, to the cent.

6xx / 44566 / 401 with the supplier's auxiliary account; a reverse charge has its VAT on both sides (4452 and 44566); a
credit note and a reversal stand on the other sides. An invoice in another currency is entered at the rate of its day,
and so is what takes it back; the cents that rounding leaves go to the largest expense. Drafts: the legal journal (FEC,
article A47 A-1 LPF) comes from the client's books.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from flows.exports.booking import CENT, ZERO, Booking, UnmappedError, shares_of
from flows.exports.transcription import complete
from models.currency import convert
from models.settings_output import OutputSettings

OLDEST_RATE = 7  # days: over weekends and holidays the last rate stands
REVERSE_CHARGE = frozenset({"AE", "K"})  # the buyer owes the VAT; UNTDID 5305


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line of an entry: `amount` is a debit where positive, a credit where negative."""

    account: str
    account_name: str
    amount: Decimal
    auxiliary: str = ""
    auxiliary_name: str = ""
    cost_centre: str = ""
    tax_code: str = ""
    foreign: Decimal | None = None  # the amount in the invoice's currency, without a sign, where that is another
    foreign_currency: str = ""


def entry_of(booking: Booking, settings: OutputSettings) -> tuple[EntryLine, ...]:
    """The lines of one entry, expenses first.

    Raises:
        UnmappedError: An account, a total, a date or a rate of exchange is missing.
    """
    if not settings.payable_account or not settings.vat_account:
        raise UnmappedError("no_account", "Set output.payable_account and output.vat_account.")
    booking.day  # noqa: B018 - an entry without a day is none
    expenses = tuple(line for line in _expenses(booking, settings) if line.amount)
    others = (*_vat(booking, settings), _supplier(booking, settings))
    lines = (*expenses, *(line for line in others if line.amount))
    balance = sum((line.amount for line in lines), ZERO)
    if balance:
        raise UnmappedError("not_balanced", f"Net and tax differ from the total by {balance}; correct the invoice.")
    if any(line.amount != line.amount.quantize(CENT) for line in lines):
        raise UnmappedError("not_cents", "An amount has more than two decimals; correct the invoice.")
    return _exchanged(lines, len(expenses), booking, settings)


def _exchanged(
    lines: tuple[EntryLine, ...], expenses: int, booking: Booking, settings: OutputSettings
) -> tuple[EntryLine, ...]:
    """The lines in the ledger's currency; the first `expenses` of them may take what rounding leaves."""
    source, target = booking.invoice.currency or settings.ledger_currency, settings.ledger_currency
    if source == target:
        return lines
    found = [_converted(line, source, target, booking) for line in lines]
    rest = sum((line.amount for line in found), ZERO)
    if rest:
        at = max(range(expenses or len(found)), key=lambda each: abs(found[each].amount))
        found[at] = replace(found[at], amount=found[at].amount - rest)
    return tuple(line for line in found if line.amount)


def _converted(line: EntryLine, source: str, target: str, booking: Booking) -> EntryLine:
    day = booking.invoice.issue_date or booking.day
    made = convert(line.amount, source, target, day, booking.rates)
    if made is None or made.age_days > OLDEST_RATE:
        known = f"the newest is of {made.day}" if made else "there is none"
        raise UnmappedError(
            "foreign_currency", f"No rate of {source} of the {OLDEST_RATE} days before {day}, {known}:"
            " run `facturier import currency-rates`, or enter the invoice by hand.",
        )  # fmt: skip
    return replace(line, amount=made.amount, foreign=abs(line.amount), foreign_currency=source)


def _expenses(booking: Booking, settings: OutputSettings) -> Iterator[EntryLine]:
    for share in shares_of(booking, settings):
        account = share.posting.account
        yield EntryLine(account, settings.account_names.get(account, "Charges"), share.net,
                        cost_centre=share.posting.cost_centre or "", tax_code=share.posting.tax_code or "")  # fmt: skip


def _vat(booking: Booking, settings: OutputSettings) -> Iterator[EntryLine]:
    """The tax of the invoice; where the buyer owes it, the tax that it would be, on both sides."""
    names = settings.account_names
    yield EntryLine(settings.vat_account, names.get(settings.vat_account, "TVA déductible"),
                    (booking.invoice.tax_total or ZERO) * booking.sign)  # fmt: skip
    for row in complete(booking.invoice).invoice.vat_breakdown:
        if row.category not in REVERSE_CHARGE or not row.taxable or row.tax:
            continue
        tax = (row.taxable * settings.reverse_charge_rate / 100).quantize(CENT) * booking.sign
        due = settings.reverse_vat_account
        yield EntryLine(settings.vat_account, names.get(settings.vat_account, "TVA déductible"), tax)
        yield EntryLine(due, names.get(due, "TVA due"), -tax)


def _supplier(booking: Booking, settings: OutputSettings) -> EntryLine:
    invoice, account = booking.invoice, settings.payable_account
    if invoice.gross_total is None:
        raise UnmappedError("no_total", "The invoice has no total; correct it and publish it again.")
    seller = booking.seller_id or ""
    return EntryLine(account, settings.account_names.get(account, "Fournisseurs"), -invoice.gross_total * booking.sign,
                     settings.supplier_accounts.get(seller, seller), invoice.seller_name or seller)  # fmt: skip
