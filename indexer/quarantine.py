"""The quarantine: the rows that a pass refused, as people and programs read them.

Decides the six fields of an entry: file, line, column, value, key, reason. The key is in normal form, null where it
cannot be read; the value is the cell as it stands, cut to `reading.VALUE_LIMIT` characters, empty for an empty cell.
"""

import json
from collections.abc import Iterator
from typing import Any

from indexer.sources.extract import Extract
from indexer.staging import Staging
from indexer.tables import TABLES, Table

_REFUSED = """
SELECT line, fault, value, key, reason, cells, member, mission FROM rows WHERE source = ? AND reason IS NOT NULL
ORDER BY line
"""


def list_quarantine(staging: Staging, extract: Extract) -> Iterator[dict[str, Any]]:
    """Give an entry per refused row, by table and line."""
    for table in TABLES:
        file = extract.file_name(table)
        for line, column, value, key, reason, cells, member, mission in staging.ask(_REFUSED, table.number):
            normal = {table.key: key} | {
                name: member if target == "members" else mission for name, target in table.pointers
            }
            yield {
                "file": file,
                "line": line,
                "column": column,
                "value": _as_it_stands(column, normal, cells) if value is None else value,
                "key": key,
                "reason": reason,
            }


def _as_it_stands(column: str, normal: dict[str, str | None], cells: str | None) -> str:
    """Give the cell of a key or pointer; only those can be at fault because of other rows."""
    differing = json.loads(cells) if cells else {}
    return str(differing.get(column, normal[column]))


_LINES = """
UPDATE rows SET line = counted.line
FROM (SELECT rowid AS id, row_number() OVER (ORDER BY raw_key) AS line FROM rows WHERE source = ?) AS counted
WHERE rows.rowid = counted.id AND counted.id IN (SELECT rowid FROM rows WHERE source = ? AND reason IS NOT NULL)
"""


_ANY_REFUSED = "SELECT 1 FROM rows WHERE source = ? AND reason IS NOT NULL LIMIT 1"


def count_lines(staging: Staging) -> None:
    """Say at which place, in the order of the keys as they stand, the refused rows of a database lie: a table has no
    lines of its own."""
    for table in TABLES:
        if staging.ask_one(_ANY_REFUSED, table.number):
            staging.change(_LINES, table.number, table.number)


def count_refused(staging: Staging, table: Table) -> dict[str, int]:
    """Give how many rows of a table were refused, per reason."""
    question = "SELECT reason, COUNT(*) FROM rows WHERE source = ? AND reason IS NOT NULL GROUP BY reason"
    return dict(staging.ask(question, table.number))
