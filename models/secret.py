"""Keys of a home: 32 random bytes each, made at first use, in a file that only its owner may read.

They lie beside the database, not in it: who copies the database alone cannot foresee what is drawn with them.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from models.durable import make_folder, write_new
from models.errors import SettingsError

FOLDER, BYTES = "keys", 32


def home_secret(home: Path, name: str) -> bytes:
    """The home's key of this name.

    Raises:
        SettingsError: The file is there but shorter than a key.
    """
    path = home / FOLDER / f"{name}.key"
    if not path.is_file():
        make_folder(path.parent).chmod(0o700)
        write_new(path, secrets.token_bytes(BYTES), mode=0o600)  # where somebody was faster, theirs holds
    key = path.read_bytes()
    if len(key) < BYTES:
        raise SettingsError(f"{path} is damaged: restore it from a backup, or remove it to have a new key made")
    return key
