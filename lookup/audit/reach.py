"""Tells up to when the trail of this node is in the copy of all nodes, so that who searches there knows what it cannot
show.

Decides how often that is told and how much is kept back: a node that is silent because nobody asked it, and one that
cannot ship, look the same otherwise. What is shipped is decided by `lookup.audit.shipping`.
"""

from datetime import datetime, timedelta
from typing import Protocol

from lookup.clock import Clock

TOLD_EVERY = timedelta(seconds=15)
"""Between two notes of a node: each is a document of its own, for who ships can change none. Within it, what a pass
shipped has become visible to a search too (a second)."""
BEING_WRITTEN = timedelta(seconds=10)
"""How long an entry may be on its way from its moment to the disk: as long as a request may take."""


class ReachNotes(Protocol):
    """Where the note goes. Raises `CouldNotSearch` where that is not done."""

    def tell_reach(self, node: str, at: datetime) -> None:
        """Note that everything which this node wrote before `at` is copied."""


class Reach:
    """Tells how far the passes of one process have come. Used by one thread."""

    def __init__(self, node: str, notes: ReachNotes, clock: Clock) -> None:
        self._node = node
        self._notes = notes
        self._clock = clock
        self._begun: datetime | None = None
        self._ended: datetime | None = None

    def passed(self, begun: datetime) -> None:
        """Hear that a pass which began then has shipped everything that it found. What is told is how far the pass
        came that was heard of a while ago: what it shipped can be found by now."""
        now = self._clock()
        if self._begun is None or self._ended is None:
            self._begun, self._ended = begun, now
        elif now - self._ended >= TOLD_EVERY:
            self._notes.tell_reach(self._node, self._begun - BEING_WRITTEN)
            self._begun, self._ended = begun, now
