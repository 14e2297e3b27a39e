"""A small database that several processes share and each watches, so that a change is in force at the next look.

Decides how such a file is opened, marked with its environment, written (one at a time, whole or not at all) and asked
whether another connection has committed. What is in it is decided by whoever keeps it (accounts, sign-ins).
"""

import hmac
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from lookup.errors import ConfigurationError
from lookup.glance import Glance
from mobile_api.access.database import open_database, transaction
from mobile_api.refusals import AccessUnavailable

_MARK = "CREATE TABLE IF NOT EXISTS mark (environment TEXT NOT NULL);"
WAIT_S = 5
"""Seconds to wait for another writer: a command, or another process that signs somebody in."""

View = TypeVar("View")


class WatchedFile(Generic[View]):
    """One such file, and what `load` read of it at its present version. Safe between threads; open it after the process
    forked. For `glance_s` seconds a look is used again (`lookup.glance`).

    Raises `ConfigurationError` at opening where the file belongs to another environment or cannot be used, and
    `AccessUnavailable` later, where it cannot be used any more.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        environment: str,
        load: Callable[[sqlite3.Connection], View],
        glance_s: float = 0.0,
    ) -> None:
        self._load = load
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._writer = open_database(path, _MARK + schema, WAIT_S)
            self._watcher = open_database(path, "", WAIT_S)
            self._check_mark(path.name, environment)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"The file {path.name} in the data directory cannot be used.") from error
        self._seen: tuple[int, View] | None = None
        self._watching = threading.Lock()
        self.current = Glance(self.look, glance_s)

    def look(self) -> View:
        """Give what the file holds now. `data_version` changes when any other connection has committed, and costs about
        1.5 µs with a write-ahead log."""
        try:
            (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
            seen = self._seen
            if seen is None or seen[0] != version:
                with self._watching:  # the version was asked before: a commit in between is seen twice, never missed
                    self._seen = seen = (version, self._load(self._watcher))
        except sqlite3.Error as error:
            raise AccessUnavailable("Ask again shortly, or call the number given here.") from error
        return seen[1]

    def find(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Give the first row that a question finds now, for what is not kept in memory."""
        try:
            with self._lock:
                row: tuple[Any, ...] | None = self._writer.execute(statement, values).fetchone()
        except sqlite3.Error as error:
            raise AccessUnavailable("Ask again shortly, or call the number given here.") from error
        return row

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one change, which is kept whole or, after an exception, not at all."""
        with self._lock:
            try:
                with transaction(self._writer) as connection:
                    yield connection
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                raise AccessUnavailable("Try again shortly.") from error

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
        self._watcher.close()

    def _check_mark(self, name: str, environment: str) -> None:
        with self.writing() as connection:
            row = connection.execute("SELECT environment FROM mark").fetchone()
            if row is None:
                connection.execute("INSERT INTO mark VALUES (?)", (environment,))
            elif not hmac.compare_digest(row[0], environment):
                raise ConfigurationError(
                    f"The file {name} in this data directory is of the environment {row[0]}: "
                    "give each environment a directory of its own."
                )
