"""The statement of this month for the dashboard, as the page of service levels computes it, kept for a minute.

Only documents that were open in the months that count can change it, so the clocks of the others are not set going.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlmodel import Session

from kpis.service import statements
from kpis.sla import Statement, month_of
from models.contract import Contract, Service, contract_on
from models.store.contracts import contracts_of
from models.store.service import load_service

BEFORE = timedelta(days=92)  # documents that were received before a month may be settled in it
_KEPT = timedelta(minutes=1)
_MOST = 500  # clients


@dataclass(frozen=True, slots=True)
class Levels:
    """The terms of a client that hold, and what this month comes to so far."""

    contract: Contract | None = None
    made: Statement | None = None


@dataclass
class KeptLevels:
    """What was computed within the last minute, by client."""

    _found: dict[str, tuple[datetime, Levels]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, session: Session, client_id: str, at: datetime) -> Levels:
        """The levels of a client at a moment, or as they were less than a minute before."""
        with self._lock:
            made_at, levels = self._found.get(client_id, (None, Levels()))
            if made_at is not None and timedelta() <= at - made_at < _KEPT:
                return levels
        levels = levels_of(session, client_id, at)
        with self._lock:
            if len(self._found) >= _MOST:
                self._found.clear()
            self._found[client_id] = (at, levels)
        return levels


def levels_of(session: Session, client_id: str, at: datetime) -> Levels:
    """The levels of a client at a moment."""
    contract = contract_on(contracts_of(session, client_id), at)
    if contract is None:
        return Levels()
    first = month_of(at, contract.calendar.timezone, contract.credits.earn_back)[0]
    service = since_month(load_service(session, client_id, first - BEFORE, at), first)
    made = statements(service, at)
    return Levels(contract, made[-1] if made else None)


def since_month(service: Service, first: datetime) -> Service:
    """The same service without the documents that were done before a moment: nothing of them is settled after it."""
    return service._replace(facts=tuple(one for one in service.facts if one.stopped is None or one.stopped >= first))
