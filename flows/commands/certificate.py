"""`facturier certificate`: the record of what may go through, to read, to print or as JSON; and the curve behind it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from assurance.curve import Point, cheapest, curve
from flows.certify import open_window
from flows.champion import models_in_use
from flows.commands.plain import columns, title
from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, safe, say, write_json
from flows.weighing import alarm_text
from models.certificate import SEGMENTS, Certificate
from models.durable import write_atomic
from models.settings import client_policy
from models.store.alarms import lowering
from models.store.audit import now
from models.store.certificates import standing_certificate
from models.tables import ClientRow

_STYLE = (
    "body{font:11pt/1.45 sans-serif;max-width:46rem;margin:2rem auto;color:#111}table{border-collapse:collapse;"
    "width:100%}th,td{border-bottom:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "th{width:16rem;font-weight:600}section{break-inside:avoid;margin-bottom:2rem}"
)


def run_certificate(house: House, client_id: str, segment: str | None, *, as_json: bool, page: Path | None) -> int:
    """Show the standing certificates of a client, or of one of its segments.

    Returns:
        0, or 2 for a client or segment that is not there.
    """
    if (wrong := _usage(house, client_id, segment)) is not None:
        complain(wrong)
        return EXIT_USAGE
    with house.store.read() as session:
        standing = [standing_certificate(session, client_id, each) for each in SEGMENTS if segment in {None, each}]
        found = [each for each in standing if each is not None]
        alarms = {each.segment: alarm for each in found if (alarm := lowering(session, client_id, each.segment))}
    told = {each: alarm_text(alarm) for each, alarm in alarms.items()}
    if page is not None:
        write_atomic(page, _page(client_id, found, told).encode())
        say(f"The certificate is in {page}")
    if as_json:
        for each in found:
            write_json(each.model_dump(mode="json") | {"alarm": told.get(each.segment)})
    elif page is None:
        for each in found:
            title(f"Certificate of {client_id}, {each.segment}")
            columns([*record(each, told.get(each.segment, ""))])
    if not found:
        say(f"{client_id} has no certificate yet: run `facturier certify --client {client_id}`")
    return EXIT_DONE


def run_curve(house: House, client_id: str, segment: str | None, *, as_json: bool) -> int:
    """Show automation, errors and cost at each threshold, over the labels of the window."""
    if (wrong := _usage(house, client_id, segment)) is not None:
        complain(wrong)
        return EXIT_USAGE
    places = models_in_use(house).places
    with house.store.read() as session:
        policy = client_policy(house.settings.policy, session.get_one(ClientRow, client_id).policy_json)
        window = open_window(session, client_id, policy, at=now(), places=places)
    for each in SEGMENTS:
        labels = [label for label in window.labels if label.segment == each and segment in {None, each}]
        points = curve(labels, error_cost=policy.error_cost, review_cost=policy.review_cost)
        if as_json and points:
            write_json({"client": client_id, "segment": each, "points": [point._asdict() for point in points],
                        "cheapest": cheapest(points)._asdict()})  # fmt: skip
        elif points:
            title(f"{each}: {len(labels)} labels, {policy.error_cost:g} an error, {policy.review_cost:g} a review")
            columns([*_rows(points)])
    return EXIT_DONE


def record(certificate: Certificate, alarm: str = "") -> Iterator[tuple[str, str]]:
    """A certificate as rows of a name and a value: one source for terminal and page."""
    one = certificate
    sure = f"with confidence {1 - one.delta:.1%}"
    yield "promise", f"of the invoices let through, at most {one.alpha:.2%} are wrong, {sure}"
    yield "state", _state(one, alarm)
    window = f"{one.window_from:%Y-%m-%d} to {one.window_to:%Y-%m-%d}" if one.window_from and one.window_to else "–"
    yield "labels of", window
    yield "labels counted", str(one.labelled)
    if one.threshold is None:
        yield "missing at least", f"{one.missing} labelled documents without an error"
    else:
        yield "threshold", f"a score above {one.threshold:.6f} goes through"
        yield "above it", f"{one.accepted} labelled documents, {one.errors} wrong"
        yield "upper bound", f"{one.bound:.3%}" if one.bound is not None else "–"
    yield "alpha", f"{one.alpha:g}"
    yield "delta of this segment", f"{one.delta:g}"
    for number, assumption in enumerate(one.assumptions, start=1):
        yield f"assumption {number}", assumption
    yield "models", one.score_version
    yield "made", f"{one.made_at:%Y-%m-%d %H:%M} UTC"
    yield "number", one.id


def _state(certificate: Certificate, alarm: str) -> str:
    if certificate.threshold is None:
        return "not certified yet: everything goes to a person"
    return f"lowered: {alarm}" if alarm else "in force"


def _rows(points: tuple[Point, ...]) -> Iterator[tuple[str, ...]]:
    best = cheapest(points)
    yield "threshold", "goes through", "wrong", "error rate", "cost a document", ""
    for point in points:
        yield (f"{point.threshold:.4f}", f"{point.automation:.1%}", str(point.errors), f"{point.error_rate:.2%}",
               f"{point.cost:.3f}", "cheapest" if point == best else "")  # fmt: skip


def _usage(house: House, client_id: str, segment: str | None) -> str | None:
    if segment is not None and segment not in SEGMENTS:
        return f"certificate: there is no segment {safe(segment)}; there are {', '.join(SEGMENTS)}"
    with house.store.read() as session:
        return None if session.get(ClientRow, client_id) else f"certificate: there is no client {safe(client_id)}"


def _page(client_id: str, found: list[Certificate], alarms: dict[str, str]) -> str:
    """All of them on one page without any outside part."""
    parts = []
    for each in found:
        rows = "".join(f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>"
                       for name, value in record(each, alarms.get(each.segment, "")))  # fmt: skip
        parts.append(f"<section><h2>{escape(each.segment)}</h2><table>{rows}</table></section>")
    head = f"<meta charset='utf-8'><title>Certificate {escape(client_id)}</title><style>{_STYLE}</style>"
    body = f"<h1>Certificate of {escape(client_id)}</h1>{''.join(parts) or '<p>None yet.</p>'}"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"
