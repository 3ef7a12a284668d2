"""Signs of life of the parts of the house: written now and then; a gap between two is noted as an outage."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from models.store.audit import now
from models.store.engine import Store
from models.store.heartbeats import EVERY, beat, stopped_by_hand

logger = logging.getLogger("facturier.heart")


class Pulse:
    """Beats for parts that are alive, at most every half minute."""

    def __init__(self, store: Store) -> None:
        self._store, self._next = store, 0.0

    def beat(self, components: Collection[str]) -> None:
        """Note that these parts are alive; a database that is busy or away only delays it."""
        if time.monotonic() < self._next or not components:
            return
        self._next = time.monotonic() + EVERY.total_seconds()
        try:
            with self._store.write() as session:
                for each in sorted(components):
                    if beat(session, each, now()):
                        logger.warning("%s gave no sign of life for a while: noted as an outage", each)
        except SQLAlchemyError:
            logger.warning("a sign of life could not be written", exc_info=True)

    def stop(self, began: datetime) -> None:
        """Note that the house was stopped by hand: what follows is an outage with this cause."""
        try:
            with self._store.write() as session:
                stopped_by_hand(session, began, now())
        except SQLAlchemyError:
            logger.warning("the stop could not be noted", exc_info=True)
