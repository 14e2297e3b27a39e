"""Ending on request: how a signal is heard, and where long work heeds it.

Decides that nothing is broken off in the middle of a step: work is left where it gives a sign of life, which is between
two revisions, or in the midst of a reading of which nothing was published.
"""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from lookup.progress import Progress

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopped(Exception):
    """The process was told to end."""


class StopSignal:
    """Whether the process was told to end. A pipe, because a handler may not wait for a lock."""

    def __init__(self) -> None:
        self.is_given = False
        self._read, self._write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def give(self, *_: object) -> None:
        """Tell the process to end."""
        self.is_given = True
        os.write(self._write, b"!")

    def wait(self, seconds: float) -> bool:
        """Wait, and give whether the process was told to end, at once where it was."""
        select.select([self._read], [], [], max(seconds, 0.0))
        return self.is_given

    def close(self) -> None:
        """Give back the pipe."""
        os.close(self._read)
        os.close(self._write)


class Stoppable:
    """Progress at whose signs of life the work is left once the process was told to end."""

    def __init__(self, progress: Progress, stop: StopSignal) -> None:
        self._progress = progress
        self._stop = stop

    def begin(self, step: str, total: int | None) -> None:
        """Begin a step. Raises `Stopped`."""
        self._heed()
        self._progress.begin(step, total)

    def advance(self, count: int) -> None:
        """Pass a sign of life on. Raises `Stopped`."""
        self._progress.advance(count)
        self._heed()

    def end(self) -> None:
        """End the last step."""
        self._progress.end()

    def _heed(self) -> None:
        if self._stop.is_given:
            raise Stopped


@contextmanager
def heed_signals() -> Iterator[StopSignal]:
    """Hear SIGTERM and SIGINT while the block runs, in the main thread."""
    stop = StopSignal()
    before = {number: signal.signal(number, stop.give) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stop.close()
