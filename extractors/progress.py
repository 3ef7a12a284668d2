"""How a reader says that a page takes recognition, so that its deadline moves.

Outside of a reading child the call does nothing: readers need not know where they run. Times in seconds.

>>> page_started()
"""

from __future__ import annotations

import math
import os
import resource
from typing import NamedTuple


class _Listener(NamedTuple):
    descriptor: int
    page_seconds: float


_listeners: list[_Listener] = []


def report_to(descriptor: int, page_seconds: float) -> None:
    """Set where announcements of this process go: the write end of a pipe that the warm parent reads."""
    _listeners[:] = [_Listener(descriptor, page_seconds)]


def page_started() -> None:
    """Say that the recognition of one more page begins: it gets `page_seconds` more, up to `document_seconds`."""
    for listener in _listeners:
        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (min(soft + math.ceil(listener.page_seconds), hard), hard))
        os.write(listener.descriptor, b".")
