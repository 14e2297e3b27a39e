"""Opens the small databases of this service: one file each, its owner's alone, with a write-ahead log.

Decides modes and waiting times. An existing file is never opened but by SQLite: closing any other descriptor of it
would drop the locks that SQLite holds in this process, and another process would then take the log away under us.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Write in one transaction, which ends with the block: committed, or undone where it raises or ended it itself."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        if connection.in_transaction:
            connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends it itself after some errors
            connection.execute("ROLLBACK")
        raise


def open_database(path: Path, schema: str, wait_s: float) -> sqlite3.Connection:
    """Open the file, made with mode 0600 where it is not there, with its tables made. A connection that threads share.

    Raises `sqlite3.Error` or `OSError` where it cannot be used.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=wait_s)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(schema)
    return connection
