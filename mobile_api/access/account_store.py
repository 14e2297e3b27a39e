"""The file of local accounts, and the view of it that each process holds in memory.

Decides when a sign-in succeeds, and when an account locks (CJIS AC-7): counted in the file, so over all processes. A
failure never tells what was wrong, and takes the same time whatever it was. A removed account keeps its row, because
its name stands in the audit trail for one person for ever.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from lookup.clock import Clock
from lookup.errors import FieldFault, InvalidRequest, NotFound
from mobile_api.access import passwords
from mobile_api.access.accounts import Account, check_account
from mobile_api.access.watched_file import WatchedFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, created_at INTEGER NOT NULL, agency TEXT, given_name TEXT, surname TEXT,
    employer TEXT, sworn_officer INTEGER NOT NULL, ncic_certified INTEGER NOT NULL, locked_at INTEGER,
    removed_at INTEGER, password TEXT NOT NULL, secret TEXT NOT NULL, last_step INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS failures (name TEXT NOT NULL, at INTEGER NOT NULL);
"""
_COLUMNS = """name, role, created_at, agency, given_name, surname, employer, sworn_officer, ncic_certified, locked_at,
removed_at"""
FAILURES = 5
WITHIN = timedelta(minutes=15)
"""Failed sign-ins in a row, and the time in which they lock an account until an administrator frees it (CJIS AC-7)."""

Confirm = Callable[[], object]
"""Records a change before it is kept: where it raises, nothing was changed."""

Reason = Literal["unknown", "removed", "locked", "wrong"]
"""Why a sign-in failed: for the audit trail, never for whoever tries."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a sign-in ended. `account` is given where it succeeded; `name` where an account of that name exists or
    existed, whatever came of it; `locks` says that this failure locked it."""

    account: Account | None = None
    name: str | None = None
    reason: Reason | None = None
    locks: bool = False


class AccountStore:
    """The accounts of one data directory. Safe between threads; open it after the process forked.

    Raises `ConfigurationError` at opening and `AccessUnavailable` later, as `WatchedFile` does.
    """

    def __init__(self, data_dir: Path, environment: str, clock: Clock, glance_s: float = 0.0) -> None:
        self._clock = clock
        self._file = WatchedFile(data_dir / "accounts.sqlite", _SCHEMA, environment, _load, glance_s)

    def create(self, account: Account, password: str) -> str:
        """Make an account, and give the secret of its codes, which nobody can be shown again.

        Raises `InvalidRequest` for what is never made, and for a name that was ever given.
        """
        check_account(account)
        passwords.check_password(password)
        secret = passwords.new_secret()
        row = (*_row(account), passwords.password_hash(password), secret)
        marks = ",".join("?" * len(row))
        try:
            with self._file.writing() as connection:
                connection.execute(f"INSERT INTO accounts ({_COLUMNS}, password, secret) VALUES ({marks})", row)  # noqa: S608 - own constants
        except sqlite3.IntegrityError as error:
            fault = FieldFault("/name", "Choose another name: each stands for one person, also after they left.")
            raise InvalidRequest([fault], "Such an account is not made.") from error
        return secret

    def sign_in(self, name: str, password: str, code: str) -> Attempt:
        """Try to sign in. Both are always looked at, so that a failure takes the same time whatever was wrong.

        A code is good once: whoever read it over a shoulder comes too late.
        """
        kept = self._secrets(name)
        fits = passwords.is_password(kept and kept[0], password)
        step = passwords.step_of_code(kept[1] if kept else passwords.new_secret(), code, self._clock())
        renewed = passwords.password_hash(password) if fits and kept and passwords.is_outdated(kept[0]) else None
        with self._file.writing() as connection:
            account = _find(connection, name)
            if account is None or not account.is_in_force:
                return _refused(account)
            if fits and step is not None and _use(connection, account.name, kept, step):
                if renewed is not None:
                    connection.execute("UPDATE accounts SET password = ? WHERE name = ?", (renewed, name))
                return Attempt(account, account.name)
            return Attempt(None, account.name, "wrong", self._count_failure(connection, account.name))

    def unlock(self, name: str) -> Account:
        """Free a locked account, and forget its failures. Raises `NotFound` where none of this name is locked."""
        with self._file.writing() as connection:
            account = _changed(connection, "locked_at = NULL", "locked_at IS NOT NULL AND removed_at IS NULL", (name,))
            connection.execute("DELETE FROM failures WHERE name = ?", (name,))
        if account is None:
            raise NotFound("No account of this name is locked; `immunity accounts list` shows them.")
        return account

    def remove(self, name: str) -> Account:
        """End an account. Raises `NotFound` where there is none of this name."""
        with self._file.writing() as connection:
            values = (_seconds(self._clock()), name)
            account = _changed(connection, "removed_at = ?, password = '', secret = ''", "removed_at IS NULL", values)
        return _found(account)

    def reset(self, name: str, password: str) -> str:
        """Give an account another password and another secret of codes, and give that secret.

        Does not free a locked account. Raises `InvalidRequest` for a password that is not taken, `NotFound`.
        """
        passwords.check_password(password)
        secret = passwords.new_secret()
        values = (passwords.password_hash(password), secret, name)
        with self._file.writing() as connection:
            account = _changed(connection, "password = ?, secret = ?, last_step = 0", "removed_at IS NULL", values)
        _found(account)
        return secret

    def change_password(self, name: str, old: str, new: str, confirm: Confirm) -> Attempt:
        """Let somebody who is signed in choose another password; the secret of codes stays.

        A wrong old one counts as a failed sign-in, so that a session which somebody else got hold of tries no
        passwords. Raises `InvalidRequest` for a new one that is not taken.
        """
        passwords.check_password(new)
        kept = self._secrets(name)
        fits = passwords.is_password(kept and kept[0], old)
        if fits and passwords.is_password(kept and kept[0], new):
            raise InvalidRequest([FieldFault("/password", "Choose another one than before.")])
        chosen = passwords.password_hash(new)
        with self._file.writing() as connection:
            account = _find(connection, name)
            if account is None or not account.is_in_force:
                return _refused(account)
            if not fits or kept is None:
                return Attempt(None, name, "wrong", self._count_failure(connection, name))
            if _changed(connection, "password = ?", "password = ?", (chosen, kept[0], name)) is None:
                return Attempt(None, name, "wrong")  # it was changed meanwhile
            connection.execute("DELETE FROM failures WHERE name = ?", (name,))
            confirm()
        return Attempt(account, name)

    def change(self, name: str, confirm: Callable[[Account, Account], object], **details: Any) -> Account:
        """Give an account another role or agency, and give it. `confirm` gets it as it was and as it is.

        Raises `InvalidRequest` for what is never made, `NotFound`.
        """
        with self._file.writing() as connection:
            before = _find(connection, name)
            if before is None or before.removed_at is not None:
                return _found(None)
            changed = replace(before, **details)
            check_account(changed)
            connection.execute(
                "UPDATE accounts SET role = ?, agency = ? WHERE name = ?", (changed.role, changed.agency, name)
            )
            confirm(before, changed)
        return changed

    def all_accounts(self) -> list[Account]:
        """Give all accounts, by name; removed ones too."""
        return sorted(self._file.current().values(), key=lambda account: account.name)

    def in_force(self, name: str) -> Account | None:
        """Give the account of this name, if somebody may be signed in with it."""
        account = self._file.current().get(name)
        return account if account is not None and account.is_in_force else None

    def in_use(self) -> bool:
        """Tell whether there is any account that is not removed."""
        return any(account.removed_at is None for account in self._file.current().values())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _secrets(self, name: str) -> tuple[str, str] | None:
        row = self._file.find("SELECT password, secret FROM accounts WHERE name = ? AND removed_at IS NULL", (name,))
        return None if row is None else (row[0], row[1])

    def _count_failure(self, connection: sqlite3.Connection, name: str) -> bool:
        """Count one more, and lock the account where it is one too many; tell whether it was."""
        now = _seconds(self._clock())
        connection.execute("DELETE FROM failures WHERE at <= ?", (now - int(WITHIN.total_seconds()),))
        connection.execute("INSERT INTO failures VALUES (?, ?)", (name, now))
        (failures,) = connection.execute("SELECT count(*) FROM failures WHERE name = ?", (name,)).fetchone()
        if failures < FAILURES:
            return False
        connection.execute("UPDATE accounts SET locked_at = ? WHERE name = ?", (now, name))
        return True


def _load(connection: sqlite3.Connection) -> Mapping[str, Account]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM accounts").fetchall()  # noqa: S608 - own constant
    return {row[0]: _account(row) for row in rows}


def _find(connection: sqlite3.Connection, name: str) -> Account | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM accounts WHERE name = ?", (name,)).fetchone()  # noqa: S608 - own constant
    return None if row is None else _account(row)


def _changed(connection: sqlite3.Connection, change: str, where: str, values: tuple[Any, ...]) -> Account | None:
    statement = f"UPDATE accounts SET {change} WHERE {where} AND name = ? RETURNING {_COLUMNS}"  # noqa: S608 - own constants
    row = connection.execute(statement, values).fetchone()
    return None if row is None else _account(row)


def _use(connection: sqlite3.Connection, name: str, kept: tuple[str, str] | None, step: int) -> bool:
    """Use up a code, and forget the failures; not where it was used, or the secrets have changed meanwhile."""
    used = connection.execute(
        "UPDATE accounts SET last_step = ? WHERE name = ? AND last_step < ? AND (password, secret) = (?, ?)",
        (step, name, step, *(kept or ("", ""))),
    )
    if used.rowcount != 1:
        return False
    connection.execute("DELETE FROM failures WHERE name = ?", (name,))
    return True


def _refused(account: Account | None) -> Attempt:
    if account is None:
        return Attempt(reason="unknown")
    return Attempt(name=account.name, reason="removed" if account.removed_at else "locked")


def _found(account: Account | None) -> Account:
    if account is None:
        raise NotFound("There is no account of this name; `immunity accounts list` shows them.")
    return account


def _row(account: Account) -> tuple[Any, ...]:
    return (
        account.name,
        account.role,
        _seconds(account.created_at),
        account.agency,
        account.given_name,
        account.surname,
        account.employer,
        account.sworn_officer,
        account.ncic_certified,
        None,
        None,
    )


def _account(row: tuple[Any, ...]) -> Account:
    return Account(
        name=row[0],
        role=row[1],
        created_at=_moment(row[2]),
        agency=row[3],
        given_name=row[4],
        surname=row[5],
        employer=row[6],
        sworn_officer=bool(row[7]),
        ncic_certified=bool(row[8]),
        locked_at=None if row[9] is None else _moment(row[9]),
        removed_at=None if row[10] is None else _moment(row[10]),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
