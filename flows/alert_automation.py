"""A ready automation on the Prefect server: an alarm starts the flow that tells what still waits.

It is a beginning: on the server's page its action can be changed, e.g. to a notification of one's own.
"""

from __future__ import annotations

from flows.alerts import EVENT

NAME = "facturier: an alarm is told at once"


async def register_alert_automation() -> str:
    """Add the automation where it is not there; returns what was done, in words."""
    from prefect.automations import Automation
    from prefect.client.orchestration import get_client
    from prefect.events.actions import RunDeployment
    from prefect.events.schemas.automations import EventTrigger, Posture
    from prefect.exceptions import ObjectNotFound

    async with get_client() as client:
        if await client.read_automations_by_name(NAME):
            return f"The automation “{NAME}” is there already."
        try:
            deployment = await client.read_deployment_by_name("alerts/alerts")
        except ObjectNotFound:
            return "The flow `alerts` is not deployed on this server yet: start `facturier up`, then try again."
    await Automation(
        name=NAME,
        trigger=EventTrigger(expect={f"{EVENT}.*"}, match={"prefect.resource.id": "facturier.client.*"},
                             posture=Posture.Reactive, threshold=1),
        actions=[RunDeployment(source="selected", deployment_id=deployment.id)],
    ).acreate()  # fmt: skip
    return f"The automation “{NAME}” was added."
