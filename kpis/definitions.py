"""Every figure once: its name, unit, formula in words, and which way is better.

Units: `h` hours, `seconds`, `minutes`, `share` in [0, 1], `documents`; `currency` stands for the code of the client's
(EUR). The formula is what people read beside the figure.

>>> KPIS["straight_through_rate"].better
'higher'
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Better = Literal["higher", "lower", "neither"]


class Kpi(NamedTuple):
    """What one figure is. `labelled` says what its label names, where it is given for parts too."""

    name: str
    title: str
    unit: str
    formula: str
    better: Better
    labelled: str = ""


_ROWS = (
    Kpi("documents_received", "Documents received", "documents", "Documents that came in during the period.",
        "neither"),
    Kpi("documents_exported", "Documents exported", "documents",
        "Documents that were exported for the first time during the period.", "higher"),
    Kpi("documents_rejected", "Documents rejected", "documents",
        "Documents rejected during the period; by code, those whose last rejection gave it.", "neither", "code"),
    Kpi("documents_open", "Documents open", "documents",
        "Documents that were neither exported nor rejected at the end of the period.", "lower"),
    Kpi("turnaround_median", "Turnaround, median", "h",
        "Business hours from received to first exported, of documents exported during the period: half took no "
        "longer.", "lower"),
    Kpi("turnaround_p90", "Turnaround, 90th percentile", "h",
        "Business hours from received to first exported: nine of ten took no longer.", "lower"),
    Kpi("turnaround_calendar_median", "Turnaround on the wall clock, median", "h",
        "Hours from received to first exported, nights and holidays included: half took no longer.", "lower"),
    Kpi("turnaround_calendar_p90", "Turnaround on the wall clock, 90th percentile", "h",
        "Hours from received to first exported, nights and holidays included: nine of ten took no longer.", "lower"),
    Kpi("turnaround_spread", "Turnaround, how it spreads", "documents",
        "Documents first exported during the period; by the business hours that they took, those that took so many.",
        "neither", "hours"),
    Kpi("stage_median", "Time in a stage, median", "h",
        "Business hours in a state before the next one, of stays that ended during the period.", "lower", "state"),
    Kpi("stage_p90", "Time in a stage, 90th percentile", "h",
        "Business hours in a state before the next one: nine of ten stays were no longer.", "lower", "state"),
    Kpi("stage_calendar_median", "Time in a stage on the wall clock, median", "h",
        "Hours in a state before the next one, nights and holidays included.", "lower", "state"),
    Kpi("stage_calendar_p90", "Time in a stage on the wall clock, 90th percentile", "h",
        "Hours in a state before the next one, nights and holidays included: nine of ten stays were no longer.",
        "lower", "state"),
    Kpi("touch_time", "Touch time", "seconds",
        "Seconds that people had documents open before their first export, divided by all documents exported for the "
        "first time during the period.", "lower"),
    Kpi("straight_through_rate", "Straight-through rate", "share",
        "Of the documents exported for the first time: those without any act of a person before it.", "higher"),
    Kpi("first_time_right_rate", "First-time-right rate", "share",
        "Of the documents exported for the first time: those on which no person changed a value before it, that were "
        "not reopened since, and in which no audit found an error.", "higher"),
    Kpi("documents_reopened", "Documents reopened", "documents",
        "Documents that came back after an export during the period.", "lower"),
    Kpi("rework_rate", "Rework rate", "share",
        "Of the documents exported for the first time during the period: those reopened since.", "lower"),
    Kpi("exception_rate", "Exception rate", "share",
        "Of the documents received during the period: those that ever needed a person (review, hold, duplicate, "
        "quarantine); by reason, those with that reason.", "lower", "reason"),
    Kpi("exception_minutes", "Time lost to exceptions", "minutes",
        "Minutes that people had the documents open that came in during the period and needed a person; by reason, "
        "each document's minutes shared out evenly over its reasons, the dearest first.", "lower", "reason"),
    Kpi("error_rate", "Error rate", "share",
        "Of the fields that a person confirmed or changed during the period: those that were changed.", "lower"),
    Kpi("error_rate_low", "Error rate, at least", "share",
        "Lower end of the 95 % interval of the error rate (Clopper-Pearson).", "lower"),
    Kpi("error_rate_high", "Error rate, at most", "share",
        "Upper end of the 95 % interval of the error rate (Clopper-Pearson).", "lower"),
    Kpi("audited_error_rate", "Error rate of what was let through", "share",
        "Of the documents that went through without a person, by the audits settled during the period: those with an "
        "error; each audit weighs by how rarely such documents were drawn.", "lower", "segment"),
    Kpi("audited_error_rate_low", "Error rate of what was let through, at least", "share",
        "Lower end of the 95 % interval (Clopper-Pearson at the effective number of audits).", "lower", "segment"),
    Kpi("audited_error_rate_high", "Error rate of what was let through, at most", "share",
        "Upper end of the 95 % interval (Clopper-Pearson at the effective number of audits).", "lower", "segment"),
    Kpi("corrections", "Corrections", "corrections",
        "Fields that people changed during the period; by cause, those with that cause, the most frequent first.",
        "lower", "cause"),
    Kpi("correction_minutes", "Time lost to corrections", "minutes",
        "Minutes that people had the documents open on which they changed a field during the period; by cause, each "
        "document's minutes shared out evenly over its changed fields, the dearest first.", "lower", "cause"),
    Kpi("first_pass_match_rate", "First-pass match rate", "share",
        "Of the documents received during the period and matched: those whose first match had no variance.", "higher"),
    Kpi("alert_overrides", "Alerts overridden", "documents",
        "Holds that a person released and duplicates that a person let in again during the period; by what the "
        "document was held for.", "neither", "hold"),
    Kpi("cost_per_invoice", "Cost per invoice", "currency",
        "Machine, people, micro-tasks, fees, transition written off and governance of the period, divided by the "
        "documents exported for the first time during it.", "lower", "cost"),
)  # fmt: skip

KPIS: dict[str, Kpi] = {row.name: row for row in _ROWS}
