"""One home opened for work: settings, database, document store. What every command and flow begins with.

`open_house` migrates the database, so a new home works at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.durable import make_folders
from models.migrate import migrate
from models.settings import Settings, load_settings
from models.store.blobs import Blobs
from models.store.clients import add_client
from models.store.engine import Store
from models.tables import ClientRow

DEFAULT_CLIENT = "demo"


@dataclass(frozen=True, slots=True)
class House:
    """An open home."""

    settings: Settings
    store: Store
    blobs: Blobs

    @property
    def home(self) -> Path:
        """FACTURIER_HOME, absolute."""
        return self.blobs.home

    def client(self, client_id: str, *, name: str | None = None, actor: str = "operator") -> ClientRow:
        """The client of this id, added with its folders where it is new.

        Raises:
            SettingsError: The id is not fit to be a folder's name.
        """
        with self.store.write() as session:
            return add_client(session, self.home, client_id, name=name, actor=actor)


@contextmanager
def open_house(home: Path | None = None) -> Iterator[House]:
    """Open a home, make it where it is not there yet, and close its database at the end.

    Raises:
        SettingsError: The configuration is wrong, or the database lies on a network share.
    """
    settings = load_settings(home)
    place = settings.home.resolve()
    if not place.is_dir():
        make_folders((place,))
        place.chmod(0o700)  # invoices and accounts of clients: nobody else on this machine's business
    store = Store(settings.url)
    try:
        migrate(store)
        yield House(settings, store, Blobs(place))
    finally:
        store.dispose()
