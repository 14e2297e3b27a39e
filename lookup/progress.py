"""How long work shows where it is: bars on a terminal, plain lines elsewhere, both on standard error.

Decides nothing about the work, which is counted in items or in bytes. A line is printed per step and then at most every
ten seconds, so that a log stays readable.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal, Protocol

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as RichProgress

LINE_EVERY_S = 10.0

Unit = Literal["items", "bytes"]


class Progress(Protocol):
    """What long work tells while it goes on: steps, one after the other, each with a number of items."""

    def begin(self, step: str, total: int | None) -> None:
        """Begin a step, which ends the one before; `total` items, None where that is not known."""

    def advance(self, count: int) -> None:
        """Say that so many more items of the step are done."""

    def end(self) -> None:
        """End the last step."""


class Lines:
    """Plain lines: one as a step begins, one as it ends, and now and then one between. `say` takes each."""

    def __init__(self, say: Callable[[str], None], unit: Unit = "items", every_s: float = LINE_EVERY_S) -> None:
        self._write = say
        self._unit = unit
        self._every_s = every_s
        self._step = ""
        self._total: int | None = None
        self._done = 0
        self._began = self._said = time.monotonic()

    def begin(self, step: str, total: int | None) -> None:
        """Say what begins."""
        self.end()
        self._step, self._total, self._done = step, total, 0
        self._began = self._said = time.monotonic()

    def advance(self, count: int) -> None:
        """Say how far it is, if the last line is old enough."""
        self._done += count
        if time.monotonic() - self._said >= self._every_s:
            self._say()

    def end(self) -> None:
        """Say how much it was."""
        if self._step:
            self._say()
            self._step = ""

    def _say(self) -> None:
        self._said = time.monotonic()
        seconds = self._said - self._began
        of_total = f" of {self._amount(self._total)}" if self._total else ""
        rate = f", {self._amount(round(self._done / seconds))}/s" if self._done and seconds >= 1 else ""
        amount = f": {self._amount(self._done)}{of_total}" if self._done else ""
        self._write(f"{self._step}{amount} ({seconds:.1f} s{rate})")

    def _amount(self, count: int) -> str:
        return f"{count:,}" if self._unit == "items" else f"{count / 1e6:,.1f} MB"


class Bars:
    """A bar per step, with rate and time left."""

    def __init__(self, rich_progress: RichProgress) -> None:
        self._rich = rich_progress
        self._task: TaskID | None = None

    def begin(self, step: str, total: int | None) -> None:
        """Add a bar; without a total it only moves."""
        self.end()
        self._task = self._rich.add_task(step, total=total)

    def advance(self, count: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._rich.advance(self._task, count)

    def end(self) -> None:
        """Fill the bar."""
        if self._task is not None:
            done = self._rich.tasks[self._task].completed
            self._rich.update(self._task, total=max(done, 1), completed=max(done, 1))
            self._task = None


@contextmanager
def show_progress(
    say: Callable[[str], None] | None = None, unit: Unit = "items", every_s: float = LINE_EVERY_S
) -> Iterator[Progress]:
    """Give the progress that fits standard error. Where that is no terminal, `say` takes the lines, if it is given."""
    if not sys.stderr.isatty():
        yield Lines(say or partial(click.echo, err=True), unit, every_s)
        return
    done: tuple[ProgressColumn, ...] = (MofNCompleteColumn(), TaskProgressColumn(show_speed=True))
    if unit == "bytes":
        done = (DownloadColumn(), TransferSpeedColumn())
    columns = (TextColumn("{task.description}"), BarColumn(), *done, TimeRemainingColumn())
    with RichProgress(*columns, console=Console(stderr=True)) as rich_progress:
        yield Bars(rich_progress)
