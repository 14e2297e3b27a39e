"""A look that is good for a moment: under load many questions share one.

Decides how long what was seen may be used again. Looking at SQLite gives up the interpreter several times, and every
other thread of the process then wants it first: measured, the looks for each question were a fifth of its time.
"""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

GLANCE_S = 0.02
"""Seconds for which a service uses what it saw: far below the second within which a change is to be in force, far
above the half millisecond between two questions of a busy process."""

Seen = TypeVar("Seen")


class Glance(Generic[Seen]):
    """Looks, and uses what was seen for `good_for_s` seconds; with 0 each call looks. A look that fails is never used
    again. Safe to share between threads."""

    def __init__(self, look: Callable[[], Seen], good_for_s: float) -> None:
        self._look = look
        self._good_for_s = good_for_s
        self._last: tuple[Seen, float] | None = None  # what and when as one value: no thread meets half a change

    def __call__(self) -> Seen:
        """Give what is there now, or was a moment ago. Raises what the look raises."""
        now = time.monotonic()
        last = self._last
        if last is not None and now - last[1] < self._good_for_s:
            return last[0]
        seen = self._look()
        self._last = (seen, now)
        return seen
