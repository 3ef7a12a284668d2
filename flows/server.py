"""The Prefect server that `up` starts: its settings, and the automation that tells dead runs.

The batch settings cut the server's CPU to a fifth and end the "database is locked" failures of its SQLite; its database
is never our record.
"""

from __future__ import annotations

from pathlib import Path

from models.settings import PrefectSettings

SERVER_SETTINGS: dict[str, str] = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": '["events","flow_runs"]',
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",  # its second face asks an analytics host for settings, whatever is set
    "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
    "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "1",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
}

_ZOMBIES = "facturier: a run without a sign of life is crashed"


def api_url(settings: PrefectSettings) -> str:
    """The API of the server that we start."""
    return f"http://{settings.host}:{settings.port}/api"


def server_environment(home: Path, settings: PrefectSettings) -> dict[str, str]:
    """What the server and everyone who talks to it needs in the environment."""
    return SERVER_SETTINGS | {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": api_url(settings),
        "PREFECT_SERVER_API_HOST": settings.host,
        "PREFECT_SERVER_API_PORT": str(settings.port),
    }


async def register_automations() -> None:
    """Have the server mark runs as crashed whose process was killed: it does not do so by itself."""
    from prefect.automations import Automation
    from prefect.client.orchestration import get_client
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import EventTrigger, Posture

    async with get_client() as client:
        if await client.read_automations_by_name(_ZOMBIES):
            return
    ends = ("Completed", "Failed", "Cancelled", "Crashed", "Paused", "Suspended")
    await Automation(
        name=_ZOMBIES,
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.heartbeat", *(f"prefect.flow-run.{end}" for end in ends)},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=90,
        ),
        actions=[ChangeFlowRunState(state="CRASHED", message="No heartbeat: its process was killed or hangs.")],
    ).acreate()


if __name__ == "__main__":
    import asyncio

    asyncio.run(register_automations())
