"""A second count of the figures, for tests: plain SQL over the rows of a database, and nothing of ours but their names.

Written to differ from `kpis/compute.py` in every way but the definitions: the database groups and counts, fractions
are exact, business hours are found by cutting each local day anew.
"""

from __future__ import annotations

# ruff: noqa: S608, E501 - the queries are constants of this module
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pysqlite3.dbapi2 as sqlite

PARIS = ZoneInfo("Europe/Paris")
HOURS = ((8, 30, 12, 30), (13, 30, 18, 0))
Figures = dict[tuple[str, str], float | None]


def recount(path: Path, client: str, start: datetime, end: datetime) -> Figures:
    """Headline figures of a client by name and label, counted from the rows of an SQLite file."""
    base = sqlite.connect(f"file:{path}?mode=ro", uri=True)
    try:
        count = _Count(base, client, start, end)
        return {**count.volumes(), **count.speed(), **count.shares(), **count.minutes(), **count.fields(),
                **count.money()}  # fmt: skip
    finally:
        base.close()


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class _Count:
    def __init__(self, base: Any, client: str, start: datetime, end: datetime) -> None:
        self.base, self.start, self.end = base, start, end
        self.names = {"client": client, "start": stamp(start), "end": stamp(end)}
        views = {  # events of this client before the end, and what follows of them
            "ev": "SELECT * FROM event WHERE client_id = :client AND at < :end",
            "came": "SELECT document_id, MIN(at) AS at FROM ev GROUP BY document_id",
            "left": "SELECT document_id, MIN(at) AS at FROM ev WHERE to_state = 'exported' GROUP BY document_id",
        }
        base.execute("PRAGMA temp_store = MEMORY")
        for name, query in views.items():
            base.execute(f"CREATE TEMP TABLE {name} AS {query}", self._used(query))
            base.execute(f"CREATE INDEX temp.{name}_document ON {name} (document_id)")
        base.execute("CREATE TEMP TABLE done (document_id, until, seconds)")
        rows = self.all("SELECT document_id, started_at, seconds FROM touch WHERE client_id = :client")
        until = [
            (name, stamp(datetime.fromisoformat(at) + timedelta(seconds=spent)), spent) for name, at, spent in rows
        ]
        base.executemany("INSERT INTO done VALUES (?, ?, ?)", [row for row in until if row[1] < self.names["end"]])

    def _used(self, query: str) -> dict[str, str]:
        return {name: value for name, value in self.names.items() if f":{name}" in query}

    def one(self, query: str) -> Any:
        return self.base.execute(query, self._used(query)).fetchone()[0]

    def all(self, query: str) -> list[Any]:
        return self.base.execute(query, self._used(query)).fetchall()

    def volumes(self) -> Figures:
        in_period = ":start <= at"
        newest = "(document_id, seq) IN (SELECT document_id, MAX(seq) FROM ev GROUP BY document_id)"
        refused = f"""WITH last AS (SELECT document_id, MAX(seq) AS seq FROM ev WHERE to_state = 'rejected'
            AND {in_period} GROUP BY document_id) SELECT CASE WHEN instr(reason || ' ', ' ') > 1
            AND substr(reason, 1, instr(reason || ' ', ' ') - 1) GLOB '[A-Z][A-Z_]*'
            THEN substr(reason, 1, instr(reason || ' ', ' ') - 1) ELSE 'other' END, COUNT(*)
            FROM ev JOIN last USING (seq) GROUP BY 1"""
        codes = dict(self.all(refused))
        released = """SELECT before.reason, COUNT(*) FROM ev JOIN ev AS before ON before.seq = (SELECT MAX(seq) FROM ev
            AS e WHERE e.document_id = ev.document_id AND e.seq < ev.seq) WHERE ev.from_state = 'held' AND
            ev.to_state = 'approved' AND ev.actor LIKE 'user:%' AND ev.at >= :start GROUP BY 1"""
        overrides = dict(self.all(released))
        let_in = self.one("""SELECT COUNT(*) FROM ev WHERE to_state = 'in_review' AND actor LIKE 'user:%'
            AND at >= :start AND (from_state = 'duplicate' OR (from_state = 'held' AND reason GLOB 'another invoice:*'))
            """)
        overrides |= {"duplicate": overrides.get("duplicate", 0) + let_in} if let_in else {}
        return {
            ("documents_received", ""): self.one(f"SELECT COUNT(*) FROM came WHERE {in_period}"),
            ("documents_exported", ""): self.one(f"SELECT COUNT(*) FROM left WHERE {in_period}"),
            ("documents_open", ""): self.one(
                f"SELECT COUNT(*) FROM ev WHERE {newest} AND to_state NOT IN ('exported', 'rejected')"),
            ("documents_reopened", ""): self.one(
                f"SELECT COUNT(DISTINCT document_id) FROM ev WHERE from_state = 'exported' AND {in_period}"),
            ("documents_rejected", ""): sum(codes.values()),
            **{("documents_rejected", code): number for code, number in codes.items()},
            ("alert_overrides", ""): sum(overrides.values()),
            **{("alert_overrides", reason): number for reason, number in overrides.items()},
        }  # fmt: skip

    def speed(self) -> Figures:
        pairs = self.all("SELECT came.at, left.at FROM came JOIN left USING (document_id) WHERE :start <= left.at")
        found: Figures = {}
        for name, measure in (("turnaround", office_hours), ("turnaround_calendar", wall_hours)):
            lasted = sorted(measure(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in pairs)
            if name == "turnaround":
                steps = Counter(next((f"to_{step}" for step in (1, 2, 4, 8, 16, 24, 40) if each <= step), "more")
                                for each in lasted)  # fmt: skip
                found["turnaround_spread", ""] = len(lasted)
                found |= {("turnaround_spread", label): count for label, count in steps.items()}
            for suffix, tenths in (("median", 5), ("p90", 9)):
                place = -(-len(lasted) * tenths // 10)
                found[f"{name}_{suffix}", ""] = lasted[place - 1] if lasted else None
        return found

    def shares(self) -> Figures:
        left = "left JOIN came USING (document_id) WHERE :start <= left.at"
        exported = self.one(f"SELECT COUNT(*) FROM {left}")
        received = self.one("SELECT COUNT(*) FROM came WHERE :start <= at")
        hand = """(EXISTS (SELECT 1 FROM ev WHERE ev.document_id = left.document_id AND ev.actor LIKE 'user:%'
            AND ev.at <= left.at) OR EXISTS (SELECT 1 FROM done WHERE done.document_id = left.document_id AND until <= left.at)
            OR EXISTS (SELECT 1 FROM correction AS c WHERE c.document_id = left.document_id AND c.at <= left.at))"""
        back = "EXISTS (SELECT 1 FROM ev WHERE ev.document_id = left.document_id AND ev.from_state = 'exported')"
        wrong = f"""({back} OR EXISTS (SELECT 1 FROM correction AS c WHERE c.document_id = left.document_id AND c.changed
            AND c.at <= left.at) OR EXISTS (SELECT 1 FROM audit_sample AS s WHERE s.document_id = left.document_id
            AND s.state = 'wrong' AND s.checked_at < :end))"""
        stop = """EXISTS (SELECT 1 FROM ev WHERE ev.document_id = came.document_id AND
            ev.to_state IN ('in_review', 'held', 'duplicate', 'quarantined'))"""
        matched = self.all("""SELECT reason FROM ev JOIN came USING (document_id) WHERE :start <= came.at AND seq IN
            (SELECT MIN(seq) FROM ev WHERE to_state = 'matched' AND reason != '' GROUP BY document_id)""")
        return {
            ("straight_through_rate", ""): share(
                self.one(f"SELECT COUNT(*) FROM {left} AND NOT {hand}"), exported),
            ("first_time_right_rate", ""): share(
                self.one(f"SELECT COUNT(*) FROM {left} AND NOT {wrong}"), exported),
            ("rework_rate", ""): share(self.one(f"SELECT COUNT(*) FROM {left} AND {back}"), exported),
            ("exception_rate", ""): share(
                self.one(f"SELECT COUNT(*) FROM came WHERE :start <= at AND {stop}"), received),
            ("first_pass_match_rate", ""): share(sum(row[0] == "match" for row in matched), len(matched)),
        }  # fmt: skip

    def minutes(self) -> Figures:
        spent: dict[str, list[tuple[datetime, Fraction]]] = {}
        for document, until, seconds in self.all("SELECT document_id, until, seconds FROM done"):
            spent.setdefault(document, []).append((datetime.fromisoformat(until), Fraction(seconds)))
        left = {name: datetime.fromisoformat(at) for name, at in self.all(
            "SELECT document_id, at FROM left WHERE :start <= at")}  # fmt: skip
        before = sum((seconds for name, at in left.items() for until, seconds in spent.get(name, []) if until <= at),
                     Fraction(0))  # fmt: skip
        lost: dict[str, Fraction] = {}
        reasons = dict(self.all("""SELECT document_id, reasons FROM decision AS d WHERE client_id = :client AND
            reasons != '' AND created_at = (SELECT MIN(created_at) FROM decision AS e
            WHERE e.document_id = d.document_id AND e.reasons != '')"""))  # fmt: skip
        for (document,) in self.all("""SELECT DISTINCT document_id FROM ev JOIN came USING (document_id) WHERE
                :start <= came.at AND to_state IN ('in_review', 'held', 'duplicate', 'quarantined')"""):  # fmt: skip
            words = reasons.get(document) or self._noted(document)
            for word in set(words.split()):
                share_of = sum((seconds for _, seconds in spent.get(document, [])), Fraction(0))
                lost[word] = lost.get(word, Fraction(0)) + share_of / 60 / len(set(words.split()))
        rounded = {word: round(float(minutes), 2) for word, minutes in lost.items()}
        return {
            ("touch_time", ""): float(before) / len(left) if left else None,
            ("exception_minutes", ""): round(sum(rounded.values()), 2),
            **{("exception_minutes", word): minutes for word, minutes in rounded.items() if minutes},
        }

    def _noted(self, document: str) -> str:
        rows = self.base.execute(
            """SELECT reason FROM ev WHERE document_id = ? AND actor NOT LIKE 'user:%' AND reason GLOB '[a-z]*' AND
            to_state IN ('in_review', 'held', 'duplicate', 'quarantined') ORDER BY seq""", (document,)).fetchall()  # fmt: skip
        return rows[0][0] if rows else "unknown"

    def fields(self) -> Figures:
        seen = self.all("""SELECT document_id, term, MAX(changed) FROM correction WHERE client_id = :client AND
            :start <= at AND at < :end GROUP BY 1, 2""")  # fmt: skip
        changed = sum(row[2] for row in seen)
        audits = self.all("""SELECT state, share FROM audit_sample WHERE client_id = :client AND state != 'open' AND
            :start <= checked_at AND checked_at < :end""")  # fmt: skip
        weights = [(state == "wrong", 1 / share) for state, share in audits]
        return {
            ("error_rate", ""): share(changed, len(seen)),
            ("corrections", ""): changed,
            ("audited_error_rate", ""):
                sum(weight for wrong, weight in weights if wrong) / sum(weight for _, weight in weights)
                if weights else None,
        }  # fmt: skip

    def money(self) -> Figures:
        """By the defaults: 0.2 cents a page, 5 cents an hour of the machine, 28 an hour of routine, 45 of an expert."""
        pages = self.all("""SELECT pages_json FROM extraction JOIN document ON document.id = document_id WHERE
            origin = 'reader' AND client_id = :client AND :start <= extraction.created_at
            AND extraction.created_at < :end""")  # fmt: skip
        experts = dict(self.all("""SELECT document_id, MIN(at) FROM escalation WHERE client_id = :client AND
            to_tier = 'expert' AND at < :end GROUP BY 1"""))  # fmt: skip
        people = {28: Fraction(0), 45: Fraction(0)}
        for document, until, seconds in self.all("SELECT * FROM done WHERE :start <= until"):
            by_expert = document in experts and until > experts[document]
            people[45 if by_expert else 28] += Fraction(seconds)
        work = sum((Decimal(str(round(float(seconds), 3))) * rate for rate, seconds in people.items()), Decimal(0))
        machine = sum(row[0].count('"number"') for row in pages) * Decimal("0.002")
        machine += Decimal((self.end - self.start) // timedelta(microseconds=1)) / 3_600_000_000 * Decimal("0.05")
        exported = self.one("SELECT COUNT(*) FROM left WHERE :start <= at")
        parts = {"machine": cents(machine), "people": cents(work / 3600)}
        whole = sum(parts.values())
        return {
            ("cost_per_invoice", label): float(round(amount / exported, 4)) if exported else None
            for label, amount in (("", whole), *parts.items())
        }


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), "ROUND_HALF_UP")


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def wall_hours(start: datetime, end: datetime) -> float:
    return ((end - start) // timedelta(microseconds=1)) / 3_600_000_000


def office_hours(start: datetime, end: datetime) -> float:
    """Each local day is cut into its spans, and each span to what lies between both moments."""
    total = timedelta(0)
    day: date = start.astimezone(PARIS).date()
    while day <= end.astimezone(PARIS).date():
        if day.weekday() < 5 and day not in holidays.country_holidays("FR", years=day.year):
            for h, m, to_h, to_m in HOURS:
                opens = datetime(day.year, day.month, day.day, h, m, tzinfo=PARIS).astimezone(UTC)
                shuts = datetime(day.year, day.month, day.day, to_h, to_m, tzinfo=PARIS).astimezone(UTC)
                total += max(min(shuts, end) - max(opens, start), timedelta(0))
        day += timedelta(days=1)
    return (total // timedelta(microseconds=1)) / 3_600_000_000
