"""What comes by itself as time passes: prices that end, reminders to suppliers, documents that were put off.

A thread of the site looks every few seconds, so that opening the queue writes nothing. Prices are made anew in short
transactions; where several sites share a database each does a part.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from kpis.pricing import price_wait
from models.store.desk_work import bring_back_due, has_due_return
from models.store.waiting import has_stale as has_stale_price
from models.store.waiting import price_stale
from review.reminders import send_reminders
from review.site import Site

SECONDS = 3.0
_PAUSE = 0.05  # between two transactions: pages come first
_LOG = logging.getLogger("facturier.sweep")


def sweep(site: Site, *, pause: float = 0.0) -> int:
    """Do all that is due; returns how many documents were priced anew. Opens its own transactions, seconds apart."""
    at = site.clock()
    send_reminders(site)
    with site.store.read() as session:
        is_return, is_stale = has_due_return(session, at), has_stale_price(session, at)
    if is_return:
        with site.store.write() as session:
            bring_back_due(session, at=at)
    priced = 0
    while is_stale:
        with site.store.write() as session:
            some = price_stale(session, office=site.settings.review, pricer=price_wait, at=at)
        priced, is_stale = priced + some, some > 0
        time.sleep(pause)
    return priced


@contextmanager
def sweeping(site: Site, *, seconds: float = SECONDS) -> Iterator[threading.Thread]:
    """Sweep in a thread of its own until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep_sweeping, args=(site, seconds, stop), name="facturier-sweep", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join()


def _keep_sweeping(site: Site, seconds: float, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            sweep(site, pause=_PAUSE)
        except SQLAlchemyError:
            _LOG.exception("the sweep stopped; it is taken up again")
        stop.wait(seconds)
