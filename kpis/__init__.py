"""Figures about the work: what each means, and how it is computed from events. Pure; the doors are named here."""

from __future__ import annotations

from kpis.breakdown import DIMENSIONS, break_down
from kpis.compute import compute
from kpis.definitions import KPIS, Kpi
from kpis.measure import measure
from kpis.view import Basis

__all__ = ["DIMENSIONS", "KPIS", "Basis", "Kpi", "break_down", "compute", "measure"]
