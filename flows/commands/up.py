"""`facturier up`: everything on this machine, until Ctrl-C. It supervises; the work is done by its children."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from flows.anchors import Notary
from flows.api_health import is_server_up
from flows.demo import load_demo
from flows.heart import Pulse
from flows.house import House, open_house
from flows.server import server_environment
from flows.supervise import Child, is_port_free, python
from flows.terminal import EXIT_DONE, EXIT_SETTINGS, complain, say
from models.settings import Settings
from models.store.audit import now
from models.store.clients import folders, list_clients
from models.store.documents import count_by_state
from models.store.people import ensure_first_user

_START_SECONDS = 120.0
_TICK_SECONDS = 0.5


def run_up(*, home: Path | None, demo: bool) -> int:
    """Start everything, say where to look, and keep it running until a signal comes."""
    with open_house(home) as house:
        refused = _refuse_busy_ports(house.settings)
        if refused:
            complain(refused)
            return EXIT_SETTINGS
        office = Office(house, demo=demo)
        signal.signal(signal.SIGTERM, office.on_signal)
        signal.signal(signal.SIGINT, office.on_signal)
        _prepare(house, demo=demo)
        try:
            office.start()
            office.keep()
        finally:
            office.stop()
    return EXIT_DONE


class Office:
    """The running children of one home."""

    def __init__(self, house: House, *, demo: bool) -> None:
        self.house = house
        self.stopping = False
        settings, own = house.settings, _names_no_server()
        environment = dict(os.environ) | {"FACTURIER_HOME": str(house.home)}
        if demo:  # one sample was cut off in the middle: nobody wants to wait five minutes for its end
            environment.setdefault("FACTURIER__INTAKE__INCOMPLETE_SECONDS", "15")
        if own:
            environment |= server_environment(house.home, settings.prefect)
        os.environ["PREFECT_API_URL"] = environment["PREFECT_API_URL"]
        self.children = [_child(house, "worker", environment, "-m", "flows.worker"),
                         _child(house, "review", environment, "-m", "review.serve"),
                         _child(house, "webhooks", environment, "-m", "flows.send_webhooks"),
                         _child(house, "schedules", environment, "-m", "flows.schedules")]  # fmt: skip
        if own:
            self.children.insert(0, _server(house, settings, environment))
        self.environment = environment
        self._told: dict[str, dict[str, int]] = {}
        self.pulse = Pulse(house.store)
        self.notary = Notary(house.store, house.settings)

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at the next tick."""
        self.stopping = True

    def start(self) -> None:
        """Start the children; the worker takes files in while the server still starts."""
        for child in self.children:
            child.start()
        deadline = time.monotonic() + _START_SECONDS
        while not is_server_up() and time.monotonic() < deadline and not self.stopping:
            time.sleep(_TICK_SECONDS)
        if self.stopping:
            return
        if not is_server_up():
            complain(f"The Prefect server does not answer; documents are processed without it. See {self._log()}")
        registrar = _child(self.house, "automations", self.environment, "-m", "flows.server")
        registrar.start()
        self.children.append(registrar)
        say(addresses(self.house))

    def keep(self) -> None:
        """Revive what falls and tell how the documents move, until stopped."""
        while not self.stopping:
            for child in self.children:
                if child.name != "automations" and (told := child.revive()):
                    complain(told)
            self.pulse.beat(self._alive())
            self.notary.note()
            self._tell_counts()
            time.sleep(_TICK_SECONDS)

    def stop(self) -> None:
        """End the children, the worker first: it finishes the chunk in hand."""
        began = now()
        say("Stopping; what is in hand is finished, nothing is lost ...")
        for child in sorted(self.children, key=lambda each: each.name != "worker"):
            child.stop()
        self.pulse.stop(began)
        say("Stopped.")

    def _alive(self) -> tuple[str, ...]:
        """The parts that are seen to work; the worker says so itself."""
        named, web = {"schedules", "prefect"}, self.house.settings.web
        running = [child.name for child in self.children if child.name in named and child.is_running()]
        return tuple(running) if is_port_free(web.host, web.port) else (*running, "review")

    def _tell_counts(self) -> None:
        with self.house.store.read() as session:
            for client in list_clients(session):
                counts = count_by_state(session, client.id)
                if counts and counts != self._told.get(client.id):
                    self._told[client.id] = counts
                    shown = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(counts.items()))
                    say(f"{client.id}: {shown}")

    def _log(self) -> Path:
        return self.house.home / "logs"


def addresses(house: House) -> str:
    """Where to look, for the terminal."""
    settings = house.settings
    with house.store.read() as session:
        inboxes = [folders(house.home, client.id).inbox for client in list_clients(session)]
    drop = inboxes[0] if inboxes else house.home / "clients" / "CLIENT" / "inbox"
    prefect = os.environ["PREFECT_API_URL"].removesuffix("/api")
    command = _as_typed(Path(sys.argv[0]))
    return (
        f"\n  Drop invoices into   {drop}\n"
        f"  Watch them move      {prefect}/runs (what runs by itself: {prefect}/deployments)\n"
        f"  Review the doubtful  http://{settings.web.host}:{settings.web.port}\n"
        f"  Read the tables      {house.settings.url} (views v1_invoice, v1_invoice_line, v1_match, ...)\n"
        f"                       {command} export invoices --home {house.home}\n"
        f"  Figures              {command} kpis --home {house.home}\n"
        f"  Logs                 {house.home / 'logs'}\n"
        f"  Stop                 Ctrl-C\n"
    )


def _as_typed(script: Path) -> str:
    """The command as it can be typed here: its name where it is on the path, else its place."""
    if shutil.which(script.name):
        return script.name
    here = Path.cwd()
    return str(script.relative_to(here)) if script.is_relative_to(here) else str(script)


def _prepare(house: House, *, demo: bool) -> None:
    """Bring in the demo and make the first account, which is shown this once."""
    if demo and (dropped := load_demo(house)):
        say(f"Sample files dropped into the inbox of the client demo: {dropped}")
    with house.store.write() as session:
        first = ensure_first_user(session)
    if first:
        say(f"\n  First account of the review site, shown this once:   {first[0]}   {first[1]}\n")
    say("Starting ...")


def _names_no_server() -> bool:
    return not os.environ.get("PREFECT_API_URL")


def _refuse_busy_ports(settings: Settings) -> str:
    """A sentence where a port is taken; empty where all are free."""
    wanted = [("review site", settings.web.host, settings.web.port, "FACTURIER__WEB__PORT")]
    if _names_no_server():
        wanted.append(("Prefect server", settings.prefect.host, settings.prefect.port, "FACTURIER__PREFECT__PORT"))
    for name, host, port, variable in wanted:
        if not is_port_free(host, port):
            return (f"facturier: port {port} for the {name} is in use. Is another Facturier running? "
                    f"Stop it, or set {variable} to another port.")  # fmt: skip
    return ""


def _child(house: House, name: str, environment: Mapping[str, str], *arguments: str) -> Child:
    return Child(name, python(*arguments), environment, house.home / "logs" / f"{name}.log")


def _server(house: House, settings: Settings, environment: Mapping[str, str]) -> Child:
    where = ("--host", settings.prefect.host, "--port", str(settings.prefect.port))
    return _child(house, "prefect", environment, "-m", "prefect", "server", "start", *where)
