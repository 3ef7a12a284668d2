"""The process of `facturier up` that sends webhooks: it looks every second, and sends within seconds of the event."""

from __future__ import annotations

import logging
import signal
import threading

from sqlalchemy.exc import SQLAlchemyError

from flows.house import House, open_house
from flows.webhooks import send_due

logger = logging.getLogger("facturier.webhooks")
_REST_SECONDS = 10.0  # after a failure of the database


def main() -> None:
    """Send until a signal comes; what is on its way is finished."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_house() as house:
        keep_sending(house, stop)


def keep_sending(house: House, stop: threading.Event) -> None:
    """Send what is due, again and again; a full round is followed by the next at once."""
    poll, most = house.settings.webhooks.poll_seconds, house.settings.webhooks.at_once
    while not stop.is_set():
        wait = poll
        try:
            if send_due(house) >= most:
                continue
        except SQLAlchemyError:
            logger.exception("the database did not answer; sending is taken up again")
            wait = _REST_SECONDS
        stop.wait(wait)


if __name__ == "__main__":
    main()
