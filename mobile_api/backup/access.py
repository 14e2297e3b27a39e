"""Brings keys and accounts of a backup back, without bringing back what has ended since.

Decides what a row of a backup is worth. Where the data directory has the row, that one counts: it is as late or later.
Where it has not, nothing later than the backup is known of it, so what no trail calls ended is suspended, and people
confirm each: a key by `immunity keys reinstate`, an account by `immunity accounts unlock`.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from mobile_api.access import key_rows
from mobile_api.backup.endings import Endings
from mobile_api.backup.files import copy_file, open_alone
from mobile_api.backup.manifest import BackupRefused

Change = Callable[[sqlite3.Connection], object]

_REVOKE = "UPDATE keys SET revoked_at = ? WHERE revoked_at IS NULL AND key_id = ?"
_REVOKED = "SELECT key_id FROM kept.keys WHERE revoked_at IS NOT NULL"
_SUSPEND = "UPDATE keys SET suspended_at = ? WHERE suspended_at IS NULL AND revoked_at IS NULL"
_REMOVE = "UPDATE accounts SET removed_at = ?, password = '', secret = '' WHERE removed_at IS NULL AND name = ?"
_REMOVED = "SELECT name FROM kept.accounts WHERE removed_at IS NOT NULL"
_LOCK = "UPDATE accounts SET locked_at = ? WHERE locked_at IS NULL AND removed_at IS NULL"
_NO_PASSWORD = "UPDATE accounts SET password = '' WHERE name = ?"  # noqa: S105 - there is none then


def restore_keys(source: Path, target: Path, ended: Endings, environment: str, now: int) -> None:
    """Bring the keys of a backup into the file `target`, which is made where there is none. `now` is in seconds.

    Raises `BackupRefused` where one of the files cannot be used, or is of another environment.
    """

    def prepare(kept: sqlite3.Connection) -> None:
        _modernize(kept)
        kept.execute(_SUSPEND, (now,))
        kept.executemany(_REVOKE, _each(now, ended.revoked))

    def unite(present: sqlite3.Connection) -> None:
        _add_rows(present, "keys")
        present.executemany(_REVOKE, _each(now, ended.revoked | _column(present, _REVOKED)))

    _bring(source, target, environment, prepare, unite)


def restore_accounts(source: Path, target: Path, ended: Endings, environment: str, now: int) -> None:
    """Bring the accounts of a backup into the file `target`, as `restore_keys` does. Exempt devices are not brought
    back: a lost one may be among them."""

    def prepare(kept: sqlite3.Connection) -> None:
        for table in ("failures", "devices"):
            if _columns(kept, "main", table):
                kept.execute(f"DELETE FROM {table}")  # noqa: S608 - own names
        kept.execute(_LOCK, (now,))
        kept.executemany(_NO_PASSWORD, [(name,) for name in ended.changed])
        kept.executemany(_REMOVE, _each(now, ended.removed))

    def unite(present: sqlite3.Connection) -> None:
        _add_rows(present, "accounts")
        present.executemany(_REMOVE, _each(now, ended.removed | _column(present, _REMOVED)))

    _bring(source, target, environment, prepare, unite)


def _bring(source: Path, target: Path, environment: str, prepare: Change, unite: Change) -> None:
    """Copy a database of the backup beside `target` and prepare it there. Unite it with what is there, or let it take
    that place where there is nothing: so no row is ever there unprepared."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        copy_file(source, beside)
        with closing(open_alone(beside)) as kept:
            _check_environment(kept, environment)
            _in_one_step(kept, prepare)
        if target.exists():
            with closing(open_alone(target)) as present:
                _check_environment(present, environment)
                _modernize(present)
                present.execute("ATTACH ? AS kept", (str(beside),))
                _in_one_step(present, unite)
        else:
            for remnant in ("-wal", "-shm"):  # of a file that was lost; they belong to no other
                target.with_name(target.name + remnant).unlink(missing_ok=True)
            beside.rename(target)
    except sqlite3.Error as error:
        raise BackupRefused(f"{target.name} of the backup, or of the data directory, cannot be used.") from error
    finally:
        beside.unlink(missing_ok=True)


def _in_one_step(connection: sqlite3.Connection, change: Change) -> None:
    connection.execute("BEGIN IMMEDIATE")
    change(connection)
    connection.execute("COMMIT")


def _modernize(connection: sqlite3.Connection) -> None:
    """Give a file of keys what this version keeps in it."""
    if _columns(connection, "main", "keys"):
        key_rows.upgrade(connection)


def _add_rows(present: sqlite3.Connection, table: str) -> None:
    """Add the rows of the backup that are not there."""
    both = sorted(_columns(present, "main", table) & _columns(present, "kept", table))
    names = ", ".join(both)
    present.execute(f"INSERT OR IGNORE INTO main.{table} ({names}) SELECT {names} FROM kept.{table}")  # noqa: S608 - own names


def _columns(connection: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({table})")}


def _column(connection: sqlite3.Connection, question: str) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute(question))


def _each(now: int, names: Iterable[str]) -> list[tuple[int, str]]:
    return [(now, name) for name in names]


def _check_environment(connection: sqlite3.Connection, environment: str) -> None:
    row = connection.execute("SELECT environment FROM mark").fetchone()
    if row is None or row[0] != environment:
        raise BackupRefused("Keys or accounts are of another environment than this process: set `environment`.")
