"""A SQL database as an extract: the same records as from files, and clear errors where it is none."""

import csv
import gzip
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from indexer.examine import check
from indexer.sources.csv_directory import CsvDirectory
from indexer.sources.database_url import read_database_url
from indexer.sources.fictitious import generate
from indexer.surroundings import Surroundings
from indexer.sync import sync
from indexer.tables import MEMBERS, TABLE_OF_KIND, TABLES
from lookup.errors import SourceError
from tests.docs.pages import blocks, page
from tests.indexer.extracts import SMALL, SmallRegistry
from tests.indexer.sql_registry import Database, Synced, moment
from tests.oracle.awkward import write_awkward, write_awkward_later

VEHICLES = TABLE_OF_KIND["vehicle"]


def rows_of(directory: Path, table: str) -> list[dict[str, str]]:
    plain, packed = directory / f"{table}.csv", directory / f"{table}.csv.gz"
    if not plain.exists() and not packed.exists():
        return []
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    return list(csv.DictReader(text.decode("utf-8-sig").splitlines(keepends=True)))


def load(database: Database, directory: Path) -> None:
    """Put the rows of a directory into tables that are there, in the place of all others."""
    with database.writing() as connection:
        for table in TABLES:
            connection.execute(sa.text(f"DELETE FROM {table.name}"))
            names = [*table.columns, "updated_at"]
            statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(f':{n}' for n in names)})"
            rows: list[dict[str, Any]] = [
                {name: row.get(name) or None for name in table.columns} | {"updated_at": moment(database.kind)}
                for row in rows_of(directory, table.name)
            ]
            if rows:
                connection.execute(sa.text(statement), rows)


def make_loose_tables(database: Database) -> None:
    """Make tables of text without keys, in which a row may hold whatever a file may."""
    moments = "timestamptz" if database.kind == "postgresql" else "TEXT"
    for table in TABLES:
        columns = ", ".join(f"{name} text" for name in table.columns)
        database.run(f"CREATE TABLE {table.name} ({columns}, updated_at {moments}, deleted_at {moments})")


def refusals(registry: SmallRegistry) -> list[Any]:
    """Give what was refused, but for the line, which a file counts otherwise."""
    return sorted(
        [row["file"].partition(".")[0], row["column"], row["value"], str(row["key"]), row["reason"]]
        for row in registry.quarantine()
    )


def test_awkward_extracts_give_the_same_from_files_and_from_a_database(
    empty_database: Database, tmp_path: Path
) -> None:
    write_awkward(tmp_path / "first")
    write_awkward_later(tmp_path / "later")
    make_loose_tables(empty_database)
    ours, files = Synced(empty_database, tmp_path / "ours"), SmallRegistry(tmp_path / "files")
    for directory in (tmp_path / "first", tmp_path / "later", tmp_path / "first"):
        load(empty_database, directory)
        report = ours.sync()
        other = sync(CsvDirectory(directory), files.writer(), files.around())
        assert (ours.small.state(), refusals(ours.small)) == (files.state(), refusals(files))
        assert (report.kinds, report.tables) == (other.kinds, other.tables)
    assert "vehicles: its key is not its primary key, so everything is read each time" in report.warnings


def test_an_invented_registry_gives_the_same_from_files_and_from_a_database(synced: Synced, tmp_path: Path) -> None:
    generate(tmp_path / "extract", members=400, seed=5, on=date(2026, 6, 1))
    load(synced.database, tmp_path / "extract")
    files = SmallRegistry(tmp_path / "files")
    sync(CsvDirectory(tmp_path / "extract"), files.writer(), files.around())
    report = synced.sync()
    assert (synced.small.state(), report.refused) == (files.state(), 0)
    assert report.as_of_source == "database"


def test_the_tables_of_the_page_have_every_column_and_two_indexes(database: Database) -> None:
    inspector = sa.inspect(database.engine)
    for table in TABLES:
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        indexed = [index["column_names"] for index in inspector.get_indexes(table.name)]
        assert columns == {*table.columns, "updated_at", "deleted_at"}
        assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [table.key]
        assert indexed == [["updated_at"]]


def test_changes_are_found_by_the_index_of_the_page(database: Database) -> None:
    explain = "EXPLAIN QUERY PLAN" if database.kind == "sqlite" else "EXPLAIN"
    with database.writing() as connection:
        if database.kind == "postgresql":  # an empty table is walked through otherwise
            connection.execute(sa.text("SET enable_seqscan = off"))
        for table in TABLES:
            asked = f"{explain} SELECT * FROM {table.name} WHERE updated_at >= '2026-06-01T00:00:00'"
            plan = str(connection.execute(sa.text(asked)).all())
            assert f"{table.name}_by_updated_at" in plan


def test_the_triggers_of_the_page_note_changes_and_leave_tombstones(database: Database) -> None:
    if database.kind == "sqlite":
        database.run(blocks(page("source-database.md"), "sqlite")[1])
    database.put("vehicles", plate="ZZ1", mission_id="m1", registration_status="active")
    with database.writing() as connection:
        before = connection.execute(sa.text("SELECT updated_at FROM vehicles")).scalar_one()
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE vehicles SET color = 'red'"))
        changed = connection.execute(sa.text("SELECT updated_at FROM vehicles")).scalar_one()
    with database.writing() as connection:
        connection.execute(sa.text("DELETE FROM vehicles"))
        (row,) = connection.execute(sa.text("SELECT color, updated_at, deleted_at FROM vehicles")).all()
    assert str(before) < str(changed) <= str(row.updated_at)
    assert (row.color, row.deleted_at is None) == ("red", False)


def test_the_line_of_a_refused_row_is_its_place_among_the_keys(synced: Synced) -> None:
    database = synced.database
    database.fill(SMALL)
    for plate in ("ZZ1", "Zz1x", "ZZ2", "zz3"):
        database.put("vehicles", plate=plate, mission_id="emb-fr", registration_status="active")
    database.put("vehicles", plate="ZZ4", mission_id="emb-fr", registration_status="eaten")
    database.delete("vehicles", "ZZ2")
    synced.sync()
    # By code point: "D ZF 1234", "ZZ1", "ZZ4", "Zz1x", "zz3".
    assert [(row["file"], row["line"], row["key"]) for row in synced.small.quarantine()] == [("vehicles", 3, "ZZ4")]
    database.put("vehicles", plate="ZZ3", mission_id="emb-fr", registration_status="active")
    synced.sync()
    lines = sorted((row["line"], row["value"], row["reason"]) for row in synced.small.quarantine())
    assert lines == [(3, "ZZ3", "duplicate_key"), (4, "eaten", "invalid"), (6, "zz3", "duplicate_key")]


def test_a_snapshot_shows_nothing_of_what_comes_after_it(synced: Synced) -> None:
    synced.database.fill(SMALL)
    with synced.source.snapshot() as extract:
        extract.describe()
        list(extract.rows(TABLES[0], lambda _: None))
        synced.database.change("members", "TRN1", given_names="Later")
        synced.database.put("members", member_id="TRN9", family_name="Later")
        names = {row.cells.get("given_names") for row in extract.rows(MEMBERS, lambda _: None)}
    assert names == {"Zoé", None}


def test_typed_columns_are_read_as_the_cells_of_a_file(synced: Synced) -> None:
    database = synced.database
    database.fill(SMALL)
    database.put(
        "premises", premises_id="p2", mission_id="m", latitude=0.00001, longitude=-77, recognized_on="2026-01-02"
    )
    database.put("accreditations", accreditation_id="a9", member_id="TRN1", state_confirmed=True)
    with synced.source.snapshot() as extract:
        by_key = {row.raw_key: row.cells for table in TABLES for row in extract.rows(table, lambda _: None)}
    assert by_key["p2"]["latitude"] == "0.00001"
    assert float(by_key["p2"]["longitude"]) == -77
    assert by_key["p2"]["recognized_on"] == "2026-01-02"
    assert by_key["a9"]["state_confirmed"] == "true"
    assert "title" not in by_key["a9"]


def test_a_day_that_never_comes_is_refused_by_itself(synced: Synced) -> None:
    synced.database.fill(SMALL)
    synced.database.change("waivers", "w1", ends_on="infinity")
    synced.sync()
    refused = [(row["file"], row["column"], row["value"]) for row in synced.small.quarantine()]
    assert refused == [("waivers", "ends_on", "infinity")]


BROKEN = {
    "a table that must be there": ("DROP TABLE vehicles", r"table vehicles is missing"),
    "a required column": (
        "ALTER TABLE vehicles RENAME COLUMN registration_status TO other",
        r"vehicles lacks required columns: registration_status",
    ),
    "the moment of the last change": (
        "ALTER TABLE waivers RENAME COLUMN updated_at TO other",
        r"waivers lacks required columns: updated_at",
    ),
    "the moment of the deletion": (
        "ALTER TABLE waivers RENAME COLUMN deleted_at TO other",
        r"waivers lacks required columns: deleted_at",
    ),
    "a mark without a row": ("CREATE TABLE extract (fictitious boolean)", r"extract must hold one row"),
}


@pytest.mark.parametrize(("script", "message"), BROKEN.values(), ids=BROKEN)
def test_a_database_that_is_no_extract_is_refused(synced: Synced, script: str, message: str) -> None:
    synced.database.fill(SMALL)
    synced.database.run(script)
    with pytest.raises(SourceError, match=message):
        synced.sync()
    assert synced.small.writer().head() is None


def test_an_optional_table_may_be_missing(synced: Synced) -> None:
    synced.database.fill(SMALL)
    synced.database.run("DROP TABLE waivers")
    assert synced.sync().tables["waivers"].rows == 0
    assert synced.sync().published == "nothing"


def test_a_moment_of_the_wrong_type_is_refused(empty_database: Database, tmp_path: Path) -> None:
    make_loose_tables(empty_database)
    wrong = "timestamp" if empty_database.kind == "postgresql" else "INTEGER"
    empty_database.run("DROP TABLE missions")
    columns = ", ".join(f"{name} text" for name in TABLES[0].columns)
    empty_database.run(f"CREATE TABLE missions ({columns}, updated_at {wrong}, deleted_at text)")
    with pytest.raises(SourceError, match=r"updated_at of the table missions is of the wrong type"):
        Synced(empty_database, tmp_path).sync()


def test_a_row_without_the_moment_of_its_change_is_refused(empty_database: Database, tmp_path: Path) -> None:
    make_loose_tables(empty_database)
    empty_database.run("INSERT INTO missions (mission_id) VALUES ('m1')")
    with pytest.raises(SourceError, match=r"missions: updated_at is null in a row"):
        Synced(empty_database, tmp_path).sync()


@pytest.mark.parametrize("text", ["2026-06-01 12:00:00Z", "2026-06-01T12:00:00+02:00", "yesterday"])
def test_a_moment_that_sqlite_could_not_compare_is_refused(
    request: pytest.FixtureRequest, tmp_path: Path, text: str
) -> None:
    from tests.indexer.sql_registry import sqlite_database  # noqa: PLC0415 - only one kind of database has the fault

    database = sqlite_database(tmp_path / "registry.sqlite")
    request.addfinalizer(database.close)
    make_loose_tables(database)
    database.run(f"INSERT INTO missions (mission_id, updated_at) VALUES ('m1', '{text}')")
    with pytest.raises(SourceError, match=r"not of the form 2026-06-01T14:03:00.000Z"):
        Synced(database, tmp_path / "synced").sync()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:secret@127.0.0.1/registry",
        "postgresql://someone@127.0.0.1/registry",
        "postgresql://127.0.0.1/registry?password=secret",
        "postgresql:///registry",
        "postgresql://127.0.0.1/",
        "postgresql://127.0.0.1:port/registry",
        "postgresql://127.0.0.1/registry?options=-cfoo",
        "mysql://127.0.0.1/secret",
        "sqlite://secret/path",
        "sqlite:///",
    ],
)
def test_a_url_that_is_none_of_ours_is_refused_and_never_quoted(url: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_database_url(url)
    assert "secret" not in str(refused.value)
    assert "someone" not in str(refused.value)
    assert ("database_password" in str(refused.value)) == ("@" in url or "password" in url)


def test_a_database_that_cannot_be_reached_says_what_to_look_at(synced: Synced) -> None:
    if synced.database.kind == "sqlite":
        synced.database.url = "sqlite:////nowhere/registry.sqlite"
        with pytest.raises(SourceError, match="no database at the path"):
            synced.database.source()
    else:
        synced.database.password = "another"
        source = synced.database.source()
        with pytest.raises(SourceError, match="database_user and database_password") as failed, source.snapshot() as it:
            it.describe()
        assert "another" not in str(failed.value)


def test_an_error_in_the_midst_of_reading_quotes_no_value(synced: Synced) -> None:
    synced.database.fill(SMALL)
    with synced.source.snapshot() as extract:
        extract.describe()
    synced.database.run("DROP TABLE premises")
    with pytest.raises(SourceError, match=r"could not be read: .*\((42P01|SQLITE_ERROR)\)"):
        synced.sync()
    assert synced.sync().tables["premises"].rows == 0  # it looks again after an error, and premises are optional


def test_a_live_store_takes_no_invented_people_from_a_database(synced: Synced) -> None:
    synced.database.fill(SMALL)
    synced.small.environment = "live"
    synced.database.run("CREATE TABLE extract (fictitious boolean NOT NULL); INSERT INTO extract VALUES (true);")
    with pytest.raises(SourceError, match="marked fictitious"):
        synced.sync()
    synced.database.run("UPDATE extract SET fictitious = false")
    assert synced.sync().fictitious is False


def test_a_mark_that_comes_later_is_taken_over_though_no_row_has_changed(synced: Synced) -> None:
    synced.database.fill(SMALL)
    synced.sync()
    synced.database.run("CREATE TABLE extract (fictitious boolean NOT NULL); INSERT INTO extract VALUES (true);")
    synced.source = synced.database.source()
    assert (synced.sync().published, synced.small.head().fictitious) == ("nothing", True)


def test_the_age_is_the_earlier_of_both_clocks(synced: Synced) -> None:
    synced.database.fill(SMALL)
    before = datetime.now(UTC) - timedelta(seconds=1)  # SQLite cuts to the millisecond
    with synced.source.snapshot() as extract:
        description = extract.describe()
        early = check(extract, Surroundings("training", synced.directory, lambda: before - timedelta(hours=1)))
    assert before < description.extracted_at <= datetime.now(UTC)
    assert (early.as_of, early.as_of_source) == (before - timedelta(hours=1), "database")


_READ_ALL = """
import resource, sys
from indexer.sources.database import DatabaseSource
from indexer.sources.database_url import read_database_url
from indexer.tables import TABLE_OF_KIND
user, password = (word or None for word in sys.argv[2:4])
source = DatabaseSource(read_database_url(sys.argv[1]), user, password)
with source.snapshot() as extract:
    count = sum(1 for _ in extract.rows(TABLE_OF_KIND["vehicle"], print))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
ROWS = 150_000
_FILL = """
INSERT INTO vehicles (plate, mission_id, color, updated_at)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})
SELECT 'ZZ' || n, 'm1', '{filler}', {now} FROM numbers
"""


def test_memory_does_not_grow_with_a_table(database: Database) -> None:
    def peak_kib() -> int:
        command = [sys.executable, "-c", _READ_ALL, database.url, database.user or "", database.password or ""]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(ran.stdout.split()[1])

    small = peak_kib()
    now = "now()" if database.kind == "postgresql" else "'2026-06-01T00:00:00.000Z'"
    database.run(_FILL.format(rows=ROWS, filler="x" * 200, now=now))
    assert peak_kib() - small < 20 * 1024  # the rows alone are 30 MB
