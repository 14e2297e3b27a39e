"""A whole extract against everything that is published, kind by kind, counted as it goes.

Decides nothing of its own: `compare` decides each record, `report` what is counted. A sync publishes what comes out,
a check and a reconcile only count it.
"""

from collections.abc import Iterator

from indexer.compare import Outcome, compare
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

    def outcomes(self, kind: Kind) -> Iterator[Outcome]:
        """Give the outcome of every record of a kind, counted."""
        self._progress.begin(f"comparing {kind}", None)
        for number, outcome in enumerate(compare(self._sightings, self._published, kind), 1):
            self.tally.count(outcome)
            if number % PROGRESS_EVERY == 0:
                self._progress.advance(PROGRESS_EVERY)
            yield outcome

    def count_all(self) -> Tally:
        """Walk every kind and give the count."""
        for kind in KINDS:
            for _ in self.outcomes(kind):
                pass
        self._progress.end()
        return self.tally
