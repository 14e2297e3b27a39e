"""The HTTP services' commands: serve, console, keys, demo.

Decides their options and what they print; the work is done elsewhere.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, get_args

import click
from marshmallow import ValidationError
from rich.console import Console
from rich.table import Table

from lookup.cli import json_option, print_json, with_settings
from lookup.clock import system_clock, utc_text
from lookup.setting_fields import Duration
from lookup.settings import Settings
from mobile_api import api, console, demo, server
from mobile_api.access.caller import CallerKind, Scope
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import Key, KeyRequest


@click.command("serve")
@with_settings
@click.option("--bind", help="Address to listen at, HOST:PORT.")
def serve_command(settings: Settings, *, bind: str | None) -> None:
    """Serve the lookup API and the roadside page."""
    server.serve_with_replica(api.create_app, settings, settings.bind)


@click.command("console")
@with_settings
@click.option("--bind", "console_bind", help="Address to listen at, HOST:PORT.")
def console_command(settings: Settings, *, console_bind: str | None) -> None:
    """Serve the operations center's console."""
    server.serve(console.create_app, settings, settings.console_bind)


@click.command("demo")
@with_settings
@click.option("--members", type=click.IntRange(1), default=demo.FULL_SIZE, show_default=True, help="People to invent.")
def demo_command(settings: Settings, *, members: int) -> None:
    """Invent a registry, serve it, and print what to open. Always in the environment training."""
    demo.run(settings, members)


@click.group("keys")
def keys_command() -> None:
    """Make, list and revoke API keys."""


@keys_command.command("create")
@with_settings
@json_option
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(get_args(Scope)))
@click.option("--kind", type=click.Choice(get_args(CallerKind)), default="system", show_default=True)
@click.option("--rate", type=click.IntRange(0), default=0, show_default=True, help="Queries a minute; 0 for no limit.")
@click.option("--agency", help="The agency's ORI, nine letters or digits.")
@click.option("--expires-in", help="How long the key holds, such as 90 d; without it until it is revoked.")
def create_key(settings: Settings, *, as_json: bool, name: str, scopes: tuple[Scope, ...], **details: Any) -> None:
    """Make a key for NAME. Its secret is shown once, here."""
    expires_at = _end(details.pop("expires_in"))
    request = KeyRequest(name, frozenset(scopes), expires_at=expires_at, **details)
    key, token = _open(settings).create(request)
    if as_json:
        print_json(_key_object(key) | {"token": token})
        return
    click.echo(token)
    click.echo(f"Key {key.key_id} for {key.name}: keep the token above, it is not shown again.", err=True)


@keys_command.command("list")
@with_settings
@json_option
def list_keys(settings: Settings, *, as_json: bool) -> None:
    """List all keys, without their secrets."""
    keys = [_key_object(key) for key in _open(settings).all_keys()]
    if as_json:
        print_json(keys)
        return
    names = ("key_id", "name", "scopes", "kind", "agency", "rate", "created_at", "expires_at", "revoked_at")
    table = Table(*names, box=None)
    for key in keys:
        table.add_row(*(_cell(key[name]) for name in names))
    Console(soft_wrap=True).print(table)


@keys_command.command("revoke")
@with_settings
@click.argument("name_or_id")
def revoke_key(settings: Settings, *, name_or_id: str) -> None:
    """Revoke the key of this name or id; it is refused from now on, everywhere."""
    key = _open(settings).revoke(name_or_id)
    click.echo(f"Key {key.key_id} for {key.name} is revoked.")


def _open(settings: Settings) -> KeyStore:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return KeyStore(settings.data_dir, settings.environment, system_clock)


def _end(expires_in: str | None) -> datetime | None:
    if expires_in is None:
        return None
    try:
        length: timedelta = Duration().deserialize(expires_in)
    except ValidationError as error:
        raise click.BadParameter("write a number and a unit, such as 90 d", param_hint="--expires-in") from error
    return system_clock() + length


def _key_object(key: Key) -> dict[str, Any]:
    shown = asdict(key) | {"scopes": sorted(key.scopes)}
    return {name: utc_text(value) if isinstance(value, datetime) else value for name, value in shown.items()}


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return "-" if value is None else str(value)


commands: tuple[click.Command, ...] = (serve_command, console_command, demo_command, keys_command)
