"""The HTTP services' commands: serve, console, demo, and those of access.

Decides their options and what they print; the work is done elsewhere.
"""

import click

from lookup.cli import with_settings
from lookup.settings import Settings
from mobile_api import account_commands, api, console, demo, keys_commands, server
from mobile_api.backup import commands as backup_commands


@click.command("serve")
@with_settings
@click.option("--bind", help="Address to listen at, HOST:PORT.")
def serve_command(settings: Settings, *, bind: str | None) -> None:
    """Serve the lookup API and the roadside page."""
    server.serve_with_replica(api.create_app, settings, settings.bind, api.COMPONENT)


@click.command("console")
@with_settings
@click.option("--bind", "console_bind", help="Address to listen at, HOST:PORT.")
def console_command(settings: Settings, *, console_bind: str | None) -> None:
    """Serve the operations center's console."""
    server.serve(console.create_app, settings, settings.console_bind, console.COMPONENT)


@click.command("demo")
@with_settings
@click.option("--members", type=click.IntRange(1), default=demo.FULL_SIZE, show_default=True, help="People to invent.")
def demo_command(settings: Settings, *, members: int) -> None:
    """Invent a registry, serve it, and print what to open. Always in the environment training."""
    demo.run(settings, members)


commands: tuple[click.Command, ...] = (
    serve_command,
    console_command,
    demo_command,
    *keys_commands.commands,
    *account_commands.commands,
    *backup_commands.commands,
)
