"""The document store: bytes by their SHA-256, in `store/ab/<sha256>` of the home, written once and never changed.

Files are copied to `store/.tmp` first and published together; a read checks the hash, so a damaged file is never
served. Sizes are bytes.

>>> Blobs(Path("var")).path("ab" * 32).parent.name
'ab'
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from models.durable import Copy, copy_to, drop, make_folders, publish
from models.errors import FacturierError

HEAD_BYTES = 65_536  # of a copy kept for telling its type
_STALE_SECONDS = 86_400.0


class BlobDamagedError(FacturierError):
    """A stored file is gone or is no longer what was received."""

    code = "blob_damaged"
    advice = "The stored file was damaged on the disk: restore it from a backup (`facturier restore`)."


@dataclass(frozen=True, slots=True)
class Blobs:
    """The document store of one home."""

    home: Path
    folder_name: ClassVar[str] = "store"

    @property
    def staging(self) -> Path:
        """Where copies lie until they are published."""
        return self.home / self.folder_name / ".tmp"

    def path(self, sha256: str) -> Path:
        """Where the bytes of this hash lie."""
        return self.home / self.folder_name / sha256[:2] / sha256

    def stage(self, source: Path | bytes, *, limit: int, owner: str = "-") -> Copy | None:
        """Copy a file or bytes into the staging folder; None where it is longer than `limit`."""
        make_folders((self.staging,))
        return copy_to(source, self.staging / f"{owner}.{secrets.token_hex(16)}", limit=limit, head=HEAD_BYTES)

    def publish(self, copies: Sequence[Copy]) -> None:
        """Make staged copies durable under their hashes; when this returns, a transaction may name them."""
        make_folders(self.path(copy.sha256).parent for copy in copies)
        publish([(copy.path, self.path(copy.sha256)) for copy in copies])

    def clear_staging(self, owner: str) -> None:
        """Drop what a killed process of this owner left behind, and whatever is older than a day."""
        if not self.staging.is_dir():
            return
        oldest = time.time() - _STALE_SECONDS
        mine = f"{owner}."
        drop(p for p in self.staging.iterdir() if p.name.startswith(mine) or p.lstat().st_mtime < oldest)

    def read(self, sha256: str) -> bytes:
        """The bytes of this hash.

        Raises:
            BlobDamagedError: They are missing or changed.
        """
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise BlobDamagedError(f"{sha256} is missing from the store") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamagedError(f"{sha256} was changed on the disk")
        return content
