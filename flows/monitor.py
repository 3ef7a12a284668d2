"""Monitors: the e-process over the audits, and drift without labels, for each segment of a client.

Audits raise their alarm at once, when they are settled; this run raises those of drift, and those of audits should one
have been missed. By `facturier monitor`, and by Prefect every morning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from assurance import Drift, Evidence, Observed, compare, gather
from assurance.drift import breaks_promise
from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_PEOPLE, EXIT_USAGE, complain, write_json, write_table
from models.certificate import SEGMENTS, Certificate
from models.settings import PolicySettings, client_policy
from models.store.alarms import last_lift, lowering, raise_alarm
from models.store.audit import now
from models.store.audit_samples import settled_outcomes
from models.store.certificates import promise_since, standing_certificate
from models.store.clients import list_clients
from models.store.monitoring import Decided, decided_between
from models.tables import ClientRow

ACTOR = "monitor"
NEWEST = timedelta(days=14)  # what is compared with the certificate's window, or with the time before


@dataclass(frozen=True, slots=True)
class Watched:
    """The state of one segment."""

    segment: str
    evidence: Evidence
    drift: tuple[Drift, ...]
    alarm: str  # the kind of the alarm that stands; empty: none
    is_new: bool  # raised by this very run


def monitor_client(session: Session, client: ClientRow, policy: PolicySettings, at: datetime) -> tuple[Watched, ...]:
    """Look at every segment of a client and raise what has to be raised; segments without decisions are left out."""
    window = timedelta(days=policy.label_days)
    decided = decided_between(session, client.id, at - window - NEWEST, at)
    seen = {one.segment for one in decided}
    return tuple(_watch(session, client.id, name, decided, policy, at) for name in SEGMENTS if name in seen)


def _watch(
    session: Session, client_id: str, segment: str, decided: Sequence[Decided], policy: PolicySettings, at: datetime
) -> Watched:
    certificate = standing_certificate(session, client_id, segment)
    lifted = last_lift(session, client_id, segment)
    evidence = _evidence(session, client_id, segment, certificate, policy)
    drift = compare(*_sides([one for one in decided if one.segment == segment], certificate, lifted, at))
    standing = lowering(session, client_id, segment)
    if standing is not None:
        return Watched(segment, evidence, drift, standing.kind, is_new=False)
    if evidence.alarm():
        detail = {"audits": evidence.audits, "errors": evidence.errors, "limit": evidence.alpha,
                  "evidence": round(evidence.peak, 2)}  # fmt: skip
        raise_alarm(session, client_id, segment, kind="error_rate", detail=detail, actor=ACTOR, at=at)
        return Watched(segment, evidence, drift, "error_rate", is_new=True)
    if breaks_promise(drift):
        words = [row.words for row in drift if row.level == "alarm"]
        raise_alarm(session, client_id, segment, kind="drift", detail={"words": words}, actor=ACTOR, at=at)
        return Watched(segment, evidence, drift, "drift", is_new=True)
    return Watched(segment, evidence, drift, "", is_new=False)


def _evidence(
    session: Session, client_id: str, segment: str, certificate: Certificate | None, policy: PolicySettings
) -> Evidence:
    since = promise_since(session, client_id, segment)
    outcomes = settled_outcomes(session, client_id, segment, since=since)
    return gather((wrong for wrong, _ in outcomes), alpha=certificate.alpha if certificate else policy.error_limit)


def _sides(
    decided: Sequence[Decided], certificate: Certificate | None, lifted: datetime | None, at: datetime
) -> tuple[list[Observed], list[Observed]]:
    """The documents of the labels' window and the newest ones; after a lifted alarm only what came since counts."""
    turn = at - NEWEST
    until = min(certificate.window_to, turn) if certificate and certificate.window_to else turn
    since = certificate.window_from if certificate else None
    newest = max(turn, lifted) if lifted else turn
    before = [_observed(one) for one in decided if one.at < until and (since is None or one.at >= since)]
    return before, [_observed(one) for one in decided if one.at >= newest]


def _observed(one: Decided) -> Observed:
    features = {name: value for name, value in one.features.items() if name != "gates"}
    return Observed(one.score, one.seller, gated=one.features.get("gates", 0.0) > 0, features=features)


def run_monitor(house: House, client_id: str | None, *, as_json: bool) -> int:
    """`facturier monitor`: look at one client, or at all; 3 where an alarm stands."""
    with house.store.read() as session:
        clients = [row for row in list_clients(session) if client_id in {None, row.id}]
    if not clients and client_id is not None:
        complain(f"facturier monitor: there is no client {client_id!r}")
        return EXIT_USAGE
    rings = False
    for client in clients:
        found = look(house, client)
        rings |= any(one.alarm for one in found)
        if as_json:
            write_json(as_object(client.id, found))
        else:
            write_table(client.id, ("segment", "audits", "wrong", "evidence", "drift", "alarm"), map(_cells, found))
    return EXIT_PEOPLE if rings else EXIT_DONE


def look(house: House, client: ClientRow) -> tuple[Watched, ...]:
    """Monitor one client in a transaction of its own."""
    policy = client_policy(house.settings.policy, client.policy_json)
    with house.store.write() as session:
        return monitor_client(session, client, policy, now())


def as_object(client_id: str, found: Sequence[Watched]) -> dict[str, Any]:
    """One client's state as JSON takes it."""
    return {"client": client_id, "segments": [
        {"segment": one.segment, "audits": one.evidence.audits, "errors": one.evidence.errors,
         "limit": one.evidence.alpha, "evidence": round(one.evidence.value, 4), "alarm": one.alarm or None,
         "raised_now": one.is_new, "drift": [row._asdict() for row in one.drift]}
        for one in found
    ]}  # fmt: skip


def _cells(one: Watched) -> tuple[str, ...]:
    loud = "; ".join(row.words for row in one.drift if row.level != "calm")
    drift = loud or ("calm" if one.drift else "too few documents")
    return (one.segment, str(one.evidence.audits), str(one.evidence.errors), f"{one.evidence.value:.2f} of 20", drift,
            one.alarm or "none")  # fmt: skip
