"""A duty: something that a process does again and again in a thread of its own, whatever fails meanwhile.

Decides how often, how long to wait after a failure, and what is told to people. What the duty is, is handed in.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TypeAlias

from lookup.backoff import wait_after
from lookup.errors import ImmunityError
from lookup.logs import failure_fields

EVERY_S = 1.0
"""Seconds between two rounds: what a revocation may take to reach this node, an entry of the trail its copy."""
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 5.0
"""Between two attempts while Elasticsearch is away: revocations hold within seconds of its return."""
REMIND_EVERY_S = 600.0
"""A failure that goes on is told again so often."""

Work: TypeAlias = Callable[[], object]
Open: TypeAlias = Callable[[], AbstractContextManager[Work]]
"""Opens what a duty works with, and gives what is done each round."""

_log = logging.getLogger(__name__)


class Duty(threading.Thread):
    """Does the work that `opened` gives until `stop` is set; after a failure it is opened again. `trouble` begins the
    sentence that tells of a failure; `done` and `failed` hear how each round went, the latter by a title."""

    def __init__(
        self,
        opened: Open,
        stop: threading.Event,
        trouble: str,
        done: Callable[[], object],
        failed: Callable[[str], object],
    ) -> None:
        super().__init__(daemon=True)
        self._opened = opened
        self._stop_asked = stop
        self._trouble = trouble
        self._done = done
        self._failed = failed
        self._failures = 0
        self._told: tuple[str, float] = ("", 0.0)

    def run(self) -> None:
        """Do it. A fault of the program ends everything: whoever keeps the process running starts it again."""
        try:
            while not self._stop_asked.is_set():
                self._stop_asked.wait(self.rounds())
        except Exception as error:
            _log.error("%s: the program failed.", self._trouble, extra=failure_fields(error))
        finally:
            self._stop_asked.set()

    def rounds(self) -> float:
        """Do rounds until one fails or the duty is to end. Give the seconds to wait then."""
        with ExitStack() as held:
            try:
                work = held.enter_context(self._opened())
                while not self._stop_asked.is_set():
                    work()
                    self._succeed()
                    self._stop_asked.wait(EVERY_S)
            except (ImmunityError, sqlite3.Error, OSError) as error:
                return self._fail(error)
        return 0.0

    def _succeed(self) -> None:
        if self._failures:
            _log.warning("%s: this is over.", self._trouble)
        self._failures, self._told = 0, ("", 0.0)
        self._done()

    def _fail(self, error: ImmunityError | sqlite3.Error | OSError) -> float:
        title = error.title if isinstance(error, ImmunityError) else "This node cannot write its files"
        text = str(error) if isinstance(error, ImmunityError) else f"{title} ({type(error).__name__})."
        told, at = self._told
        now = time.monotonic()
        if text != told or now - at >= REMIND_EVERY_S:
            _log.error("%s: %s", self._trouble, text)
            self._told = text, now
        self._failed(title)
        self._failures += 1
        return wait_after(self._failures, FIRST_WAIT_S, LONGEST_WAIT_S)
