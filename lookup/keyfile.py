"""Secret keys that the service makes for itself and keeps in its data directory, one file each, mode 0600.

Decides how such a file is made (once, even when two processes start together) and read. Does not decide what the key
is for.
"""

import os
import secrets
from pathlib import Path

from lookup.errors import ConfigurationError
from lookup.owner import give_to_owner, make_directory

KEY_BYTES = 32
"""256 bits: a key of HMAC-SHA256 of full strength."""


def read_or_create_key(path: Path) -> bytes:
    """Give the key in the file `path`, which is made with a random key where there is none.

    Raises `ConfigurationError` where the file cannot be read or is not such a key.
    """
    try:
        make_directory(path.parent)
        if not path.exists():
            _create(path)
        key = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The key file {path.name} cannot be used: {error.strerror}.") from error
    if len(key) != KEY_BYTES:
        raise ConfigurationError(f"The key file {path.name} is damaged: restore it from the backup.")
    return key


def _create(path: Path) -> None:
    """Write a fresh key beside and link it into place: a reader never sees half a key, and of two writers one wins."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            give_to_owner(file.fileno(), path.parent)
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink()
