"""The schedules of `facturier up` on its real Prefect server: they make runs that end well; a pause is kept."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from tests.running import Up, demo_home, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EACH_MINUTE = {"monitor": "* * * * *"}  # the others stay at night


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Up]:
    found = Up(demo_home(tmp_path), FACTURIER__PREFECT__SCHEDULES=json.dumps(EACH_MINUTE))
    yield found
    found.clean_up()


def deployments(office: Up) -> dict[str, dict[str, Any]]:
    """By name; none while the server is away."""
    try:
        return {each["name"]: each for each in office.ask("/deployments/filter", {})}
    except (URLError, ConnectionError):
        return {}


def pause(office: Up, name: str) -> None:
    """As the switch of Prefect's page does."""
    each = deployments(office)[name]
    url = f"http://127.0.0.1:{office.prefect}/api/deployments/{each['id']}/schedules/{each['schedules'][0]['id']}"
    body = json.dumps({"active": False}).encode()
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="PATCH")
    with urllib.request.urlopen(asked, timeout=30):  # noqa: S310 - our own server
        return


def test_a_schedule_makes_a_run_that_completes_and_a_paused_one_stays_paused(office: Up) -> None:
    office.start()
    office.wait_started()
    until(lambda: len(deployments(office)) == 4 or not office.is_running(), f"the deployments\n{office.story()}", 120)
    found = deployments(office)
    assert {name: each["schedules"][0]["schedule"]["cron"] for name, each in found.items()} == {
        "train-challenger": "0 2 * * *", "certify": "0 4 * * *", "monitor": "* * * * *", "figures": "0 6 * * *",
    }  # fmt: skip

    def runs(state: str) -> list[Any]:
        own = {"deployments": {"name": {"any_": ["monitor"]}}, "flow_runs": {"state": {"type": {"any_": [state]}}}}
        return [each for each in office.ask("/flow_runs/filter", own) if each["auto_scheduled"]]

    assert until(lambda: runs("SCHEDULED"), "the next runs on the page", 60)
    assert until(lambda: runs("COMPLETED"), f"a scheduled run\n{office.story()}", 300)
    assert runs("FAILED") == []
    assert runs("CRASHED") == []
    pause(office, "train-challenger")
    office.interrupt()
    office.start()
    office.wait_started()
    begun = found["figures"]["updated"]
    until(lambda: deployments(office).get("figures", {"updated": begun})["updated"] != begun, "the next start", 180)
    again = deployments(office)
    assert again["train-challenger"]["schedules"][0]["active"] is False
    assert again["monitor"]["schedules"][0]["active"] is True
