"""Sections about the work: in brief, figures beside the period before, exceptions, errors, volumes, cost."""

from __future__ import annotations

from datetime import date, timedelta

from kpis.demand import accuracy, daily_counts, first_seen
from kpis.pareto import pareto
from models.volumes import VolumeForecast
from reports.content import Bar, Chart, Day, Section, Table
from reports.kpi_words import bounds_of, change_of, in_unit, label_text, value_text
from reports.review import NONE, FigureRow, Review

_BARS = 10
_ENDS = ("_low", "_high")


def summary(review: Review) -> Section:
    """Three sentences with the figures."""
    return Section("summary", review.t("summary"), (_came(review), _went(review), _promised(review)))


def _came(review: Review) -> str:
    counts = {name: review.value(f"documents_{name}") for name in ("received", "exported", "open")}
    if not review.row("documents_exported").value:
        return review.t("summary_none_exported", **counts)
    return review.t(
        "summary_came", **counts, median=review.value("turnaround_median"), p90=review.value("turnaround_p90")
    )


def _went(review: Review) -> str:
    if not review.row("documents_exported").value:
        return review.t("summary_none_through")
    through = review.value("straight_through_rate")
    audited = review.row("audited_error_rate")
    if audited.value is None:
        return review.t("summary_unaudited", through=through)
    low, high = (review.value(f"audited_error_rate{end}") for end in _ENDS)
    return review.t("summary_audited", through=through, rate=review.value("audited_error_rate"), low=low, high=high,
                    count=review.tongue.number(audited.denominator, 0))  # fmt: skip


def _promised(review: Review) -> str:
    made = review.statement
    if made is None:
        return review.t("summary_no_contract", cost=_cost(review))
    measured = [one for one in made.attainments if one.value is not None]
    met = sum(not one.is_missed for one in measured)
    money = review.tongue.amount(made.deduction, made.currency)
    return review.t("summary_promised", met=str(met), targets=str(len(measured)), deduction=money,
                    cost=_cost(review))  # fmt: skip


def _cost(review: Review) -> str:
    """What an invoice cost; where none left, what the period did."""
    whole = review.row("cost_per_invoice")
    if whole.value is None:
        return review.t("cost_total", amount=in_unit(review.tongue, whole.numerator, whole.unit))
    return review.t("cost_each", amount=value_text(review.tongue, whole))


def figures(review: Review) -> Section:
    """Every figure of the whole beside the period before, with intervals; then how each is counted."""
    whole = [row for row in review.rows if not row.label and not row.name.endswith(_ENDS)]
    ends = bounds_of([row for row in review.rows if not row.label])
    rows = tuple(_figure(review, row, ends.get((row.name, ""))) for row in whole)
    heads = ("figure", "value", "interval", "before", "change")
    formulas = tuple((review.tongue.t(f"kpi.{row.name}"), review.tongue.t(f"kpi_formula.{row.name}")) for row in whole)
    return Section(
        "figures", review.t("figures"), (review.t("figures_lead"),),
        (review.table("figures_table", heads, rows, {1, 2, 3, 4}, (34, 14, 20, 14, 18)),
         review.table("formulas_table", ("figure", "counted"), formulas, widths=(28, 72))),
    )  # fmt: skip


def _figure(review: Review, row: FigureRow, ends: tuple[FigureRow, FigureRow] | None) -> tuple[str, ...]:
    tongue = review.tongue
    change = change_of(tongue, row)
    told = (
        NONE if change is None else " ".join(part for part in (change.told, tongue.t(f"kpis.{change.verdict}")) if part)
    )
    between = NONE
    if ends and ends[0].value is not None:
        between = review.t("between", low=value_text(tongue, ends[0]), high=value_text(tongue, ends[1]))
    before = in_unit(tongue, row.previous, row.unit)
    return tongue.t(f"kpi.{row.name}"), value_text(tongue, row), between, before, told


def exceptions(review: Review) -> Section:
    """Why documents needed a person, the dearest reasons first."""
    counted = {row.label: row for row in review.parts("exception_rate")}
    lost = {row.label: row.value or 0.0 for row in review.parts("exception_minutes")}
    title, tongue = review.t("exceptions"), review.tongue
    if not counted and not lost:
        return Section("exceptions", title, (review.t("no_exceptions"),))
    ranked = pareto(lost) or pareto({label: row.numerator or 0.0 for label, row in counted.items()})
    unit = "minutes" if any(lost.values()) else "documents"
    names = {one.label: label_text(tongue, _labelled(one.label)) for one in ranked}
    rows = tuple(
        (names[one.label], tongue.number(counted[one.label].numerator if one.label in counted else 0, 0),
         in_unit(tongue, lost.get(one.label, 0.0), "minutes"), tongue.percent(one.share),
         tongue.percent(one.cumulative))
        for one in ranked
    )  # fmt: skip
    bars = tuple(Bar(names[one.label], one.value,
                     f"{in_unit(tongue, one.value, unit)} · {tongue.percent(one.cumulative)}")
                 for one in ranked[:_BARS])  # fmt: skip
    first = next((one.rank for one in ranked if one.cumulative >= 0.8), len(ranked))
    says = review.t("pareto_says", count=str(len(ranked)), first=str(first))
    return Section(
        "exceptions", title, (review.t("exceptions_lead", rate=review.value("exception_rate"),
                                       minutes=review.value("exception_minutes")),),
        (review.table("exceptions_table", ("reason", "documents", "minutes", "share", "cumulative"), rows,
                {1, 2, 3, 4}),),
        (Chart(review.t(f"pareto_{unit}"), says, bars),),
    )  # fmt: skip


def _labelled(label: str) -> FigureRow:
    return FigureRow("", label, "", None, None, None, None, "")


def volumes(review: Review) -> Section:
    """What came week by week, what is expected, and how far off the forecasts of these days were."""
    weeks = [(row.part, row.value or 0.0) for row in sorted(review.weeks, key=lambda row: row.part)]
    bars = tuple(
        Bar(review.t("week", number=name.partition("W")[2].lstrip("0")), value, review.tongue.number(value, 0))
        for name, value in weeks
    )
    charts = (
        [Chart(review.t("weeks"), review.t("weeks_say", count=review.value("documents_received")), bars)]
        if bars
        else []
    )
    rows = tuple((review.tongue.t(f"kpi.{name}"), review.value(name), in_unit(review.tongue, row.previous, row.unit))
                 for name, row in ((f"documents_{kind}", review.row(f"documents_{kind}"))
                                   for kind in ("received", "exported", "rejected", "open", "reopened")))  # fmt: skip
    said = [_missed(review)]
    made = review.facts.forecast
    tables = [review.table("volumes_table", ("figure", "value", "before"), rows, {1, 2})]
    if made is None:
        said.append(review.t("no_forecast"))
    else:
        said.append(_tested(review, made))
        charts.append(_coming(review, made))
        tables.append(_days(review, made))
    return Section("volumes", review.t("volumes"), tuple(said), tuple(tables), tuple(charts))


def _missed(review: Review) -> str:
    """The error of what was told of the days of this period."""
    start, end, _ = review.facts.period
    days = {review.calendar.local_day(start), review.calendar.local_day(end)}
    counted = daily_counts(first_seen(review.facts.history).values(), review.calendar, end)
    came: dict[date, float] = {}
    if counted:
        came = {counted[0] + timedelta(days=k): count for k, count in enumerate(counted[1])}
    told = {day: said for day, said in review.facts.told.items() if min(days) <= day <= max(days)}
    found = accuracy(told, {day: count for day, count in came.items() if day >= min(days)})
    if found.error is None:
        return review.t("nothing_told")
    return review.t("told", days=str(found.days), error=review.tongue.percent(found.error),
                    inside=review.tongue.percent(found.inside))  # fmt: skip


def _tested(review: Review, made: VolumeForecast) -> str:
    tested = made.tested
    total = review.tongue.number(sum(day.expected for day in made.days), 0)
    at = review.day(review.facts.forecast_at)
    if tested.mase is None:
        return review.t("forecast_untested", days=str(len(made.days)), total=total, at=at)
    return review.t("forecast_tested", days=str(len(made.days)), total=total, at=at,
                    mase=review.tongue.number(tested.mase), naive=review.tongue.number(tested.naive_mase))  # fmt: skip


def _coming(review: Review, made: VolumeForecast) -> Chart:
    days = tuple(Day(f"{one.day.day:02}/{one.day.month:02}", one.expected, one.low80, one.high80) for one in made.days)
    return Chart(review.t("coming"), review.t("coming_says"), days=days)


def _days(review: Review, made: VolumeForecast) -> Table:
    number = review.tongue.number
    rows = tuple((review.day(one.day), number(one.expected, 0), number(one.low80, 0), number(one.high80, 0))
                 for one in made.days if review.calendar.is_open(one.day) or one.expected >= 1)  # fmt: skip
    return review.table("coming", ("day", "expected", "low", "high"), rows, {1, 2, 3})


def cost(review: Review) -> Section:
    """What an invoice cost, part by part."""
    tongue, whole = review.tongue, review.row("cost_per_invoice")
    parts = [whole, *review.parts("cost_per_invoice")]
    rows = tuple((label_text(tongue, row), value_text(tongue, row), in_unit(tongue, row.previous, row.unit),
                  in_unit(tongue, row.numerator, row.unit)) for row in parts)  # fmt: skip
    return Section("cost", review.t("cost"), (tongue.t("kpi_formula.cost_per_invoice"),),
                   (review.table("cost_table", ("part", "per_invoice", "before", "in_period"), rows,
                                 {1, 2, 3}),))  # fmt: skip
