"""Knobs of the service: what work costs, who is told of alarms, how volumes are forecast.

A client's costs may differ: the table `client` holds what does (costs_json). Its terms of service are data of their
own: the table `contract`.
"""

from __future__ import annotations

from models.invoice import Frozen


class CostSettings(Frozen):
    """What work costs, for the cost per invoice. Amounts in the office's currency."""


class AlertSettings(Frozen):
    """Who is told of figures and clocks, and by which way."""


class ForecastSettings(Frozen):
    """Forecasts of volumes, and the people that they ask for."""
