"""`facturier sla`, `maintenance`, `alerts`, and the import of a contract."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.alert_words import words
from flows.alerts import notify, send_alerts
from flows.commands.plain import columns, title
from flows.contract_file import read_contract
from flows.house import House
from flows.sla import service_of, statement_of, tend_clocks
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_SETTINGS, EXIT_USAGE, complain, say, write_json, write_table
from kpis.clocks import Clock
from kpis.service import clocks_now
from kpis.sla import Attainment, Statement
from models.contract import Difference, contract_on, differences
from models.errors import ConflictError, SettingsError
from models.store.alerts import Alert, alerts_of
from models.store.audit import now
from models.store.clients import list_clients
from models.store.contracts import contracts_of, put_contract
from models.store.engine import Store
from models.store.incidents import announce_maintenance

ACTOR = "operator"
_SHOWN = 20  # open clocks in the terminal; the page and --json have all


def run_contract(
    store: Store, path: Path, client_id: str, *, as_json: bool = False, actor: str = ACTOR, told: bool = True
) -> int:
    """`facturier import contract`: add a version of a client's terms and say what it changes."""
    try:
        contract = read_contract(path)
    except SettingsError as error:
        complain(str(error))
        return EXIT_SETTINGS
    with store.write() as session:
        known = [each for each in contracts_of(session, client_id) if each.valid_from <= contract.valid_from]
        is_new = put_contract(session, client_id, contract, actor=actor, at=now())
    if not told:
        return EXIT_DONE
    changed = differences(known[-1] if known else None, contract) if is_new else ()
    if as_json:
        write_json({"client": client_id, "contract": contract.name, "valid_from": contract.valid_from.isoformat(),
                    "added": is_new, "changed": [each._asdict() for each in changed]})  # fmt: skip
        return EXIT_DONE
    say(f"{client_id}: {contract.name} holds from {contract.valid_from}" + ("" if is_new else "; nothing changed"))
    if known and is_new:
        write_table("What changes", ("term", "before", "after"), [_difference(each) for each in changed])
    return EXIT_DONE


def _difference(each: Difference) -> tuple[str, str, str]:
    return each.term, each.before or "–", each.after or "–"


def run_sla(house: House, client_id: str | None, month: datetime | None, *, as_json: bool) -> int:
    """`facturier sla`: the statement of a month, and the clocks that run."""
    at = now()
    back = (at.year - month.year) * 12 + at.month - month.month if month else 0
    if back < 0:
        complain("facturier sla: this month is still to come")
        return EXIT_USAGE
    tend_clocks(house.store, house.settings, at)
    with house.store.read() as session:
        clients = [row.id for row in list_clients(session) if client_id in {None, row.id}]
    if not clients and client_id is not None:
        complain(f"facturier sla: there is no client {client_id!r}")
        return EXIT_USAGE
    for each in clients:
        _show_client(house, each, at, back, as_json=as_json)
    return EXIT_DONE


def _show_client(house: House, client_id: str, at: datetime, back: int, *, as_json: bool) -> None:
    with house.store.read() as session:
        made = statement_of(session, client_id, at, back)
        service = service_of(session, client_id, at, back)
    if made is None:
        if as_json:
            write_json({"client": client_id, "contract": None})
        else:
            say(f"{client_id}: no contract; `facturier import contract FILE.toml --client {client_id}` adds one")
        return
    running = sorted((one for one in clocks_now(service, at) if one.stopped is None), key=lambda one: one.due)
    if as_json:
        write_json({"client": client_id, **as_object(made), "open": [_clock(one) for one in running]})
        return
    contract = contract_on(service.contracts, at)
    title(f"{client_id}: {made.contract}, {made.start:%Y-%m-%d %H:%M} to {made.end:%Y-%m-%d %H:%M} UTC")
    columns([_level(each) for each in made.attainments])
    columns([("fees", f"{made.fees} {made.currency}", f"{made.documents} documents"),
             ("deducted", f"{made.deduction} {made.currency}", f"credits {made.credits}, penalties {made.penalties}, "
              f"at most {contract.credits.cap if contract else 100} % of the fees"),
             ("bonus", f"{made.bonus} {made.currency}", ""), ("earned back", f"{made.returned} {made.currency}", ""),
             ("net", f"{made.net} {made.currency}", "")])  # fmt: skip
    if running:
        columns([("document", "target", "state", "due (UTC)", "hours left"), *(
            (one.document_id[:8], one.target, one.state, f"{one.due:%Y-%m-%d %H:%M}", f"{one.remaining:.1f}")
            for one in running[:_SHOWN])])  # fmt: skip


def _level(each: Attainment) -> tuple[str, str, str, str]:
    word = "nothing to measure" if each.value is None else "missed" if each.is_missed else "met"
    value = "–" if each.value is None else f"{each.value:.1%}"
    limit = "at most" if each.kind == "accuracy" else "at least"
    return each.name, value, f"{limit} {each.target:.1%}", f"{word} ({each.met:g} of {each.total:g})"


def as_object(made: Statement) -> dict[str, Any]:
    """A statement as JSON takes it: amounts as strings, times in ISO."""
    amounts: Mapping[str, object] = {
        name: str(getattr(made, name))
        for name in ("fees", "credits", "penalties", "deduction", "bonus", "returned", "net")
    }
    return {
        "contract": made.contract, "currency": made.currency, "start": made.start.isoformat(),
        "end": made.end.isoformat(), "documents": made.documents, **amounts,
        "attainments": [
            {"name": one.name, "kind": one.kind, "target": one.target, "value": one.value, "met": one.met,
             "total": one.total, "low": one.low, "high": one.high, "percent": str(one.percent), "missed": one.is_missed}
            for one in made.attainments
        ],
        "late": [_clock(one) for one in made.missed],
    }  # fmt: skip


def _clock(one: Clock) -> dict[str, Any]:
    return {"document": one.document_id, "target": one.target, "state": one.state, "started": one.started.isoformat(),
            "due": one.due.isoformat(), "stopped": one.stopped.isoformat() if one.stopped else None,
            "elapsed": one.elapsed, "remaining": one.remaining}  # fmt: skip


def run_maintenance(house: House, start: datetime, end: datetime, title_: str, client_id: str | None) -> int:
    """`facturier maintenance`: announce that the service will be down."""
    begins, ends = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
    try:
        with house.store.write() as session:
            announce_maintenance(session, begins, ends, title=title_, client_id=client_id, actor=ACTOR, at=now())
    except ConflictError as error:
        complain(f"facturier maintenance: {error}")
        return EXIT_USAGE
    say(f"Announced: {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC for {client_id or 'every client'}")
    return EXIT_DONE


def run_alerts(house: House, what: str, *, as_json: bool) -> int:
    """`facturier alerts`: list, send, test, or install the automation."""
    if what == "install-automation":
        from flows.alert_automation import register_alert_automation

        say(asyncio.run(register_alert_automation()))
        return EXIT_DONE
    if what == "test":
        return _test(house)
    if what == "send":
        tend_clocks(house.store, house.settings, now())
        done = send_alerts(house.store, house.settings)
        say(f"Told: {done['told']}, not taken: {done['failed']}")
        return EXIT_FAILURE if done["failed"] else EXIT_DONE
    with house.store.read() as session:
        rows = alerts_of(session)
    if as_json:
        for row in rows:
            write_json({"key": row.key, "client": row.client_id, "kind": row.kind, "title": row.title,
                        "state": row.state, "created_at": row.created_at.isoformat(),
                        "told_at": row.told_at.isoformat() if row.told_at else None})  # fmt: skip
        return EXIT_DONE
    write_table("Alarms", ("at (UTC)", "state", "what"),
                [(f"{row.created_at:%Y-%m-%d %H:%M}", row.state, row.title) for row in rows])  # fmt: skip
    return EXIT_DONE


def _test(house: House) -> int:
    own = house.settings.alerts
    if not own.urls:
        complain("facturier alerts: no address is set; `alerts.urls` in facturier.toml takes those of apprise")
        return EXIT_SETTINGS
    is_taken = notify(own.urls, Alert("test", "test", *words("test", own.language)))
    say("Every address took it." if is_taken else "An address did not take it; see above.")
    return EXIT_DONE if is_taken else EXIT_FAILURE
