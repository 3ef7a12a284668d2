"""Forecasts as they were made: only added, so that what was told can be held against what came."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select

from models.store.documents import new_id
from models.tables import EventRow, ForecastRow
from models.volumes import VolumeForecast


def keep_forecast(session: Session, client_id: str, made: VolumeForecast, at: datetime) -> ForecastRow:
    """Keep a forecast; returns its row."""
    row = ForecastRow(id=new_id(), client_id=client_id, made_at=at, model=made.model, mase=made.tested.mase,
                      naive_mase=made.tested.naive_mase, forecast_json=made.model_dump_json())  # fmt: skip
    session.add(row)
    return row


def newest_forecast(session: Session, client_id: str) -> tuple[VolumeForecast, datetime] | None:
    """The forecast that holds, and when it was made."""
    query = select(ForecastRow).where(ForecastRow.client_id == client_id).order_by(
        col(ForecastRow.made_at).desc(), col(ForecastRow.id).desc()
    )  # fmt: skip
    row = session.exec(query.limit(1)).first()
    return None if row is None else (VolumeForecast.model_validate_json(row.forecast_json), row.made_at)


def came_since(session: Session, client_id: str, since: datetime) -> list[datetime]:
    """When documents came, from a moment on."""
    query = select(EventRow.at).where(
        EventRow.client_id == client_id, col(EventRow.from_state).is_(None), col(EventRow.at) >= since
    )  # fmt: skip
    return list(session.exec(query))


def told_before(session: Session, client_id: str, since: datetime) -> dict[date, tuple[float, float, float]]:
    """What was told of each day, the evening before or earlier: expected count and ends of the 80 % band."""
    query = select(ForecastRow).where(ForecastRow.client_id == client_id, col(ForecastRow.made_at) >= since)
    found: dict[date, tuple[float, float, float]] = {}
    for row in session.exec(query.order_by(col(ForecastRow.made_at), ForecastRow.id)):
        for day in VolumeForecast.model_validate_json(row.forecast_json).days:
            if day.day > row.made_at.date():  # the last word before the day began counts
                found[day.day] = (day.expected, day.low80, day.high80)
    return found
