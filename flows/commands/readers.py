"""`facturier grant-reader`: a role that reads the output views; `facturier expectations`: a client's own, by file."""

from __future__ import annotations

from pathlib import Path

from flows.house import House
from flows.terminal import EXIT_DONE, say, write_line
from models.errors import SettingsError
from models.expectation import dump_expectations, parse_expectations, read_expectations
from models.migrations.roles import Reader, grant_reader, revoke_reader
from models.store.audit import now, record
from models.tables import ClientRow

ACTOR = "operator"
_LARGEST = 1_000_000  # bytes of a file of expectations


def run_grant_reader(house: House, role: str, client_id: str | None, *, revoke: bool = False) -> int:
    """Give or take the right to read, with an audit row in the same transaction; returns the exit code.

    Raises:
        SettingsError: The database is SQLite, the names do not fit it, or there is no such client.
    """
    reader, whose = Reader(role, client_id), client_id or "all"
    with house.store.write() as session:
        if client_id is not None and session.get(ClientRow, client_id) is None:
            raise SettingsError(f"there is no client {client_id}")
        act = revoke_reader if revoke else grant_reader
        act(session.connection(), reader)
        record(session, actor=ACTOR, action="revoke_reader" if revoke else "grant_reader", subject=f"role:{role}",
               client_id=client_id, after={"client": whose}, at=now())  # fmt: skip
    say(f"{role} {'no longer reads' if revoke else 'reads'} the views of {whose}")
    return EXIT_DONE


def run_expectations(house: House, client_id: str, file: Path | None) -> int:
    """Show a client's own expectations, or put those of a file in their place; returns the exit code.

    Raises:
        SettingsError: There is no such client, or the file is not what it should be.
    """
    found = read_expectations(_text_of(file)) if file else None
    with house.store.write() as session:
        client = session.get(ClientRow, client_id)
        if client is None:
            raise SettingsError(f"there is no client {client_id}")
        before = parse_expectations(client.expectations_json)
        if found is not None:
            client.expectations_json = dump_expectations(found) if found else None
            session.add(client)
            record(session, actor=ACTOR, action="set_expectations", subject=f"client:{client_id}", client_id=client_id,
                   before={"expectations": dump_expectations(before)},
                   after={"expectations": dump_expectations(found)}, at=now())  # fmt: skip
    for each in before if found is None else found:
        write_line(f"{each.name}\t{each.column}\t{each.kind}\t{each.en}")
    return EXIT_DONE


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes()[:_LARGEST].decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
