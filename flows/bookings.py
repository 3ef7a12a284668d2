"""Bookings out of published versions, with coding and rates; both as JSON too, as a reserved batch keeps them."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from flows.exports.booking import Booking
from models.coding import Posting
from models.currency import CurrencyRate
from models.invoice import Invoice
from models.settings_output import OutputSettings
from models.store.currency import rates_for
from models.store.export_batches import Version


def booking_of(
    version: Version, change_seq: int, coding: dict[int, tuple[Posting, ...]],
    rates: tuple[CurrencyRate, ...] = (), *, is_reversal: bool,
) -> Booking:  # fmt: skip
    """A version with what is needed to book it."""
    return Booking(change_seq, version.document_id, version.version, is_reversal, version.seller_id,
                   version.document_type, version.published_at, version.sha256, version.media_type, version.invoice,
                   coding, rates)  # fmt: skip


def find_rates(session: Session, invoice: Invoice, settings: OutputSettings | None) -> tuple[CurrencyRate, ...]:
    """The rates that a draft entry of this invoice needs; none where it is in the ledger's currency."""
    if settings is None or invoice.currency in {None, settings.ledger_currency}:
        return ()
    return rates_for(session, (invoice.currency, settings.ledger_currency), invoice.issue_date)


def coding_told(booking: Booking) -> dict[str, list[dict[str, Any]]]:
    """The coding of a booking for JSON."""
    return {str(at): [each.model_dump(mode="json") for each in parts] for at, parts in booking.coding.items()}


def coding_read(told: dict[str, list[dict[str, Any]]]) -> dict[int, tuple[Posting, ...]]:
    """The same read back."""
    return {int(at): tuple(Posting.model_validate(each) for each in parts) for at, parts in told.items()}


def rates_read(told: list[dict[str, Any]]) -> tuple[CurrencyRate, ...]:
    """Rates of exchange out of JSON."""
    return tuple(CurrencyRate.model_validate(each) for each in told)
