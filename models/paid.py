"""One micro-task as it counts for pay: whose it was, the seconds it took, what it paid, what an hour must come to.

Amounts in `currency`, seconds of active work.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Entry(NamedTuple):
    """One answer, or a question that was skipped: its time counts too."""

    user_id: str
    worker: str  # the login
    region: str
    currency: str
    is_answer: bool
    seconds: Decimal
    pay: Decimal
    hourly: Decimal  # the wage floor when it was shown
