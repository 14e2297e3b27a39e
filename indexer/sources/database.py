"""A SQL database as the source of the registry: the whole of it, or what changed since a moment.

Decides what is asked of PostgreSQL and SQLite. Tables, columns, and what the authority's side must do are on
docs/source-database.md. The file that the quarantine names is the table, the line of a row its place in the order of
the keys as they stand.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from indexer.sources.database_cells import select_cell, write_cell
from indexer.sources.database_connection import ROWS_AT_ONCE, make_engine, open_snapshot, own_errors
from indexer.sources.database_tables import (
    DELETED_AT,
    MARK_COLUMN,
    MARK_TABLE,
    UPDATED_AT,
    Looks,
    Shape,
)
from indexer.sources.database_url import SQLITE, DatabaseUrl
from indexer.sources.extract import ChangedRow, Description, Extract, SourceRow
from indexer.tables import Table
from lookup.errors import SourceError

_CLOCKS = {SQLITE: "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')", "postgresql": "SELECT now()"}
"""The first question of a snapshot, so that its moment is not later than what the snapshot shows."""

_MOMENT_FORM = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]*Z"
"""How SQLite must hold a moment, so that the order of the texts is that of the moments up to a fraction of a second."""


class DatabaseSource:
    """A database from which one extract after the other is read."""

    def __init__(self, url: DatabaseUrl, user: str | None = None, password: str | None = None) -> None:
        self._url = url
        self._engine = make_engine(url, user, password)
        self._looks = Looks()

    @contextmanager
    def snapshot(self) -> Iterator[Extract]:
        """Give the database as it is when the extract is first asked; it is asked for nothing before that."""
        try:
            with ExitStack() as stack:
                yield DatabaseExtract(self._engine, self._url.fingerprint, self._looks, stack)
        except SourceError:
            self._looks.forget()
            raise

    def stamp(self) -> None:
        """Whether there is anything new cannot be told without asking."""

    def close(self) -> None:
        """Give back the connection."""
        self._engine.dispose()


class DatabaseExtract:
    """One snapshot of a database, open until `stack` closes."""

    def __init__(self, engine: sa.Engine, fingerprint: str, looks: Looks, stack: ExitStack) -> None:
        self._engine = engine
        self._fingerprint = fingerprint
        self._looks = looks
        self._stack = stack
        self._open: tuple[sa.Connection, Shape] | None = None
        self._description: Description | None = None

    def describe(self) -> Description:
        """Take the snapshot, if it was not taken yet, and look at its tables. Raises `SourceError` where they are not
        those of an extract."""
        if self._description is None:
            self._description = self._look()
        return self._description

    def _look(self) -> Description:
        connection = self._stack.enter_context(open_snapshot(self._engine))
        with own_errors():
            clock = connection.exec_driver_sql(_CLOCKS[self._engine.dialect.name]).scalar_one()
            shape = self._looks.shape(connection)
            self._open = connection, shape
            fictitious = shape.has_mark and self._read_mark()
        moment = datetime.fromisoformat(clock) if isinstance(clock, str) else clock
        database = None if shape.unkeyed else f"{self._fingerprint}-{shape.fingerprint}"
        return Description(moment.astimezone(UTC), "database", fictitious, {}, database=database)

    def file_name(self, table: Table) -> str:
        """Give the name of the table."""
        return table.name

    def rows(self, table: Table, warn: Callable[[str], None]) -> Iterator[SourceRow]:
        """Give every row of a table that is not a tombstone, in any order."""
        connection, shape = self._opened()
        if table.name not in shape.tables:
            return
        shape.warn(table, warn)
        with own_errors():
            self._check_moments(connection, table)
            for row, _ in self._stream(table, sa.column(DELETED_AT).is_(None)):
                yield row

    def changes(self, table: Table, since: datetime) -> Iterator[ChangedRow]:
        """Give the rows of a table whose last change is not older than `since`, tombstones too, in any order."""
        if table.name not in self._opened()[1].tables:
            return
        # SQLite compares texts: without fraction and zone, `since` is not after any moment of its second.
        moment: Any = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if self._is_sqlite else since
        with own_errors():
            for row, is_deleted in self._stream(table, sa.column(UPDATED_AT) >= moment):
                yield ChangedRow(row.raw_key or "", None if is_deleted else row)

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == SQLITE

    def _opened(self) -> tuple[sa.Connection, Shape]:
        if self._open is None:
            self.describe()
        assert self._open is not None  # noqa: S101 - describing opens it
        return self._open

    def _stream(self, table: Table, where: "sa.ColumnElement[bool]") -> Iterator[tuple[SourceRow, bool]]:
        """Give rows and whether each is a tombstone, by a cursor on the server."""
        connection, shape = self._opened()
        types, engine = shape.tables[table.name], self._engine.dialect.name
        names = [name for name in table.columns if name in types]
        cells = [select_cell(table, name, types[name], engine) for name in (table.key, *names)]
        asked = sa.select(*cells, sa.column(DELETED_AT).is_not(None)).select_from(sa.table(table.name)).where(where)
        streaming = {"stream_results": True, "max_row_buffer": ROWS_AT_ONCE}
        with connection.execute(asked, execution_options=streaming) as found:
            for raw_key, *values, is_deleted in found:
                texts = ((name, write_cell(table, name, value)) for name, value in zip(names, values, strict=True))
                row = {name: text for name, text in texts if text and not text.isspace()}
                yield SourceRow(0, row, None if raw_key is None else str(raw_key)), bool(is_deleted)

    def _check_moments(self, connection: sa.Connection, table: Table) -> None:
        """Raise `SourceError` where a change could not be found by its moment."""
        column: sa.ColumnClause[Any] = sa.column(UPDATED_AT)
        wrong: sa.ColumnElement[bool] = column.is_(None)
        if self._is_sqlite:
            wrong = sa.or_(wrong, sa.not_(column.op("GLOB")(_MOMENT_FORM)))
        asked = sa.select(sa.literal(1)).select_from(sa.table(table.name)).where(wrong).limit(1)
        if connection.execute(asked).first() is not None:
            form = ", or is not of the form 2026-06-01T14:03:00.000Z, in UTC" if self._is_sqlite else ""
            raise SourceError(f"{table.name}: {UPDATED_AT} is null in a row{form}. Each change must set it.")

    def _read_mark(self) -> bool:
        """Read whether the database says that its people are invented."""
        connection, _ = self._opened()
        asked = sa.select(sa.cast(sa.column(MARK_COLUMN), sa.Text)).select_from(sa.table(MARK_TABLE)).limit(2)
        said = [str(value) for (value,) in connection.execute(asked)]
        if len(said) != 1 or said[0] not in ("true", "false", "1", "0"):
            raise SourceError(f"The table {MARK_TABLE} must hold one row, with {MARK_COLUMN} true or false.")
        return said[0] in ("true", "1")
