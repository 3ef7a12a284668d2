"""Limits on tries and on dear requests, in memory: accounts have their own limit on passwords in the database.

>>> limit = Throttle(tries=2, window=timedelta(minutes=15))
>>> [limit.take("10.0.0.1", datetime(2026, 1, 1, 0, minute)) for minute in (0, 1, 2, 16)]
[True, True, False, True]
>>> dear("GET", "/documents/{document_id}/pages/{number}.png", {}), dear("GET", "/queue", {})
('picture', None)
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from starlette.requests import Request

from models.settings import WebSettings

MOST_ADDRESSES = 10_000
MINUTE = timedelta(minutes=1)
RATES = {"picture": 600, "words": 300, "check": 300, "search": 120, "export": 20}  # of one person in a minute
SHARED = 10  # so many times as much from one address and for one client: an office works behind one address
_MARKS = {
    "/pages/": "picture", "/original": "picture", "/tiles/": "picture", "/snippet": "picture", "/words": "words",
    "/compare": "words", "/check": "check", "/export": "export", ".csv": "export", ".json": "export",
}  # fmt: skip
_SEARCHED = ("search", "q")


class Throttle:
    """So many tries in a sliding window for each key; thread-safe."""

    def __init__(self, *, tries: int, window: timedelta) -> None:
        self._tries = tries
        self._window = window
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, at: datetime) -> bool:
        """Count a try; whether it is still within the limit."""
        return not self.wait(key, at)

    def wait(self, key: str, at: datetime) -> timedelta:
        """Count a try where it is within the limit; how long to wait where it is not."""
        with self._lock:
            times = self._seen.setdefault(key, deque())
            self._seen.move_to_end(key)
            if len(self._seen) > MOST_ADDRESSES:
                self._seen.popitem(last=False)
            while times and at - times[0] >= self._window:
                times.popleft()
            if len(times) >= self._tries:
                return times[0] + self._window - at
            times.append(at)
            return timedelta(0)


class Rates:
    """The limits on dear requests: for each kind of them one a person, one an address, one a client."""

    def __init__(self, rates: Mapping[str, int] = RATES) -> None:
        self._limits = {
            (kind, whose): Throttle(tries=tries * (1 if whose == "user" else SHARED), window=MINUTE)
            for kind, tries in rates.items() for whose in ("user", "address", "client")
        }  # fmt: skip

    def wait(self, kind: str, keys: Mapping[str, str], at: datetime) -> timedelta:
        """How long to wait before such a request by this person, from this address, for this client; 0: go on."""
        return max((self._limits[kind, whose].wait(key, at) for whose, key in keys.items()), default=timedelta(0))


def dear(method: str, route: str, query: Mapping[str, str]) -> str | None:
    """The kind of a request that costs much; None for every other. By the route's words, so that new ones count too."""
    if any(query.get(name) for name in _SEARCHED):
        return "search"
    return next((kind for mark, kind in _MARKS.items() if mark in route), None) if method in {"GET", "POST"} else None


def address_of(request: Request, web: WebSettings) -> str:
    """From where a request comes. X-Forwarded-For counts only from the proxy that the settings name, its last entry."""
    direct = request.client.host if request.client else ""
    if not web.trusted_proxy or direct != web.trusted_proxy:
        return direct
    return request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()[:64] or direct
