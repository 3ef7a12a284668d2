from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from flows import watch
from flows.watch import wakeups


def run(steps: Any, timeout: float = 20.0) -> Any:
    return asyncio.run(asyncio.wait_for(steps, timeout))


async def first_of(wanted: str, wakes: Any) -> float:
    started = time.monotonic()
    async for reason in wakes:
        if reason == wanted:
            return time.monotonic() - started
    raise AssertionError("the wakeups ended")


def test_a_new_file_wakes_us_before_the_timer(tmp_path: Path) -> None:
    async def steps() -> float:
        stop = asyncio.Event()
        wakes = wakeups(lambda: [tmp_path], 60.0, stop)
        assert await anext(wakes) == "start"
        waiting = asyncio.create_task(first_of("change", wakes))
        await asyncio.sleep(0.5)
        (tmp_path / "a.pdf").write_bytes(b"x")
        seconds = await waiting
        stop.set()
        await wakes.aclose()
        return seconds

    assert run(steps()) < 15


def test_the_timer_goes_on_whatever_happens_to_the_watcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_folders: Path, **_options: Any) -> Any:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watch, "awatch", broken)

    async def steps() -> list[str]:
        stop, reasons = asyncio.Event(), []
        async for reason in wakeups(lambda: [tmp_path], 0.05, stop):
            reasons.append(reason)
            if len(reasons) == 5:
                stop.set()
        return reasons

    with caplog.at_level(logging.ERROR):
        assert run(steps())[:5] == ["start", "timer", "timer", "timer", "timer"]
    assert "inotify watch limit" in caplog.text


def test_a_folder_that_goes_is_an_alarm_and_is_watched_again_when_it_returns(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()

    async def steps() -> None:
        stop = asyncio.Event()
        wakes = wakeups(lambda: [inbox], 0.2, stop)
        await anext(wakes)
        await first_of("timer", wakes)
        inbox.rmdir()
        deadline = time.monotonic() + 10
        while "is gone" not in caplog.text and time.monotonic() < deadline:
            await anext(wakes)
        inbox.mkdir()
        await first_of("timer", wakes)
        (inbox / "a.pdf").write_bytes(b"x")
        await first_of("change", wakes)
        stop.set()
        await wakes.aclose()

    with caplog.at_level(logging.ERROR):
        run(steps())
    assert "is gone" in caplog.text


def test_it_ends_soon_after_stop_is_set(tmp_path: Path) -> None:
    async def steps() -> float:
        stop = asyncio.Event()
        wakes = wakeups(lambda: [tmp_path], 600.0, stop)
        await anext(wakes)
        asyncio.get_running_loop().call_later(0.2, stop.set)
        started = time.monotonic()
        async for _reason in wakes:
            pass
        return time.monotonic() - started

    assert run(steps()) < 5
