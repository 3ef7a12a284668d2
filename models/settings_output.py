"""Knobs of what leaves the house: export files and their accounts, the API, webhooks.

A client's contract may say otherwise of exports: the table `client` holds what differs (output_json).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from models.invoice import Frozen

FileFormat = Literal["parquet", "csv", "jsonl", "xlsx", "ubl", "cii", "facturx"]


class OutputSettings(Frozen):
    """Export files: conventions, accounts of the draft entries. Accounts and codes are those of the client's books."""

    targets: tuple[str, ...] = ("files",)  # what the schedule exports to: files, fec, sage50, sage100, odoo, ...
    formats: tuple[FileFormat, ...] = ("parquet", "csv", "jsonl", "xlsx")  # of the target `files`
    convention: tuple[Literal["fr", "en"], ...] = ("fr", "en")  # CSV: `;` and comma, `,` and point; one file each
    batch_changes: int = Field(5000, gt=0)  # in one batch at most; what is left goes into the next
    expense_account: str = Field("", max_length=20)  # for lines that nobody coded; empty: such an invoice is held back
    vat_account: str = Field("445660", max_length=20)  # deductible VAT
    reverse_vat_account: str = Field("445200", max_length=20)  # VAT due on a reverse charge
    reverse_charge_rate: Decimal = Field(Decimal(20), ge=0, le=100)  # per cent, of the client's country
    payable_account: str = Field("401000", max_length=20)
    supplier_accounts: dict[str, str] = Field({})  # seller's number -> auxiliary account
    account_names: dict[str, str] = Field({})  # account -> its name in draft entries
    tax_codes: dict[str, str] = Field({})  # VAT rate, e.g. "20" -> tax code of the ledger
    journal: str = Field("ACH", max_length=10)
    journal_name: str = Field("Achats", max_length=40)
    ledger_currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")  # draft entries in another currency are held back
    sap_company: str = Field("", max_length=17)  # partner number of the buyer in IDocs
    odoo_company: str = ""  # external id of the company; empty: the user's own


class ApiSettings(Frozen):
    """The REST API."""

    requests_per_minute: int = Field(600, gt=0)  # of one key
    page_rows: int = Field(100, gt=0, le=1000)  # of a list where the caller names no limit
    require_idempotency_key: bool = False  # a POST without one is refused; acts that repeat are safe without, too
    idempotency_hours: int = Field(168, gt=0)  # so long the same key gives the same answer
    key_days: int = Field(365, gt=0)  # life of a new key
    ack_hours: float = Field(24.0, gt=0)  # then a batch without a word of the finance system is an alert
    deprecated_on: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")  # header Deprecation, RFC 9745
    sunset_on: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")  # header Sunset, RFC 8594
    writers: str = "flows.api_writers:WRITERS"  # what writes one invoice as UBL, CII, Factur-X; empty: nothing


class WebhookSettings(Frozen):
    """How events are sent to other systems."""

    waits_seconds: tuple[float, ...] = (5.0, 30.0, 120.0, 600.0, 3600.0, 21600.0, 86400.0)  # between tries, then dead
    timeout_seconds: float = Field(10.0, gt=0)  # of one try, from the name's look-up to the answer's head
    poll_seconds: float = Field(1.0, gt=0)
    at_once: int = Field(8, gt=0)  # messages on their way at the same time
    rotation_hours: int = Field(48, ge=0)  # the old secret signs along for so long
    allow_http: bool = False  # for tests and receivers on this machine; otherwise https only
    allow_networks: tuple[str, ...] = ()  # private addresses that may be called, e.g. 10.1.2.0/24


def client_output(base: OutputSettings, overrides: str | None) -> OutputSettings:
    """A client's export settings: the office's, with what its own contract (JSON text) says instead."""
    if not overrides:
        return base
    own = OutputSettings.model_validate_json(overrides)
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
