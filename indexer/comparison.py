"""A whole extract against everything that is published, kind by kind, counted as it goes.

Decides nothing of its own: `compare` decides each record, `report` what is counted. A sync publishes what comes out,
a check and a reconcile only count it.
"""

from collections.abc import Callable, Iterator

from indexer.compare import Change, compare
from indexer.intake import Intake
from indexer.presence import look_around
from indexer.progress import Progress
from indexer.published import Published
from indexer.report import Tally
from lookup.records import KINDS, Kind

PROGRESS_EVERY = 500
"""Records between two signs of life."""


class Comparison:
    """One comparison; each kind is walked once."""

    def __init__(self, intake: Intake, published: Published, progress: Progress) -> None:
        self.tally = Tally()
        self._sightings = look_around(intake.staging)
        self._published = published
        self._progress = progress

    def changes(self, kind: Kind) -> Iterator[Change]:
        """Give what becomes of every record of a kind, counted."""
        self._progress.begin(f"comparing {kind}", None)
        for number, change in enumerate(compare(self._sightings, self._published, kind), 1):
            self.tally.count(change)
            if number % PROGRESS_EVERY == 0:
                self._progress.advance(PROGRESS_EVERY)
            yield change

    def count_all(self, note: Callable[[Change], object]) -> Tally:
        """Walk every kind, show each change to `note`, and give the count."""
        for kind in KINDS:
            for change in self.changes(kind):
                note(change)
        self._progress.end()
        return self.tally
