"""The directory in which a pass keeps its staging file: inside the data directory, readable by its owner alone.

Decides when such a directory may be removed: at the end of its pass, and where a killed pass left one, at the start of
the next. A lock on it, which ends with the process, tells a left-over from one in use.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookup.errors import ConfigurationError

_LOCK_NAME = "lock"


@contextmanager
def open_workspace(data_dir: Path) -> Iterator[Path]:
    """Give a fresh directory, removed at the end; remove those that killed passes left. Raises
    `ConfigurationError` where the data directory cannot be written to."""
    parent = data_dir / "staging"
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in parent.iterdir():
            _remove_if_unused(left_over)
        directory = Path(tempfile.mkdtemp(dir=parent))
    except OSError as error:
        raise ConfigurationError(f"The data directory cannot be written to: {error.strerror}.") from error
    lock = _lock(directory)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _remove_if_unused(directory: Path) -> None:
    lock = _lock(directory)
    if lock is None:
        return
    shutil.rmtree(directory, ignore_errors=True)
    os.close(lock)


def _lock(directory: Path) -> int | None:
    """Take the lock of a directory; None where somebody has it or the directory is gone."""
    try:
        descriptor = os.open(directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
