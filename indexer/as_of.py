"""How old the data of a pass are, and whether this environment may take them.

Decides `as_of`: the time up to which the source is known to have been seen, by the earlier of the source's clock and
the indexer's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from indexer.report import AsOfSource
from indexer.sources.extract import Description
from lookup.errors import SourceError


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment in UTC and where it comes from."""

    moment: datetime
    source: AsOfSource


def decide_as_of(description: Description, started: datetime) -> AsOf:
    """Take the earlier of the extract's age and the moment at which the pass started."""
    if description.extracted_at > started:
        # A database is asked for its time after the pass has started, so there it is the usual case.
        source: AsOfSource = "database" if description.age_source == "database" else "clock"
        return AsOf(started.astimezone(UTC), source)
    return AsOf(description.extracted_at.astimezone(UTC), description.age_source)


def refuse_fictitious(description: Description, environment: str) -> None:
    """Raise `SourceError` where an environment with real people is given invented ones."""
    if environment == "live" and description.fictitious:
        raise SourceError(
            "The extract is marked fictitious, and the environment is live. Sync it with --environment training."
        )
