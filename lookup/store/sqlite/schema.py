"""The tables of an embedded generation, how its file is opened, and what an error of SQLite means to us.

Every way to a record exists twice, as two separate trees: `records_by_key` and `records_by_kind`, `exact` and
`exact_again`. A damaged tree makes a record unfindable without any error; so who finds nothing asks the other tree
before saying so.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from lookup.errors import CouldNotSearch, StoreDamaged

SCHEMA = 1
"""Raise it with any change of the tables, of a body, of a checksum or of `terms_of`: what was published is then built
again. Revisions take back the terms of the old content by computing them once more."""

TABLES = """
CREATE TABLE head (text TEXT NOT NULL, checksum TEXT NOT NULL);
CREATE TABLE records (
    key TEXT NOT NULL, kind TEXT NOT NULL, revision INTEGER NOT NULL, version TEXT NOT NULL, handle TEXT NOT NULL,
    deleted INTEGER NOT NULL, body TEXT, checksum TEXT NOT NULL
);
CREATE TABLE exact (term TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (term, key)) WITHOUT ROWID;
CREATE TABLE exact_again (term TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (term, key)) WITHOUT ROWID;
CREATE TABLE words (term TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (term, key)) WITHOUT ROWID;
CREATE TABLE quarantine (text TEXT NOT NULL, checksum TEXT NOT NULL);
"""

INDICES = """
CREATE UNIQUE INDEX records_by_key ON records (key);
CREATE UNIQUE INDEX records_by_kind ON records (kind, deleted, key);
"""
"""Made after loading: a generation may be loaded in any order, and sorting once is several times faster."""

BUSY_TIMEOUT_S = 5.0
"""Readers never wait for a writer in WAL; this covers recovery after a crash and a checkpoint at the end."""

_CANNOT_LOOK = frozenset({"BUSY", "LOCKED", "CANTOPEN", "NOMEM", "INTERRUPT", "FULL", "PERM", "READONLY", "IOERR"})
"""The machine's fault, not the file's. A short read is the file's."""


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open a database that exists, `mode` being `ro` or `rw`; transactions are begun and ended by hand. Connections
    go from thread to thread, one at a time."""
    return sqlite3.connect(
        database_uri(path, mode),
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
    )


def database_uri(path: Path, mode: str) -> str:
    """Give the address under which SQLite opens a file in this mode and never makes one."""
    return f"file:{quote(str(path))}?mode={mode}"


def could_not(error: sqlite3.Error, advice: str = "build the store again") -> CouldNotSearch:
    """Say in our words what SQLite said; its own text may quote a value."""
    name = getattr(error, "sqlite_errorname", "") or "unreadable value"
    reason = name.removeprefix("SQLITE_")
    if reason.split("_")[0] in _CANNOT_LOOK and reason != "IOERR_SHORT_READ":
        return CouldNotSearch(f"The store could not be used ({name}).")
    return StoreDamaged(f"A file of the store is damaged ({name}): {advice}.")
