"""Connections to a SQL source, and its errors in our words.

Decides how a database is read: one snapshot per extract, read only, rows by a cursor on the server, so that neither the
memory nor the other users of the database notice. What is read is `database`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc, pool

from indexer.sources.database_url import SQLITE, DatabaseUrl
from lookup.errors import SourceError

ROWS_AT_ONCE = 1_000
"""Rows that are fetched in one go."""

CONNECT_S = 5
SILENCE_MS = 30_000
"""How long a dead server may keep us waiting: to connect, and in the middle of an answer."""

_REASONS = {
    "42501": "its user may not read a table of the extract: grant SELECT",
    "42P01": "a table of the extract is gone",
    "42703": "a column of the extract is gone",
    "3D000": "there is no database of that name",
    "57014": "the statement was cancelled",
}
"""What to do about an error of PostgreSQL, by its SQLSTATE."""

_ZONE_AND_DATES = "SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true)"
"""So that a value reads the same whatever the server is set to."""


def make_engine(url: DatabaseUrl, user: str | None, password: str | None) -> sa.Engine:
    """Prepare connections to a database; opens none. Raises `SourceError` where a file is not there."""
    if url.engine == SQLITE:
        path = Path(url.place).absolute()
        if not path.is_file():
            raise SourceError("There is no database at the path in the URL of the source.")
        return sa.create_engine("sqlite://", creator=lambda: _open_file(path), poolclass=pool.NullPool)
    address = sa.URL.create("postgresql+psycopg", user, password, url.host, url.port, url.place, dict(url.options))
    waiting = {"connect_timeout": CONNECT_S, "tcp_user_timeout": SILENCE_MS, "application_name": "immunity"}
    return sa.create_engine(
        address, connect_args=waiting, pool_size=1, max_overflow=0, pool_pre_ping=True, hide_parameters=True
    )


@contextmanager
def open_snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees the database as it is at its first question, until the block ends."""
    with own_errors(), engine.connect() as connection:
        if engine.dialect.name == SQLITE:
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(  # noqa: PLW2901 - the same one
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            connection.exec_driver_sql(_ZONE_AND_DATES)
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def own_errors() -> Iterator[None]:
    """Say in our words what the database says; its own words may quote values."""
    try:
        yield
    except exc.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        if state is None:
            reason = "it cannot be reached: look at host, port, database_user and database_password"
        else:
            reason = _REASONS.get(state, "it failed") + f" ({state})"
        raise SourceError(f"The database of the source could not be read: {reason}.") from None
    except exc.SQLAlchemyError as error:
        raise SourceError(f"The database of the source could not be read ({type(error).__name__}).") from None


def _open_file(path: Path) -> sqlite3.Connection:
    """Open for reading only; transactions are begun by ourselves."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
