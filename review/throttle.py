"""A limit on tries from one address, in memory: accounts have their own limit in the database.

>>> limit = Throttle(tries=2, window=timedelta(minutes=15))
>>> [limit.take("10.0.0.1", datetime(2026, 1, 1, 0, minute)) for minute in (0, 1, 2, 16)]
[True, True, False, True]
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST_ADDRESSES = 10_000


class Throttle:
    """So many tries in a sliding window for each address; thread-safe."""

    def __init__(self, *, tries: int, window: timedelta) -> None:
        self._tries = tries
        self._window = window
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str, at: datetime) -> bool:
        """Count a try; whether it is still within the limit."""
        with self._lock:
            times = self._seen.setdefault(address, deque())
            self._seen.move_to_end(address)
            if len(self._seen) > MOST_ADDRESSES:
                self._seen.popitem(last=False)
            while times and at - times[0] >= self._window:
                times.popleft()
            if len(times) >= self._tries:
                return False
            times.append(at)
            return True
