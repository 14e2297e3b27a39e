"""A registry in a SQL database that a test changes row by row, and stores that it is synced into."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from indexer.drift import Drift
from indexer.examine import reconcile
from indexer.mirror import forget_mirrors
from indexer.position import DatabasePosition, read_position
from indexer.report import SyncReport
from indexer.sources.database import DatabaseSource
from indexer.sources.database_url import read_database_url
from indexer.sync import RULES, SyncOptions, sync
from indexer.tables import TABLES
from tests.docs.pages import blocks, page
from tests.indexer.extracts import SMALL, SmallRegistry
from tests.servers.postgresql import RunningPostgresql

KEYS = {table.name: table.key for table in TABLES}


@dataclass
class Database:
    """A database for a test: its URL as a person writes it, and a way in for the authority that fills it."""

    url: str
    engine: sa.Engine
    user: str | None = None
    password: str | None = None
    sources: list[DatabaseSource] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.engine.dialect.name

    def run(self, script: str) -> None:
        """Run statements of the kind that a page shows."""
        with self.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            if self.kind == "sqlite":
                raw.executescript(script)
            else:
                raw.execute(script)
                raw.commit()

    def make_tables(self) -> None:
        """Make the tables as the page says; the triggers, too, where they are the database's own."""
        found = blocks(page("source-database.md"), self.kind)
        for script in found if self.kind == "postgresql" else found[:1]:
            self.run(script)

    def source(self) -> DatabaseSource:
        """Open the database as a sync does; it is closed with the database."""
        source = DatabaseSource(read_database_url(self.url), self.user, self.password)
        self.sources.append(source)
        return source

    def close(self) -> None:
        for source in self.sources:
            source.close()
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        with self.engine.begin() as connection:
            yield connection

    def put(self, table: str, connection: sa.Connection | None = None, **cells: Any) -> None:
        """Insert a row, or put it in the place of the one with its key; cells that are not named are null."""
        columns = next(t.columns for t in TABLES if t.name == table)
        row = dict.fromkeys(columns) | {name.rstrip("_"): cell or None for name, cell in cells.items()}
        row |= {"updated_at": moment(self.kind), "deleted_at": None}
        names, key = list(row), KEYS[table]
        marks = ", ".join(f":{name}" for name in names)
        kept = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
        statement = (
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {kept}"
        )
        self._do(statement, row, connection)

    def change(self, table: str, key: str, connection: sa.Connection | None = None, **cells: Any) -> None:
        """Change cells of one row."""
        row = {"updated_at": moment(self.kind)} | cells
        changed = ", ".join(f"{name} = :{name}" for name in row)
        self._do(f"UPDATE {table} SET {changed} WHERE {KEYS[table]} = :the_key", row | {"the_key": key}, connection)

    def delete(self, table: str, key: str, connection: sa.Connection | None = None) -> None:
        """Leave a tombstone."""
        self.change(table, key, connection, deleted_at=moment(self.kind))

    def lose(self, table: str, key: str) -> None:
        """Really delete a row, past every trigger."""
        if self.kind == "postgresql":
            self.run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        self._do(f"DELETE FROM {table} WHERE {KEYS[table]} = :the_key", {"the_key": key}, None)
        if self.kind == "postgresql":
            self.run(f"ALTER TABLE {table} ENABLE TRIGGER ALL")

    def fill(self, tables: dict[str, list[dict[str, str]]]) -> None:
        with self.writing() as connection:
            for name, rows in tables.items():
                for row in rows:
                    self.put(name, connection, **row)

    def _do(self, statement: str, values: dict[str, Any], connection: sa.Connection | None) -> None:
        if connection is not None:
            connection.execute(sa.text(statement), values)
            return
        with self.writing() as own:
            own.execute(sa.text(statement), values)


def moment(kind: str, later: timedelta = timedelta(0)) -> Any:
    """The present moment, or one so much later, as a database of this kind holds it; a trigger may know better."""
    now = datetime.now(UTC) + later
    return now if kind == "postgresql" else now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sqlite_database(path: Path) -> Database:
    path.touch()
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    database = Database(f"sqlite:///{path}", engine)
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")
    return database


def postgresql_database(server: RunningPostgresql) -> Database:
    url = server.new_database()
    address = sa.make_url(url).set(drivername="postgresql+psycopg", username=server.user, password=server.password)
    return Database(url, sa.create_engine(address, poolclass=sa.NullPool), server.user, server.password)


@dataclass
class Synced:
    """A store below `directory` that a database is synced into."""

    database: Database
    directory: Path
    overlap: timedelta = timedelta(minutes=15)
    small: SmallRegistry = field(init=False)
    source: DatabaseSource = field(init=False)

    def __post_init__(self) -> None:
        self.small = SmallRegistry(self.directory)
        self.source = self.database.source()

    def around(self) -> Any:
        around = self.small.around()
        return type(around)(around.environment, around.data_dir, lambda: datetime.now(UTC), overlap=self.overlap)

    def sync(self, **options: bool) -> SyncReport:
        with self.source.snapshot() as extract:
            return sync(extract, self.small.writer(), self.around(), SyncOptions(**options))

    def sync_whole(self, **options: bool) -> SyncReport:
        """Sync without a mirror, so that everything is read."""
        forget_mirrors(self.around().data_dir)
        return self.sync(**options)

    def reconcile(self) -> tuple[SyncReport, Drift]:
        with self.source.snapshot() as extract:
            return reconcile(extract, self.small.writer(), self.around())

    def position(self) -> DatabasePosition:
        position = read_position(self.small.head(), RULES)
        assert position is not None
        return position

    def picture(self) -> dict[str, Any]:
        """Give everything that a pass leaves, but for its moments, its label and the number of revisions."""
        head = self.small.head()
        said = {name: head.position[name] for name in ("inside", "standings", "tables")}
        return {
            "state": self.small.state(),
            "quarantine": self.small.quarantine(),
            "counts": dict(head.counts),
            "refused": dict(head.quarantine),
            "keeping": head.position["source"]["keeping"],
            **said,
        }


def is_incremental(before: DatabasePosition, after: DatabasePosition) -> bool:
    """Whether the last pass went on in the mirror of the one before."""
    return before.mirror.partition("/")[0] == after.mirror.partition("/")[0] and before.whole_at == after.whole_at


def small_tables() -> dict[str, list[dict[str, str]]]:
    return SMALL
