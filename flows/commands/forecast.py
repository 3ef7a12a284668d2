"""`facturier forecast`: volumes of the coming days with their bands, and the people that they ask for."""

from __future__ import annotations

from flows.house import House
from flows.terminal import EXIT_DONE, EXIT_USAGE, complain, say, write_json, write_table
from flows.volumes import Told, forecast_client
from models.store.audit import now
from models.store.clients import list_clients


def run_forecast(house: House, client_id: str | None, *, as_json: bool) -> int:
    """Forecast one client, or all; the forecast is kept, so that the page shows the same."""
    with house.store.read() as session:
        clients = [row for row in list_clients(session) if client_id in {None, row.id}]
    if not clients and client_id is not None:
        complain(f"facturier forecast: there is no client {client_id!r}")
        return EXIT_USAGE
    for client in clients:
        told = forecast_client(house.store, house.settings, client, now())
        if told is None:
            say(f"{client.id}: no document came on a day that is over; there is nothing to forecast from")
        elif as_json:
            write_json(as_object(client.id, told))
        else:
            _show(client.id, told)
    return EXIT_DONE


def as_object(client_id: str, told: Told) -> dict[str, object]:
    """A forecast as JSON takes it."""
    return {
        "client": client_id,
        "made_at": told.made_at.isoformat(),
        **told.forecast.model_dump(mode="json"),
        "last_forecasts": {"days": told.accuracy.days, "error": told.accuracy.error, "inside_80": told.accuracy.inside},
    }


def _show(client_id: str, told: Told) -> None:
    made = told.forecast
    ratio = f"{made.tested.ratio:.0%} of the error of 'as last week'" if made.tested.ratio is not None else "not tested"
    title = f"{client_id}: {made.model.replace('_', ' ')}, {made.history_days} days of history, {ratio}"
    people = {day.day: day for day in made.staff}
    rows = [
        (f"{one.day}", f"{one.expected:.0f}", _span(one.low80, one.high80), _span(one.low95, one.high95),
         f"{people[one.day].person_hours:g}" if one.day in people else "")
        for one in made.days
    ]  # fmt: skip
    write_table(title, ("day", "expected", "80 %", "95 %", "hours of people"), rows)


def _span(low: float, high: float) -> str:
    return f"{low:.0f} - {high:.0f}"
