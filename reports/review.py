"""A period of one client with everything computed that its report shows: figures, the statement of service levels.

The figures are those of `kpis.measure` over the same history as on every page; the statement is that of `/sla`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from kpis import Basis, measure
from kpis.calendar import BusinessCalendar, calendar_of
from kpis.service import clocks_now, statements
from kpis.sla import Statement, month_of, statement
from models.contract import Service, contract_on
from models.governance import Governance, Period
from models.settings_review import ReviewSettings, client_review
from models.settings_service import CostSettings, client_costs
from reports.content import Table
from reports.kpi_words import in_unit, value_text
from reports.language import Tongue

NONE = "–"
_YEARS = range(2000, 3000)
_MONTHS = 36  # back from now, in which a period is seen to be a month


class FigureRow(NamedTuple):
    """One figure with the period before."""

    name: str
    label: str
    part: str
    value: float | None
    previous: float | None
    numerator: float | None
    denominator: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Review:
    """What sections are written from."""

    facts: Governance
    tongue: Tongue
    calendar: BusinessCalendar
    rows: tuple[FigureRow, ...]
    weeks: tuple[FigureRow, ...]
    statement: Statement | None

    def t(self, key: str, **values: object) -> str:
        """Words of the pack."""
        return self.tongue.t(f"pack.{key}", n=None, **values)

    def row(self, name: str, label: str = "") -> FigureRow:
        """A figure; without a value where there is none."""
        found = (one for one in self.rows if (one.name, one.label) == (name, label))
        return next(found, FigureRow(name, label, "", None, None, None, None, ""))

    def parts(self, name: str) -> list[FigureRow]:
        """A figure's parts by label."""
        return [one for one in self.rows if one.name == name and one.label]

    def value(self, name: str, label: str = "") -> str:
        """A figure with its unit."""
        return value_text(self.tongue, self.row(name, label))

    def value_before(self, name: str) -> str:
        """A figure of the period before with its unit."""
        row = self.row(name)
        return in_unit(self.tongue, row.previous, row.unit)

    def table(
        self, caption: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], numeric: set[int] | None = None,
        widths: tuple[float, ...] = (),
    ) -> Table:  # fmt: skip
        """A table with headings in words."""
        said = tuple(self.t(f"head.{head}") for head in heads)
        return Table(self.t(caption), said, rows, frozenset(numeric or ()), widths)

    def day(self, at: datetime | date | None) -> str:
        """A day where the office is."""
        if at is None:
            return NONE
        local = at.astimezone(self.zone).date() if isinstance(at, datetime) else at
        return self.tongue.date(local)

    def moment(self, at: datetime | None) -> str:
        """A moment where the office is, not where this machine is: a report reads the same wherever it was made."""
        if at is None:
            return NONE
        return str(format_datetime(at.astimezone(self.zone), "d MMM y HH:mm", locale=self.tongue.locale))

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.calendar.timezone)


def review_of(facts: Governance, tongue: Tongue, office: ReviewSettings, costs: CostSettings) -> Review:
    """Compute what a report shows. `office` and `costs` hold where the client says nothing else."""
    calendar = calendar_of(client_review(office, facts.review_json))
    basis = Basis(calendar, client_costs(costs, facts.costs_json))
    start, end, _ = facts.period
    found = measure(facts.history, start, end, basis, by=("week",))
    rows = [FigureRow(one.name, one.label, one.part, one.value, before, one.numerator, one.denominator, one.unit)
            for one, before in found]  # fmt: skip
    weeks = tuple(row for row in rows if row.part and row.name == "documents_received")
    whole = tuple(row for row in rows if not row.part)
    return Review(facts, tongue, calendar, whole, weeks, statement_in(facts.service, facts.period))


def statement_in(service: Service, period: Period) -> Statement | None:
    """The statement of a period: that of its month where it is one, with what is earned back; else of its days."""
    start, end, at = period
    contract = contract_on(service.contracts, at)
    if contract is None:
        return None
    for back in range(_MONTHS):
        first, last = month_of(at, contract.calendar.timezone, back)
        if first == start and end == min(last, at):
            made: Sequence[Statement] = statements(service, at, back)
            return made[-1] if made else None
    done = sum(one.stopped is not None and start <= one.stopped < end for one in service.facts)
    return statement(service.contracts, clocks_now(service, at), service.audits, service.outages, (start, end),
                     done=done)  # fmt: skip


def read_month(text: str) -> tuple[int, int] | None:
    """A month as it is typed or sent; None where it is none of these thousand years.

    >>> read_month("2026-10"), read_month("2026-13"), read_month("9999-12")
    ((2026, 10), None, None)
    """
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return (day.year, day.month) if day.year in _YEARS else None


def period_of(
    at: datetime, timezone: str, *, month: tuple[int, int] | None = None, since: date | None = None,
    until: date | None = None,
) -> Period:  # fmt: skip
    """The period of a report: a month, or days from `since` to before `until`; without either the last full month.

    >>> from datetime import UTC
    >>> made = period_of(datetime(2026, 11, 22, tzinfo=UTC), "Europe/Paris")
    >>> made.start.isoformat(), made.end.isoformat()
    ('2026-09-30T22:00:00+00:00', '2026-10-31T23:00:00+00:00')
    """
    zone = ZoneInfo(timezone)
    if since is not None:
        begin = datetime(since.year, since.month, since.day, tzinfo=zone).astimezone(at.tzinfo)
        last = datetime(until.year, until.month, until.day, tzinfo=zone).astimezone(at.tzinfo) if until else at
        return Period(begin, min(last, at), at)
    local = at.astimezone(zone)
    back = 1 if month is None else (local.year - month[0]) * 12 + local.month - month[1]
    first, last = month_of(at, timezone, back)
    return Period(first, min(last, at), at)
