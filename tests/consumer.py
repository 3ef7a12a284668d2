"""A finance system that pulls changes: the example of the documentation, run as a process that may be killed.

`python -m tests.consumer ADDRESS KEY DATABASE`: pulls until it is killed; each change lands once in `taken`.
"""

from __future__ import annotations

import sqlite3
import sys
import time

import httpx2


def pull(client: httpx2.Client, mine: sqlite3.Connection) -> int:
    """Take what came after the last number; rows and number in one transaction. Returns how many."""
    after = mine.execute("SELECT coalesce(max(last_seq), 0) FROM mark").fetchone()[0]
    page = client.get("/api/v1/changes", params={"after": after, "limit": 3}).raise_for_status().json()
    if page["items"]:
        with mine:  # all of it or nothing
            for row in page["items"]:
                mine.execute("INSERT INTO taken VALUES (?, ?, ?, ?)",
                             (row["change_seq"], row["entity_id"], row["version"], row["op"]))  # fmt: skip
            mine.execute("INSERT INTO mark VALUES (?)", (page["last_seq"],))
    return len(page["items"])


def open_database(path: str) -> sqlite3.Connection:
    """The consumer's own tables. `taken` refuses no row: what came twice would be there twice."""
    mine = sqlite3.connect(path, timeout=10)
    mine.execute("CREATE TABLE IF NOT EXISTS taken (change_seq, document_id, version, op)")
    mine.execute("CREATE TABLE IF NOT EXISTS mark (last_seq)")
    return mine


def main() -> None:
    """Pull until killed."""
    address, key, path = sys.argv[1:]
    mine = open_database(path)
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=10) as client:
        while True:
            if not pull(client, mine):
                time.sleep(0.02)


if __name__ == "__main__":
    main()
