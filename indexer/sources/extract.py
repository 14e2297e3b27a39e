"""What any source of the registry offers to a sync, whatever shape the extract comes in.

Decides nothing. `csv_directory` reads files, `database` a SQL database.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from indexer.tables import Table

AgeSource = Literal["extract", "oldest_file", "database"]


@dataclass(frozen=True, slots=True)
class Description:
    """An extract as a whole. `age_source` says where `extracted_at` comes from: the extract itself, its oldest file, or
    the clock of its database. `fingerprints` are one digest per table that is there; equal fingerprints mean equal
    rows, none that the rows must be looked at. `expected_rows` are as many as the extract promises, of the tables for
    which it does. `database` names a `ChangingExtract`; None where only the whole can be read."""

    extracted_at: datetime
    age_source: AgeSource
    fictitious: bool
    fingerprints: Mapping[str, str]
    expected_rows: Mapping[str, int] = field(default_factory=dict)
    database: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stands. `line` is where it begins in its file, 0 where lines are counted later; empty cells are
    left out of `cells`. `raw_key` is the key as the database has it, by which the row is known from pass to pass."""

    line: int
    cells: dict[str, str]
    raw_key: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that was changed, as it stands now; `row` is None where it is a tombstone."""

    raw_key: str
    row: SourceRow | None


class Extract(Protocol):
    """One full extract. Every method raises `SourceError` where the extract is broken as a whole."""

    def describe(self) -> Description:
        """Look at the extract without reading its rows."""

    def file_name(self, table: Table) -> str:
        """Give what the quarantine names as the file of a table."""

    def rows(self, table: Table, warn: Callable[[str], None]) -> Iterator[SourceRow]:
        """Give the rows of a table one by one; none where an optional table is not there. `warn` takes what is odd
        about the file but harmless."""


class ChangingExtract(Extract, Protocol):
    """An extract of a source that also says what changed."""

    def changes(self, table: Table, since: datetime) -> Iterator[ChangedRow]:
        """Give the rows whose last change is not older than `since`, by the clock of the source."""
