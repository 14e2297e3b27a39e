"""Directories of one pass or one mirror: inside the data directory, readable by their owner alone.

Decides when such a directory may be removed: a lock on it, which ends with the process, tells what is in use from what
a killed pass left.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookup.errors import ConfigurationError
from lookup.file_lock import try_lock

_LOCK_NAME = "lock"


@contextmanager
def open_workspace(data_dir: Path) -> Iterator[Path]:
    """Give a fresh directory, removed at the end; remove those that killed passes left. Raises
    `ConfigurationError` where the data directory cannot be written to."""
    with fresh_directory(data_dir / "staging") as directory:
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def fresh_directory(parent: Path, spare: str | None = None) -> Iterator[Path]:
    """Give a fresh directory, locked while the block runs; remove all others that nobody has locked, but for the one
    that is named `spare`. Raises `ConfigurationError` where `parent` cannot be written to."""
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_unused(parent, spare)
        directory = Path(tempfile.mkdtemp(dir=parent))
    except OSError as error:
        raise ConfigurationError(f"The data directory cannot be written to: {error.strerror}.") from error
    with lock_directory(directory):
        yield directory


@contextmanager
def lock_directory(directory: Path) -> Iterator[bool]:
    """Hold the lock of a directory while the block runs; gives False where somebody has it or the directory is gone."""
    lock = _lock(directory)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            os.close(lock)


def remove_unused(parent: Path, spare: str | None = None) -> None:
    """Remove the directories below `parent` that nobody has locked, but for the one that is named `spare`."""
    for left_over in parent.iterdir():
        if left_over.name != spare:
            with lock_directory(left_over) as is_unused:
                if is_unused:
                    shutil.rmtree(left_over, ignore_errors=True)


def _lock(directory: Path) -> int | None:
    """Take the lock of a directory; None where somebody has it or the directory is gone."""
    try:
        descriptor = os.open(directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    if not try_lock(descriptor):
        os.close(descriptor)
        return None
    return descriptor
