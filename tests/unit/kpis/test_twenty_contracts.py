"""Twenty worked contracts: each with an answer that was computed by hand.

Paris, 08:30 to 12:30 and 13:30 to 18:00, Monday to Friday: 8.5 hours a day. Times are UTC: Paris is one hour ahead in
winter, two in summer; clocks change on 29 March and 25 October 2026.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from kpis.clocks import Clock, all_clocks, clock_of, clocks_of, office_of
from kpis.sla import Statement, availability, month_of, statement
from models.contract import (
    Accuracy,
    Availability,
    Band,
    ClockFacts,
    Contract,
    Credits,
    Fees,
    Hours,
    Outage,
    Pause,
    Pauses,
    Scope,
    Turnaround,
    stopped_at,
)
from models.history import Audit, Event

OFFICE = office_of(Hours())
ALL = Turnaround(name="all", hours=16)
NOVEMBER = month_of(datetime(2026, 11, 20, tzinfo=UTC), "Europe/Paris")
BANDS = (Band(below=0.95, percent=Decimal(2)), Band(below=0.90, percent=Decimal(5)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def contract(**terms: object) -> Contract:
    given = {"name": "Acme", "valid_from": date(2026, 1, 1), "turnaround": (ALL,)} | terms
    return Contract.model_validate(given)


ANSWER = {"pauses": Pauses(reasons=("supplier_question", "client_answer"))}


def ask(start: str, end: str | None, reason: str = "supplier_question") -> Pause:
    return Pause(utc(start), utc(end) if end else None, reason, "d1")


# 1 to 13: received, what else, and the time limit that was worked out by hand.
DUE = [
    # Monday 08:30: 8.5 h that day, 4 h on Tuesday until 12:30, 3.5 h from 13:30 -> 17:00.
    pytest.param("11-16T07:30", (), {}, "11-17T16:00", id="1-a-day-and-seven-and-a-half-hours"),
    # Thursday 12 November 10:00: 2.5 + 4.5 = 7 h; Friday 8.5; Monday 0.5 h -> 09:00.
    pytest.param("11-12T09:00", (), {}, "11-16T08:00", id="2-over-a-weekend"),
    # Tuesday 10 November 17:00: 1 h; the 11th is Armistice Day; 12th 8.5; 13th 6.5 h: 4 + 2.5 -> 16:00.
    pytest.param("11-10T16:00", (), {}, "11-13T15:00", id="3-over-a-holiday"),
    # Friday 27 March 17:00 (winter): 1 h; Monday 30 March is summer time: 1 h -> 09:30 in Paris.
    pytest.param("03-27T16:00", (), {"turnaround": (Turnaround(name="a", hours=2),)}, "03-30T07:30", id="4-clocks"),
    # A round-the-clock office on the night of 25 October: 22:00 UTC+2 on the 24th and six true hours later.
    pytest.param("10-24T20:00", (), {
        "calendar": Hours(country="XX", hours=("00:00-24:00",), weekdays=(0, 1, 2, 3, 4, 5, 6)),
        "turnaround": (Turnaround(name="a", hours=6),),
    }, "10-25T02:00", id="5-the-night-of-25-hours"),
    # After the cut-off at 16:00 it counts as Tuesday 08:30: 16 h -> Wednesday 17:00 (8.5 + 7.5).
    pytest.param("11-16T15:00", (), {"cut_off": time(16)}, "11-18T16:00", id="6-cut-off"),
    # Friday after the cut-off: Monday 08:30.
    pytest.param("11-13T15:30", (), {"cut_off": time(16), "turnaround": (Turnaround(name="a", days=0),)},
                 "11-16T17:00", id="7-cut-off-on-friday"),
    # Asked on Friday 17:00, answered on Monday 09:30: the clock stood for 1 h + 1 h, the weekend is nobody's.
    pytest.param("11-12T09:00", (ask("11-13T16:00", "11-16T08:30"),), ANSWER, "11-16T10:00", id="8-pause-over-weekend"),
    # 10:00 to 12:00 and 11:00 to 14:30 Paris: together 10:00 to 14:30, 3.5 h of work.
    pytest.param("11-16T07:30", (ask("11-16T09:00", "11-16T11:00"), ask("11-16T10:00", "11-16T13:30", "client_answer")),
                 ANSWER, "11-18T10:00", id="9-overlapping-pauses"),
    # A week of silence, of which the contract allows four hours.
    pytest.param("11-16T07:30", (ask("11-16T09:00", "11-23T09:00"),),
                 {"pauses": Pauses(reasons=("supplier_question",), longest=4)}, "11-18T10:30", id="10-longest-pause"),
    # A reason that the contract does not know stops nothing.
    pytest.param("11-16T07:30", (ask("11-16T09:00", "11-18T09:00", "missing_order"),), ANSWER, "11-17T16:00",
                 id="11-pause-that-is-not-agreed"),
    # Two targets: 16 hours, or the same day by 18:00; the earlier counts.
    pytest.param("11-16T07:30", (), {"turnaround": (ALL, Turnaround(name="day", days=0, by=time(18)))},
                 "11-16T17:00", id="12-two-targets"),
    # The company is closed on Friday the 13th beside the holidays of the country.
    pytest.param("11-12T09:00", (), {"calendar": Hours(closed=(date(2026, 11, 13),))}, "11-17T08:00", id="13-closed"),
]  # fmt: skip


@pytest.mark.parametrize(("received", "pauses", "terms", "expected"), DUE)
def test_a_document_is_due_when_the_contract_says(
    received: str, pauses: tuple[Pause, ...], terms: dict[str, object], expected: str
) -> None:
    clock = clock_of(ClockFacts("d1", utc(received)), contract(**terms), pauses, utc("12-31T12:00"))
    assert clock is not None
    assert clock.due == utc(expected)


def test_14_a_credit_note_is_exempt_where_the_target_is_for_invoices() -> None:
    terms = contract(turnaround=(Turnaround(name="invoices", hours=16, applies_to=Scope(document_types=("invoice",))),))
    note = ClockFacts("d1", utc("11-16T07:30"), document_type="credit_note")
    assert clocks_of(note, terms, (), utc("11-16T08:00")) == ()
    assert len(clocks_of(ClockFacts("d2", utc("11-16T07:30")), terms, (), utc("11-16T08:00"))) == 1  # not read yet


def moves(*steps: tuple[str, str]) -> list[Event]:
    return [Event("d1", utc(at), "system", None, state) for at, state in steps]


def test_15_a_document_that_is_reopened_after_export_was_done_at_its_first_export() -> None:
    again = moves(("11-16T07:30", "received"), ("11-17T08:00", "exported"), ("11-20T08:00", "in_review"),
                  ("11-23T08:00", "exported"))  # fmt: skip
    taken_back = moves(("11-16T07:30", "received"), ("11-16T09:00", "rejected"), ("11-16T10:00", "in_review"))
    assert stopped_at(again) == utc("11-17T08:00")
    assert stopped_at(taken_back) is None
    clock = clock_of(ClockFacts("d1", utc("11-16T07:30"), stopped_at(again)), contract(), (), utc("11-25T08:00"))
    assert clock is not None
    assert (clock.state, clock.elapsed, clock.remaining) == ("met", 9.0, 7.0)


def test_16_the_version_of_the_day_of_receipt_holds() -> None:
    old = contract(turnaround=(Turnaround(name="a", hours=16),))
    new = contract(valid_from=date(2026, 11, 17), turnaround=(Turnaround(name="a", hours=4),))
    # Received on the 16th at 23:30 UTC, which is the 17th in Paris; and an hour earlier, on the 16th.
    documents = (ClockFacts("late", utc("11-16T23:30")), ClockFacts("early", utc("11-16T22:30")))
    found = {clock.document_id: clock.due for clock in all_clocks(documents, (old, new), (), utc("11-16T23:40"))}
    assert found == {"late": utc("11-17T11:30"), "early": utc("11-18T16:00")}


def made(total: int, late: int, target: str = "all", penalty: str = "0") -> list[Clock]:
    start, limit = utc("11-16T07:30"), utc("11-17T16:00")
    return [
        Clock(f"d{number}", target, 0.95, Decimal(penalty), start, limit, utc("11-18T08:00" if number < late else
              "11-17T08:00"), 1.0, 1.0, (), "late" if number < late else "met")
        for number in range(total)
    ]  # fmt: skip


def month(terms: Contract, clocks: list[Clock], audits: tuple[Audit, ...] = (), outages: tuple[Outage, ...] = (),
          earlier: tuple[Statement, ...] = ()) -> Statement:  # fmt: skip
    found = statement((terms,), clocks, audits, outages, NOVEMBER, earlier)
    assert found is not None
    return found


def test_17_credits_and_penalties_end_at_the_cap() -> None:
    terms = contract(fees=Fees(month=Decimal(1000), document=Decimal(2)), credits=Credits(bands=BANDS, cap=Decimal(7)))
    # 100 documents, 12 late: 88 % is below 90 %: 5 % of 1,200 = 60; 12 x 3 = 36; the cap is 7 % of 1,200 = 84.
    found = month(terms, made(100, 12, penalty="3"))
    assert (found.fees, found.credits, found.penalties) == (Decimal(1200), Decimal(60), Decimal(36))
    assert (found.deduction, found.net, len(found.missed)) == (Decimal(84), Decimal(1116), 12)
    assert month(terms, made(100, 6)).credits == Decimal(24)  # 94 %: 2 %
    assert month(terms, made(100, 5)).credits == 0  # 95 % is what was promised


def test_18_a_credit_comes_back_after_two_good_months_and_only_then() -> None:
    terms = contract(fees=Fees(month=Decimal(1000)), credits=Credits(bands=BANDS, earn_back=2))
    bad, good = month(terms, made(100, 8)), month(terms, made(100, 0))
    assert bad.deduction == Decimal(20)
    assert month(terms, made(10, 0), earlier=(bad,)).returned == 0
    assert month(terms, made(10, 0), earlier=(bad, good)).returned == Decimal(20)
    assert month(terms, made(10, 0), earlier=(bad, good)).net == Decimal(1020)
    assert month(terms, made(10, 5), earlier=(bad, good)).returned == 0  # this month was missed
    assert month(terms, made(10, 0), earlier=(bad, bad)).returned == 0
    assert month(terms, made(10, 0), earlier=(bad, good, good)).returned == 0  # it came back a month ago


def test_19_a_month_without_documents_misses_nothing() -> None:
    terms = contract(fees=Fees(month=Decimal(500)), credits=Credits(bands=BANDS), accuracy=Accuracy(limit=0.01))
    found = month(terms, [])
    assert [(each.value, each.is_missed) for each in found.attainments] == [(None, False), (None, False)]
    assert (found.net, found.is_met) == (Decimal(500), True)


def test_20a_maintenance_that_was_announced_is_no_service_hour() -> None:
    terms = Availability(share=0.99)
    week = (utc("11-15T23:00"), utc("11-22T23:00"))  # five days of 8.5 h: 42.5 h
    work = Outage(utc("11-18T15:00"), utc("11-18T17:00"), is_planned=True)  # 16:00 to 18:00: 2 h
    down = Outage(utc("11-18T14:30"), utc("11-18T16:00"), "worker")  # 15:30 to 17:00, of which 1 h is maintenance
    night = Outage(utc("11-18T20:00"), utc("11-19T05:00"), "worker")
    value, hours = availability((work, down, night), OFFICE, terms, week)
    assert hours == 40.5
    assert value == pytest.approx(1 - 0.5 / 40.5)
    assert availability((down,), OFFICE, Availability(components=("review",)), week)[0] == 1.0


def test_20b_an_error_rate_is_missed_only_where_chance_does_not_explain_it() -> None:
    terms = contract(accuracy=Accuracy(limit=0.01, credit=Decimal(3)), fees=Fees(month=Decimal(100)))
    at = utc("11-10T09:00")

    def audits(wrong: int, count: int) -> tuple[Audit, ...]:
        return tuple(Audit("", number < wrong, 1.0, at) for number in range(count))

    unsure, sure = month(terms, [], audits(2, 50)), month(terms, [], audits(10, 200))
    # 2 of 50 is 4 %, but the interval begins at 0.5 %; 10 of 200 is 5 %, and it begins at 2.4 %.
    assert (unsure.attainments[-1].value, unsure.is_met, unsure.deduction) == (0.04, True, Decimal(0))
    assert (sure.attainments[-1].value, sure.is_met, sure.deduction) == (0.05, False, Decimal(3))
