"""Where a pass runs.

Decides nothing; a test hands in its own clock, directory and progress.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from indexer.progress import Silence
from lookup.clock import Clock, system_clock
from lookup.progress import Progress


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment, the directory below which the staging file lies, the clock, and who is told how far it is.
    `overlap` is how far back a database is read again, for transactions that commit late."""

    environment: str
    data_dir: Path
    clock: Clock = system_clock
    progress: Progress = field(default_factory=Silence)
    overlap: timedelta = timedelta(minutes=15)
