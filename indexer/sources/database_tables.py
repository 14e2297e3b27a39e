"""The tables of a SQL source as they really are, against what docs/source-database.md asks for.

Decides whether a database can be read at all, and whether its changes can be followed: that needs a primary key, by
which a row is known again.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indexer.sources.database_url import SQLITE
from indexer.tables import TABLES, Table
from lookup.errors import SourceError

UPDATED_AT, DELETED_AT = "updated_at", "deleted_at"
MARK_TABLE, MARK_COLUMN = "extract", "fictitious"

LOOK_EVERY_S = 60.0
"""Looking at nine tables takes a tenth of a second, which a pass each second has not."""

Columns = Mapping[str, "sa.types.TypeEngine[Any]"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a database has: per table the columns with their types, which of them do not have their key as primary
    key, and whether invented data are marked."""

    tables: Mapping[str, Columns]
    unkeyed: frozenset[str]
    has_mark: bool

    @property
    def fingerprint(self) -> str:
        """Tell these tables and columns from others, 64 bits of SHA-256: a column or table that comes or goes changes
        rows without touching them."""
        said = sorted((name, sorted(columns)) for name, columns in self.tables.items())
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def warn(self, table: Table, warn: Callable[[str], None]) -> None:
        """Say what is odd about a table but harmless."""
        known = {*table.columns, UPDATED_AT, DELETED_AT}
        if unknown := [name for name in self.tables[table.name] if name not in known]:
            warn(f"{table.name}: unknown columns are ignored: {', '.join(unknown)}")
        if table.name in self.unkeyed:
            warn(f"{table.name}: its key is not its primary key, so everything is read each time")


class Looks:
    """Remembers what the tables look like between passes."""

    def __init__(self) -> None:
        self._last: tuple[float, Shape] | None = None

    def shape(self, connection: sa.Connection) -> Shape:
        """Give the shape of the tables. Raises `SourceError` as `look_at_tables` does."""
        now = time.monotonic()
        if self._last is None or now - self._last[0] > LOOK_EVERY_S:
            self._last = now, look_at_tables(connection)
        return self._last[1]

    def forget(self) -> None:
        """Look again at the next occasion."""
        self._last = None


def look_at_tables(connection: sa.Connection) -> Shape:
    """Look at every table. Raises `SourceError`, naming it, where one cannot be read as the extract."""
    inspector = sa.inspect(connection)
    tables, unkeyed = {}, set()
    for table in TABLES:
        if not inspector.has_table(table.name):
            if not table.optional:
                raise SourceError(f"The table {table.name} is missing. An empty table is one without rows.")
            continue
        columns = inspector.get_columns(table.name)
        types = {column["name"]: column["type"] for column in columns}
        _check_columns(table, types, connection.dialect.name)
        tables[table.name] = types
        may_be_null = {column["name"] for column in columns if column["nullable"]}
        key = inspector.get_pk_constraint(table.name)["constrained_columns"]
        if key != [table.key] or table.key in may_be_null:
            unkeyed.add(table.name)
    return Shape(tables, frozenset(unkeyed), inspector.has_table(MARK_TABLE))


def _check_columns(table: Table, types: Columns, engine: str) -> None:
    needed = (*table.required, UPDATED_AT, DELETED_AT)
    if missing := [name for name in needed if name not in types]:
        raise SourceError(f"The table {table.name} lacks required columns: {', '.join(missing)}.")
    if not _is_moment(types[UPDATED_AT], engine):
        wanted = "text, RFC 3339 in UTC" if engine == SQLITE else "timestamp with time zone"
        raise SourceError(
            f"The column {UPDATED_AT} of the table {table.name} is of the wrong type. It must be {wanted}."
        )


def _is_moment(type_: "sa.types.TypeEngine[Any]", engine: str) -> bool:
    if engine == SQLITE:
        return isinstance(type_, sa.types.String)
    return isinstance(type_, sa.types.DateTime) and bool(type_.timezone)
