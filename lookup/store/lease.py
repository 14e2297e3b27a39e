"""The lease of an embedded store: at most one indexer at work, and who it is.

The lock is the operating system's and vanishes with the process that holds it, however it ends. The text in the file
is for people; nothing is decided by it.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookup.clock import Clock, utc_text
from lookup.errors import LeaseHeld


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
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # a child process may still have the file open
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LeaseHeld(f"{_holder(path)} holds the lease of the store. Wait until it ends, or stop it.") from None


def _write_holder(descriptor: int, owner: str, clock: Clock) -> None:
    holder = {"owner": owner, "host": socket.gethostname(), "pid": os.getpid(), "since": utc_text(clock())}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _holder(path: Path) -> str:
    """Name the holder, as far as it has written itself down yet."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"{holder['owner']} (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    except (OSError, KeyError, TypeError, ValueError):
        return "Another indexer"
