"""What the replica's process notes about itself while it works, and when.

Decides that a note never stops the work: where it cannot be written, the log says so once.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from lookup.clock import Clock
from lookup.store.protocol import Head
from lookup.store.replica.state import ReplicaPhase, read_state, write_state
from lookup.store.sqlite.directory import StoreDirectory

TELL_EVERY = 1000
"""Of so many records copied, one note: a few a second."""

_log = logging.getLogger(__name__)

Item = TypeVar("Item")


class ReplicaNotes:
    """The notes of one process in one directory. They begin with what the last process left."""

    def __init__(self, directory: StoreDirectory, clock: Clock) -> None:
        self.clock = clock
        self._directory = directory
        self._can_write = True
        self.state = replace(read_state(directory), phase="starting", failure=None, process=os.getpid())

    def does(self, phase: ReplicaPhase) -> None:
        """Note what is done now."""
        self._say(phase=phase)

    def contacted(self) -> None:
        """Remember that the store answered; written with the next note."""
        self.state = replace(self.state, contacted_at=self.clock())

    def serves(self, head: Head) -> None:
        """Remember what is served; written with the next note."""
        self.state = replace(self.state, generation=head.generation, activation=head.activation, revision=head.revision)

    def follows(self, head: Head) -> None:
        """Note that the copy holds everything that was published when the store was last asked."""
        self.serves(head)
        self._say(phase="following", caught_up_at=self.state.contacted_at, failure=None)

    def checked(self) -> None:
        """Note that the file that serves was found whole."""
        self._say(checked_at=self.clock())

    def failed(self, title: str) -> None:
        """Note an error, by its title."""
        self._say(phase="waiting", failure=title)

    def told(self, items: Iterable[Item], advance: Callable[[int], None]) -> Iterator[Item]:
        """Pass items on, and tell how many have passed."""
        number = 0
        for number, item in enumerate(items, 1):
            yield item
            if number % TELL_EVERY == 0:
                advance(TELL_EVERY)
                self.contacted()
                self._say()
        advance(number % TELL_EVERY)

    def _say(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        try:
            write_state(self._directory, self.state)
            self._can_write = True
        except OSError as error:
            if self._can_write:
                _log.warning("The state of the replica cannot be noted: %s.", error.strerror)
            self._can_write = False
