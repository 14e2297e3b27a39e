"""How often a refusal of somebody unknown is recorded by itself: a flood of bad tokens must not fill the disk.

Decides that the first ones of each second are entries of the audit trail, and that the others are counted and told with
the next entry, so that none is lost. Whoever is known is always recorded.
"""

import threading
import time
from collections.abc import Callable

EACH_SECOND = 20
"""Entries of about 1 kB each: at most 2 GB a day from one process, however many bad tokens are sent."""


class Strangers:
    """Counts the refusals of callers who showed no good credential. Safe between threads."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._second = 0
        self._recorded = 0
        self._unrecorded = 0

    def refused(self) -> int | None:
        """Give how many went unrecorded before this one, which is to be recorded; None where it is only counted."""
        with self._lock:
            second = int(self._now_s())
            if second != self._second:
                self._second, self._recorded = second, 0
            if self._recorded >= EACH_SECOND:
                self._unrecorded += 1
                return None
            self._recorded += 1
            before, self._unrecorded = self._unrecorded, 0
            return before
