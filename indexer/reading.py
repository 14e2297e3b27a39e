"""One row of a source, read: what is staged of it, whether it is usable or not.

Decides the first two reasons of the quarantine, `missing` and `invalid`, which a row has by itself. A refused row
keeps whatever of its key and pointers can be read, because the row exists all the same.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from marshmallow import ValidationError

from indexer.columns import INVALID, MISSING
from indexer.sources.extract import SourceRow
from indexer.tables import MEMBERS, Table

VALUE_LIMIT = 200
"""Characters of a refused cell that the quarantine keeps: enough to recognize it."""


class StagedRow(NamedTuple):
    """A row as the staging file holds it. `key`, `member` and `mission` are in normal form, None where they cannot be
    read; `cells` are the key and the pointers as they stand, where that differs; `family` says that a member names
    a principal, readable or not; `content` is None for a row that is refused for its own cells; `raw_key` is the key
    as a database has it, and `digest` of all cells tells whether such a row is what it was."""

    table: int
    line: int
    key: str | None
    member: str | None
    mission: str | None
    family: bool
    reason: str | None
    column: str | None
    value: str | None
    cells: str | None
    content: str | None
    raw_key: str | None = None
    digest: bytes | None = None


def read_row(table: Table, row: SourceRow) -> StagedRow:
    """Read a row by the schema of its table."""
    reason = column = value = content = None
    try:
        faultless = table.schema.read_faultless(row.cells)
        values: Mapping[str, Any] = table.schema.load(row.cells) if faultless is None else faultless
        content = write_values(_content_of(table, values))
    except ValidationError as error:
        values = error.valid_data if isinstance(error.valid_data, dict) else {}
        reason, column = _first_fault(table, error.messages_dict)
        value = row.cells.get(column, "")[:VALUE_LIMIT]
    pointers = {target: values.get(name) for name, target in table.pointers}
    return StagedRow(
        table.number,
        row.line,
        values.get(table.key),
        pointers.get("members"),
        pointers.get("missions"),
        table is MEMBERS and "principal_id" in row.cells,
        reason,
        column,
        value,
        _cells_as_they_stand(table, row, values),
        content,
        row.raw_key,
        None if row.raw_key is None else digest_of(row),
    )


def digest_of(row: SourceRow) -> bytes:
    """Tell the cells of a row from all others: 128 bits of BLAKE2."""
    return hashlib.blake2b(repr(sorted(row.cells.items())).encode("utf-8", "replace"), digest_size=16).digest()


write_values = json.JSONEncoder(
    default=date.isoformat, sort_keys=True, separators=(",", ":"), ensure_ascii=False
).encode
"""Write the values of a row as JSON with sorted keys; days as `YYYY-MM-DD`. One encoder, made once."""


def _content_of(table: Table, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row inside a member does not say again whose it is."""
    return {name: value for name, value in values.items() if name != "member_id"} if table.inside else values


def _first_fault(table: Table, messages: Mapping[str, list[str]]) -> tuple[str, str]:
    """Give reason and column: what is missing before what is invalid, then in the order of the columns."""
    for reason in (MISSING, INVALID):
        for column in table.columns:
            if reason in messages.get(column, ()):
                return reason, column
    raise AssertionError("a refused row has a fault in one of its columns")


def _cells_as_they_stand(table: Table, row: SourceRow, values: Mapping[str, Any]) -> str | None:
    cells = row.cells
    differing = {
        name: cells[name][:VALUE_LIMIT]
        for name in (table.key, *(name for name, _ in table.pointers))
        if name in values and cells.get(name) != values[name]
    }
    return json.dumps(differing, ensure_ascii=False) if differing else None
