"""The file of API keys and of one-time sign-in tokens, and the view of it that each process holds in memory.

Decides how keys are kept (as a keyed hash, apart from the store of records, so that no rollback brings a revoked key
back) and how soon a change is in force: with the next look, in every process (`watched_file`). A busy service looks
fifty times a second (`lookup.glance`), and before it refuses a token.
"""

import hmac
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from lookup.clock import Clock
from lookup.errors import FieldFault, InvalidRequest, NotFound
from lookup.keyfile import read_or_create_key
from mobile_api.access.key_rows import COLUMNS, SCHEMA, insert, key_of, seconds, upgrade
from mobile_api.access.keys import Key, KeyRequest, check_request, new_token, token_digest
from mobile_api.access.watched_file import WatchedFile


@dataclass(frozen=True, slots=True)
class _View:
    """All keys as they stood at one version of the file."""

    by_digest: Mapping[bytes, Key]
    by_id: Mapping[str, Key]


class KeyStore:
    """The keys of one data directory. Safe between threads; open it after the process forked.

    Raises `ConfigurationError` at opening where the file belongs to another environment or cannot be used, and
    `AccessUnavailable` later, where it cannot be read any more.
    """

    def __init__(self, data_dir: Path, environment: str, clock: Clock, glance_s: float = 0.0) -> None:
        self._environment = environment
        self._clock = clock
        self._pepper = read_or_create_key(data_dir / "pepper.key")
        self._file = WatchedFile(data_dir / "keys.sqlite", SCHEMA, environment, _load, glance_s)
        with self._file.writing() as connection:
            upgrade(connection)

    def create(self, request: KeyRequest) -> tuple[Key, str]:
        """Make a key and give it with its token, which nobody can be shown again.

        Raises `InvalidRequest` for what is never made, and for a name that another key in force already has.
        """
        key, token = self.draft(request)
        with self.writing() as connection:
            self._check_name(connection, key.name)
            insert(connection, key, self.digest(token))
        return key, token

    def draft(self, request: KeyRequest) -> tuple[Key, str]:
        """Give a new key with its token, without keeping it. Raises `InvalidRequest` for what is never made, and for a
        name that another key in force already has."""
        check_request(request, self._environment)
        with self.writing() as connection:
            self._check_name(connection, request.name)
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
        return key, new_token("immunity", self._environment)

    def digest(self, token: str) -> bytes:
        """Give the keyed hash under which a token of ours is kept."""
        return hmac.digest(self._pepper, token.encode("ascii"), "sha256")

    @property
    def fingerprint(self) -> str:
        """What tells one pepper from another, and nothing about either."""
        return hmac.digest(self._pepper, b"which pepper this is", "sha256").hex()[:16]

    def revoke(self, name_or_id: str) -> Key:
        """End a key, named by its id or, if it was not revoked yet, by its name. Raises `NotFound` where there is
        none."""
        key = self._change("revoked_at", seconds(self._clock()), "revoked_at IS NULL", name_or_id)
        if key is None:
            raise NotFound("No key in force has this id or name; `immunity keys list` shows them.")
        return key

    def reinstate(self, name_or_id: str) -> Key:
        """Let a suspended key hold again. Raises `NotFound` where there is none; a revoked one never comes back."""
        key = self._change("suspended_at", None, "suspended_at IS NOT NULL AND revoked_at IS NULL", name_or_id)
        if key is None:
            raise NotFound("No suspended key has this id or name; `immunity keys list` shows them.")
        return key

    def all_keys(self) -> list[Key]:
        """Give all keys, revoked and expired ones too, oldest first."""
        return sorted(self._file.current().by_id.values(), key=lambda key: (key.created_at, key.key_id))

    def authenticate(self, token: str) -> Key | None:
        """Give the key in force that this token belongs to."""
        digest = token_digest(self._pepper, token)
        if digest is None:
            return None
        key = self._file.current().by_digest.get(digest) or self._file.look().by_digest.get(digest)  # it may be new
        return key if key is not None and key.holds_at(self._clock()) else None

    def in_force(self, key_id: str) -> Key | None:
        """Give the key of this id, if it is in force."""
        key = self._file.current().by_id.get(key_id)
        return key if key is not None and key.holds_at(self._clock()) else None

    def make_entry(self, key_id: str, lifetime: timedelta) -> str:
        """Make a token that signs in once, as the key of this id, before `lifetime` has passed."""
        token = new_token("entry", self._environment)
        now = self._clock()
        with self.writing() as connection:
            connection.execute("DELETE FROM entries WHERE expires_at <= ?", (seconds(now),))
            row = (token_digest(self._pepper, token), key_id, seconds(now + lifetime))
            connection.execute("INSERT INTO entries VALUES (?, ?, ?)", row)
        return token

    def consume_entry(self, token: str) -> Key | None:
        """Give the key that a one-time token signs in as, and forget the token, in one step."""
        digest = token_digest(self._pepper, token)
        with self.writing() as connection:
            row = connection.execute(
                "DELETE FROM entries WHERE digest = ? RETURNING key_id, expires_at", (digest,)
            ).fetchone()
        if row is None or row[1] <= seconds(self._clock()):
            return None
        return self.in_force(row[0])

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """Give the connection for one change, which is kept whole or, after an exception, not at all."""
        return self._file.writing()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _change(self, column: str, value: int | None, condition: str, name_or_id: str) -> Key | None:
        """Change the keys of this id or name that meet a condition; give the first one."""
        with self.writing() as connection:
            rows = connection.execute(
                f"UPDATE keys SET {column} = ? WHERE {condition} AND (key_id = ? OR name = ?) RETURNING {COLUMNS}",  # noqa: S608 - own words
                (value, name_or_id, name_or_id),
            ).fetchall()
        return key_of(rows[0]) if rows else None

    def _check_name(self, connection: sqlite3.Connection, name: str) -> None:
        """Refuse a name that another key has which was not revoked."""
        if connection.execute("SELECT 1 FROM keys WHERE name = ? AND revoked_at IS NULL", (name,)).fetchone():
            fault = FieldFault("/name", "A key in force has this name: choose another, or revoke that one first.")
            raise InvalidRequest([fault], "Such a key is not made.")


def _load(connection: sqlite3.Connection) -> _View:
    rows = connection.execute(f"SELECT {COLUMNS} FROM keys").fetchall()  # noqa: S608 - own constant
    keys = {bytes(row[1]): key_of(row) for row in rows}
    return _View(keys, {key.key_id: key for key in keys.values()})
