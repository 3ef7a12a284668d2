"""Knobs of the rules and of the controls against fraud. A client's contract may say otherwise (client.rules_json)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from models.invoice import Frozen

# Trades for which French law has terms of payment of their own (validators.terms has the days).
Sector = Literal["transport", "perishables", "livestock", "alcohol", "wine"]


class RulesSettings(Frozen):
    """What rules hold and what merely informs."""

    duplicate_threshold: float = Field(0.6, gt=0, lt=1)  # probability from which two documents may be one invoice
    trust_first_import: bool = True  # accounts that come with a new supplier count as verified by the import
    splitting_days: int = Field(7, ge=1, le=90)
    splitting_count: int = Field(3, ge=2)  # invoices just below a limit, of one supplier within those days
    splitting_share: float = Field(0.95, gt=0, lt=1)  # of a limit, from which on an amount is just below it
    limits: tuple[Decimal, ...] = ()  # of the client's approvals, gross, beside the policy's and the review's own
    dormant_days: int = Field(365, ge=30)  # without an invoice, then a supplier is told as sleeping
    outlier_z: float = Field(4.0, gt=0)  # robust standard deviations of the logarithm of the amount
    outlier_history: int = Field(8, ge=3)  # earlier invoices at least
    round_amount: Decimal = Field(Decimal(1000), gt=0)  # a multiple of it is a round amount
    new_supplier_days: int = Field(30, ge=0)  # as long a supplier of the master data is new
    benford_rows: int = Field(500, ge=100)  # invoices of one supplier from which the report on first digits speaks
    french_mentions: Literal["warning", "note", "off"] = "warning"  # legal mentions that words of a French invoice lack
    public_buyer: bool = False  # the client is a public body: it pays within 30 days
    sectors: dict[str, Sector] = Field({})  # supplier id: its trade, where the law has terms of payment for it


def client_rules(base: RulesSettings, overrides: str | None) -> RulesSettings:
    """A client's rules: the office's, with what its own contract (JSON text) says instead."""
    if not overrides:
        return base
    own = RulesSettings.model_validate_json(overrides)
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
