"""The commands `immunity backup` and `immunity restore`.

Decides what they print, and that both stand in the audit trail. Where the store is in Elasticsearch, a restore asks at
once for what the other nodes know of the keys.
"""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from lookup.audit.commanded import record_command
from lookup.cli import json_option, print_json, with_settings
from lookup.clock import system_clock
from lookup.errors import CouldNotSearch
from lookup.settings import Settings
from lookup.store.open import cluster_of
from mobile_api.access.key_store import KeyStore
from mobile_api.backup.making import make_backup
from mobile_api.backup.manifest import DATABASES
from mobile_api.backup.restoring import Restored, restore, suspended_keys
from mobile_api.keys_commands import shared_keys

_directory = click.argument("directory", type=click.Path(file_okay=False, path_type=Path))


@click.command("backup")
@_directory
@click.option("--secrets", "secrets_only", is_flag=True, help="Only what all nodes must have alike: three key files.")
@with_settings
@json_option
def backup_command(settings: Settings, *, directory: Path, secrets_only: bool, as_json: bool) -> None:
    """Save keys, accounts, secrets and the audit trail of this node into DIRECTORY, also while its services run."""
    manifest = make_backup(settings, directory, system_clock, secrets_only=secrets_only)
    size = sum(stored.bytes for stored in manifest.files.values())
    details = {"manifest": manifest.digest, "files": len(manifest.files), "bytes": size, "secrets_only": secrets_only}
    record_command(settings, "backup.made", details=details)
    if as_json:
        print_json(details)
        return
    click.echo(f"{len(manifest.files)} files, {size:,} bytes. Whoever has them can let themselves in: lock them up.")


@click.command("restore")
@_directory
@with_settings
@json_option
def restore_command(settings: Settings, *, directory: Path, as_json: bool) -> None:
    """Bring back what `immunity backup` saved into DIRECTORY. No service may run here meanwhile."""
    restored = restore(settings, directory, system_clock)
    restored, is_away = _ask_others(settings, restored)
    details = {
        "manifest": restored.manifest.digest,
        "node": restored.manifest.node,
        "made_at": restored.manifest.made_at,
        "suspended_keys": list(restored.suspended_keys),
        "locked_accounts": list(restored.locked_accounts),
    }
    record_command(settings, "backup.restored", details=details)
    if as_json:
        print_json(details)
        return
    _tell(restored, is_away=is_away)


def _ask_others(settings: Settings, restored: Restored) -> tuple[Restored, bool]:
    """Learn from the other nodes what became of the keys since; say whether they could not be asked."""
    cluster = cluster_of(settings)
    if cluster is None or not restored.manifest.names(DATABASES):
        return restored, False
    try:
        keys = KeyStore(settings.data_dir, settings.environment, system_clock)
        with closing(keys), shared_keys(settings, cluster, keys) as shared:
            shared.catch_up()
    except CouldNotSearch:
        return restored, True
    return replace(restored, suspended_keys=suspended_keys(settings, system_clock)), False


def _tell(restored: Restored, *, is_away: bool) -> None:
    click.echo(f"Restored what {restored.manifest.node} had at {restored.manifest.made_at}.")
    if is_away:
        click.echo("Elasticsearch does not answer: as soon as it does, this node learns what became of its keys.")
    if restored.suspended_keys:
        click.echo(
            "What happened to these keys since is not known here, so they are suspended. Confirm each one that was not "
            "revoked: immunity keys reinstate NAME"
        )
        _list(restored.suspended_keys)
    if restored.locked_accounts:
        click.echo(
            "These accounts are locked likewise. Free each one whose person is still there, with a new password where "
            "it was changed since: immunity accounts unlock NAME"
        )
        _list(restored.locked_accounts)


def _list(names: tuple[str, ...]) -> None:
    for name in names:
        click.echo(f"  {name}")


commands: tuple[click.Command, ...] = (backup_command, restore_command)
