"""The file of sign-ins at the console, and of those that were ended.

Decides when a session dies: at its sign-out, with its account or key, after its whole lifetime. An id is a random
secret in the browser and a digest here. Apart from the accounts, so that a restored backup brings no session back.
"""

import hashlib
import json
import secrets
import sqlite3
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lookup.clock import Clock
from mobile_api.access.caller import Caller
from mobile_api.access.people import Person
from mobile_api.access.sessions import TOTAL_LIFETIME
from mobile_api.access.watched_file import WatchedFile
from mobile_api.refusals import SignInNeeded

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    digest BLOB PRIMARY KEY, session_id TEXT NOT NULL, user TEXT, person TEXT, data TEXT NOT NULL,
    since INTEGER NOT NULL, seen INTEGER NOT NULL, locked INTEGER NOT NULL DEFAULT 0, device TEXT
);
CREATE INDEX IF NOT EXISTS sessions_of_a_user ON sessions (user);
CREATE TABLE IF NOT EXISTS ended (session_id TEXT PRIMARY KEY, until INTEGER NOT NULL);
"""
_COLUMNS = "session_id, person, data, since, seen, locked, device"
NOTED_EVERY = timedelta(seconds=10)
"""That use of a session is written down: a console asks several times a second, and a lock comes after minutes."""
BEFORE_SIGN_IN = timedelta(hours=1)
"""That a visit is remembered in which nobody has signed in: the time to read the notice and find a password."""


@dataclass(frozen=True, slots=True)
class Session:
    """A visit of one browser. `person` is None before the sign-in; `data` is what forms and the provider keep in it;
    `seen` when it was last used (to ten seconds), `device` the id of an exempt device."""

    session_id: str
    since: datetime
    seen: datetime
    person: Person | None = None
    data: dict[str, Any] = field(default_factory=dict)
    is_locked: bool = False
    device: str | None = None

    def signed_in(self) -> Person:
        """Give who is signed in. Raises `SignInNeeded` where nobody is."""
        if self.person is None:
            raise SignInNeeded("Sign in to go on.")
        return self.person

    def caller(self) -> Caller:
        """Give who asks in this session. Raises `SignInNeeded` where nobody is signed in."""
        return self.signed_in().caller(self.session_id)


class SessionStore:
    """The sign-ins of one data directory. Safe between threads; open it after the process forked.

    Raises `ConfigurationError` at opening and `AccessUnavailable` later, as `WatchedFile` does.
    """

    def __init__(self, data_dir: Path, environment: str, clock: Clock, glance_s: float = 0.0) -> None:
        self._clock = clock
        self._file = WatchedFile(data_dir / "sessions.sqlite", _SCHEMA, environment, _load_ended, glance_s)

    def begin(self, session: Session) -> str:
        """Keep a new session, and give the secret under which the browser finds it again."""
        token = secrets.token_urlsafe(32)
        user = session.person and session.person.user
        person = session.person and json.dumps(asdict(session.person) | {"scopes": sorted(session.person.scopes)})
        since, seen = (int(moment.timestamp()) for moment in (session.since, session.seen))
        data = json.dumps(session.data)
        row = (_digest(token), session.session_id, user, person, data, since, seen, session.is_locked, session.device)
        with self._file.writing() as connection:
            self._forget_old(connection)
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return token

    def find(self, token: str) -> Session | None:
        """Give the session of this secret, if it is neither ended nor over."""
        row = self._file.find(f"SELECT {_COLUMNS} FROM sessions WHERE digest = ?", (_digest(token),))  # noqa: S608 - own constant
        session = None if row is None else _read(row)
        return session if session is not None and self._clock() < _end(session) else None

    def note_use(self, session: Session) -> None:
        """Note that a session is in use, at most once in `NOTED_EVERY`."""
        now = self._clock()
        if now - session.seen >= NOTED_EVERY:
            self._change(session.session_id, "seen = ?", int(now.timestamp()))

    def keep_data(self, session: Session, data: dict[str, Any]) -> None:
        """Keep what forms and the provider noted in a session."""
        self._change(session.session_id, "data = ?", json.dumps(data))

    def lock(self, session: Session) -> None:
        """Lock a session that nobody used."""
        self._change(session.session_id, "locked = ?", 1)

    def end(self, session_id: str) -> None:
        """End a session for good, whoever still has its cookies."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE session_id = ?", (session_id,))
            self._note_ended(connection, [session_id])

    def end_all(self, user: str) -> int:
        """End all sessions of somebody, and give how many there were."""
        with self._file.writing() as connection:
            ended = connection.execute("DELETE FROM sessions WHERE user = ? RETURNING session_id", (user,)).fetchall()
            self._note_ended(connection, [session_id for (session_id,) in ended])
        return len(ended)

    def is_ended(self, session_id: str) -> bool:
        """Tell whether a session was ended, from memory where nothing has changed."""
        return session_id in self._file.current()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _change(self, session_id: str, change: str, value: Any) -> None:
        with self._file.writing() as connection:
            connection.execute(f"UPDATE sessions SET {change} WHERE session_id = ?", (value, session_id))  # noqa: S608 - own constants

    def _note_ended(self, connection: sqlite3.Connection, session_ids: list[str]) -> None:
        """Remember what was ended until every token of it is over."""
        until = int((self._clock() + TOTAL_LIFETIME).timestamp())
        connection.executemany("INSERT OR IGNORE INTO ended VALUES (?, ?)", [(name, until) for name in session_ids])

    def _forget_old(self, connection: sqlite3.Connection) -> None:
        now = self._clock()
        oldest, oldest_visit = (int((now - length).timestamp()) for length in (TOTAL_LIFETIME, BEFORE_SIGN_IN))
        connection.execute(
            "DELETE FROM sessions WHERE since <= ? OR (user IS NULL AND since <= ?)", (oldest, oldest_visit)
        )
        connection.execute("DELETE FROM ended WHERE until <= ?", (int(now.timestamp()),))


def new_session_id() -> str:
    """Make the name of a session in the audit trail: no secret, and no way to one."""
    return secrets.token_hex(8)


def _load_ended(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(session_id for (session_id,) in connection.execute("SELECT session_id FROM ended"))


def _end(session: Session) -> datetime:
    return session.since + (BEFORE_SIGN_IN if session.person is None else TOTAL_LIFETIME)


def _read(row: tuple[Any, ...]) -> Session | None:
    """Give the session of a row; None where another version wrote it, so that its person signs in again."""
    try:
        return _session(row)
    except (TypeError, KeyError, ValueError):
        return None


def _session(row: tuple[Any, ...]) -> Session:
    told = json.loads(row[1]) if row[1] else None
    return Session(
        session_id=row[0],
        person=None if told is None else Person(**told | {"scopes": frozenset(told["scopes"])}),
        data=json.loads(row[2]),
        since=datetime.fromtimestamp(row[3], UTC),
        seen=datetime.fromtimestamp(row[4], UTC),
        is_locked=bool(row[5]),
        device=row[6],
    )


def _digest(token: str) -> bytes:
    """256 random bits need no slow hash, and no key: nobody can guess one from its digest."""
    return hashlib.sha256(token.encode()).digest()
