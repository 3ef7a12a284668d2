"""What validating must know and cannot compute: facts from history and master data, gathered by whoever calls.

>>> from datetime import date
>>> ValidationContext(today=date(2026, 3, 1)).first_invoice
False
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from models.currency import CurrencyRate
from models.fraud import FraudFacts
from models.invoice import Frozen
from models.order import Supplier
from models.settings_rules import RulesSettings

SuspectKind = Literal[
    "exact", "number", "lookalike_number", "other_seller", "same_number", "amount_and_date", "credit_note", "picture"
]


class Neighbour(Frozen):
    """An earlier document that a store found nearby, as `find_duplicate_suspects` compares it."""

    document_id: str
    invoice_number: str | None = None
    issue_date: date | None = None
    gross_total: Decimal | None = None
    currency: str | None = None
    is_credit_note: bool = False
    seller_id: str | None = None
    seller_name: str | None = None
    probability: float = 0.0  # that both are one invoice, by all that was compared
    levels: tuple[tuple[str, str], ...] = ()  # what was compared: same, near, other or missing


class DuplicateSuspect(Frozen):
    """An earlier document that is perhaps the same invoice, and by what it was recognised."""

    document_id: str
    invoice_number: str | None = None
    issue_date: date | None = None
    gross_total: Decimal | None = None
    how: SuspectKind = "exact"
    probability: float = 1.0


class ValidationContext(Frozen):
    """The facts of one validation. `supplier` is the master's record of the matched seller, if there is one."""

    today: date
    supplier: Supplier | None = None
    duplicates: tuple[DuplicateSuspect, ...] = ()
    own_vat_ids: frozenset[str] = frozenset()  # also legal ids, in any notation
    first_invoice: bool = False  # no invoice of this supplier was approved before
    oldest_years: int = 3  # an invoice older than this is a misread date, or too late for its VAT
    rates: tuple[CurrencyRate, ...] = ()  # of the invoice's currency and the seller's, none after the invoice
    rules: RulesSettings = RulesSettings()
    fraud: FraudFacts = FraudFacts()
