"""Assurance: what may be let through, with what certainty, and how that is watched. Pure; the doors are named here."""

from __future__ import annotations

from assurance.certify import ASSUMPTIONS, Certified, certify, certify_on_average, labels_needed, split_risk
from assurance.drift import Drift, Observed, compare
from assurance.eprocess import Evidence, gather
from assurance.gate import Paired, Verdict, judge_challenger
from assurance.intervals import Interval, Rate, clopper_pearson, upper_bound, weighted_rate, wilson
from assurance.sampling import is_blind, is_drawn, share_needed

__all__ = [
    "ASSUMPTIONS",
    "Certified",
    "Drift",
    "Evidence",
    "Interval",
    "Observed",
    "Paired",
    "Rate",
    "Verdict",
    "certify",
    "certify_on_average",
    "clopper_pearson",
    "compare",
    "gather",
    "is_blind",
    "is_drawn",
    "judge_challenger",
    "labels_needed",
    "share_needed",
    "split_risk",
    "upper_bound",
    "weighted_rate",
    "wilson",
]
