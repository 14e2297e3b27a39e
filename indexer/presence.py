"""What the extract still says of keys that were published before: is the row there, was it refused, and may anything
be deleted at all.

Decides when a vanished key counts as deleted. Where a refused row of a table has no readable key, it may be the row of
any key that vanished: then nothing is deleted from that table, nor from the table that its rows belong to.
"""

from dataclasses import dataclass
from typing import Literal

from indexer.staging import Staging
from indexer.tables import INSIDE_MEMBERS, MEMBERS, TABLES, Table

Presence = Literal["there", "refused", "gone"]

_PRESENCE = "SELECT reason IS NOT NULL FROM rows WHERE source = ? AND key = ? LIMIT 1"
"""Of several rows with one key all are refused, so that any of them tells."""

_UNREADABLE = "SELECT 1 FROM rows WHERE source = ? AND key IS NULL LIMIT 1"


@dataclass(frozen=True, slots=True)
class Sightings:
    """What one extract shows of the keys of each table. `keeping` names the tables from which nothing is deleted."""

    staging: Staging
    keeping: frozenset[str]

    def presence(self, table: Table, key: str) -> Presence:
        """Look a key up among the rows of a table."""
        refused = self.staging.ask_one(_PRESENCE, table.number, key)
        if refused is None:
            return "gone"
        return "refused" if refused else "there"

    def is_deleted(self, table: Table, key: str) -> bool:
        """Whether a key that was published is now deleted."""
        return table.name not in self.keeping and self.presence(table, key) == "gone"


def look_around(staging: Staging) -> Sightings:
    """Find the tables that hold a row without a readable key."""
    unreadable = [table for table in TABLES if staging.ask_one(_UNREADABLE, table.number)]
    keeping = {table.name for table in unreadable}
    if any(table in INSIDE_MEMBERS for table in unreadable):
        keeping.add(MEMBERS.name)
    return Sightings(staging, frozenset(keeping))
