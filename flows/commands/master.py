"""`facturier import`: the report of a master-data file, for people or as JSON."""

from __future__ import annotations

from pathlib import Path

from flows.master_files import KINDS, ImportReport, import_master
from flows.master_table import MasterFileError
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_PEOPLE, EXIT_USAGE, complain, safe, write_json, write_line
from models.store.engine import Store
from models.tables import ClientRow

LISTED = 50  # bad rows that are written out


def run_import(
    store: Store, kind: str, path: Path, client_id: str, *, strict: bool, actor: str = "operator",
    as_json: bool = False, trusted: bool = True,
) -> int:  # fmt: skip
    """Import a file and say what became of it.

    Returns:
        0 all rows taken, 3 some are bad and a person must mend them, 1 nothing was taken, 2 no such kind, file or
        client.
    """
    if (wrong := _usage(store, kind, path, client_id)) is not None:
        complain(wrong)
        return EXIT_USAGE
    try:
        report = import_master(store, kind, path, client_id, strict=strict, actor=actor, trusted=trusted)
    except MasterFileError as error:
        complain(f"{safe(path)}: {safe(error.detail)}. {error.advice}")
        return EXIT_FAILURE
    _list_problems(report)
    if as_json:
        write_json(report.as_json())
    else:
        write_line(report.summary)
    if not report.taken:
        return EXIT_FAILURE
    return EXIT_PEOPLE if report.bad else EXIT_DONE


def _usage(store: Store, kind: str, path: Path, client_id: str) -> str | None:
    if kind not in KINDS:
        return f"{safe(kind)}: import one of {', '.join(KINDS)}"
    if not path.exists():
        return f"{safe(path)}: there is no such file"
    with store.read() as session:
        if session.get(ClientRow, client_id) is None:
            return f"there is no client {safe(client_id)}"
    return None


def _list_problems(report: ImportReport) -> None:
    for problem in report.bad[:LISTED]:
        complain(f"{safe(report.file)}:{problem.line}: {safe(problem.reason, 300)}")
    if len(report.bad) > LISTED:
        complain(f"... and {len(report.bad) - LISTED} more bad rows (--json lists all)")
    for problem in report.warnings[:LISTED]:
        complain(f"{safe(report.file)}:{problem.line}: warning: {safe(problem.reason, 300)}")
    if len(report.warnings) > LISTED:
        complain(f"... and {len(report.warnings) - LISTED} more warnings (--json lists all)")
    for notice in report.notices:
        complain(f"changed bank account: {safe(notice)}")
