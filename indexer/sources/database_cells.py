"""A value of a database as the cell that a CSV file would hold.

Decides how it is written; what a cell means is for `columns`. PostgreSQL writes its values itself, because some of them
(a date that is infinite) have no counterpart here and would break the reading of all others.
"""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from indexer.columns import Flag
from indexer.sources.csv_file import CELL_LIMIT
from indexer.sources.database_url import SQLITE
from indexer.tables import Table
from lookup.errors import SourceError


def select_cell(table: Table, name: str, type_: "sa.types.TypeEngine[Any]", engine: str) -> "sa.ColumnElement[Any]":
    """Give what is asked of the database for a column."""
    column: sa.ColumnClause[Any] = sa.column(name)
    if engine == SQLITE:  # which has no booleans of its own
        said = ((column.in_((0, "0")), "false"), (column.in_((1, "1")), "true"))
        return sa.case(*said, else_=column) if name in _flags(table) else column
    if isinstance(type_, sa.types.Float):
        return sa.cast(sa.cast(column, sa.Numeric), sa.Text)  # never with an exponent
    return sa.cast(column, sa.Text)


def write_cell(table: Table, name: str, value: Any) -> str:
    """Write a value as a cell; empty for null. Raises `SourceError`, naming the column, where no file could hold it."""
    text = _text(value)
    if len(text) > CELL_LIMIT:
        raise SourceError(f"{table.name}: a value of the column {name} is longer than {CELL_LIMIT:,} characters.")
    if "\0" in text:
        raise SourceError(f"{table.name}: a value of the column {name} holds a NUL character.")
    return text


def _flags(table: Table) -> frozenset[str]:
    fields = table.schema.fields.items()
    return frozenset(field.data_key or name for name, field in fields if isinstance(field, Flag))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
