"""How far a verification is: a bar on a terminal, now and then a plain line elsewhere, both on standard error.

Decides nothing about the work.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from lookup.audit.reading.stream import all_segments
from lookup.audit.signing.volumes import HEADS_NAME, volumes_of
from lookup.audit.verifying.pieces import Tick
from lookup.audit.verifying.verify import Evidence

LINE_EVERY_S = 10.0
"""Seconds between two lines, so that a log stays readable; most verifications end before the first."""


@contextmanager
def show_bytes_read(evidence: Evidence, every_s: float = LINE_EVERY_S) -> Iterator[Tick]:
    """Give what takes the bytes read."""
    files = [*volumes_of(evidence.audit_dir / HEADS_NAME), *all_segments(evidence.places)]
    total = sum(path.stat().st_size for path in files)
    if not sys.stderr.isatty():
        yield _Lines(total, every_s).tick
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Verifying", total=total)
        yield lambda count: progress.advance(task, count)


class _Lines:
    """Says how far it is, if the last line is old enough."""

    def __init__(self, total: int, every_s: float) -> None:
        self._total, self._every_s = total, every_s
        self._done, self._said = 0, time.monotonic()

    def tick(self, count: int) -> None:
        self._done += count
        if time.monotonic() - self._said >= self._every_s:
            self._said = time.monotonic()
            click.echo(f"Verifying: {self._done / 1e6:,.1f} of {self._total / 1e6:,.1f} MB", err=True)
