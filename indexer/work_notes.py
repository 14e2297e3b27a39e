"""What a sync notes about itself in the store, for people who watch: its phase, how far it is, how the last ones ended.

Decides when a note is worth writing. Nothing rests on a note: one that cannot be written is left out.
"""

import time
from dataclasses import replace

from lookup.clock import Clock
from lookup.errors import CouldNotSearch, ImmunityError
from lookup.progress import Progress
from lookup.store.protocol import Phase, Work, Writer

NOTE_EVERY_S = 1.0
"""Seconds between two notes of one phase."""

IDLE_EVERY_S = 10.0
"""Seconds between two notes of passes that found nothing to do, and before a store that could not be written to is
tried again."""


class WorkNotes:
    """Progress that is passed on and, now and then, noted in the store."""

    def __init__(self, writer: Writer, clock: Clock, progress: Progress) -> None:
        self._writer = writer
        self._clock = clock
        self._progress = progress
        self._noted_at: float | None = None
        self._refused_until = 0.0
        try:
            self._work = replace(writer.work(), phase="idle", started_at=None, done=0, total=None)
        except CouldNotSearch:
            self._work = Work()

    def enter(self, phase: Phase) -> None:
        """Note that a phase begins."""
        self._work = replace(self._work, phase=phase, started_at=self._clock(), done=0, total=None)
        self._note()

    def begin(self, step: str, total: int | None) -> None:
        """Begin a step of the phase."""
        self._progress.begin(step, total)
        self._work = replace(self._work, done=0, total=total)

    def advance(self, count: int) -> None:
        """Say that so many more items of the step are done; a note is written if the last one is old enough."""
        self._progress.advance(count)
        self._work = replace(self._work, done=self._work.done + count)
        if self._work.phase != "idle" and self._is_due(NOTE_EVERY_S):
            self._note()

    def end(self) -> None:
        """End the last step."""
        self._progress.end()

    def succeeded(self) -> None:
        """Note that a pass came to its end; one that had nothing to do only now and then."""
        was_at_work = self._work.phase != "idle"
        self._rest(replace(self._work, last_success_at=self._clock()))
        if was_at_work or self._is_due(IDLE_EVERY_S):
            self._note()

    def failed(self, error: ImmunityError) -> None:
        """Note that a pass failed; the text of the error may be about rows, its title is not."""
        self._rest(replace(self._work, last_failure_at=self._clock(), failure=error.title))
        self._note()

    def stopped(self) -> None:
        """Note that nothing is done any more."""
        self._rest(self._work)
        self._note()

    def _rest(self, work: Work) -> None:
        self._work = replace(work, phase="idle", started_at=None, done=0, total=None)

    def _is_due(self, every_s: float) -> bool:
        return self._noted_at is None or time.monotonic() - self._noted_at >= every_s

    def _note(self) -> None:
        now = time.monotonic()
        if now < self._refused_until:
            return
        try:
            self._writer.note(self._work)
            self._noted_at = now
        except CouldNotSearch:
            self._refused_until = now + IDLE_EVERY_S
