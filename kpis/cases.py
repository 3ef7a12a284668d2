"""One document as its events tell of it up to the end of a period: what all figures of documents are counted from.

>>> at = datetime.fromisoformat
>>> seen = History(events=(Event("d", at("2026-11-02T09:00+00:00"), "system", None, "received"),
...                        Event("d", at("2026-11-02T10:00+00:00"), "publisher", "approved", "exported")))
>>> [case] = cases_of(seen, at("2026-11-03T00:00+00:00"))
>>> case.exported.hour, case.by_hand, case.stopped
(10, False, False)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from models.history import Audit, Correction, Event, History, Touch, Traits
from models.status import FINAL, Status

PERSON = "user:"  # how a person's acts are signed
EXCEPTION_STATES = frozenset({Status.IN_REVIEW, Status.HELD, Status.DUPLICATE, Status.QUARANTINED})
OTHER = "other"  # a rejection of which no code says why
EXPERT, ROUTINE = "expert", "routine"
NOTHING_KNOWN = Traits()
_CODE = re.compile(r"[A-Z][A-Z0-9_]+")
_ORDER = attrgetter("at", "seq")


@dataclass(slots=True)
class Case:
    """A document. Lists are in order of time and end before the period does."""

    document_id: str
    events: list[Event]
    received: datetime  # when it came in
    is_open: bool = True  # neither exported nor rejected at the end
    touches: list[Touch] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    reasons: tuple[str, ...] = ()
    match: str = ""
    traits: Traits = NOTHING_KNOWN
    expert_since: datetime | None = None
    exported: datetime | None = None  # for the first time
    lasted: float = 0.0  # business hours from received to exported, where that was in the period
    stopped: bool = False  # it ever needed a person
    last_reopened: datetime | None = None  # when it last came back after an export
    last_rejected: Event | None = None
    by_hand: bool = False  # a person acted on it before its first export
    changed: bool = False  # a person changed a value before its first export
    seconds: tuple[float, ...] = ()  # of each touch before its first export: they are summed once, exactly

    @property
    def tier(self) -> str:
        """Who worked on it: experts, if it ever was handed to them."""
        return ROUTINE if self.expert_since is None else EXPERT


def cases_of(history: History, end: datetime) -> tuple[Case, ...]:
    """Every document that had come in before `end`, as it was known then."""
    found: dict[str, Case] = {}
    for event in history.events:
        if event.at < end:
            case = found.get(event.document_id)
            if case is None:
                found[event.document_id] = Case(event.document_id, [event], event.at)
            else:
                case.events.append(event)
    for case in found.values():
        _look_at(case, history)
    _give(found, history, end)
    for case in found.values():
        _look_back(case)
    return tuple(found.values())


def _look_at(case: Case, history: History) -> None:
    case.events.sort(key=_ORDER)
    case.received, case.is_open = case.events[0].at, case.events[-1].to_state not in FINAL
    for event in case.events:
        if event.to_state == Status.EXPORTED and case.exported is None:
            case.exported = event.at
        elif event.to_state in EXCEPTION_STATES:
            case.stopped = True
        elif event.to_state == Status.REJECTED:
            case.last_rejected = event
        if event.from_state == Status.EXPORTED:
            case.last_reopened = event.at
    case.reasons = history.reasons.get(case.document_id, ())
    case.match = history.matches.get(case.document_id, "")
    case.traits = history.traits.get(case.document_id, case.traits)


def _look_back(case: Case) -> None:
    """What people did on an exported document until it left for the first time."""
    until = case.exported
    if until is None:
        return
    case.seconds = tuple(touch.seconds for touch in case.touches if touch.at <= until)
    seen = [each for each in case.corrections if each.at <= until]
    case.changed = any(each.changed for each in seen)
    case.by_hand = bool(case.seconds or seen) or any(
        event.at <= until and event.actor.startswith(PERSON) for event in case.events
    )


def _give(found: dict[str, Case], history: History, end: datetime) -> None:
    """Hand each document what people did on it."""
    for touch in history.touches:
        if touch.at < end and touch.document_id in found:
            found[touch.document_id].touches.append(touch)
    for seen in sorted(history.corrections, key=lambda each: (each.at, each.term, each.changed, each.cause)):
        if seen.at < end and seen.document_id in found:
            found[seen.document_id].corrections.append(seen)
    for audit in history.audits:
        if audit.at < end and audit.document_id in found:
            found[audit.document_id].audits.append(audit)
    for hand in history.hands:
        case = found.get(hand.document_id)
        if case is not None and hand.to_tier == EXPERT and hand.at < end:
            case.expert_since = min(case.expert_since or hand.at, hand.at)


def reject_code(reason: str) -> str:
    """The code at the beginning of a rejection's reason.

    >>> reject_code("TX_TVA_ERR wrong rate"), reject_code("nobody ordered this")
    ('TX_TVA_ERR', 'other')
    """
    word = reason.partition(" ")[0]
    return word if _CODE.fullmatch(word) else OTHER


def group(cases: Iterable[Case], by: str) -> dict[str, list[Case]]:
    """Documents by one of their traits, or by tier; the empty name is what is not known."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.tier if by == "tier" else getattr(case.traits, by)].append(case)
    return found
