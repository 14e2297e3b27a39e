"""Restores a backup into a data directory: an empty one, or one that still has a part of what it had.

Decides that everything is checked before anything is changed, that what is there and later stays, and that nothing
comes back which has ended since. What a row of keys or accounts is worth is decided in `access`.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lookup.audit.places import segments_directory
from lookup.clock import Clock
from lookup.settings import Settings
from lookup.store.sqlite.lease import is_leased
from mobile_api.access.account_store import AccountStore
from mobile_api.access.key_store import KeyStore
from mobile_api.backup.access import restore_accounts, restore_keys
from mobile_api.backup.endings import Endings, endings_in
from mobile_api.backup.files import appearing, begins_as, copy_file, copy_trail_file
from mobile_api.backup.making import ACCOUNTS_NAME, KEYS_NAME
from mobile_api.backup.manifest import (
    AUDIT,
    DATABASES,
    SECRETS,
    SEGMENTS,
    SPOOL,
    BackupRefused,
    Manifest,
    check_backup,
    read_manifest,
)
from mobile_api.node.companions import housekeeping_lease
from mobile_api.node.serving_mark import alone


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has left: names of suspended keys and of locked accounts, which people confirm."""

    manifest: Manifest
    suspended_keys: tuple[str, ...]
    locked_accounts: tuple[str, ...]


def restore(settings: Settings, directory: Path, clock: Clock) -> Restored:
    """Restore the backup in `directory`. It may be done again, also after it was cut off.

    Raises `BackupRefused`, and has changed nothing, where the backup is not whole, is of another environment, does not
    fit what is here, or a service runs here.
    """
    manifest = read_manifest(directory)
    if manifest.environment != settings.environment:
        raise BackupRefused(
            f"The backup is of the environment {manifest.environment}, and this process runs as "
            f"{settings.environment}: set `environment`."
        )
    check_backup(directory, manifest)
    with alone(settings.data_dir) as is_alone:
        if not is_alone or is_leased(housekeeping_lease(settings)):
            raise BackupRefused("A service runs on this data directory: stop it, restore, and start it again.")
        return _restore(settings, directory, manifest, clock)


def _restore(settings: Settings, directory: Path, manifest: Manifest, clock: Clock) -> Restored:
    secrets = _missing_secrets(settings, directory, manifest)
    trail = list(_shorter_files(settings, directory, manifest))
    places = (segments_directory(settings), settings.audit_spool)
    ended = endings_in(places, (directory / SEGMENTS, directory / SPOOL))
    for source, target in trail:
        with appearing(target) as beside:
            copy_trail_file(source, beside)
    for source, target in secrets:
        with appearing(target) as beside:
            copy_file(source, beside)
    _restore_access(settings, directory, manifest, ended, int(clock().timestamp()))
    return Restored(manifest, *_suspended(settings, clock))


def _missing_secrets(settings: Settings, directory: Path, manifest: Manifest) -> list[tuple[Path, Path]]:
    """Give the secrets that are not here yet, and their places. Raises `BackupRefused` where another one is here: what
    was made under it would be lost."""
    missing = []
    for name in manifest.names(SECRETS):
        source, target = directory / SECRETS / name, settings.data_dir / name
        if not target.exists():
            missing.append((source, target))
        elif target.read_bytes() != source.read_bytes():
            raise BackupRefused(
                f"This data directory has another {name} than the backup. Restore into an empty one; or, where nothing "
                "was made under it yet, move that file away."
            )
    return missing


def _shorter_files(settings: Settings, directory: Path, manifest: Manifest) -> Iterator[tuple[Path, Path]]:
    """Give the files of the trail of which the backup has more than there is here, and their places. Raises
    `BackupRefused` where the two do not begin alike: one of them was changed."""
    places = {AUDIT: settings.audit_dir, SEGMENTS: segments_directory(settings), SPOOL: settings.audit_spool}
    for kept, place in places.items():
        for name in manifest.names(kept):
            source, target = directory / kept / name, place / name
            if not target.exists():
                yield source, target
                continue
            is_longer_here = target.stat().st_size >= source.stat().st_size
            if not begins_as(*((target, source) if is_longer_here else (source, target))):
                raise BackupRefused(
                    f"{name} of the audit trail is not the same here as in the backup: keep both, find out why "
                    "(`immunity audit verify`), and restore into an empty directory."
                )
            if not is_longer_here:
                yield source, target


def _restore_access(settings: Settings, directory: Path, manifest: Manifest, ended: Endings, now: int) -> None:
    names = manifest.names(DATABASES)
    for name, bring in ((KEYS_NAME, restore_keys), (ACCOUNTS_NAME, restore_accounts)):
        if name in names:
            bring(directory / DATABASES / name, settings.data_dir / name, ended, settings.environment, now)


def _suspended(settings: Settings, clock: Clock) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the names of the keys and accounts that wait for people."""
    locked: tuple[str, ...] = ()
    if (settings.data_dir / ACCOUNTS_NAME).exists():
        with closing(AccountStore(settings.data_dir, settings.environment, clock)) as accounts:
            found = accounts.all_accounts()
        locked = tuple(account.name for account in found if account.locked_at and not account.removed_at)
    return suspended_keys(settings, clock), locked


def suspended_keys(settings: Settings, clock: Clock) -> tuple[str, ...]:
    """Give the names of the keys that wait for people."""
    if not (settings.data_dir / KEYS_NAME).exists():
        return ()
    with closing(KeyStore(settings.data_dir, settings.environment, clock)) as keys:
        return tuple(sorted(key.name for key in keys.all_keys() if key.suspended_at and not key.revoked_at))
