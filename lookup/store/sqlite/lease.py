"""The lease of an embedded store: at most one indexer at work, and who it is.

The lock is the operating system's and vanishes with the process that holds it, however it ends. The text in the file
is for people; nothing is decided by it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookup.clock import Clock
from lookup.file_lock import try_lock, unheld, unlock
from lookup.store.holder import holder_text, lease_held

_LOOKS_S = (0.01, 0.05, 0.0)
"""Pauses after each attempt: who only looks whether the lease is held holds it for some microseconds himself."""


@contextmanager
def hold_lease(path: Path, owner: str, clock: Clock) -> Iterator[None]:
    """Hold the lease while the block runs. Raises `LeaseHeld`, naming the holder, where somebody else has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, path)
        _write_holder(descriptor, owner, clock)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
            unlock(descriptor)  # a child process may still have the file open
    finally:
        os.close(descriptor)


def is_leased(path: Path) -> bool:
    """Whether some process holds the lease now."""
    try:
        with unheld(path) as free:
            return not free
    except OSError:
        return False


def _lock(descriptor: int, path: Path) -> None:
    for pause_s in _LOOKS_S:
        if try_lock(descriptor):
            return
        time.sleep(pause_s)
    raise lease_held(_read_holder(path))


def _write_holder(descriptor: int, owner: str, clock: Clock) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder_text(owner, clock).encode(), 0)


def _read_holder(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
