"""The commands of what connects to Facturier: API keys and webhooks."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.options import AnyClient, AsJson, Client, Home

keys = typer.Typer(no_args_is_help=True, help="Keys of the REST API.")
hooks = typer.Typer(no_args_is_help=True, help="Webhooks: where events are sent.")
Clients = Annotated[list[str], typer.Option("--client", help="Whose data it sees; may be given several times.")]
Scopes = Annotated[list[str], typer.Option("--scope", help="read, ack, upload or webhooks; several times.")]
Events = Annotated[list[str], typer.Option("--event", help="Several times; default all.")]
WebhookId = Annotated[str, typer.Argument(help="As `facturier webhook list` shows it.")]


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="For which system.")],
    client: Clients,
    scope: Scopes,
    days: Annotated[int, typer.Option(min=0, help="Valid for so long; 0: the setting api.key_days.")] = 0,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Make a key; it is shown this once."""
    from flows.commands.api import run_create_key
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_create_key(house, name, client, scope, days=days, as_json=as_json))


@keys.command("list")
def list_keys(client: AnyClient = None, as_json: AsJson = False, home: Home = None) -> None:
    """Show what keys there are, and when each was used last."""
    from flows.commands.api import run_list_keys
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_list_keys(house, client, as_json=as_json))


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="As `facturier api-key list` shows it.")], home: Home = None
) -> None:
    """End a key at once and for good."""
    from flows.commands.api import run_revoke_key
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_revoke_key(house, key_id))


@hooks.command("add")
def add_hook(
    url: Annotated[str, typer.Argument(help="https://...")],
    event: Events = [],  # noqa: B006 - typer copies it
    client: Client = "demo",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Send a client's events there from now on; the secret is shown this once."""
    from flows.commands.api import run_add_hook
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_add_hook(house, client, url, event, as_json=as_json))


@hooks.command("list")
def list_hooks(client: AnyClient = None, as_json: AsJson = False, home: Home = None) -> None:
    """Show webhooks, and how many messages of each wait or were given up."""
    from flows.commands.api import run_list_hooks
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_list_hooks(house, client, as_json=as_json))


@hooks.command("remove")
def remove_hook(webhook_id: WebhookId, home: Home = None) -> None:
    """Send nothing there any more."""
    from flows.commands.api import run_remove_hook
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_remove_hook(house, webhook_id))


@hooks.command("rotate")
def rotate_hook(webhook_id: WebhookId, as_json: AsJson = False, home: Home = None) -> None:
    """Give it a new secret; the old one signs along for webhooks.rotation_hours."""
    from flows.commands.api import run_rotate_hook
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_rotate_hook(house, webhook_id, as_json=as_json))


@hooks.command("replay")
def replay_hook(
    webhook_id: WebhookId,
    message: Annotated[list[str], typer.Option("--message", help="Only these; default all that were given up.")] = [],  # noqa: B006
    home: Home = None,
) -> None:
    """Send messages again, under their old ids."""
    from flows.commands.api import run_replay_hook
    from flows.house import open_house

    with open_house(home) as house:
        raise typer.Exit(run_replay_hook(house, webhook_id, message))


def add_commands(app: typer.Typer) -> None:
    """Register them."""
    app.add_typer(keys, name="api-key")
    app.add_typer(hooks, name="webhook")
