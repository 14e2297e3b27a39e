"""The staging file: every row of one extract, usable or refused, in an SQLite file on disk.

Decides how rows are kept so that duplicates, pointers and the assembly of members are questions to a database, and
memory does not grow with the registry. The rules themselves are in `refusals`. The file of a pass goes with it, unless
it is kept as the `mirror` of a database.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Self

from indexer.reading import StagedRow
from indexer.tables import INSIDE_MEMBERS

FILE_NAME = "staging.sqlite"

CHUNK = 2_000
"""Rows per insert: large enough that the calls cost nothing, small enough to be no memory."""

CACHE_KIB = 32 * 1024
"""Page cache of the staging file; beyond it SQLite spills to disk."""

PUT_ROW = f"INSERT INTO rows VALUES ({','.join('?' * len(StagedRow._fields))})"  # noqa: S608 - only question marks

_TABLES = """
CREATE TABLE rows (
  source INTEGER NOT NULL, line INTEGER NOT NULL, key TEXT, member TEXT, mission TEXT, family INTEGER NOT NULL,
  reason TEXT, fault TEXT, value TEXT, cells TEXT, content TEXT, raw_key TEXT, digest BLOB
);
CREATE TABLE marked (source INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (source, key)) WITHOUT ROWID;
"""

INSIDE_A_MEMBER = f"source IN ({', '.join(str(table.number) for table in INSIDE_MEMBERS)})"
"""Which rows lie inside members. A question that goes by `rows_by_member` must ask in exactly these words."""

_INDEXES = f"""
CREATE INDEX rows_by_key ON rows (source, key, family, reason);
CREATE INDEX rows_by_member ON rows (member) WHERE {INSIDE_A_MEMBER};
"""

_BUILDING = ("journal_mode = OFF", "synchronous = OFF")
_KEEPING = ("journal_mode = WAL", "synchronous = NORMAL")
"""A file that outlives its pass is whole after every crash, also after one of the machine: perhaps a pass older."""


class Staging:
    """A staging file in `directory`, open until the `with` block ends: a new one, or, where `kept`, the one that an
    earlier pass left. `concerned` says that the table of that name holds the keys that alone are asked about."""

    def __init__(self, directory: Path, *, kept: bool = False) -> None:
        self.concerned = False
        self._connection = sqlite3.connect(directory / FILE_NAME, isolation_level=None)
        for pragma in (*(_KEEPING if kept else _BUILDING), f"cache_size = -{CACHE_KIB}", "temp_store = FILE"):
            self._connection.execute(f"PRAGMA {pragma}")
        if not kept:
            self.run(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, rows: Iterable[StagedRow]) -> Iterator[int]:
        """Add rows as they come; gives, chunk by chunk, how many were added."""
        remaining = iter(rows)
        while chunk := list(islice(remaining, CHUNK)):
            self.change_many(PUT_ROW, chunk)
            yield len(chunk)

    def index(self) -> None:
        """Make the indexes, once all rows are there."""
        self.run(_INDEXES)

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
        """Change as often as there are rows, in one step."""
        self._connection.execute("SAVEPOINT many")
        self._connection.executemany(statement, rows)
        self._connection.execute("RELEASE many")

    def run(self, script: str) -> None:
        """Run statements without values, one after the other, each in the step that is under way."""
        for statement in script.split(";"):
            if statement.strip():
                self._connection.execute(statement)

    def begin(self) -> None:
        """Begin a step that `commit` ends; a file that is closed before that stands as it did."""
        self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End the step that was begun, if one was."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
