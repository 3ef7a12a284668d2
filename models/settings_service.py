"""Knobs of the service: what work costs, who is told of alarms, how volumes are forecast.

A client's costs may differ: the table `client` holds what does (costs_json). Its terms of service are data of their
own: the table `contract`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from models.invoice import Frozen


class CostSettings(Frozen):
    """What work costs, for the cost per invoice. Amounts in the office's currency."""

    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    page: Decimal = Field(Decimal("0.002"), ge=0)  # machine: each page that is read
    machine_hour: Decimal = Field(Decimal("0.05"), ge=0)  # the machine, by the hour, day and night
    machine_share: Decimal = Field(Decimal(1), ge=0, le=1)  # of the machine that is this client's
    routine_hour: Decimal = Field(Decimal(28), ge=0)  # of a person, all included
    expert_hour: Decimal = Field(Decimal(45), ge=0)
    fee_per_invoice: Decimal = Field(Decimal(0), ge=0)  # licences and platforms that charge by the invoice
    licences_month: Decimal = Field(Decimal(0), ge=0)  # those that charge by the month: this client's share
    transition: Decimal = Field(Decimal(0), ge=0)  # what it cost once to take the work over
    transition_months: int = Field(36, gt=0)  # over which that is written off
    transition_from: date | None = None  # the first day of those months; none: all periods bear it
    governance_month: Decimal = Field(Decimal(0), ge=0)  # steering, reviews, audits: this client's share


def client_costs(base: CostSettings, overrides: str | None) -> CostSettings:
    """A client's costs: the office's, with what its own contract (JSON text) says instead."""
    if not overrides:
        return base
    own = CostSettings.model_validate_json(overrides)
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


class AlertSettings(Frozen):
    """Who is told of figures and clocks, and by which way. Without an address nobody is told but those who look."""

    urls: tuple[str, ...] = ()  # of apprise: slack://, msteams://, ntfy://, json://, ...; secrets by environment
    mail: tuple[str, ...] = ()  # recipients, by the server of [mail]
    language: Literal["en", "fr"] = "en"
    risk: float = Field(0.7, gt=0, le=1)  # probability of being late from which somebody is told
    numbers: bool = True  # invoice numbers beside the link; no amounts and no names are ever sent


class ForecastSettings(Frozen):
    """Forecasts of volumes, and the people that they ask for."""

    days: int = Field(14, ge=1, le=60)  # that are forecast
    staff_days: int = Field(5, ge=0, le=30)  # of these, those for which people are planned: each is simulated
    goal_minutes: float = Field(240.0, gt=0)  # of work, in which a document that needs a person is to be settled
    goal_share: float = Field(0.95, gt=0, lt=1)  # of the documents for which that is to hold
