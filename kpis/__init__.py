"""Figures about the work: what each means, and how it is computed from events. Pure; the doors are named here."""

from __future__ import annotations

from kpis.compute import compute
from kpis.definitions import KPIS, Kpi

__all__ = ["KPIS", "Kpi", "compute"]
