"""Looking after an installation: `doctor`, `migrate`, `verify-audit`."""

from __future__ import annotations

from collections.abc import Mapping

from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from flows.anchors import anchors_of
from flows.commands.plain import columns
from flows.diagnosis import Level, examine
from flows.terminal import EXIT_DONE, EXIT_FAILURE, complain, safe, say, write_json, write_line
from models.durable import make_folders
from models.migrate import migrate
from models.settings import Settings
from models.store.audit import GENESIS, verify
from models.store.engine import Store
from models.tables import AuditRow


def run_doctor(settings: Settings, as_json: bool = False) -> int:
    """Examine this machine and print one line for each point, with advice where it is not well.

    Returns:
        0, or 1 where something is at fault; warnings alone are no failure.
    """
    points = examine(settings)
    if as_json:
        write_json([point._asdict() for point in points])
    else:
        columns([(point.level.value, point.name, point.said + (f". {point.advice}" if point.advice else ""))
                 for point in points])  # fmt: skip
    faults = sum(point.level is Level.FAULT for point in points)
    warnings = sum(point.level is Level.WARNING for point in points)
    say(f"{len(points)} points looked at: {faults} at fault, {warnings} to be warned of")
    return EXIT_FAILURE if faults else EXIT_DONE


def run_migrate(settings: Settings) -> int:
    """Bring the database to the newest schema, and make it where there is none.

    Returns:
        0, or 1 where the database cannot be reached or brought there; it is then as it was.
    """
    make_folders((settings.home.resolve(),))
    store = Store(settings.url)
    try:
        revision = migrate(store)
    except (SQLAlchemyError, CommandError) as error:
        complain(f"the database could not be brought to the newest schema, nothing was changed: {safe(error, 300)}")
        return EXIT_FAILURE
    finally:
        store.dispose()
    write_line(f"database at schema {revision}")
    return EXIT_DONE


def run_verify_audit(
    store: Store, anchor: tuple[int, str] | None = None, as_json: bool = False, settings: Settings | None = None
) -> int:
    """Walk the chain of audit rows from the first to the last.

    Args:
        store: The database.
        anchor: A row number and hash that were noted earlier, such as a backup's manifest has them: they must still be
            in the chain. Only so a cut tail is seen when the counter was set back with it.
        as_json: One JSON object instead of text.
        settings: Of the house whose noted heads (`flows.anchors`) must be in the chain too.

    Returns:
        0 where the chain is whole, else 1; the first bad row is named.
    """
    noted = [(each.seq, each.hash) for _, each in anchors_of(settings)] if settings else []
    with store.read() as session:
        wrong = _first_wrong(session, dict([*noted, *([anchor] if anchor else [])]))
        head = session.exec(select(AuditRow.seq, AuditRow.hash).order_by(col(AuditRow.seq).desc())).first()
    count, newest = head or (0, GENESIS)
    if as_json:
        write_json({"ok": wrong is None, "rows": count, "head": newest, "wrong": wrong, "anchors": len(noted)})
    elif wrong is None:
        write_line(f"OK: {count} audit rows, head {newest}" + (f", {len(noted)} noted heads in it" if noted else ""))
    if wrong is not None:
        complain(f"audit: {safe(wrong)}. Stop work, keep the disk as it is, and compare with the last backup.")
    return EXIT_FAILURE if wrong else EXIT_DONE


def _first_wrong(session: Session, noted: Mapping[int, str]) -> str | None:
    try:
        return verify(session, anchors=noted)
    except (ValueError, TypeError):  # a time that is none: rows are looked at one by one to find it
        session.expunge_all()
    for seq in session.exec(select(AuditRow.seq).order_by(col(AuditRow.seq))).all():
        try:
            session.get(AuditRow, seq)
        except (ValueError, TypeError):
            return f"row {seq} was changed"
    return "a row cannot be read"
