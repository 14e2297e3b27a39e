"""What a pass over a database leaves in the head for the next one: how far the source was seen, and in which mirror.

Decides when the next pass may read only what changed. In every other case everything is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexer.sources.extract import Description
from lookup.store.protocol import Head

WHOLE_EVERY = timedelta(hours=24)
"""After so long everything is read again: a row that was really deleted, or a transaction that was open for longer
than the overlap, shows in nothing that was changed."""


@dataclass(frozen=True, slots=True)
class DatabasePosition:
    """Where the last pass over a database stood. `clock` and `whole_at` are by the clock of that database: the moment
    of the pass, and of the last one that read everything. `keeping` names the tables from which nothing was deleted.
    `is_finished` is False where the pass did not come to its end: records of it may be out."""

    database: str
    clock: datetime
    whole_at: datetime
    mirror: str
    keeping: frozenset[str]
    is_finished: bool = True

    def document(self) -> dict[str, Any]:
        """Write the position as JSON."""
        return {
            "database": self.database,
            "clock": self.clock.isoformat(),
            "whole_at": self.whole_at.isoformat(),
            "mirror": self.mirror,
            "keeping": sorted(self.keeping),
        }

    def can_go_on(self, description: Description) -> bool:
        """Whether a pass may read only what changed since: the same database, whose clock has not gone back, and not
        too long after everything was read."""
        moment = description.extracted_at
        return self.database == description.database and self.clock <= moment < self.whole_at + WHOLE_EVERY


def read_position(head: Head | None, rules: int) -> DatabasePosition | None:
    """Give what a head says of a database; None where it says nothing, or by other rules than these."""
    if head is None or head.position.get("rules") != rules or "source" not in head.position:
        return None
    said: Mapping[str, Any] = head.position["source"]
    return DatabasePosition(
        said["database"],
        datetime.fromisoformat(said["clock"]),
        datetime.fromisoformat(said["whole_at"]),
        said["mirror"],
        frozenset(said["keeping"]),
        is_finished="standings" in head.position,
    )
