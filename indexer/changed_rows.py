"""The rows of a database that changed, brought into its mirror.

Decides which of the rows that are read again did change: their cells are compared by a digest, so the overlap costs
little more than its reading. What the changes concern is `incremental`.
"""

from datetime import datetime

from indexer.reading import digest_of, read_row
from indexer.sources.extract import ChangedRow, ChangingExtract
from indexer.staging import CHUNK, PUT_ROW, Staging
from indexer.tables import TABLES, Table
from lookup.progress import Progress

_FIND = "SELECT rowid, digest, key, member FROM rows WHERE source = ? AND raw_key = ?"
_TOUCH = "INSERT OR IGNORE INTO touched VALUES (?,?,?)"


def apply_changes(staging: Staging, extract: ChangingExtract, since: datetime, progress: Progress) -> bool:
    """Bring what changed since a moment into the mirror, and note source, key and member of each changed row, as it
    was and as it is, in the table `touched`. Gives whether anything did change."""
    staging.run("CREATE TABLE touched (source INTEGER NOT NULL, key TEXT, member TEXT, UNIQUE (source, key, member))")
    for table in TABLES:
        progress.begin(f"reading changes of {table.name}", None)
        for number, changed in enumerate(extract.changes(table, since), 1):
            _apply(staging, table, changed)
            if number % CHUNK == 0:
                progress.advance(CHUNK)
    return staging.ask_one("SELECT 1 FROM touched LIMIT 1") is not None


def _apply(staging: Staging, table: Table, changed: ChangedRow) -> None:
    """Put one row in the place of the one that was; do nothing where it is the same."""
    number, digest, *named = next(staging.ask(_FIND, table.number, changed.raw_key), (None, None, None, None))
    if digest == (None if changed.row is None else digest_of(changed.row)):
        return
    if number is not None:
        staging.change("DELETE FROM rows WHERE rowid = ?", number)
        staging.change(_TOUCH, table.number, *named)
    if changed.row is not None:
        new = read_row(table, changed.row)
        staging.change(PUT_ROW, *new)
        staging.change(_TOUCH, table.number, new.key, new.member)
