"""The history of an embedded store: every version that was ever published, under its key and version.

Decides what is kept so that an old answer can be derived again. It is written before a revision commits, and doing
that twice changes nothing; so after a crash it may hold a version that was about to be published. Forgets nothing, and
nothing may clear it away while the audit trail names its versions (`lookup.audit.explaining.derive`).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import body_version
from lookup.store.protocol import TOMBSTONE_VERSION, PublishedVersion
from lookup.store.rows import Row
from lookup.store.sqlite.directory import create_private
from lookup.store.sqlite.pointer import check_environment
from lookup.store.sqlite.schema import connect, could_not, database_uri

_TABLES = """
CREATE TABLE IF NOT EXISTS mark (environment TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS history (
    key TEXT NOT NULL, version TEXT NOT NULL, body TEXT, generation TEXT NOT NULL, revision INTEGER NOT NULL,
    published_at TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS history_by_version ON history (key, version);
"""
_MARK = "INSERT INTO mark SELECT ? WHERE NOT EXISTS (SELECT 1 FROM mark)"

_KEEP = "INSERT OR IGNORE INTO history VALUES (?, ?, ?, ?, ?, ?)"
_KEEP_GENERATION = """INSERT OR IGNORE INTO history
    SELECT key, version, body, ?, 0, ? FROM built.records WHERE NOT deleted ORDER BY key"""
_KEEP_DELETIONS = """INSERT OR IGNORE INTO history
    SELECT key, ?, NULL, ?, 0, ? FROM serving.records AS gone WHERE NOT deleted AND NOT EXISTS
        (SELECT 1 FROM built.records AS kept WHERE kept.key = gone.key AND NOT kept.deleted)"""


class History:
    """The history in the file `path`. Every method opens it for itself: history is asked rarely.

    Raises `ConfigurationError` where it is of another environment, `CouldNotSearch` where it cannot be used.
    """

    def __init__(self, path: Path, environment: str) -> None:
        self._path = path
        self._environment = environment

    def make(self) -> None:
        """Make the file where there is none, and mark it with the environment."""
        try:
            if not self._path.exists():
                create_private(self._path)
            with self._opened("rw", checked=False) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_TABLES)
                connection.execute(_MARK, (self._environment,))
            self.check()
        except OSError as error:
            raise CouldNotSearch(f"The history of the store cannot be made: {error.strerror}.") from error

    def check(self) -> None:
        """Look whether the file, where there is one, can be used in this environment."""
        if self._path.exists():
            with self._opened("ro"):
                pass

    def keep(self, rows: Iterable[Row], generation: str, at: datetime) -> None:
        """Keep the versions of a revision that is about to be published."""
        values = [(row.key, row.version, row.body, generation, row.revision, at.isoformat()) for row in rows]
        with self._opened("rw") as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_KEEP, values)
            connection.execute("COMMIT")

    def keep_generation(self, built: Path, generation: str, at: datetime) -> None:
        """Keep the versions of a generation that is about to serve."""
        with self._opened("rw") as connection:
            connection.execute("ATTACH ? AS built", (database_uri(built, "ro"),))
            connection.execute(_KEEP_GENERATION, (generation, at.isoformat()))

    def keep_deletions(self, serving: Path, built: Path, generation: str, at: datetime) -> None:
        """Keep as deletions what the serving generation has and the one about to serve has not."""
        with self._opened("rw") as connection:
            connection.execute("ATTACH ? AS serving", (database_uri(serving, "ro"),))
            connection.execute("ATTACH ? AS built", (database_uri(built, "ro"),))
            connection.execute(_KEEP_DELETIONS, (TOMBSTONE_VERSION, generation, at.isoformat()))

    def versions(self, key: str) -> list[PublishedVersion]:
        """Give the versions of a record, the first one first; none where it was never published."""
        if not self._path.exists():
            return []
        with self._opened("ro") as connection:
            found = connection.execute(
                "SELECT version, body IS NULL, generation, revision, published_at FROM history WHERE key = ?"
                " ORDER BY rowid",
                (key,),
            ).fetchall()
        return [PublishedVersion(row[0], bool(row[1]), row[2], row[3], datetime.fromisoformat(row[4])) for row in found]

    def body(self, key: str, version: str) -> str | None:
        """Give the body of a version; None where it was never published or is a deletion. Raises `StoreDamaged`
        where it is not what was written."""
        if not self._path.exists():
            return None
        with self._opened("ro") as connection:
            found = connection.execute("SELECT body FROM history WHERE key = ? AND version = ?", (key, version))
            (body,) = found.fetchone() or (None,)
        if body is None:
            return None
        if not isinstance(body, str) or body_version(body) != version:
            raise StoreDamaged("A version in the history is not what was written.")
        return body

    @contextmanager
    def _opened(self, mode: str, checked: bool = True) -> Iterator[sqlite3.Connection]:
        try:
            connection = connect(self._path, mode)
            try:
                if checked:
                    ((environment,),) = connection.execute("SELECT environment FROM mark").fetchall()
                    check_environment(environment, self._environment)
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise could_not(error, "restore the history from the backup") from None
