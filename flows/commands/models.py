"""`facturier challenge`, `promote`, `rollback` and `models`: what the learning loop asks of people, and tells them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows import challenge as loop
from flows.champion import register_shipped
from flows.commands.plain import columns, title
from flows.house import House, open_house
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_USAGE, complain, safe, say, write_json, write_line
from models.store import registry
from models.store.people import find_user
from models.tables import ModelRow

ADMINISTRATOR = "administrator"
CERTIFICATES = (
    "Certificates and alarms belong to the score that they were made for: documents read by another model wait for a "
    "person until `facturier certify` has been run again."
)
Json = Mapping[str, Any]


def run_challenge(
    version: str | None, *, kind: str, data: Path | None, pages: Path | None, as_json: bool, home: Path | None
) -> int:
    """Run the gate and say what it found; 0 where the challenger passed, 1 where it was refused."""
    with open_house(home) as house:
        register_shipped(house)
        row = loop.find_challenger(house, version, kind)
        say("challenge: both are tried on the gold documents; a minute or two")
        told = loop.judge(house, row, data, pages, actor="operator").as_dict()
    if as_json:
        write_json({"version": row.version, **told})
    else:
        tell_gate(row.version, told)
    if told["promote"]:
        days = house.settings.learning.shadow_days
        shadow = f"it reads along for {days} days, then" if row.kind == loop.READER else "now"
        say(f"challenge: passed; {shadow} `facturier promote {row.version}` puts it into use")
    return EXIT_DONE if told["promote"] else EXIT_FAILURE


def tell_gate(version: str, told: Json) -> None:
    """The comparison as tables for a terminal."""
    from assurance.gate import REASON_TEXTS

    title(f"Challenger {version}: {'passed' if told['promote'] else 'refused'}")
    for reason, detail in told["reasons"]:
        write_line(f"  {REASON_TEXTS[reason][0]} ({detail})")
    sides = [told[name] for name in ("champion", "challenger")]
    columns([("side", "version", "documents", "wholly right", "may pass at 1 % error", "calibration slope")] + [
        (name, side["version"], side["documents"], side["right"], f"{side['coverage']:.1%}", side["slope"] or "–")
        for name, side in zip(("champion", "challenger"), sides, strict=True)
    ])  # fmt: skip
    rows = {"document": told["document"], **told["fields"]}
    columns([("what", "won", "lost", "p", "loss at most")] + [
        (name, each["won"], each["lost"], f"{each['p']:.4f}", f"{each['loss_bound']:+.2%}")
        for name, each in rows.items()
    ])  # fmt: skip


def run_promote(version: str, *, override: str, login: str | None, home: Path | None) -> int:
    """Put a challenger into use; an override asks for an administrator."""
    with open_house(home) as house:
        actor, role = _who(house, login)
        if override and role != ADMINISTRATOR:
            complain("promote: only an administrator may override: name one with --by LOGIN")
            return EXIT_USAGE
        row = loop.find_challenger(house, version)
        before = loop.promote(house, row, actor=actor, override=override)
    write_line(f"{version} is in use from the next document on, instead of {before or 'none'}")
    say(f"{CERTIFICATES}\nBack again: facturier rollback {row.kind}")
    return EXIT_DONE


def run_rollback(kind: str, *, reason: str, login: str | None, home: Path | None) -> int:
    """Put the previous version back."""
    with open_house(home) as house:
        gone, back = loop.rollback(house, kind, actor=_who(house, login)[0], reason=reason)
    write_line(f"{back} is in use from the next document on; {gone} is not any more")
    say(CERTIFICATES)
    return EXIT_DONE


def run_models(home: Path | None, *, as_json: bool) -> int:
    """List all versions."""
    with open_house(home) as house:
        register_shipped(house)
        with house.store.read() as session:
            rows = registry.list_models(session)
        told = [_model(house, row) for row in rows]
    if as_json:
        for each in told:
            write_json(each)
        return EXIT_DONE
    head = ("kind", "version", "role", "made", "documents learned from", "gate", "shadow")
    columns([head, *((each["kind"], each["version"], each["role"], each["made"][:10], _learned(each), _gate(each),
                      _shadow(each)) for each in told)])  # fmt: skip
    return EXIT_DONE


def _model(house: House, row: ModelRow) -> Json:
    manifest, gate = registry.manifest_of(row), registry.gate_of(row)
    shadow = loop.shadow_report(house, row).as_dict() if gate.get("shadow_from") else None
    return {
        "kind": row.kind, "version": row.version, "role": row.role, "made": row.created_at.isoformat(),
        "changed": row.changed_at.isoformat(), "by": row.actor, "sets": _sets(manifest),
        "shipped": not registry.files_of(row), "gate": gate or None, "shadow": shadow,
        "figures": manifest.get("figures_unseen_groups"),
    }  # fmt: skip


def _sets(manifest: Json) -> dict[str, int]:
    """What it learned from, with counts; a manifest that names one source only has its count beside the name."""
    sets = manifest.get("sets", {})
    if isinstance(sets, list):
        return {str(name): int(manifest.get("documents", 0)) for name in sets}
    return {name: each.get("documents", each.get("cases", 0)) for name, each in sets.items()}


def _learned(told: Json) -> str:
    return safe(", ".join(f"{count} {name}" for name, count in told["sets"].items())) or "–"


def _gate(told: Json) -> str:
    gate = told["gate"]
    if told["shipped"] or not gate or "promote" not in gate:
        return "came with the program" if told["shipped"] else "not run"
    return "passed" if gate["promote"] else "refused: " + ", ".join(reason for reason, _ in gate["reasons"])


def _shadow(told: Json) -> str:
    shadow = told["shadow"]
    if shadow is None:
        return "–"
    state = "failed" if shadow["failed"] else "over" if shadow["is_over"] else f"until {shadow['ends'][:10]}"
    return f"{state}: {shadow['documents']} documents, {shadow['differing']} read differently"


def _who(house: House, login: str | None) -> tuple[str, str]:
    """Who acts: (actor, role); the operator of the machine where no login is given."""
    with house.store.read() as session:
        user = find_user(session, login) if login else None
    return (f"user:{user.login}", user.role) if user is not None and user.active else ("operator", "")
