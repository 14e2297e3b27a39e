"""Tells up to when the trail of this node is in the copy of all nodes, so that who searches there knows what it cannot
show.

Decides how often that is told and how much is kept back: a node that is silent because nobody asked it, and one that
cannot ship, look the same otherwise. What is shipped is decided by `lookup.audit.shipping`.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from lookup.audit.ends import SETTLE_S
from lookup.clock import Clock

TOLD_EVERY = timedelta(seconds=15)
"""Between two notes of a node: each is a document of its own, for who ships can change none. Within it, what a pass
shipped has become visible to a search too (a second)."""
BEING_WRITTEN = timedelta(seconds=10)
"""How long an entry may be on its way from its moment to the disk: as long as a request may take."""

LOOKED_BEFORE = timedelta(seconds=SETTLE_S)
"""How much older than its pass a look at a segment may be: within it a pass does not look anew."""


class ReachNotes(Protocol):
    """Where the note goes. Raises `CouldNotSearch` where that is not done."""

    def tell_reach(self, node: str, at: datetime) -> None:
        """Note that everything which this node wrote before `at` is copied."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """A look at the trail: when it began, by the clock of the entries and by one that only goes forward, in seconds."""

    begun: datetime
    begun_s: float
    ended_s: float = 0.0


class Reach:
    """Tells how far the passes of one process have come. Used by one thread.

    What a pass sees of a segment that grows is shipped by a later one, `SETTLE_S` after it (`lookup.audit.settled`). So
    a pass counts as shipped at the end of such a one, and is told when that was a while ago.
    """

    def __init__(self, node: str, notes: ReachNotes, clock: Clock, now_s: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._notes = notes
        self._clock = clock
        self._now_s = now_s
        self._present = _Pass(clock(), now_s())
        self._looked: _Pass | None = None
        self._shipped: deque[_Pass] = deque()
        self._told_s = -math.inf

    def begin(self) -> None:
        """Hear that a pass begins."""
        self._present = _Pass(self._clock(), self._now_s())

    def passed(self) -> None:
        """Hear that it has shipped everything that it was to ship."""
        now_s = self._now_s()
        if self._looked is None:
            self._looked = replace(self._present, ended_s=now_s)
        elif self._present.begun_s - self._looked.ended_s >= SETTLE_S:
            self._shipped.append(replace(self._looked, ended_s=now_s))
            self._looked = replace(self._present, ended_s=now_s)
        self._tell(now_s)

    def _tell(self, now_s: float) -> None:
        """Tell of the last pass whose lines can be found by now, where the last note is old enough."""
        every = TOLD_EVERY.total_seconds()
        if now_s - self._told_s < every:
            return
        found = [one for one in self._shipped if now_s - one.ended_s >= every]
        if found:
            self._notes.tell_reach(self._node, found[-1].begun - BEING_WRITTEN - LOOKED_BEFORE)
            self._told_s = now_s
            for _ in found:
                self._shipped.popleft()
