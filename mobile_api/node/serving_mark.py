"""The mark that a service runs on a data directory: a lock of the operating system, which goes with its processes.

Decides how the mark is set and seen. A restore looks at it, because it would change files under a running service.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookup.file_lock import lock, try_lock

MARK_NAME = "serving.lock"


@contextmanager
def served(data_dir: Path) -> Iterator[None]:
    """Mark this data directory as served while the block runs, and as long as a process that was forked in it lives."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(data_dir / MARK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock(descriptor, shared=True)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone(data_dir: Path) -> Iterator[bool]:
    """Keep services from starting on this data directory while the block runs; gives False where one runs already."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(data_dir / MARK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield try_lock(descriptor)
    finally:
        os.close(descriptor)
