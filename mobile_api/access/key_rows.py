"""How a key is kept as a row of `keys.sqlite`, beside one-time tokens and the place up to which keys were copied.

Decides tables and columns, and how a file that an earlier version made gets the columns that it lacks. Who may change a
row, and when, is decided by `key_store` and `key_copy`.
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from mobile_api.access.keys import Key

SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    key_id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL, kind TEXT NOT NULL,
    agency TEXT, rate INTEGER NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER,
    suspended_at INTEGER, logged INTEGER NOT NULL DEFAULT 0
);
DROP INDEX IF EXISTS one_key_in_force_per_name;
CREATE TABLE IF NOT EXISTS entries (digest BLOB PRIMARY KEY, key_id TEXT NOT NULL, expires_at INTEGER NOT NULL);
"""
"""`logged` says what the shared log has of a key: 0 nothing, 1 that it was made, 2 its end too; -1 nothing that
counts."""

_ADDED = {"suspended_at": "INTEGER", "logged": "INTEGER NOT NULL DEFAULT 0"}

COLUMNS = "key_id, digest, name, scopes, kind, agency, rate, created_at, expires_at, revoked_at, suspended_at"


def upgrade(connection: sqlite3.Connection) -> None:
    """Give a file of an earlier version what it lacks."""
    connection.execute("CREATE TABLE IF NOT EXISTS place (number INTEGER NOT NULL, checksum TEXT NOT NULL)")
    found = {row[1] for row in connection.execute("PRAGMA table_info(keys)")}
    for name, kind in _ADDED.items():
        if name not in found:
            connection.execute(f"ALTER TABLE keys ADD COLUMN {name} {kind}")
    if connection.execute("SELECT 1 FROM place").fetchone() is None:
        connection.execute("INSERT INTO place VALUES (0, '')")


def insert(connection: sqlite3.Connection, key: Key, digest: bytes) -> None:
    """Keep a key that is not kept yet."""
    connection.execute(f"INSERT INTO keys ({COLUMNS}) VALUES ({','.join('?' * 11)})", row_of(key, digest))  # noqa: S608 - own constant


def row_of(key: Key, digest: bytes) -> tuple[Any, ...]:
    """Give the row of a key, in the order of `COLUMNS`."""
    moments = (key.created_at, key.expires_at, key.revoked_at, key.suspended_at)
    times: Iterable[int | None] = (None if moment is None else seconds(moment) for moment in moments)
    scopes = " ".join(sorted(key.scopes))
    return key.key_id, digest, key.name, scopes, key.kind, key.agency, key.rate, *times


def key_of(row: tuple[Any, ...]) -> Key:
    """Give the key of a row, in the order of `COLUMNS`."""
    created_at, *others = (None if at is None else datetime.fromtimestamp(at, UTC) for at in row[7:11])
    assert created_at is not None  # noqa: S101 - the column takes no null
    return Key(row[0], row[2], frozenset(row[3].split()), row[4], row[5], row[6], created_at, *others)


def seconds(moment: datetime) -> int:
    """Give a moment as it is kept."""
    return int(moment.timestamp())
