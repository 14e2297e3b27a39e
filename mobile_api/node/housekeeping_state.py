"""How a node's housekeeping is doing, noted in a small file for status, metrics and tests.

Decides the fields. Nothing rests on the file: it is replaced in one step, not brought onto the disk, and a missing or
broken one is an empty state.
"""

import logging
import os
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from lookup.clock import Clock
from lookup.errors import CouldNotSearch
from lookup.store.notes import decode_note, encode_note
from lookup.store.sqlite.directory import read_text, write_whole

STATE_NAME = "housekeeping.json"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HousekeepingState:
    """When each duty was last done to its end, and the title of the error that it last met; None once it goes on."""

    keys_copied_at: datetime | None = None
    keys_failure: str | None = None
    trail_shipped_at: datetime | None = None
    trail_failure: str | None = None
    process: int | None = None


def read_housekeeping(data_dir: Path) -> HousekeepingState:
    """Read the state of this data directory; an empty one where there is none."""
    try:
        return decode_note(read_text(data_dir / STATE_NAME), HousekeepingState) or HousekeepingState()
    except CouldNotSearch:
        return HousekeepingState()


class HousekeepingNotes:
    """The notes of one process, which begin with what the last one left. Safe between threads. A note never stops the
    work: where it cannot be written, the log says so once."""

    def __init__(self, data_dir: Path, clock: Clock) -> None:
        self.clock = clock
        self._path = data_dir / STATE_NAME
        self._lock = threading.Lock()
        self._can_write = True
        self._state = replace(read_housekeeping(data_dir), process=os.getpid())

    def note(self, **changes: Any) -> None:
        """Note fields of the state."""
        with self._lock:
            self._state = replace(self._state, **changes)
            try:
                write_whole(self._path, encode_note(self._state), durably=False)
                self._can_write = True
            except OSError as error:
                if self._can_write:
                    _log.warning("The state of the housekeeping cannot be noted: %s.", error.strerror)
                self._can_write = False
