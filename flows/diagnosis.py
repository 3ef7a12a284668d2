"""What must be well on a machine that reads invoices: one point after the other, each looked at for itself.

To add one: a function that takes the settings and gives a `Point`, and its place in POINTS.

>>> [function.__name__ for function in POINTS][:2]
['_python', '_sqlite']
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from models.errors import EngineError, SettingsError
from models.settings import Settings

if TYPE_CHECKING:
    from models.store.engine import Store

FREE_SHARE = 0.10  # of the disk; below it an operator must see an alarm
BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no clock of ours can be before it
DRIFT = timedelta(minutes=5)
WANTED_LANGUAGES = ("fra", "eng", "deu", "spa", "ita", "nld", "por", "pol")


class Level(StrEnum):
    """How well a point is: only a fault keeps invoices from being read, matched and kept."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Point(NamedTuple):
    """One point: how well it is, what was seen, and what to do."""

    level: Level
    name: str
    said: str
    advice: str = ""


def examine(settings: Settings) -> list[Point]:
    """Look at every point; none of them changes anything, and none stops the others."""
    return [_looked_at(function, settings) for function in POINTS]


def _looked_at(function: Callable[[Settings], Point], settings: Settings) -> Point:
    try:
        return function(settings)
    except Exception as error:  # noqa: BLE001 - the doctor must speak of what is broken, however it breaks
        name = function.__name__.strip("_").replace("_", " ")
        return Point(Level.FAULT, name, f"{type(error).__name__}: {error}", "Run `make env` again")


def _python(_settings: Settings) -> Point:
    said = platform.python_version()
    if said.startswith("3.11."):
        return Point(Level.OK, "python", said)
    return Point(Level.FAULT, "python", said, "Facturier is made for Python 3.11: run it from .venv (`make env`)")


def _sqlite(_settings: Settings) -> Point:
    import pysqlite3.dbapi2 as driver

    from models.store.engine import OLDEST_SQLITE

    if driver.sqlite_version_info >= OLDEST_SQLITE:
        return Point(Level.OK, "sqlite", driver.sqlite_version)
    oldest = ".".join(map(str, OLDEST_SQLITE))
    advice = f"One older than {oldest} may corrupt the database: `make env` installs a newer one with pysqlite3"
    return Point(Level.FAULT, "sqlite", driver.sqlite_version, advice)


def _database(settings: Settings) -> Point:
    from models.migrate import schema_of
    from models.store.engine import Store

    if settings.url.startswith("sqlite:///") and not Path(settings.url.removeprefix("sqlite:///")).exists():
        return Point(Level.WARNING, "database", "there is none yet", "`facturier migrate` or `facturier up` makes it")
    try:
        store = Store(settings.url)
        try:
            found, newest = schema_of(store)
            searches = found != newest or _searches(store)
        finally:
            store.dispose()
    except SettingsError as error:
        return Point(Level.FAULT, "database", str(error), error.advice)
    except SQLAlchemyError as error:
        said = str(error).splitlines()[0][:200]
        return Point(Level.FAULT, "database", f"cannot be reached: {said}", "Check database_url, and that it runs")
    if not searches:
        advice = ("As an administrator: CREATE EXTENSION pg_trgm; "
                  "CREATE INDEX search_index ON search_text USING gin (words gin_trgm_ops)")  # fmt: skip
        return Point(Level.WARNING, "database", "reachable, but names and descriptions cannot be searched", advice)
    if found == newest:
        return Point(Level.OK, "database", f"reachable, schema {found}")
    return Point(Level.FAULT, "database", f"schema {found or 'none'}, newest is {newest}", "Run `facturier migrate`")


def _searches(store: Store) -> bool:
    from models.store.search import has_search_index

    with store.read() as session:
        return has_search_index(session)


def _home(settings: Settings) -> Point:
    from models.store.engine import remote_file_system

    home = settings.home.resolve()
    if not home.is_dir():
        return Point(Level.WARNING, "home", f"{home} is not there yet", "`facturier up` makes it")
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"x")
            os.fsync(file.fileno())
    except OSError as error:
        advice = f"Give this user the right to write there, or set FACTURIER_HOME ({error.strerror})"
        return Point(Level.FAULT, "home", f"{home} cannot be written", advice)
    if (kind := remote_file_system(home)) is not None:
        level = Level.FAULT if settings.url.startswith("sqlite") else Level.WARNING
        return Point(level, "home", f"{home} is on {kind}", "SQLite and renames need a local disk: move the home")
    return Point(Level.OK, "home", f"{home} can be written, local disk")


def _disk(settings: Settings) -> Point:
    home = settings.home.resolve()
    usage = shutil.disk_usage(next(place for place in (home, *home.parents) if place.exists()))
    share = usage.free / usage.total
    said = f"{share:.0%} free, {usage.free / 1e9:.1f} GB"
    if share >= FREE_SHARE:
        return Point(Level.OK, "disk", said)
    return Point(Level.FAULT if share < FREE_SHARE / 5 else Level.WARNING, "disk", said,
                 f"Less than {FREE_SHARE:.0%} is left: make room before work stops")  # fmt: skip


def _clock(settings: Settings) -> Point:
    moment = datetime.now(UTC)
    said = moment.isoformat(timespec="seconds")
    advice = "Set the clock (timedatectl set-ntp true): due dates and the audit depend on it"
    if moment < BUILT:
        return Point(Level.FAULT, "clock", f"{said} is before this program was made", advice)
    newest = _newest_act(settings)
    if newest is not None and newest > moment + DRIFT:
        return Point(Level.FAULT, "clock", f"{said}, but the audit's newest row is of {newest:%Y-%m-%d %H:%M}", advice)
    return Point(Level.OK, "clock", said)


def _newest_act(settings: Settings) -> datetime | None:
    """The time of the newest audit row; None where there is no database yet (which is another point's matter)."""
    from models.store.engine import Store
    from models.tables import AuditRow

    if settings.url.startswith("sqlite:///") and not Path(settings.url.removeprefix("sqlite:///")).exists():
        return None
    try:
        store = Store(settings.url)
        try:
            with store.read() as session:
                return session.exec(select(AuditRow.at).order_by(col(AuditRow.seq).desc())).first()
        finally:
            store.dispose()
    except (SettingsError, SQLAlchemyError):
        return None


def _reading_engine(settings: Settings) -> Point:
    return _engine(settings.reading.engine, Level.FAULT)


def _second_engine(settings: Settings) -> Point:
    return _engine(settings.reading.second_engine, Level.WARNING)


def _engine(name: str, level: Level) -> Point:
    """An engine is there if it loads, its model files' hashes right, and reads an empty page."""
    from extractors.ocr import load_engine

    try:
        engine = load_engine(name)
        engine.warm_up()
    except SettingsError as error:
        return Point(Level.FAULT, f"engine {name}", str(error), error.advice)
    except EngineError as error:
        return Point(level, f"engine {name}", str(error), "Scans are not read by it until then: `make env`")
    return Point(Level.OK, f"engine {name}", "loads, its files are the right ones")


def _tesseract(_settings: Settings) -> Point:
    from extractors.ocr.tesseract import installed_languages

    found = installed_languages()
    missing = [language for language in WANTED_LANGUAGES if language not in found]
    if not missing:
        return Point(Level.OK, "tesseract", f"speaks {' '.join(found)}")
    said = f"speaks {' '.join(found)}, lacks {' '.join(missing)}" if found else "is not installed"
    packages = " ".join(f"tesseract-ocr-{language}" for language in missing)
    return Point(Level.WARNING, "tesseract", said, f"apt-get install tesseract-ocr {packages}")


def _bubblewrap(settings: Settings) -> Point:
    from extractors.sandbox.launch import find_jail

    try:
        jail = find_jail("auto")
    except SettingsError as error:
        return Point(Level.FAULT, "bubblewrap", str(error), error.advice)
    if jail.name == "bubblewrap":
        return Point(Level.OK, "bubblewrap", "works")
    level = Level.FAULT if settings.reading.sandbox == "bubblewrap" else Level.WARNING
    return Point(level, "bubblewrap", "is missing or may not make name spaces",
                 "Documents are read behind system-call filters alone: apt-get install bubblewrap")  # fmt: skip


def _prefect(_settings: Settings) -> Point:
    try:
        found = {name: version(name) for name in ("prefect", "fastapi")}
    except PackageNotFoundError as error:
        return Point(Level.FAULT, "prefect", f"{error.name} is not installed", "Run `make env`")
    said = f"prefect {found['prefect']}, fastapi {found['fastapi']}"
    fastapi = tuple(int(part) for part in found["fastapi"].split(".")[:2])
    if found["prefect"].startswith("3.8.") and fastapi < (0, 151):
        return Point(Level.OK, "prefect", said)
    return Point(Level.FAULT, "prefect", said, "Flows need prefect 3.8 and a fastapi before 0.151: run `make env`")


POINTS: tuple[Callable[[Settings], Point], ...] = (
    _python, _sqlite, _database, _home, _disk, _clock,
    _reading_engine, _second_engine, _tesseract, _bubblewrap, _prefect,
)  # fmt: skip
