"""The circuit breaker before a cluster: who asks one that has just failed everybody is told so at once.

Decides when questions are let through. Knows nothing of what they ask or how.
"""

import threading
import time
from collections.abc import Callable
from typing import Literal

FAILURES = 3
"""Failures in a row that open it: one may be a single node that died, two the retry of a neighbor."""

OPEN_S = 1.0
"""How long it stays open before one question may try: a question that waits in vain costs about as much, and a cluster
that is back is noticed as soon."""

State = Literal["closed", "open", "trying"]
"""`trying`: it is open, and one question has been let through to see whether that is over."""


class Breaker:
    """Counts failures in a row. Safe to share between threads; `clock` gives seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._trying = False
        self._tries_at = 0.0

    @property
    def state(self) -> State:
        """Whether questions are let through now."""
        with self._lock:
            if self._failures < FAILURES:
                return "closed"
            return "trying" if self._trying else "open"

    def lets_through(self) -> bool:
        """Say whether a question may be asked now. While it is open that is one question each `OPEN_S`, so that one
        which never reports how it went holds up nobody for good."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._tries_at:
                return False
            self._trying, self._tries_at = True, self._clock() + OPEN_S
            return True

    def succeeded(self) -> None:
        """Report an answer, whatever it says."""
        if self._failures:  # not worth the lock for each answer of a cluster that is well
            with self._lock:
                self._failures, self._trying = 0, False

    def failed(self) -> None:
        """Report that no answer came."""
        with self._lock:
            self._failures += 1
            self._trying, self._tries_at = False, self._clock() + OPEN_S
