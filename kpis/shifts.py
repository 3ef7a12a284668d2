"""A queue of documents worked off by people: hour by hour, by due time, day after day.

Minutes are minutes of the day for what comes and is due, minutes of work for what it takes.

>>> hours = (Slot(540, 600, 0.5), Slot(600, 660, 0.5))
>>> outcome, _ = try_rosters([[[Piece(540, 570, 20), Piece(540, 570, 20)]]], hours, [(1, 0)])
>>> outcome
Outcome(attainment=0.5, left=0.0, wait90=20)
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import cycle
from math import ceil
from typing import NamedTuple


class Slot(NamedTuple):
    """An hour of work: minutes of the day at which it begins and ends, and the share of the day's documents."""

    begin: float
    end: float
    share: float


class Outcome(NamedTuple):
    """A plan tried out: share settled in time, documents left at closing, minutes that nine of ten waited less than."""

    attainment: float
    left: float
    wait90: float


class Piece(NamedTuple):
    """One document of a day: minutes of the day at which it came and is due, minutes it takes."""

    came: float
    due: float
    takes: float


class Served(NamedTuple):
    """What became of one document of a day; `begun` is None where it was left at closing."""

    piece: Piece
    begun: float | None
    done: float


def try_rosters(
    weeks: Sequence[Sequence[Sequence[Piece]]], slots: Sequence[Slot], rosters: Sequence[Sequence[int]]
) -> tuple[Outcome, list[float]]:  # fmt: skip
    """Work through weeks, the rosters of their days taken in turn; the outcome, and where late documents waited."""
    tally = _Tally(slots)
    for week in weeks:
        over: list[Piece] = []
        for pieces, reviewers in zip(week, cycle(rosters), strict=False):
            served = serve([*over, *pieces], slots, reviewers)
            over = [_tomorrow(one.piece, slots) for one in served if one.begun is None]
            tally.left += len(over)
            for one in served:
                tally.count(one)
        tally.total += len(over)  # never served: late
    return tally.outcome(max(sum(map(len, weeks)), 1)), tally.late


class _Tally:
    """Counts what became of documents; `late` holds, by slot, the minutes that late documents had waited in it."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.slots = slots
        self.late = [0.0] * len(slots)
        self.total = self.met = self.left = 0
        self._waits: list[float] = []

    def count(self, one: Served) -> None:
        """Count one document of a day; what was left at closing is late only if it was due."""
        closing = self.slots[-1].end
        if one.begun is None:
            if one.piece.due <= closing:
                self._blame(one.piece.came, closing)
            return
        self._waits.append(max(one.begun - one.piece.came, 0.0))
        self.total += 1
        self.met += one.done <= one.piece.due
        if one.done > one.piece.due:
            self._blame(one.piece.came, one.begun)

    def _blame(self, came: float, until: float) -> None:
        for at, slot in enumerate(self.slots):
            self.late[at] += max(0.0, min(until, slot.end) - max(came, slot.begin))

    def outcome(self, days: int) -> Outcome:
        """The counts as shares."""
        waits = sorted(self._waits)
        wait90 = waits[ceil(0.9 * len(waits)) - 1] if waits else 0.0
        return Outcome(self.met / self.total if self.total else 1.0, round(self.left / days, 2), round(wait90, 1))


def _tomorrow(piece: Piece, slots: Sequence[Slot]) -> Piece:
    """A document that was left: there from the opening on, due after the minutes that it has left."""
    opening, closing = slots[0].begin, slots[-1].end
    due = later(slots, opening, piece.due - closing) if piece.due > closing else opening - 1.0
    return Piece(opening, due, piece.takes)


def later(slots: Sequence[Slot], came: float, minutes: float) -> float:
    """The minute of the day at which so many minutes of work have passed; beyond closing it counts on."""
    for slot in slots:
        begin = max(slot.begin, came)
        if begin >= slot.end:
            continue
        if minutes <= slot.end - begin:
            return begin + minutes
        minutes -= slot.end - begin
    return (slots[-1].end if slots else came) + minutes


def serve(pieces: Sequence[Piece], slots: Sequence[Slot], reviewers: Sequence[int]) -> list[Served]:
    """Serve by due time with so many people in each slot; whoever works on a document at its end finishes it."""
    done: list[Served] = []
    waiting: list[tuple[float, int]] = []
    busy: list[float] = []  # when each person at work is free again
    coming = 0
    for slot, people in zip(slots, reviewers, strict=True):
        at = slot.begin
        while at < slot.end:
            while coming < len(pieces) and pieces[coming].came <= at:
                heapq.heappush(waiting, (pieces[coming].due, coming))
                coming += 1
            while busy and busy[0] <= at:
                heapq.heappop(busy)
            while waiting and len(busy) < people:
                piece = pieces[heapq.heappop(waiting)[1]]
                heapq.heappush(busy, at + piece.takes)
                done.append(Served(piece, at, at + piece.takes))
            following = [slot.end]
            if coming < len(pieces):
                following.append(pieces[coming].came)
            if busy:
                following.append(busy[0])
            at = max(min(following), at + 1e-6)
    unserved = [pieces[number] for _, number in waiting] + list(pieces[coming:])
    return [*done, *(Served(piece, None, 0.0) for piece in unserved)]
