"""The dashboard of a client with many documents: milliseconds to answer, with the month's levels computed and kept.

    python -m bench.dashboard [--documents 10000] [--rounds 15] [--json]

The database is made anew in a temporary folder by `bench/made_history.py`. `fresh` is the time of a request for which
the levels of service are computed (once a minute), `kept` of the others; both after one request that warms up.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.testclient import TestClient

from bench.machine import describe
from bench.made_history import Year, make_year
from models.migrate import migrate
from models.settings import Settings
from models.store.engine import Store
from models.store.figures import newest_figures
from models.store.people import add_user, hash_password
from review.app import create_app
from review.levels import KeptLevels

_WORD = "a long word for a bench"
GOAL = 300.0


def visitor(store: Store, settings: Settings) -> TestClient:
    """A supervisor of both clients who is signed in."""
    with store.write() as session:
        add_user(session, login="bench", name="Bench", password_hash=hash_password(_WORD), role="supervisor",
                 clients=("acme", "beta"), language="en", actor="system")  # fmt: skip
    found = TestClient(create_app(settings, store), base_url=f"http://{settings.web.host}:{settings.web.port}")
    page = found.get("/sign-in").text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    origin = {"origin": f"http://{settings.web.host}:{settings.web.port}"}
    found.post("/sign-in", data={"login": "bench", "password": _WORD, "csrf": csrf}, headers=origin)
    return found


class Spent(NamedTuple):
    """Milliseconds of one request: on the wall, and of the processor alone."""

    wall: float
    processor: float


def asked(client: TestClient, *, fresh: bool) -> Spent:
    """What one request took."""
    if fresh:
        client.app.state.levels = KeptLevels()  # type: ignore[attr-defined]
    start, busy = time.perf_counter(), time.process_time()
    answer = client.get("/dashboard")
    spent = Spent(1000 * (time.perf_counter() - start), 1000 * (time.process_time() - busy))
    if answer.status_code != 200 or "tile-received" not in answer.text:
        raise RuntimeError(f"no dashboard: {answer.status_code}")
    return spent


def run(documents: int, rounds: int) -> dict[str, Any]:
    """Make the year, ask again and again."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        store = Store(f"sqlite:///{Path(folder) / 'facturier.db'}")
        migrate(store)
        make_year(store, settings, Year(documents=documents))
        client = visitor(store, settings)
        first = asked(client, fresh=True)
        fresh = [asked(client, fresh=True) for _ in range(rounds)]
        kept = [asked(client, fresh=False) for _ in range(rounds)]
        with store.read() as session:
            rows = len(newest_figures(session, "acme", dimension=None))
        store.dispose()
    return {"documents": documents, "rows": rows, "first_ms": round(first.wall), **_told("fresh", fresh),
            **_told("kept", kept), "goal_ms": GOAL}  # fmt: skip


def _told(name: str, spent: list[Spent]) -> dict[str, float]:
    wall = [each.wall for each in spent]
    return {f"{name}_median_ms": round(statistics.median(wall)), f"{name}_most_ms": round(max(wall)),
            f"{name}_processor_ms": round(statistics.median(each.processor for each in spent))}  # fmt: skip


def main() -> int:
    """Print a line each, or an object with the machine and the date; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = describe() | run(given.documents, given.rounds)
    told = json.dumps(found) if given.json else "\n".join(f"{name}: {value}" for name, value in found.items())
    sys.stdout.write(told + "\n")
    return 0 if found["fresh_median_ms"] <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
