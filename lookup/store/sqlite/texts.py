"""Head and quarantine of a generation as they are written: JSON texts, each with its checksum.

Decides how they are replaced; the transaction is the caller's.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from lookup.records import body_version
from lookup.store.heads import encode_head
from lookup.store.protocol import Head


def write_head(connection: sqlite3.Connection, head: Head) -> None:
    """Put this head in the place of the one before."""
    _replace(connection, "head", (encode_head(head),))


def write_quarantine(connection: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put these refused rows in the place of those of the last pass."""
    _replace(connection, "quarantine", (json.dumps(dict(row), ensure_ascii=False) for row in rows))


def _replace(connection: sqlite3.Connection, table: str, texts: Iterable[str]) -> None:
    connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of our two tables
    connection.executemany(
        f"INSERT INTO {table} VALUES (?, ?)",  # noqa: S608
        ((text, body_version(text)) for text in texts),
    )
