"""A client's forecast from its events: made, kept, shown alike by command and page, judged by what came."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.commands.forecast import run_forecast
from flows.house import House
from flows.volumes import forecast_client
from kpis.calendar import calendar_of
from models.settings import Settings
from models.settings_review import ReviewSettings
from models.status import Status
from models.store.blobs import Blobs
from models.store.engine import Store
from models.store.forecasts import newest_forecast, told_before
from models.tables import ClientRow, EventRow, TouchRow
from tests.browser import painter, settings, visit  # noqa: F401 - fixtures
from tests.desk import NOON, desk  # noqa: F401 - a fixture

OFFICE = calendar_of(ReviewSettings())


def fill(store: Store, days: int = 200) -> int:
    """Events of so many days before NOON: each working day 6 to 14 documents, half of them for a person."""
    chance, total = random.Random(5), 0
    with store.write() as session:
        for back in range(days, -1, -1):
            day = NOON.date() - timedelta(days=back)
            if not OFFICE.is_open(day):
                continue
            for k in range(chance.randrange(6, 15)):
                at = datetime(day.year, day.month, day.day, 7, 45, tzinfo=UTC) + timedelta(minutes=25 * k)
                name = f"{day:%y%m%d}{k:026}"
                rows = [EventRow(client_id="acme", document_id=name, at=at, actor="x", to_state=Status.RECEIVED)]
                if k % 2:
                    rows.append(EventRow(client_id="acme", document_id=name, at=at + timedelta(seconds=30), actor="x",
                                         from_state=Status.RECEIVED, to_state=Status.IN_REVIEW))  # fmt: skip
                    session.add(TouchRow(id=name, client_id="acme", document_id=name, actor="user:ann", act="approve",
                                         started_at=at + timedelta(hours=1), seconds=150.0 + 10 * k))  # fmt: skip
                session.add_all(rows)
                total += back > 0
    return total


def client(store: Store) -> ClientRow:
    with store.read() as session:
        return session.get_one(ClientRow, "acme")


def test_a_forecast_is_made_from_events_and_kept(desk: Store) -> None:  # noqa: F811
    fill(desk)
    told = forecast_client(desk, Settings(), client(desk), NOON)
    assert told is not None
    with desk.read() as session:
        kept = newest_forecast(session, "acme")
    assert kept is not None
    assert kept[0] == told.forecast
    assert told.forecast.days[0].day == date(2026, 11, 20)  # today is not over: it is forecast
    assert told.forecast.work.share_for_people == pytest.approx(0.5, abs=0.06)
    assert told.forecast.work.measured >= 30
    assert [day.day.weekday() for day in told.forecast.staff] == [4, 0, 1, 2, 3]
    assert all(day.attainment >= 0.95 for day in told.forecast.staff)


def test_earlier_forecasts_are_held_against_what_came(desk: Store) -> None:  # noqa: F811
    fill(desk)
    forecast_client(desk, Settings(), client(desk), NOON - timedelta(days=10))
    told = forecast_client(desk, Settings(), client(desk), NOON)
    assert told is not None
    assert told.accuracy.days == 9  # of the ten days since, today is not over
    assert told.accuracy.error is not None
    assert 0 < told.accuracy.error < 0.6
    with desk.read() as session:
        assert NOON.date() - timedelta(days=10) not in told_before(session, "acme", NOON - timedelta(days=60))


def test_a_client_without_documents_has_none(desk: Store) -> None:  # noqa: F811
    assert forecast_client(desk, Settings(), client(desk), NOON) is None


def test_command_and_page_show_the_same(
    desk: Store, tmp_path: Path, visit: Callable[..., Any], capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    fill(desk)
    house = House(Settings(home=tmp_path), desk, Blobs(tmp_path))
    assert run_forecast(house, "acme", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert run_forecast(house, "nobody", as_json=True) == 2
    ann = visit("sue", role="expert")
    page = ann.get("/forecast?client=acme").text
    for day in told["days"][:5]:
        if day["expected"] >= 1:
            assert f"{round(day['expected']):d}" in page
    assert "Simulated" in page
    assert len(told["staff"]) == 5
