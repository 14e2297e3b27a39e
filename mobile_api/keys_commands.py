"""The commands about API keys, and the process that copies them to this node.

Decides their options, what they print, and what of them stands in the audit trail. Where the store is in Elasticsearch
a key is made and revoked for all nodes (`shared_keys`), else in this data directory.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import click
from marshmallow import ValidationError
from rich.console import Console
from rich.table import Table

from lookup.audit.commanded import record_command
from lookup.audit.entry import Event
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import system_clock, utc_text
from lookup.errors import AuditUnavailable, ConfigurationError
from lookup.setting_fields import Duration
from lookup.settings import Settings
from lookup.store.cluster import Cluster
from lookup.store.open import cluster_of
from mobile_api.access.caller import CallerKind, Scope
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import Key, KeyRequest, NotShared

if TYPE_CHECKING:
    from mobile_api.access.shared_keys import SharedKeys


@click.group("keys")
def keys_command() -> None:
    """Make, list, revoke and share API keys."""


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
    """Make a key for NAME, on every node. Its secret is shown once, here."""
    expires_at = _end(details.pop("expires_in"))
    request = KeyRequest(name, frozenset(scopes), expires_at=expires_at, **details)
    with _keys(settings) as keys:
        key, token = keys.create(request)
        try:
            _record(settings, "key.created", key)
        except AuditUnavailable:
            keys.revoke(key.key_id)
            raise
    if as_json:
        print_json(_key_object(key) | {"token": token})
        return
    click.echo(token)
    click.echo(f"Key {key.key_id} for {key.name}: keep the token above, it is not shown again.", err=True)


@keys_command.command("list")
@with_settings
@json_option
def list_keys(settings: Settings, *, as_json: bool) -> None:
    """List all keys that this node knows, without their secrets."""
    with closing(_open(settings)) as store:
        keys = [_key_object(key) for key in store.all_keys()]
    if as_json:
        print_json(keys)
        return
    names = [field.name for field in fields(Key)]
    table = Table(*names, box=None)
    for key in keys:
        table.add_row(*(_cell(key[name]) for name in names))
    Console(soft_wrap=True).print(table)


@keys_command.command("revoke")
@with_settings
@click.argument("name_or_id")
def revoke_key(settings: Settings, *, name_or_id: str) -> None:
    """Revoke the key of this name or id: refused here from now on, on every other node within seconds."""
    try:
        with _keys(settings) as keys:
            key = keys.revoke(name_or_id)
    except NotShared as error:
        if error.key is not None:
            _record(settings, "key.revoked", error.key, is_shared=False)
        raise
    _record(settings, "key.revoked", key)
    click.echo(f"Key {key.key_id} for {key.name} is revoked.")


@keys_command.command("reinstate")
@with_settings
@click.argument("name_or_id")
def reinstate_key(settings: Settings, *, name_or_id: str) -> None:
    """Let a key that a restore has suspended hold again. A revoked key never does."""
    with _keys(settings) as keys:
        key = keys.reinstate(name_or_id)
    _record(settings, "key.reinstated", key)
    click.echo(f"Key {key.key_id} for {key.name} holds again.")


@keys_command.command("share")
@with_settings
def share_keys(settings: Settings) -> None:
    """Tell all other nodes of the keys and revocations that only this one knows."""
    cluster = cluster_of(settings)
    if cluster is None:
        raise ConfigurationError("An embedded store has one node: its keys are shared with nobody.")
    with closing(_open(settings)) as store, shared_keys(settings, cluster, store) as keys:
        told = keys.share()
    click.echo("The other nodes know all keys of this one." if not told else f"{told} entries are told to all nodes.")


@click.command("housekeeping")
@with_settings
def housekeeping_command(settings: Settings) -> None:
    """Copy the keys of all nodes to this one and its audit trail to Elasticsearch, until a signal stops it."""
    from mobile_api.node.housekeeping import run_housekeeping  # noqa: PLC0415 - brings the client, more than a second

    run_housekeeping(settings)


@contextmanager
def _keys(settings: Settings) -> "Iterator[KeyStore | SharedKeys]":
    """Open the keys that these settings are about: of this data directory, or of all nodes."""
    cluster = cluster_of(settings)
    with closing(_open(settings)) as store:
        if cluster is None:
            yield store
            return
        with shared_keys(settings, cluster, store) as keys:
            yield keys


@contextmanager
def shared_keys(settings: Settings, cluster: Cluster, store: KeyStore) -> "Iterator[SharedKeys]":
    """Open the keys of all nodes, as the one that has `store` sees them."""
    from lookup.store.elastic.access_log import AccessLog  # noqa: PLC0415 - brings the client, more than a second
    from mobile_api.access.shared_keys import SharedKeys  # noqa: PLC0415

    with closing(AccessLog(cluster, settings.environment)) as log:
        yield SharedKeys(log, store)


def _open(settings: Settings) -> KeyStore:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return KeyStore(settings.data_dir, settings.environment, system_clock)


def _record(settings: Settings, event: Event, key: Key, *, is_shared: bool = True) -> None:
    """Put what became of a key into the audit trail. From there too a restore learns that one was revoked."""
    details = _key_object(key) | ({} if is_shared else {"known_to": "this node"})
    record_command(settings, event, details=details)


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


commands: tuple[click.Command, ...] = (keys_command, housekeeping_command)
