"""A generation's file while it is loaded: rows in any order, then sorted, indexed and brought onto the disk.

Decides how a file is loaded fast. What it must prove before it serves is decided by who loads it. Nothing is durable
until the end: a file whose loading is killed is thrown away.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from lookup.records import Content
from lookup.store.protocol import Head
from lookup.store.rows import Row, row_terms
from lookup.store.sqlite.directory import create_private, sync_path
from lookup.store.sqlite.schema import INDICES, TABLES, connect, could_not
from lookup.store.sqlite.texts import write_head, write_quarantine

Loaded = tuple[Row, Content | None]
"""A row and its content; None for a held record and for a tombstone."""

_CHUNK = 1000
_CACHE_KIB = 65536
_LOADING = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -{_CACHE_KIB};
CREATE TEMP TABLE loaded_exact (term, key);
CREATE TEMP TABLE loaded_words (term, key);
BEGIN;
"""
_SORTING = """
INSERT INTO exact SELECT term, key FROM loaded_exact ORDER BY term, key;
INSERT INTO exact_again SELECT term, key FROM exact;
INSERT INTO words SELECT term, key FROM loaded_words ORDER BY term, key;
"""


class LoadingFile:
    """A new file at `path`. Raises `FileExistsError` where there is one, `CouldNotSearch` where it cannot be made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        create_private(path)
        try:
            self._connection = connect(path, "rw")
            self._connection.executescript(TABLES + _LOADING)
        except sqlite3.Error as error:
            raise could_not(error) from None

    def add(self, rows: Iterable[Loaded]) -> None:
        """Add rows; each key once. A key that comes twice is found at the end."""
        rows = iter(rows)
        while chunk := list(islice(rows, _CHUNK)):
            self._write(chunk)

    def finish(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> None:
        """Write head and quarantine, sort everything, and close the file, durable. Raises `ValueError` where a key
        came twice."""
        try:
            write_head(self._connection, head)
            write_quarantine(self._connection, quarantine)
            self._connection.execute("COMMIT")
            self._connection.executescript(_SORTING + INDICES + "PRAGMA journal_mode = WAL;")
            self._connection.close()
        except sqlite3.IntegrityError:
            raise ValueError("a key was added twice to one build") from None
        except sqlite3.Error as error:
            raise could_not(error) from None
        sync_path(self._path)
        sync_path(self._path.parent)

    def close(self) -> None:
        """Close the file, finished or not."""
        self._connection.close()

    def _write(self, chunk: list[Loaded]) -> None:
        live = [(row.key, row_terms(row.handle, content)) for row, content in chunk if not row.deleted]
        try:
            self._connection.executemany("INSERT INTO records VALUES (?,?,?,?,?,?,?,?)", (row for row, _ in chunk))
            self._connection.executemany(
                "INSERT INTO loaded_exact VALUES (?,?)", ((term, key) for key, terms in live for term in terms.exact)
            )
            self._connection.executemany(
                "INSERT INTO loaded_words VALUES (?,?)", ((word, key) for key, terms in live for word in terms.words)
            )
        except sqlite3.Error as error:
            raise could_not(error) from None
