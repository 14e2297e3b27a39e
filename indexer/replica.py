"""The replica's process: looks at the store every second, for as long as it is left alone.

Decides when to look, how long to wait after a failure, what is told to people, and how the process ends. What is done
about a head is decided by `follower`.
"""

import logging
import os
import signal
import threading
import time
from typing import NoReturn

from indexer.follower import POLL_S, Feed, Follower
from indexer.replica_checking import WholeCheck
from indexer.replica_file import ServingFile
from indexer.replica_notes import ReplicaNotes
from lookup.backoff import wait_after
from lookup.clock import Clock, system_clock
from lookup.errors import ImmunityError, StoreDamaged
from lookup.progress import Progress
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.lease import hold_lease

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 15.0
"""Between two attempts while the store is away: it is to be followed again well within a minute of its return."""
LONGEST_WAIT_DAMAGED_S = 120.0
"""Where the store gives what it should not: each attempt may be a whole copy, and only people can mend it."""
REMIND_EVERY_S = 600.0
"""A failure that goes on is told again so often."""
LEAVE_S = 1.0
"""Seconds that the process gets to leave by itself: sorting a new file is one call that hears no signal."""
OWNER = "immunity replica"

_log = logging.getLogger(__name__)


class Replica:
    """The replica of one directory. Needs its lease."""

    def __init__(self, follower: Follower, serving: ServingFile, notes: ReplicaNotes, check: WholeCheck) -> None:
        self._follower = follower
        self._serving = serving
        self._notes = notes
        self._check = check
        self._failures = 0
        self._told: tuple[str, float] = ("", 0.0)

    def round(self) -> float:
        """Look once, do what is to be done, and give the seconds until the next look."""
        try:
            self._heed_check()
            self._follower.follow()
        except (ImmunityError, OSError) as error:
            return self._failed(error)
        if self._failures:
            _log.warning("The replica follows the store again.")
        self._failures, self._told = 0, ("", 0.0)
        return POLL_S

    def _heed_check(self) -> None:
        """See to the whole check; a file that it found damaged is withdrawn, and the follower copies it anew."""
        file = self._serving.open()
        if file is None:
            return
        try:
            if self._check.look(file.path, file.pointer):
                self._notes.checked()
        except StoreDamaged as error:
            _log.error("The replica is withdrawn and copied anew: %s", error)
            self._serving.withdraw()

    def _failed(self, error: ImmunityError | OSError) -> float:
        title = error.title if isinstance(error, ImmunityError) else "This node cannot write its replica"
        text = str(error) if isinstance(error, ImmunityError) else f"{title}: {error.strerror}."
        self._tell(text)
        self._notes.failed(title)
        self._failures += 1
        longest = LONGEST_WAIT_DAMAGED_S if isinstance(error, StoreDamaged) else LONGEST_WAIT_S
        return wait_after(self._failures, FIRST_WAIT_S, longest)

    def _tell(self, text: str) -> None:
        told, at = self._told
        now = time.monotonic()
        if text != told or now - at >= REMIND_EVERY_S:
            _log.error("The replica cannot follow the store, the last good copy stays: %s", text)
            self._told = text, now


def open_replica(
    feed: Feed, directory: StoreDirectory, environment: str, progress: Progress, clock: Clock = system_clock
) -> Replica:
    """Put a replica together, and clear away what a killed one left. Raises `ConfigurationError` where the directory is
    of another environment."""
    serving, notes = ServingFile(directory, environment), ReplicaNotes(directory, clock)
    notes.does("starting")
    serving.open()
    serving.prune()
    check = WholeCheck()
    return Replica(Follower(feed, serving, check, notes, progress, time.sleep), serving, notes, check)


def run_replica(feed: Feed, directory: StoreDirectory, environment: str, progress: Progress) -> NoReturn:
    """Keep the replica in this directory up to date until a signal stops it, which raises `SystemExit`. Raises
    `LeaseHeld` where another process does it already."""
    _leave_on_signals()
    directory.make()
    with hold_lease(directory.lease, OWNER, system_clock):
        replica = open_replica(feed, directory, environment, progress)
        while True:
            time.sleep(replica.round())


def _leave_on_signals() -> None:
    """End at a signal wherever the process is: everything it does may be stopped at every step. The main thread leaves
    where it stands; where it does not come to hear of the signal, the process ends without it."""
    heard, tell = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    os.set_blocking(heard, True)
    signal.set_wakeup_fd(tell)
    threading.Thread(target=_leave_late, args=(heard,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)


def _leave_late(heard: int) -> None:
    os.read(heard, 1)
    time.sleep(LEAVE_S)
    os._exit(0)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)
