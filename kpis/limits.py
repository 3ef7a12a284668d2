"""When a document is due from its receipt on: by its client's contract, else by the office's own hours. Pure.

>>> from datetime import UTC
>>> facts = ClockFacts("d1", datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
>>> limit_of(facts, (), (), ReviewSettings(sla_hours=2)).isoformat()
'2026-11-20T10:00:00+00:00'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kpis.clocks import clock_of, office_of
from kpis.pricing import first_due
from models.contract import ClockFacts, Contract, Pause, contract_on
from models.settings_review import ReviewSettings

SUPPLIER = "supplier_question"


def limit_of(
    facts: ClockFacts, contracts: Sequence[Contract], pauses: Sequence[Pause], settings: ReviewSettings,
    now: datetime | None = None,
) -> datetime:  # fmt: skip
    """When a document is due; one that the contract exempts, or without a contract, by the office's hours."""
    contract = contract_on(contracts, facts.received_at)
    clock = clock_of(facts, contract, pauses, now or facts.received_at) if contract else None
    return clock.due if clock else first_due(facts.received_at, settings)


def limit_after_answer(
    contract: Contract | None, asked: datetime, due: datetime, answered: datetime
) -> datetime | None:
    """When a document is due whose supplier has answered; None where no contract says, so that the office's hours hold.

    Where the contract does not stop its clock for a supplier, the limit stays.
    """
    if contract is None:
        return None
    if SUPPLIER not in contract.pauses.reasons:
        return due
    office = office_of(contract.calendar)
    return office.add_hours(office.next_open(answered), office.hours_between(asked, due))
