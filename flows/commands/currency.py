"""`facturier import currency-rates`."""

from __future__ import annotations

from pathlib import Path

from flows.currency_file import read_rates
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_PEOPLE, EXIT_USAGE, complain, safe, write_json, write_line
from models.store.audit import now
from models.store.currency import put_rates
from models.store.engine import Store


def run_rates(store: Store, path: Path, *, strict: bool = False, as_json: bool = False, actor: str = "operator") -> int:
    """Import rates of exchange; bad rows are listed with their line.

    Returns:
        0 all rows taken, 3 some are bad, 1 nothing was taken, 2 no such file.
    """
    if not path.is_file():
        complain(f"{safe(path)}: there is no such file")
        return EXIT_USAGE
    good, bad = read_rates(path.read_bytes(), now().date())
    for problem in bad:
        complain(f"{safe(path)}:{problem.line}: {safe(problem.reason, 300)}")
    if not good or (strict and bad):
        return EXIT_FAILURE
    with store.write() as session:
        changed = put_rates(session, good, actor=actor, at=now())
    if as_json:
        write_json({"file": str(path), "rows": len(good), "changed": changed, "bad": len(bad)})
    else:
        write_line(f"{path.name}: {len(good)} rates of exchange, {changed} new or changed, {len(bad)} bad")
    return EXIT_PEOPLE if bad else EXIT_DONE
