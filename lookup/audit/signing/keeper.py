"""The thread of a process that keeps the trail of its node signed: a checkpoint in time, and one when it stops.

Decides when. Each process of a node has such a thread, and whoever comes first makes the checkpoint for all: so there
is one while any of them lives. What a checkpoint holds is decided in `heads`.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lookup.audit.ends import SETTLE_S
from lookup.audit.place_watch import PlaceWatch
from lookup.audit.places import places_of
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.publishing import Publishing
from lookup.clock import Clock, system_clock
from lookup.errors import ConfigurationError
from lookup.logs import failure_fields
from lookup.settings import Settings

TICKS = 4
"""A process looks so many times in each interval whether the disks take something and a checkpoint is due. It makes one
where the last is older than an interval without one tick, so that none is ever later than the interval."""
STOP_S = 3.0
"""Seconds that a stop waits for the last checkpoint; the next process to come makes it otherwise."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeeperState:
    """How it goes: since when no checkpoint can be made (None where they can), since when which places do not take
    them, and since when the `directory` or the `spool` of the trail cannot be written."""

    failing_since: datetime | None
    not_reached: Mapping[str, datetime]
    unwritable: Mapping[str, datetime]


class Keeper:
    """Makes checkpoints in a thread of its own, which never lives longer than its process."""

    def __init__(self, settings: Settings, clock: Clock = system_clock) -> None:
        """Raises `ConfigurationError` where the key cannot be used or a place to publish cannot be meant."""
        self._heads = Heads(settings, clock)
        self._publishing = Publishing(settings, clock)
        self._watch = PlaceWatch(places_of(settings), clock)
        self._interval = settings.audit_checkpoint
        self._due_at = self._interval * (TICKS - 1) / TICKS
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-keeper", daemon=True)
        self._failing_since: datetime | None = None

    @property
    def state(self) -> KeeperState:
        """How it goes now."""
        return KeeperState(self._failing_since, self._publishing.failing, self._watch.failing)

    def start(self) -> None:
        """Begin with a first look at once; a checkpoint that is due then says how processes before this one ended."""
        self._thread.start()

    def stop(self) -> None:
        """Make the last checkpoint, and return within `STOP_S`. Close the trail of this process before."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def keep(self) -> None:
        """Make a checkpoint where one is due. Never raises: what went wrong is in the log and in the state."""
        try:
            if not self._stopping.is_set():
                self._watch.look()
            if self._stopping.is_set() or self._is_due():
                self._make()
        except Exception as error:
            self._fail(error)
        else:
            if self._failing_since is not None:
                _log.warning("checkpoints of the audit trail are made again")
            self._failing_since = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.keep()
            self._stopping.wait(self._interval.total_seconds() / TICKS)
        self.keep()

    def _is_due(self) -> bool:
        age = self._heads.age()
        return age is None or age >= self._due_at

    def _make(self) -> None:
        """Make a checkpoint and publish it. At a stop nothing that still grows is waited for: whoever writes there
        stops later, or goes on and signs."""
        seen = {} if self._stopping.is_set() else self._heads.look()
        if seen and self._stopping.wait(SETTLE_S):
            seen = {}
        line = self._heads.make(seen, unless_younger=timedelta(0) if self._stopping.is_set() else self._due_at)
        if line is not None:
            self._publishing.publish(line)

    def _fail(self, error: Exception) -> None:
        if self._failing_since is not None:
            return
        self._failing_since = self._clock()
        because = error if isinstance(error, ConfigurationError) else getattr(error, "strerror", None)
        if isinstance(error, PermissionError):
            because = f"{error.filename} belongs to another account: give it to the one that the service runs as"
        _log.error("no checkpoint of the audit trail can be made: %s", because, extra=failure_fields(error))
