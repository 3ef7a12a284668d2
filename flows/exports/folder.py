"""A folder of exported files that a consumer can trust: every file whole, a manifest with hashes, `_SUCCESS` last.

Without `_SUCCESS` the folder is being written or the export was cut off. The same content gives the same bytes: the
manifest has no time of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.exports.cells import number_text
from models.durable import drop, file_hash, make_folder, sync_folders, write_atomic
from models.store.outputs import Row
from models.views import View

MANIFEST, SUCCESS = "manifest.json", "_SUCCESS"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[a-z0-9]+){1,2}")


def write_folder(
    folder: Path, files: Iterable[tuple[str, bytes]], facts: Callable[[], Mapping[str, Any]]
) -> dict[str, Any]:
    """Write files, their manifest, then `_SUCCESS`; files of an earlier export that are no longer in it go away.

    Args:
        folder: Made where it is not there.
        files: Names and contents; taken one at a time.
        facts: What the manifest says besides the files; asked once they are written.

    Returns:
        The manifest.
    """
    make_folder(folder)
    earlier = _listed(folder)
    drop((folder / SUCCESS,))
    sync_folders((folder,))
    listed = []
    for name, content in files:
        write_atomic(folder / name, content)
        listed.append({"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    drop(folder / name for name in earlier - {each["name"] for each in listed})
    manifest = {**facts(), "files": listed}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write_atomic(folder / MANIFEST, text.encode())
    write_atomic(folder / SUCCESS, b"")
    return manifest


def _listed(folder: Path) -> set[str]:
    """The files of the export that lies there, by its manifest; only names that we give count."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        names = [each["name"] for each in found["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if isinstance(name, str) and _PLAIN_NAME.fullmatch(name) and name != MANIFEST}


def whole_manifest(folder: Path) -> str | None:
    """The manifest of a folder in which every listed file lies unharmed and `_SUCCESS` too; None where not."""
    if not (folder / SUCCESS).is_file():
        return None
    try:
        text = (folder / MANIFEST).read_text("utf-8")
        listed = {each["name"]: each["sha256"] for each in json.loads(text)["files"]}
        found = {name: file_hash(folder / name) for name in listed if _PLAIN_NAME.fullmatch(name)}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return text if found == listed else None


class Tally:
    """Counts and sums rows on their way into a file."""

    def __init__(self, view: View) -> None:
        names = [column.name for column in view.columns]
        self.rows = 0
        self.last_change = 0
        self._sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._amounts = [(at, column.name) for at, column in enumerate(view.columns) if column.kind == "amount"]
        self._currency = names.index("currency") if "currency" in names else None
        self._change = names.index("change_seq") if "change_seq" in names else None

    def count(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Pass rows on and count them."""
        for row in rows:
            self.add(row)
            yield row

    def facts(self) -> dict[str, Any]:
        """Rows, the newest change, sums by currency (`*` where the table has no currency)."""
        sums = {
            currency: {name: number_text(total) for name, total in sorted(found.items())}
            for currency, found in sorted(self._sums.items())
        }
        return {"rows": self.rows, "last_change_seq": self.last_change, "sums": sums}

    def add(self, row: Sequence[Any]) -> None:
        """Count one row, in the order of the view's columns."""
        self.rows += 1
        if self._change is not None:
            self.last_change = max(self.last_change, row[self._change])
        currency = "*" if self._currency is None else row[self._currency] or "*"
        for at, name in self._amounts:
            if row[at] is not None:
                self._sums[currency][name] += row[at]
