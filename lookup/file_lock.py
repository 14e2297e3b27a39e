"""Locks of the operating system on open files (flock): they go with the processes that hold them, however these end.

Decides how one is taken and seen. A lock belongs to the opening of a file, so that a forked process has it too. What a
lock means is up to who takes it: a segment that is written, a store that is built, a directory that is served.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def lock(descriptor: int, *, shared: bool = False) -> None:
    """Take the lock of an open file, and wait for it; `shared` beside others who share it."""
    fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Take the lock of an open file if nobody holds it against that, and say whether it was taken."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Let the lock go, also where a child process still has the file open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def unheld(path: Path) -> Iterator[bool]:
    """Tell whether nobody holds this file alone; while the block runs, nobody begins to. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)
