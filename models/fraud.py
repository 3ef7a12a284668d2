"""Facts against fraud, gathered from the store for one invoice; amounts are gross, in the invoice's currency.

>>> FraudFacts().past
()
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from models.invoice import Frozen


class Past(Frozen):
    """An earlier invoice of the same supplier: when it was issued and when it came."""

    document_id: str
    issued: date | None
    received: date
    amount: Decimal


class FraudFacts(Frozen):
    """What history and master data say of the supplier and of the bank account."""

    received: date | None = None  # when this invoice came
    past: tuple[Past, ...] = ()  # of the supplier in this currency, newest first
    limits: tuple[Decimal, ...] = ()  # above which somebody has to approve
    guarded: str | None = None  # what the account is, where no supplier may have it: employee
    shared_with: tuple[str, ...] = ()  # other sellers of this client whose invoices named the account
    is_elsewhere: bool = False  # another client's invoices named the account, for another seller
    resembles: tuple[str, ...] = ()  # suppliers of the master data, where this one is new and is named alike
