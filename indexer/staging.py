"""The staging file: every row of one extract, usable or refused, in an SQLite file on disk.

Decides how rows are kept so that duplicates, pointers and the assembly of members are questions to a database, and
memory does not grow with the registry. The rules themselves are in `refusals`; nothing here outlives its pass.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Self

from indexer.reading import StagedRow
from indexer.tables import INSIDE_MEMBERS

CHUNK = 2_000
"""Rows per insert: large enough that the calls cost nothing, small enough to be no memory."""

CACHE_KIB = 32 * 1024
"""Page cache of the staging file; beyond it SQLite spills to disk."""

_TABLES = """
CREATE TABLE rows (
  source INTEGER NOT NULL, line INTEGER NOT NULL, key TEXT, member TEXT, mission TEXT, family INTEGER NOT NULL,
  reason TEXT, fault TEXT, value TEXT, cells TEXT, content TEXT
);
CREATE TABLE marked (source INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (source, key)) WITHOUT ROWID;
"""

INSIDE_A_MEMBER = f"source IN ({', '.join(str(table.number) for table in INSIDE_MEMBERS)})"
"""Which rows lie inside members. A question that goes by `rows_by_member` must ask in exactly these words."""

_INDEXES = f"""
CREATE INDEX rows_by_key ON rows (source, key, family, reason);
CREATE INDEX rows_by_member ON rows (member) WHERE {INSIDE_A_MEMBER};
"""


class Staging:
    """A staging file in `directory`, open until the `with` block ends."""

    def __init__(self, directory: Path) -> None:
        self._connection = sqlite3.connect(directory / "staging.sqlite", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KIB}", "temp_store = FILE"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, rows: Iterable[StagedRow]) -> Iterator[int]:
        """Add rows as they come; gives, chunk by chunk, how many were added."""
        remaining = iter(rows)
        while chunk := list(islice(remaining, CHUNK)):
            self.change_many("INSERT INTO rows VALUES (?,?,?,?,?,?,?,?,?,?,?)", chunk)
            yield len(chunk)

    def index(self) -> None:
        """Make the indexes, once all rows are there."""
        self._connection.executescript(_INDEXES)

    def ask(self, question: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Give the rows of an answer one by one."""
        return iter(self._connection.execute(question, values))

    def ask_one(self, question: str, *values: Any) -> Any:
        """Give the first value of an answer, None where there is none."""
        row = self._connection.execute(question, values).fetchone()
        return None if row is None else row[0]

    def change(self, statement: str, *values: Any) -> int:
        """Change rows and give how many."""
        return self._connection.execute(statement, values).rowcount

    def change_many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Change as often as there are rows, in one transaction."""
        self._connection.execute("BEGIN")
        self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")
