"""The file of API keys and of one-time sign-in tokens, and the view of it that each process holds in memory.

Decides how keys are kept (as a keyed hash, apart from the store of records, so that no rollback brings a revoked key
back) and how soon a change is in force: with the next look, in every process, because each look at the view first
asks SQLite whether another connection has committed. A busy service looks fifty times a second (`lookup.glance`), and
before it refuses a token.
"""

import hmac
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lookup.clock import Clock
from lookup.errors import ConfigurationError, FieldFault, InvalidRequest, NotFound
from lookup.glance import Glance
from lookup.keyfile import read_or_create_key
from mobile_api.access.database import open_database
from mobile_api.access.keys import Key, KeyRequest, check_request, new_token, token_digest
from mobile_api.refusals import AccessUnavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mark (environment TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS keys (
    key_id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL, kind TEXT NOT NULL,
    agency TEXT, rate INTEGER NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS one_key_in_force_per_name ON keys (name) WHERE revoked_at IS NULL;
CREATE TABLE IF NOT EXISTS entries (digest BLOB PRIMARY KEY, key_id TEXT NOT NULL, expires_at INTEGER NOT NULL);
"""
WAIT_S = 5
"""Seconds to wait for another writer: a command that makes or revokes a key."""

_COLUMNS = "key_id, digest, name, scopes, kind, agency, rate, created_at, expires_at, revoked_at"


@dataclass(frozen=True, slots=True)
class _View:
    """All keys as they stood at one version of the file."""

    version: int
    by_digest: Mapping[bytes, Key] = field(default_factory=dict)
    by_id: Mapping[str, Key] = field(default_factory=dict)


class KeyStore:
    """The keys of one data directory. Safe between threads; open it after the process forked.

    Raises `ConfigurationError` at opening where the file belongs to another environment or cannot be used, and
    `AccessUnavailable` later, where it cannot be read any more.
    """

    def __init__(self, data_dir: Path, environment: str, clock: Clock, glance_s: float = 0.0) -> None:
        self._environment = environment
        self._clock = clock
        self._pepper = read_or_create_key(data_dir / "pepper.key")
        self._path = data_dir / "keys.sqlite"
        self._lock = threading.Lock()
        try:
            self._writer = open_database(self._path, _SCHEMA, WAIT_S)
            self._watcher = open_database(self._path, _SCHEMA, WAIT_S)
            self._check_mark()
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError("The file keys.sqlite in the data directory cannot be used.") from error
        self._view = _View(version=-1)
        self._current = Glance(self._look, glance_s)

    def create(self, request: KeyRequest) -> tuple[Key, str]:
        """Make a key and give it with its token, which nobody can be shown again.

        Raises `InvalidRequest` for what is never made, and for a name that another key in force already has.
        """
        check_request(request, self._environment)
        token = new_token("immunity", self._environment)
        key = Key(
            key_id=secrets.token_hex(6),
            name=request.name,
            scopes=request.scopes,
            kind=request.kind,
            agency=request.agency,
            rate=request.rate,
            created_at=self._clock().replace(microsecond=0),
            expires_at=request.expires_at,
        )
        try:
            with self._writing() as connection:
                connection.execute(f"INSERT INTO keys ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", self._row(key, token))  # noqa: S608 - own constant
        except sqlite3.IntegrityError as error:
            fault = FieldFault("/name", "A key in force has this name: choose another, or revoke that one first.")
            raise InvalidRequest([fault], "Such a key is not made.") from error
        return key, token

    def revoke(self, name_or_id: str) -> Key:
        """End a key, named by its id or, if it is in force, by its name. Raises `NotFound` where there is none."""
        with self._writing() as connection:
            row = connection.execute(
                "UPDATE keys SET revoked_at = ? WHERE revoked_at IS NULL AND (key_id = ? OR name = ?)"  # noqa: S608 - own constant
                f" RETURNING {_COLUMNS}",
                (_seconds(self._clock()), name_or_id, name_or_id),
            ).fetchone()
        if row is None:
            raise NotFound("No key in force has this id or name; `immunity keys list` shows them.")
        return _key(row)

    def all_keys(self) -> list[Key]:
        """Give all keys, revoked and expired ones too, oldest first."""
        return sorted(self._current().by_id.values(), key=lambda key: (key.created_at, key.key_id))

    def authenticate(self, token: str) -> Key | None:
        """Give the key in force that this token belongs to."""
        digest = token_digest(self._pepper, token)
        if digest is None:
            return None
        key = self._current().by_digest.get(digest) or self._look().by_digest.get(digest)  # it may be new
        return key if key is not None and key.holds_at(self._clock()) else None

    def in_force(self, key_id: str) -> Key | None:
        """Give the key of this id, if it is in force."""
        key = self._current().by_id.get(key_id)
        return key if key is not None and key.holds_at(self._clock()) else None

    def make_entry(self, key_id: str, lifetime: timedelta) -> str:
        """Make a token that signs in once, as the key of this id, before `lifetime` has passed."""
        token = new_token("entry", self._environment)
        now = self._clock()
        with self._writing() as connection:
            connection.execute("DELETE FROM entries WHERE expires_at <= ?", (_seconds(now),))
            row = (token_digest(self._pepper, token), key_id, _seconds(now + lifetime))
            connection.execute("INSERT INTO entries VALUES (?, ?, ?)", row)
        return token

    def consume_entry(self, token: str) -> Key | None:
        """Give the key that a one-time token signs in as, and forget the token, in one step."""
        digest = token_digest(self._pepper, token)
        with self._writing() as connection:
            row = connection.execute(
                "DELETE FROM entries WHERE digest = ? RETURNING key_id, expires_at", (digest,)
            ).fetchone()
        if row is None or row[1] <= _seconds(self._clock()):
            return None
        return self.in_force(row[0])

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
        self._watcher.close()

    def _look(self) -> _View:
        """Give the view of the file as it stands. `data_version` changes when any other connection has committed,
        and costs about 1.5 µs with a write-ahead log."""
        try:
            (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
            view = self._view
            if view.version != version:
                view = self._load(version)
        except sqlite3.Error as error:
            raise AccessUnavailable("Ask again shortly, or call the number given here.") from error
        return view

    def _load(self, version: int) -> _View:
        """Read all keys. The version was asked before: a commit in between is seen twice, never missed."""
        rows = self._watcher.execute(f"SELECT {_COLUMNS} FROM keys").fetchall()  # noqa: S608 - own constant
        keys = {bytes(row[1]): _key(row) for row in rows}
        self._view = _View(version, keys, {key.key_id: key for key in keys.values()})
        return self._view

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                if self._writer.in_transaction:  # SQLite ends it itself after some errors
                    self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def _check_mark(self) -> None:
        with self._writing() as connection:
            row = connection.execute("SELECT environment FROM mark").fetchone()
            if row is None:
                connection.execute("INSERT INTO mark VALUES (?)", (self._environment,))
            elif not hmac.compare_digest(row[0], self._environment):
                raise ConfigurationError(
                    f"The keys in this data directory are of the environment {row[0]}: give each environment its own."
                )

    def _row(self, key: Key, token: str) -> tuple[Any, ...]:
        digest = token_digest(self._pepper, token)
        scopes = " ".join(sorted(key.scopes))
        expires_at = None if key.expires_at is None else _seconds(key.expires_at)
        created_at = _seconds(key.created_at)
        return key.key_id, digest, key.name, scopes, key.kind, key.agency, key.rate, created_at, expires_at, None


def _key(row: tuple[Any, ...]) -> Key:
    return Key(
        key_id=row[0],
        name=row[2],
        scopes=frozenset(row[3].split()),
        kind=row[4],
        agency=row[5],
        rate=row[6],
        created_at=datetime.fromtimestamp(row[7], UTC),
        expires_at=None if row[8] is None else datetime.fromtimestamp(row[8], UTC),
        revoked_at=None if row[9] is None else datetime.fromtimestamp(row[9], UTC),
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
