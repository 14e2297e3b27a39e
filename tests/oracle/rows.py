"""Which rows of an extract are accepted, and which are refused, where and why.

Only this extract is looked at; what was published before is the business of `records`.
"""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .tables import POINTERS, TABLES, Table


class Refusal(NamedTuple):
    """A refused row as the quarantine lists it; `line` is where the row begins, the header being line 1."""

    file: str
    line: int
    column: str
    key: str | None
    reason: str


@dataclass
class Row:
    """One row: what could be read of it, and why it is refused, if it is."""

    table: str
    file: str
    line: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    faulty: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str | None:
        """The key in normal form; None where it can't be read."""
        return self.values.get(TABLES[self.table].key)

    def refuse(self, column: str, reason: str) -> None:
        """Refuse the row, unless an earlier reason stands."""
        if self.reason is None:
            self.faulty, self.reason = column, reason


Extract = dict[str, list[Row]]


def read_extract(directory: Path) -> Extract:
    """Read and judge every table of a directory; FileNotFoundError where a table that is not optional is missing."""
    extract = {name: list(_rows_of(directory, name, table)) for name, table in TABLES.items()}
    for name, rows in extract.items():
        for row in rows:
            _judge_alone(row)
        keys = Counter(row.key for row in rows)
        for row in rows:
            if row.key is not None and keys[row.key] > 1:
                row.refuse(TABLES[name].key, "duplicate_key")
    _judge_pointers(extract)
    return extract


def refusals_of(extract: Extract) -> list[Refusal]:
    """Return every refused row of an extract, in the order of tables and lines."""
    return [
        Refusal(row.file, row.line, str(row.faulty), row.key, row.reason)
        for rows in extract.values()
        for row in rows
        if row.reason is not None
    ]


def _rows_of(directory: Path, name: str, table: Table) -> Iterator[Row]:
    plain, packed = directory / f"{name}.csv", directory / f"{name}.csv.gz"
    if plain.exists():
        file, content = plain.name, plain.read_bytes()
    elif packed.exists():
        file, content = packed.name, gzip.decompress(packed.read_bytes())
    elif table.optional:
        return
    else:
        raise FileNotFoundError(plain)
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = [column.strip() for column in next(reader)]
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if cells:
            filled = {column: cell.strip() for column, cell in zip(header, cells, strict=False) if cell.strip()}
            yield Row(name, file, line, filled)


def _judge_alone(row: Row) -> None:
    """Missing cells first, then what can't be read, then what contradicts another cell of the row."""
    invalid = []
    for column, (reader, _) in TABLES[row.table].columns.items():
        if column in row.cells:
            try:
                row.values[column] = reader(row.cells[column])
            except ValueError:
                invalid.append(column)
    for column, (_, required) in TABLES[row.table].columns.items():
        if column not in row.cells and (required or column == _required_by_kind(row)):
            row.refuse(column, "missing")
    for column in invalid:
        row.refuse(column, "invalid")
    begins, ends = row.values.get("effective_on"), row.values.get("terminated_on")
    if begins is not None and ends is not None and ends < begins:
        row.refuse("terminated_on", "invalid")
    if "relationship" in row.cells and "principal_id" not in row.cells:
        row.refuse("relationship", "invalid")


def _required_by_kind(row: Row) -> str | None:
    """A mission is a State's or an organization's, and must say whose."""
    if row.table != "missions" or "kind" not in row.values:
        return None
    return "organization" if row.values["kind"] == "international_organization" else "sending_state"


def _judge_pointers(extract: Extract) -> None:
    """A pointer needs a row with that key, refused or not; a principal must not be family."""
    there = {table: {row.key for row in extract[table]} for table in ("members", "missions")}
    family = {row.key for row in extract["members"] if row.reason is None and "principal_id" in row.values}
    for name, rows in extract.items():
        columns = [column for column in TABLES[name].columns if column in POINTERS and column != TABLES[name].key]
        for row in rows:
            for column in columns:
                table, reason = POINTERS[column]
                if column in row.values and row.values[column] not in there[table]:
                    row.refuse(column, reason)
    for row in extract["members"]:
        if row.values.get("principal_id") in family:
            row.refuse("principal_id", "principal_is_family")
