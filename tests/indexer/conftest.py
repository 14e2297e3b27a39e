"""The fixtures that the tests of the indexer share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexer.extracts import SmallRegistry
from tests.indexer.sql_registry import Database, Synced, postgresql_database, sqlite_database


@pytest.fixture
def registry(tmp_path: Path) -> SmallRegistry:
    return SmallRegistry(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables, of each kind."""
    if request.param == "sqlite":
        database = sqlite_database(tmp_path / "registry.sqlite")
    else:
        database = postgresql_database(request.getfixturevalue("postgresql"))
    yield database
    database.close()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database with empty tables, of each kind."""
    empty_database.make_tables()
    return empty_database


@pytest.fixture
def synced(database: Database, tmp_path: Path) -> Synced:
    """A store beside a database with empty tables."""
    return Synced(database, tmp_path / "synced")
