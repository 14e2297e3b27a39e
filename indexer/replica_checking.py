"""The whole check of the file that serves, in a thread beside the following: it takes seconds, and changes go on.

Decides when a file is checked: when the process starts, and once a day. What is done about a fault is the replica's.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from lookup.errors import CouldNotSearch
from lookup.store.protocol import Head
from lookup.store.sqlite.checking import verify_generation
from lookup.store.sqlite.pointer import Pointer

CHECK_EVERY_S = 86_400.0
"""Once a day: rows are checked each time they are read, this finds what nobody reads."""

Verify = Callable[[Path, Pointer], Head]


class _Running(threading.Thread):
    """The check of one file, going on. A daemon: the process may end in the middle of it."""

    def __init__(self, verify: Verify, path: Path, pointer: Pointer) -> None:
        super().__init__(daemon=True)
        self.fault: CouldNotSearch | None = None
        self.pointer = pointer
        self._verify = verify
        self._path = path
        self.start()

    def run(self) -> None:
        try:
            self._verify(self._path, self.pointer)
        except CouldNotSearch as fault:
            self.fault = fault


class WholeCheck:
    """Checks one file after the other, one at a time."""

    def __init__(self, verify: Verify = verify_generation, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._verify = verify
        self._monotonic = monotonic
        self._file: str | None = None
        self._next_at = 0.0
        self._running: _Running | None = None

    def now(self, path: Path, pointer: Pointer) -> Head:
        """Check a new file while the caller waits, and give its head. Raises `StoreDamaged`, `CouldNotSearch`."""
        head = self._verify(path, pointer)
        self._plan_next(pointer)
        return head

    def look(self, path: Path, pointer: Pointer) -> bool:
        """Begin the check of this file if it is due, and give whether one of it has just ended well. Raises
        `StoreDamaged` where this file was found damaged, `CouldNotSearch` where it could not be read."""
        if self._running is not None:
            return self._has_passed(self._running, pointer)
        if pointer.file_name != self._file or self._monotonic() >= self._next_at:
            self._plan_next(pointer)
            self._running = _Running(self._verify, path, pointer)
        return False

    def wait(self) -> None:
        """Wait until the check that goes on has ended."""
        if self._running is not None:
            self._running.join()

    def _has_passed(self, running: _Running, pointer: Pointer) -> bool:
        if running.is_alive():
            return False
        self._running = None
        if running.pointer.file_name != pointer.file_name:
            return False  # another file serves by now
        if running.fault is not None:
            raise running.fault
        return True

    def _plan_next(self, pointer: Pointer) -> None:
        self._file, self._next_at = pointer.file_name, self._monotonic() + CHECK_EVERY_S
