"""`facturier report fraud`, `facturier reused-numbers` and `facturier import employee-accounts`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.commands.plain import columns, title
from flows.house import House
from flows.master_cells import read_ibans, read_key, read_text
from flows.master_files import read_file
from flows.master_table import Column, MasterFileError, TableKind, read_table
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_PEOPLE, EXIT_USAGE, complain, safe, say, write_json, write_line
from models.accounts import SALT
from models.errors import ConflictError
from models.secret import home_secret
from models.settings import client_policy
from models.settings_rules import client_rules
from models.store.amount_history import amount_histories
from models.store.audit import now
from models.store.fraud_facts import Asked, limits_of
from models.store.guarded_accounts import Guarded, guard_accounts
from models.store.reused_numbers import allow_reuse, end_reuse, exceptions_of
from models.tables import ClientRow
from validators.benford import AmountReport, amount_report

_ACCOUNTS = TableKind(
    {"kind": Column(read_key), "label": Column(read_text), "iban": Column(read_ibans, needed=True)}, ()
)


def run_report(house: House, client_id: str, *, as_json: bool) -> int:
    """Report on the amounts of every supplier; 2 where there is no such client."""
    with house.store.read() as session:
        client = session.get(ClientRow, client_id)
        if client is None:
            complain(f"there is no client {safe(client_id)}")
            return EXIT_USAGE
        asked = asked_of(house, client)
        rows = [
            amount_report(seller_id, name, past, limits=limits_of(asked), share=asked.rules.splitting_share,
                          step=asked.rules.round_amount, least=asked.rules.benford_rows)
            for seller_id, name, past in amount_histories(session, client_id)
        ]  # fmt: skip
    if as_json:
        for row in rows:
            write_json(asdict(row) | {"verdict": row.digits.verdict if row.digits else None})
        return EXIT_DONE
    title(f"Amounts of the suppliers of {client_id}: where to look, no proof of anything")
    columns([("supplier", "name", "invoices", "first digits", "round", "weekend", "just below"),
             *map(_cells, rows)])  # fmt: skip
    return EXIT_DONE


def asked_of(house: House, client: ClientRow) -> Asked:
    """The settings under which a client's amounts are looked at."""
    settings = house.settings
    return Asked(client, settings, client_policy(settings.policy, client.policy_json),
                 client_rules(settings.rules, client.rules_json))  # fmt: skip


def _cells(row: AmountReport) -> tuple[object, ...]:
    fit = f"{row.missing} more needed"
    if row.digits:
        fit = f"{row.digits.verdict} (MAD {row.digits.deviation:.4f}, chi-square {row.digits.chi_square:.1f})"
    shares = (f"{share:.1%}" for share in (row.round_share, row.weekend_share, row.below_share))
    return (row.seller_id, row.name, row.rows, fit, *shares)


def run_reuse(house: House, client_id: str, seller_id: str | None, reason: str, *, end: bool) -> int:
    """Show the suppliers that use numbers again, put one on the list with a reason, or take it off."""
    with house.store.write() as session:
        if seller_id is None:
            rows = exceptions_of(session, client_id)
            columns([(row.seller_id, row.actor, f"{row.at:%Y-%m-%d}", row.reason) for row in rows])
            return EXIT_DONE
        try:
            if not end:
                allow_reuse(session, client_id, seller_id, reason=reason, actor="operator", at=now())
            elif not end_reuse(session, client_id, seller_id, actor="operator", at=now()):
                complain(f"{safe(seller_id)} is not on the list")
                return EXIT_USAGE
        except ConflictError as error:
            complain(f"{safe(str(error))}")
            return EXIT_USAGE
    say(f"{safe(seller_id)}: numbers {'are unique again' if end else 'may come again; same amount and day never'}")
    return EXIT_DONE


def run_guard(house: House, path: Path, client_id: str, *, strict: bool, as_json: bool) -> int:
    """Import accounts that no supplier may have; only salted hashes are kept.

    Returns:
        0 all rows taken, 3 some are bad, 1 nothing was taken, 2 no such file.
    """
    try:
        table = read_table(read_file(path), _ACCOUNTS)
    except MasterFileError as error:
        complain(f"{safe(path)}: {safe(error.detail)}. {error.advice}")
        return EXIT_FAILURE
    for problem in table.bad:
        complain(f"{safe(path)}:{problem.line}: {safe(problem.reason, 300)}")
    if not table.rows or (strict and table.bad):
        return EXIT_FAILURE
    accounts = [each for row in table.rows for each in _guarded(row.values)]
    salt = home_secret(house.home, SALT)
    with house.store.write() as session:
        new, changed = guard_accounts(session, client_id, accounts, salt, actor="operator", at=now())
    if as_json:
        write_json({"rows": len(table.rows), "new": new, "changed": changed, "bad": len(table.bad)})
    else:
        write_line(f"employee-accounts: {len(accounts)} accounts, {new} new, {changed} changed, {len(table.bad)} bad")
    return EXIT_PEOPLE if table.bad else EXIT_DONE


def _guarded(values: Mapping[str, Any]) -> Iterator[Guarded]:
    for iban in values["iban"]:
        yield Guarded(values.get("kind") or "employee", values.get("label") or "", iban)
