"""The manifest of a backup: every file in it with its length and hash, written last.

Decides where in a backup a file may lie, and that one is used only as a whole: a file that is missing, changed or not
named stops it. It protects from damage, not from somebody who can write the backup; keep it where nobody can.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from lookup.audit.chain import digest_of
from lookup.clock import utc_text
from lookup.errors import ImmunityError
from lookup.release import release
from lookup.settings import Settings

NAME = "manifest.json"
FORMAT = 1

SECRETS, DATABASES, AUDIT, SEGMENTS, SPOOL = "secrets", "databases", "audit", "audit/segments", "spool"
"""The directories of a backup."""

_PLACE = re.compile(rf"({SECRETS}|{DATABASES}|{SEGMENTS}|{AUDIT}|{SPOOL})/[A-Za-z0-9][A-Za-z0-9._-]*")
_PIECE = 1024 * 1024


class BackupRefused(ImmunityError):
    """A backup cannot be made or used so; the message says why and what to do. Nothing was changed."""

    problem = "backup-refused"
    title = "The backup cannot be used"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of a backup as the manifest names it."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, by path, of which node and environment, and when it was made. `digest` names the backup."""

    environment: str
    node: str
    made_at: str
    release: str
    files: Mapping[str, Stored]
    digest: str = ""

    def names(self, directory: str) -> list[str]:
        """Give the names of the files in one directory of the backup."""
        return sorted(path.rpartition("/")[2] for path in self.files if path.rpartition("/")[0] == directory)


def write_manifest(directory: Path, settings: Settings, at: datetime) -> Manifest:
    """Write down what lies in the directory of a backup, and bring all of it onto the disk."""
    files = {path: _stored(directory / path) for path in _paths(directory)}
    told = {
        "format": FORMAT,
        "environment": settings.environment,
        "node": settings.node,
        "made_at": utc_text(at),
        "release": release(),
        "files": {path: asdict(stored) for path, stored in files.items()},
    }
    text = json.dumps(told, indent=1).encode()
    descriptor = os.open(directory / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return read_manifest(directory)


def read_manifest(directory: Path) -> Manifest:
    """Read the manifest of a backup. Raises `BackupRefused` where there is none that this version reads."""
    try:
        text = (directory / NAME).read_bytes()
        told = json.loads(text)
        if told.pop("format") != FORMAT:
            raise ValueError("another format")
        files = {path: Stored(**stored) for path, stored in told.pop("files").items()}
        return Manifest(**told, files=files, digest=digest_of(text))
    except FileNotFoundError:
        raise BackupRefused(f"There is no {NAME} here: this is no backup, or one that was never finished.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BackupRefused(f"The {NAME} of the backup cannot be read by this version.") from None


def check_backup(directory: Path, manifest: Manifest) -> None:
    """Compare every file with the manifest. Raises `BackupRefused`, naming one that is not as it was made."""
    strange = [path for path in manifest.files if not _PLACE.fullmatch(path)]
    added = sorted(set(_paths(directory)) - set(manifest.files))
    if strange or added:
        raise BackupRefused(f"{(strange or added)[0]} does not belong to this backup.")
    for path, stored in manifest.files.items():
        try:
            found = _stored(directory / path)
        except OSError as error:
            raise BackupRefused(f"{path} of the backup cannot be read: {error.strerror}.") from None
        if found != stored:
            raise BackupRefused(f"{path} of the backup is not what was saved: take another backup.")


def _paths(directory: Path) -> list[str]:
    """Give every file below the directory of a backup but the manifest."""
    found = (path for path in directory.rglob("*") if not path.is_dir())
    return sorted(path for path in (str(one.relative_to(directory)) for one in found) if path != NAME)


def _stored(path: Path) -> Stored:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
        os.fsync(file.fileno())
        return Stored(file.tell(), digest.hexdigest())
