"""Makes a backup of a node while its services run.

Decides what belongs to it, and the order: databases before the trail, so that the trail tells of every revocation that
a copied database does not have yet; heads before segments, so that no head names a line which is missing.
"""

from contextlib import closing
from pathlib import Path

from lookup.audit.places import segments_directory
from lookup.audit.segment import is_segment_name, segments_in
from lookup.audit.signing.volumes import heads_path
from lookup.clock import Clock
from lookup.settings import Settings
from mobile_api.backup.files import copy_database, copy_file, copy_trail_file, open_alone
from mobile_api.backup.manifest import (
    AUDIT,
    DATABASES,
    SECRETS,
    SEGMENTS,
    SPOOL,
    BackupRefused,
    Manifest,
    write_manifest,
)

SHARED_SECRETS = ("pepper.key", "session.key", "handle.key")
"""What all nodes of a store must have alike: the pepper of keys, the secret of sign-ins, that of handles."""
OWN_SECRETS = ("audit.key",)
"""What belongs to one node: with it the heads of its trail are signed."""
KEYS_NAME, ACCOUNTS_NAME = "keys.sqlite", "accounts.sqlite"


def make_backup(settings: Settings, directory: Path, clock: Clock, *, secrets_only: bool = False) -> Manifest:
    """Make a backup in `directory`, which must be empty or not there yet, and give its manifest.

    Raises `BackupRefused` where it cannot be made there, or where a file went away meanwhile.
    """
    _begin(directory)
    try:
        _copy_secrets(settings, directory, SHARED_SECRETS if secrets_only else (*SHARED_SECRETS, *OWN_SECRETS))
        if not secrets_only:
            _copy_databases(settings, directory)
            _copy_trail(settings, directory)
        return write_manifest(directory, settings, clock())
    except OSError as error:
        name = Path(str(error.filename)).name if error.filename else "a file"
        raise BackupRefused(
            f"The backup was not finished, {name}: {error.strerror}. Remove what there is of it, and make another."
        ) from error


def _begin(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(directory.iterdir()):
            raise BackupRefused("A backup is made in a directory of its own: name one that is empty or not there yet.")
        directory.chmod(0o700)
    except OSError as error:
        raise BackupRefused(f"The directory of the backup cannot be used: {error.strerror}.") from error


def _copy_secrets(settings: Settings, directory: Path, names: tuple[str, ...]) -> None:
    found = [name for name in names if (settings.data_dir / name).exists()]
    if not found:
        raise BackupRefused("There are no keys in this data directory: nothing was ever made or served here.")
    for name in found:
        copy_file(settings.data_dir / name, directory / SECRETS / name)


def _copy_databases(settings: Settings, directory: Path) -> None:
    for name in (KEYS_NAME, ACCOUNTS_NAME):
        if (settings.data_dir / name).exists():
            copy_database(settings.data_dir / name, directory / DATABASES / name)
    if (directory / DATABASES / KEYS_NAME).exists():
        # A token that signs in once may have been used by the time at which this backup is restored.
        with closing(open_alone(directory / DATABASES / KEYS_NAME)) as keys:
            keys.execute("DELETE FROM entries")
            keys.execute("VACUUM")


def _copy_trail(settings: Settings, directory: Path) -> None:
    """Copy heads, public keys and whatever else lies beside the segments, and then the segments."""
    if settings.audit_dir.exists():
        heads = heads_path(settings.audit_dir)
        beside = (path for path in settings.audit_dir.iterdir() if path.is_file() and path != heads)
        for path in (*(heads,) * heads.exists(), *beside):
            if not (path.name.startswith(".") or path.name.endswith(".new")):
                copy_trail_file(path, directory / AUDIT / path.name)
    for place, target in ((segments_directory(settings), SEGMENTS), (settings.audit_spool, SPOOL)):
        for path in segments_in(place):
            if is_segment_name(path.name):
                copy_trail_file(path, directory / target / path.name)
