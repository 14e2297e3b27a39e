"""An extract against what is published, kind by kind, counted as it goes: every record, or those that are concerned.

Decides nothing of its own: `compare` decides each record, `report` what is counted. A sync publishes what comes out,
a check and a reconcile only count it.
"""

from collections.abc import Callable, Iterator

from indexer.compare import Change, compare
from indexer.intake import Intake
from indexer.published import Published
from indexer.report import Tally
from lookup.progress import Progress
from lookup.records import KINDS, Kind

PROGRESS_EVERY = 500
"""Records between two signs of life."""


class Comparison:
    """One comparison; each kind is walked once. `tally` is what the counting starts from."""

    def __init__(self, intake: Intake, published: Published, progress: Progress, tally: Tally | None = None) -> None:
        self.tally = Tally() if tally is None else tally
        self._intake = intake
        self._published = published
        self._progress = progress

    def changes(self, kind: Kind) -> Iterator[Change]:
        """Give what becomes of every record of a kind, counted."""
        self._progress.begin(f"comparing {kind}", None)
        for number, change in enumerate(compare(self._intake.sightings, self._published, kind), 1):
            self.tally.count(change)
            self._intake.note(change)
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
