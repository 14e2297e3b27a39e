"""The directory of an embedded store: what lies where in it, and how a file gets there so that no crash halves it.

Decides names and modes: directories 0700, files 0600, because every file holds personal data. Opens no database.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lookup.errors import CouldNotSearch

SUFFIX = ".sqlite"
BESIDE = ("", "-wal", "-shm")
"""The database itself, its write-ahead log and the index of that."""


@dataclass(frozen=True, slots=True)
class StoreDirectory:
    """Where the files of one store lie."""

    path: Path

    @property
    def pointer(self) -> Path:
        """The file that says which generation serves."""
        return self.path / "current.json"

    @property
    def history(self) -> Path:
        """The database of all versions that were ever published."""
        return self.path / "history.sqlite"

    @property
    def lease(self) -> Path:
        """The file that the indexer at work holds locked."""
        return self.path / "lease.json"

    @property
    def work(self) -> Path:
        """The file in which the indexer notes what it is doing."""
        return self.path / "work.json"

    @property
    def generations(self) -> Path:
        """The directory with one database per generation."""
        return self.path / "generations"

    def generation(self, name: str) -> Path:
        """Give the database of the generation of this name."""
        return self.generations / f"{name}{SUFFIX}"

    def make(self) -> None:
        """Make the directories where they are not there yet."""
        self.generations.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.chmod(0o700)

    def drop(self, name: str) -> None:
        """Remove one generation, with the files that SQLite keeps beside it."""
        for beside in BESIDE:
            (self.generations / f"{name}{SUFFIX}{beside}").unlink(missing_ok=True)

    def prune(self, keep: set[str]) -> None:
        """Remove every generation but those named, with the files that SQLite keeps beside it."""
        kept = {f"{name}{SUFFIX}{beside}" for name in keep for beside in BESIDE}
        for file in self.generations.iterdir():
            if file.name not in kept:
                file.unlink(missing_ok=True)


def new_generation_name(now: datetime) -> str:
    """Give a name that no generation had before: time and 32 random bits."""
    return f"g{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def create_private(path: Path) -> None:
    """Make an empty file that only its owner may read. Raises `FileExistsError` where there is one."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def write_whole(path: Path, text: str, *, durably: bool) -> None:
    """Replace a file in one step: a reader finds the old text or the new one, never half. `durably`: a crash of the
    machine too."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)  # of a process that was killed here
    # Only a file that is made here is written: root may do this in a directory where another account could lay a link.
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if durably:
            os.fsync(file.fileno())
    beside.replace(path)
    if durably:
        sync_path(path.parent)


def read_text(path: Path) -> str | None:
    """Give what a file says; None where there is none. Raises `CouldNotSearch` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CouldNotSearch(f"{path.name} in the store cannot be read: {error.strerror}.") from error


def sync_path(path: Path) -> None:
    """Bring a file, or the names in a directory, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
