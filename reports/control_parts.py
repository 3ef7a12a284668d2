"""Sections about control: holds, incidents, the audit chain, who has access and from where, the quality gate."""

from __future__ import annotations

from collections import Counter

from models.governance import Account
from models.status import Status
from reports.content import Section
from reports.kpi_words import label_text
from reports.review import NONE, FigureRow, Review

_STOPS = (Status.HELD, Status.DUPLICATE, Status.QUARANTINED)


def holds(review: Review) -> Section:
    """What was held and why, and what people released against an alert."""
    start, end, _ = review.facts.period
    held: dict[str, set[str]] = {}
    for event in review.facts.history.events:
        if event.to_state in _STOPS and start <= event.at < end:
            why = event.reason.partition(" ")[0] or event.to_state
            held.setdefault(why, set()).add(event.document_id)
    released = {row.label: row.value or 0.0 for row in review.parts("alert_overrides")}
    total = review.row("alert_overrides").value or 0.0
    said = review.t("holds_lead", held=str(len(set().union(*held.values()))), released=review.tongue.number(total, 0),
                    words=str(review.facts.words), pairs=str(review.facts.settled_by_two))  # fmt: skip
    labels = sorted(held.keys() | released.keys(), key=lambda label: (-len(held.get(label, ())), label))
    if not labels:
        return Section("holds", review.t("holds"), (review.t("no_holds"),))
    rows = tuple(
        (_named(review, label), str(len(held.get(label, ()))), review.tongue.number(released.get(label, 0.0), 0))
        for label in labels
    )
    return Section("holds", review.t("holds"), (said,),
                   (review.table("holds_table", ("reason", "held", "released"), rows, {1, 2}),))  # fmt: skip


def _named(review: Review, label: str) -> str:
    return label_text(review.tongue, FigureRow("", label, "", None, None, None, None, ""))


def incidents(review: Review) -> Section:
    """What went wrong."""
    found = review.facts.incidents
    if not found:
        return Section("incidents", review.t("incidents"), (review.t("no_incidents"),))
    rows = tuple(
        (review.moment(one.started_at), review.moment(one.ended_at) if one.ended_at else review.t("still_open"),
         review.tongue.t("sla.planned") if one.is_planned else review.tongue.t(f"sla.incident.{one.kind}"),
         " – ".join(part for part in (one.title, one.detail) if part))
        for one in found
    )  # fmt: skip
    said = review.t("incidents_lead", count=str(len(found)), open=str(sum(one.ended_at is None for one in found)))
    return Section(
        "incidents",
        review.t("incidents"),
        (said,),
        (review.table("incidents_table", ("from", "until", "kind", "what"), rows, widths=(17, 17, 18, 48)),),
    )


def chain(review: Review) -> Section:
    """The check of the record of who did what."""
    made = review.facts.chain
    said = review.t("chain_broken", problem=made.problem) if made.problem else review.t("chain_whole")
    rows = (
        (review.t("chain_rows"), review.tongue.number(made.rows, 0)),
        (review.t("chain_own"), review.tongue.number(made.own, 0)),
        (review.t("chain_at"), review.moment(made.head_at)),
        (review.t("chain_head"), made.head or NONE),
    )
    return Section("chain", review.t("chain"), (said,), (review.table("chain_table", ("item", "value"), rows,
                   widths=(30, 70)),), notes=(review.t("chain_note"),))  # fmt: skip


def access(review: Review) -> Section:
    """Who can see the client's documents, when each last signed in, and what two persons answered for."""
    facts = review.facts
    idle = sum(
        one.active and (one.last_sign_in is None or one.last_sign_in < facts.period.start) for one in facts.accounts
    )
    said = review.t("access_lead", count=str(sum(one.active for one in facts.accounts)), idle=str(idle))
    two = review.t("four_eyes", words=str(facts.words), pairs=str(facts.settled_by_two))
    if not facts.accounts:
        return Section("access", review.t("access"), (review.t("no_accounts"), two))
    rows = tuple((f"{one.name} ({one.login})", review.tongue.t(f"role.{one.role}"), _place(review, one),
                  review.moment(one.last_sign_in) if one.last_sign_in else review.t("never"),
                  review.t("active" if one.active else "inactive")) for one in facts.accounts)  # fmt: skip
    heads = ("person", "role", "place", "last_sign_in", "account")
    return Section("access", review.t("access"), (said, two),
                   (review.table("access_table", heads, rows, widths=(28, 18, 22, 20, 12)),))  # fmt: skip


def _place(review: Review, one: Account) -> str:
    place = review.tongue.t(f"place.{one.place}") if one.place else review.tongue.t("place.none")
    return f"{place}, {one.country}" if one.country else place


def places(review: Review) -> Section:
    """From where documents were opened, as the people who did work there."""
    facts = review.facts
    allowed = ", ".join(review.tongue.t(f"place.{one}") for one in facts.places) or review.t("anywhere")
    said = [review.t("places_lead", allowed=allowed, refused=str(facts.refused))]
    seen: Counter[str] = Counter()
    who: Counter[str] = Counter()
    for one in facts.accounts:
        if one.seen:
            seen[_place(review, one)] += one.seen
            who[_place(review, one)] += 1
    if not seen:
        return Section("places", review.t("places"), (*said, review.t("no_views")))
    rows = tuple((place, str(who[place]), review.tongue.number(count, 0)) for place, count in sorted(seen.items()))
    return Section("places", review.t("places"), tuple(said),
                   (review.table("places_table", ("place", "people", "views"), rows, {1, 2}),),
                   notes=(review.t("places_note"),))  # fmt: skip


def gates(review: Review) -> Section:
    """Runs of the quality gate and of the checks of whole tables."""
    found = review.facts.gates
    if not found:
        return Section("gates", review.t("gates"), (review.t("no_gates"),))
    rows = tuple((review.moment(one.at), review.t(f"gate_{one.kind}"), review.t(f"gate_{one.state}"),
                  review.tongue.number(one.rows, 0), review.tongue.number(one.failed, 0)) for one in found)  # fmt: skip
    bad = sum(one.state in {"refused", "failed"} for one in found)
    said = review.t("gates_lead", count=str(len(found)), bad=str(bad))
    return Section(
        "gates",
        review.t("gates"),
        (said,),
        (review.table("gates_table", ("at", "check", "result", "rows", "fell_short"), rows, {3, 4}),),
    )
