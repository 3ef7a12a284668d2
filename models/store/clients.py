"""Clients: the companies that the office serves, and the folders of each.

>>> folders(Path("var"), "acme").inbox.as_posix()
'var/clients/acme/inbox'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from models.durable import make_folders
from models.errors import SettingsError
from models.store.audit import now, record
from models.tables import ClientRow

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class ClientFolders:
    """The folders of one client below `clients/<client>/`."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where people drop files; a sub-folder is a batch."""
        return self.root / "inbox"

    @property
    def claim(self) -> Path:
        """Files that were taken, until they are discarded."""
        return self.root / "claim"

    @property
    def quarantine(self) -> Path:
        """Files that cannot be read, each beside a .txt that says why."""
        return self.root / "quarantine"

    @property
    def exports(self) -> Path:
        """Output tables as files."""
        return self.root / "exports"

    def make(self) -> ClientFolders:
        """Create what is missing and return self."""
        make_folders((self.inbox, self.claim, self.quarantine, self.exports))
        return self


def check_client_id(client_id: str) -> str:
    """Return a client id that is fit to be a folder's name.

    Raises:
        SettingsError: It is not made of 1 to 63 of a-z, 0-9, '-' and '_', beginning with a letter or digit.
    """
    if not is_slug(client_id):
        raise SettingsError(f"client id {client_id!r}: use 1 to 63 small letters, digits, '-' and '_', e.g. acme-fr")
    return client_id


def folders(home: Path, client_id: str) -> ClientFolders:
    """The folders of a client (not created here)."""
    return ClientFolders(home / "clients" / check_client_id(client_id))


def is_slug(client_id: str) -> bool:
    """Whether a client's id may name its folder."""
    return _SLUG.fullmatch(client_id) is not None


def add_client(
    session: Session,
    home: Path,
    client_id: str,
    *,
    name: str | None = None,
    vat_id: str | None = None,
    legal_id: str | None = None,
    actor: str = "system",
) -> ClientRow:
    """Add a client with its folders, or return the one that is there."""
    folders(home, client_id).make()
    row = session.get(ClientRow, client_id)
    if row is not None:
        return row
    row = ClientRow(id=client_id, name=name or client_id, vat_id=vat_id, legal_id=legal_id, created_at=now())
    session.add(row)
    session.flush()
    record(session, actor=actor, action="add_client", subject=f"client:{client_id}", client_id=client_id,
           after={"name": row.name, "vat_id": vat_id, "legal_id": legal_id})  # fmt: skip
    return row


def list_clients(session: Session) -> list[ClientRow]:
    """All clients, by id."""
    return list(session.exec(select(ClientRow).order_by(col(ClientRow.id))))
