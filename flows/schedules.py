"""The scheduled flows of `facturier up`: served to its Prefect server with their schedules, as a process of their own.

Prefect keeps the clock: its page shows the next runs, and pauses and starts them. Each run is a process, a gentle one,
so that no document waits for a training. What was paused there stays paused over a restart. While no server answers,
the work of the night is done here at `learning.hour`.

>>> from datetime import UTC
>>> seconds_until(2, datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
9000.0
>>> crons(Settings())["train-challenger"], crons(Settings(prefect={"schedules": {"monitor": ""}})).get("monitor")
('0 2 * * *', None)
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flows.main import prepare_environment

prepare_environment()  # before Prefect is imported

from prefect import Flow, serve  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.deployments.runner import RunnerDeployment  # noqa: E402
from prefect.exceptions import ObjectNotFound  # noqa: E402
from prefect.schedules import Cron  # noqa: E402
from prefect.types.entrypoint import EntrypointType  # noqa: E402

from flows.api_health import is_server_up  # noqa: E402
from flows.certify_clients import certify_clients  # noqa: E402
from flows.export_clients import export_clients  # noqa: E402
from flows.figures import report_figures  # noqa: E402
from flows.forecasting import forecast_volumes  # noqa: E402
from flows.monitor_clients import watch_clients  # noqa: E402
from flows.quality import check_quality, look_at_tables  # noqa: E402
from flows.send_mail import send_mail  # noqa: E402
from flows.tend_micro import tend_micro  # noqa: E402
from flows.tend_sla import look_at_clocks, tell_alerts  # noqa: E402
from flows.train_challenger import train_challenger  # noqa: E402
from models.settings import Settings, load_settings  # noqa: E402
from models.store.audit import now  # noqa: E402

logger = logging.getLogger("facturier.schedules")
_TICK_SECONDS = 2.0
_GENTLE = 10  # niceness of scheduled work


class Scheduled(NamedTuple):
    """One flow with the schedule it has unless settings say otherwise (UTC; empty: none)."""

    flow: Flow[Any, Any]
    cron: str
    told: str


FLOWS: dict[str, Scheduled] = {
    "train-challenger": Scheduled(
        train_challenger, "0 {hour} * * *",
        "Makes challengers from what people corrected, judges them, and begins their shadow.",
    ),
    "certify": Scheduled(certify_clients, "0 4 * * *", "Makes new certificates out of every client's labels."),
    "monitor": Scheduled(watch_clients, "30 5 * * *", "Looks at audits and drift, and raises the alarms that are due."),
    "mail": Scheduled(send_mail, "*/10 * * * *", "Sends the mail that waits, where a mail server is set."),
    "export": Scheduled(export_clients, "*/15 * * * *", "Writes what changed as batches of files for every client."),
    "micro": Scheduled(tend_micro, "30 3 * * *", "Tends the micro-tasks and tops weeks up to the wage floor."),
    "forecast": Scheduled(forecast_volumes, "20 4 * * *", "Forecasts volumes and the reviewers they ask for."),
    "quality": Scheduled(check_quality, "0 5 * * *", "Holds every client's tables against what is expected of them."),
    "sla": Scheduled(look_at_clocks, "*/5 * * * *", "Looks at every clock, foretells who will be late, tells alarms."),
    "alerts": Scheduled(tell_alerts, "*/15 * * * *", "Tells alarms that still wait; an automation may start it."),
    "figures": Scheduled(report_figures, "0 6 * * *", "Computes and stores the figures of every client."),
}  # fmt: skip


class Kept(NamedTuple):
    """What people did to a deployment on Prefect's page: kept over a restart."""

    paused: bool = False
    active: bool = True


def crons(settings: Settings) -> dict[str, str]:
    """Name of each scheduled flow and when it runs, as cron in UTC."""
    own: Mapping[str, str] = settings.prefect.schedules
    found = {name: own.get(name, each.cron.format(hour=settings.learning.hour)) for name, each in FLOWS.items()}
    if not settings.learning.nightly:
        found["train-challenger"] = ""
    if not settings.mail.host:
        found["mail"] = ""
    return {name: cron for name, cron in found.items() if cron}


def deployment_of(name: str, cron: str, kept: Kept) -> RunnerDeployment:
    """One flow with its schedule; `cron` may be empty, then it only runs when somebody starts it."""
    each = FLOWS[name]
    schedules = [Cron(cron, timezone="UTC", slug=name, active=kept.active)] if cron else []
    made: RunnerDeployment = each.flow.to_deployment(  # type: ignore[assignment]
        name=name, description=each.told, schedules=schedules, paused=kept.paused,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )  # fmt: skip
    return made


async def kept_of(name: str) -> Kept:
    """What the server knows of a deployment of an earlier start."""
    async with get_client() as client:
        try:
            known = await client.read_deployment_by_name(f"{FLOWS[name].flow.name}/{name}")
        except ObjectNotFound:
            return Kept()
    return Kept(known.paused, all(each.active for each in known.schedules))


def main() -> None:
    """Wait for the server, then serve until a signal comes."""
    os.nice(_GENTLE)
    settings = load_settings()
    threading.Thread(target=_nights, args=(settings.learning.hour,), daemon=True, name="facturier-nights").start()
    while not is_server_up():
        time.sleep(_TICK_SECONDS)
    wanted = crons(settings)
    made = [deployment_of(name, wanted.get(name, ""), asyncio.run(kept_of(name))) for name in FLOWS]
    serve(*made, pause_on_shutdown=False, print_starting_message=False, limit=1)


def seconds_until(hour: int, at: datetime) -> float:
    """Seconds from a moment to the next full hour of this name, UTC; never 0."""
    due = at.replace(hour=hour, minute=0, second=0, microsecond=0)
    return ((due if due > at else due + timedelta(days=1)) - at).total_seconds()


def _nights(hour: int) -> None:
    while True:
        time.sleep(seconds_until(hour, now()))
        if not is_server_up():
            logger.warning("Prefect does not answer; the work of the night goes on without")
            try:
                work_of_the_night()
            except Exception:
                logger.exception("the work of the night stopped; it is taken up again tomorrow")


def work_of_the_night() -> None:
    """What the schedules would have started, by plain functions."""
    from flows.certify_clients import due_clients
    from flows.challenge import learn_by_night
    from flows.commands.certify import certify_for
    from flows.house import open_house
    from flows.micro import tend
    from flows.monitor import look
    from flows.sla import tend_clocks
    from models.store.clients import list_clients

    with open_house() as house:
        with house.store.read() as session:
            clients = list_clients(session)
        for each in due_clients(house):
            certify_for(house, each, actor="nightly")
        for client in clients:
            look(house, client)
            look_at_tables(house.store, client.id)
        tend(house.store, house.settings, now())
        tend_clocks(house.store, house.settings, now())
        if house.settings.learning.nightly:
            learn_by_night(house)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    main()
