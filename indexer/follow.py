"""Following a source: one pass after the other, until the process is told to end.

Decides when to look, how long to wait after a failure, and which failures end the following: another holder of the
lease, a hold after a rollback, a store that is damaged or of another environment. What a pass does is `sync`.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace

from indexer.report import SyncReport
from indexer.sources.open import Source
from indexer.stopping import Stoppable, Stopped, StopSignal
from indexer.surroundings import Surroundings
from indexer.sync import SyncOptions, lease_owner, run_pass
from indexer.work_notes import WorkNotes
from lookup.backoff import wait_after
from lookup.errors import CouldNotSearch, SourceError, StoreDamaged, WouldLose
from lookup.store.protocol import Writer

PASS_EVERY_S = 1.0
"""Seconds between two looks: what a change may take to be seen, beside publishing it."""

LONGEST_WAIT_S = 30.0
"""Between two attempts while a side is down: changes are to go out well within a minute of its return."""

_PASSING = (SourceError, CouldNotSearch, WouldLose)
"""What may go away by itself, or by somebody who mends the source."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told what happens: of each pass that did something, and of each failure once."""

    passed: Callable[[SyncReport], None]
    failed: Callable[[Exception], None]


def follow(
    source: Source, writer: Writer, around: Surroundings, options: SyncOptions, listener: Listener, stop: StopSignal
) -> None:
    """Keep the store at what the source says until `stop` is given. `options` hold for the first pass that succeeds.

    Raises `LeaseHeld` where another indexer is at work or has taken over, `IndexerHeld` after a rollback,
    `StoreDamaged` and `ConfigurationError` as a sync does.
    """
    notes = WorkNotes(writer, around.clock, Stoppable(around.progress, stop))
    following = _Following(source, writer, replace(around, progress=notes), notes, listener, stop, options)
    while not stop.is_given:
        try:
            with writer.lease(lease_owner()):
                following.run()
        except StoreDamaged:
            raise
        except CouldNotSearch as error:  # the lease itself could not be taken or given back
            following.fail(error)
    notes.stopped()


@dataclass(slots=True)
class _Following:
    """The passes under one lease after the other, and what is remembered between them."""

    source: Source
    writer: Writer
    around: Surroundings
    notes: WorkNotes
    listener: Listener
    stop: StopSignal
    options: SyncOptions
    failures: int = 0
    told: str = ""
    done: Hashable = None
    seen: Hashable = field(default=None)

    def run(self) -> None:
        """Do passes until the stop, or until the lease should be taken anew: where a store that answers refused a pass,
        somebody else has written, and what they began is finished when the lease is taken."""
        while not self.stop.is_given:
            try:
                if self._is_worth_reading():
                    self._pass()
                self.failures, self.told = 0, ""
            except Stopped:
                return
            except StoreDamaged:
                raise
            except _PASSING as error:
                self.fail(error)
                if isinstance(error, CouldNotSearch) and self._store_answers():
                    return
                continue
            self.stop.wait(PASS_EVERY_S)

    def fail(self, error: Exception) -> None:
        """Tell of a failure that was not told last, and wait, longer each time."""
        if str(error) != self.told:
            self.listener.failed(error)
            self.told = str(error)
        self.failures += 1
        self.stop.wait(wait_after(self.failures, PASS_EVERY_S, LONGEST_WAIT_S))

    def _store_answers(self) -> bool:
        try:
            self.writer.head()
        except CouldNotSearch:
            return False
        return True

    def _is_worth_reading(self) -> bool:
        """Whether there may be something new: files that changed since they were read, and lay still since the last
        look, for a copy takes a while."""
        stamp = self.source.stamp()
        if stamp is None:
            return True
        lies_still, self.seen = stamp == self.seen, stamp
        return lies_still and stamp != self.done

    def _pass(self) -> None:
        with self.source.snapshot() as extract:
            report = run_pass(extract, self.writer, self.around, self.options, self.notes)
        self.done = self.seen
        self.options = SyncOptions()
        if report.published != "nothing":
            self.listener.passed(report)
