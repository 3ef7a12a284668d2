"""`facturier exit-pack` and `facturier exit-import`: one client's data out of a house and into another."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from flows.exit_pack import take_pack, write_pack
from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_FAILURE, EXIT_USAGE, complain, safe, write_line
from models.errors import FacturierError
from models.store.audit import now, record
from models.store.clients import list_clients


def run_exit_pack(house: House, client_id: str, out: Path) -> int:
    """Write one client's exit pack.

    Returns:
        0, 1 where it could not be written (there is then no `_SUCCESS`), 2 where there is no such client or the
        folder is not empty.
    """
    with house.store.read() as session:
        client = next((row for row in list_clients(session) if row.id == client_id), None)
    if client is None:
        complain(f"exit-pack: there is no client {client_id!r}")
        return EXIT_USAGE
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        complain(f"exit-pack: {safe(out)} is not an empty folder; name a new one")
        return EXIT_USAGE
    try:
        with house.store.write() as session:  # before it is made: the pack tells of itself
            record(session, actor="operator", action="make_exit_pack", subject=f"client:{client_id}",
                   client_id=client_id, at=now())  # fmt: skip
        manifest = write_pack(house, client, out, now())
    except (FacturierError, SQLAlchemyError, OSError) as error:
        complain(f"exit-pack: {safe(error, 300)}. There is no _SUCCESS in {safe(out)}: it is not a whole pack.")
        return EXIT_FAILURE
    write_line(f"exit pack of {client_id} in {safe(out)}: {len(manifest.files)} files, manifest.json and _SUCCESS")
    return EXIT_DONE


def run_exit_import(house: House, source: Path) -> int:
    """Take an exit pack into a new home.

    Returns:
        0, 1 where the pack is not whole or does not fit (nothing was changed then), 2 where it is not there.
    """
    if not source.is_dir():
        complain(f"exit-import: {safe(source)} is no folder")
        return EXIT_USAGE
    try:
        counted = take_pack(house, source, now())
    except FacturierError as error:
        complain(f"exit-import: {safe(error, 300)}. {error.advice}")
        return EXIT_FAILURE
    except (SQLAlchemyError, OSError) as error:
        complain(f"exit-import: {safe(error, 300)}. Nothing was changed.")
        return EXIT_FAILURE
    rows = f"{sum(counted.values())} rows of {len(counted)} tables, {counted.get('document', 0)} documents"
    write_line(f"taken in: {rows}. People come without passwords: give them new ones on the page People")
    return EXIT_DONE
