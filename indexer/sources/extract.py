"""What any source of the registry offers to a sync, whatever shape the extract comes in.

Decides nothing; `csv_directory` is the source of this version.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from indexer.tables import Table

AgeSource = Literal["extract", "oldest_file"]


@dataclass(frozen=True, slots=True)
class Description:
    """An extract as a whole. `age_source` says where `extracted_at` comes from: the extract itself, or its oldest
    file. `fingerprints` are one digest per table that is there; equal fingerprints mean equal rows.
    `expected_rows` are as many as the extract promises, of the tables for which it does."""

    extracted_at: datetime
    age_source: AgeSource
    fictitious: bool
    fingerprints: Mapping[str, str]
    expected_rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stands. `line` is where it begins in its file; empty cells are left out of `cells`."""

    line: int
    cells: dict[str, str]


class Extract(Protocol):
    """One full extract. Every method raises `SourceError` where the extract is broken as a whole."""

    def describe(self) -> Description:
        """Look at the extract without reading its rows."""

    def file_name(self, table: Table) -> str:
        """Give what the quarantine names as the file of a table."""

    def rows(self, table: Table, warn: Callable[[str], None]) -> Iterator[SourceRow]:
        """Give the rows of a table one by one; none where an optional table is not there. `warn` takes what is odd
        about the file but harmless."""
