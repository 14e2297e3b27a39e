"""What changed in a database since the last pass: what is found, what is not, and when everything is read again."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.position import WHOLE_EVERY
from indexer.report import SyncReport
from indexer.sources.extract import Description
from indexer.staging import FILE_NAME
from indexer.surroundings import Surroundings
from indexer.sync import SyncOptions, sync
from lookup.errors import ConfigurationError, SourceError, WouldLose
from lookup.progress import Progress
from tests.faults.test_sync_killed import KILLED, Axe
from tests.indexer.extracts import SMALL, SmallRegistry, kinds_changed
from tests.indexer.sql_registry import Database, Synced, is_incremental, moment, sqlite_database

CARDS = "identity_cards"


@pytest.fixture
def small(synced: Synced) -> Synced:
    """The small registry in a database, synced once."""
    synced.database.fill(SMALL)
    synced.sync()
    return synced


def fill_cards(database: Database, number: int) -> None:
    with database.writing() as connection:
        for n in range(number):
            database.put(CARDS, connection, card_number=f"TRNC{n + 100}", member_id="TRN1", status="active")


def test_reading_the_overlap_again_publishes_nothing_and_advances_the_age(small: Synced) -> None:
    before = small.small.head()
    report = small.sync()
    after = small.small.head()
    assert (report.published, after.revision, after.as_of > before.as_of) == ("nothing", before.revision, True)
    assert small.position().clock > datetime.fromisoformat(before.position["source"]["clock"])


def test_only_what_changed_goes_out(small: Synced) -> None:
    before = small.position()
    small.database.change("members", "TRN2", given_names="Luc")
    small.database.delete("premises", "p1")
    small.database.put("vehicles", plate="ZZ1", mission_id="emb-fr", registration_status="active")
    report = small.sync()
    assert kinds_changed(report) == {"member": (0, 1, 0), "vehicle": (1, 0, 0), "premises": (0, 0, 1)}
    assert (report.kinds["member"].unchanged, report.kinds["vehicle"].unchanged) == (1, 1)
    assert is_incremental(before, small.position())


def test_the_position_is_the_moment_of_the_database(small: Synced) -> None:
    around = replace(small.around(), clock=lambda: datetime(2030, 1, 1, tzinfo=UTC))
    with small.source.snapshot() as extract:
        description = extract.describe()
        sync(extract, small.small.writer(), around)
    assert small.position().clock == description.extracted_at == small.small.head().as_of


def late_commit(small: Synced) -> tuple[SyncReport, SyncReport]:
    """Sync while a transaction is open that changed a row, and again after its commit."""
    with small.database.engine.connect() as connection:
        with connection.begin():
            # SQLite has no trigger that would say when, and finds everything of one second.
            said = {"updated_at": moment("sqlite", timedelta(minutes=-1))} if small.database.kind == "sqlite" else {}
            small.database.change("members", "TRN2", connection, given_names="Late", **said)
            during = small.sync()
        return during, small.sync()


def test_a_transaction_that_commits_late_is_not_lost_within_the_overlap(small: Synced) -> None:
    during, after = late_commit(small)
    assert (during.published, kinds_changed(after)) == ("nothing", {"member": (0, 1, 0)})
    assert small.reconcile()[0].drifted == 0


def test_a_transaction_that_commits_later_is_reported_by_a_reconcile_and_found_when_everything_is_read(
    small: Synced,
) -> None:
    small.overlap = timedelta(0)
    during, after = late_commit(small)
    assert (during.published, after.published) == ("nothing", "nothing")
    report, drift = small.reconcile()
    assert (report.drifted, drift.keys) == (1, {"member": ["member:TRN2"]})
    assert kinds_changed(small.sync_whole()) == {"member": (0, 1, 0)}


def test_a_row_that_was_really_deleted_is_reported_by_a_reconcile_and_found_when_everything_is_read(
    small: Synced,
) -> None:
    small.database.lose("premises", "p1")
    assert small.sync().published == "nothing"
    assert small.reconcile()[1].keys == {"premises": ["premises:p1"]}
    assert kinds_changed(small.sync_whole()) == {"premises": (0, 0, 1)}


def test_everything_is_read_once_a_day_and_where_the_clock_or_the_database_is_another(small: Synced) -> None:
    position = small.position()

    def later(length: timedelta, database: str = position.database) -> Description:
        return Description(position.clock + length, "database", False, {}, database=database)

    assert position.can_go_on(later(timedelta(0)))
    assert position.can_go_on(later(WHOLE_EVERY - timedelta(seconds=1)))
    assert not position.can_go_on(later(WHOLE_EVERY))
    assert not position.can_go_on(later(timedelta(seconds=-1)))
    assert not position.can_go_on(later(timedelta(seconds=1), "another"))


def test_a_rebuild_reads_everything(small: Synced) -> None:
    before = small.position()
    small.database.lose("premises", "p1")
    assert small.sync(rebuild=True).published == "generation"
    assert not is_incremental(before, small.position())
    assert "premises:p1" not in small.small.state()


def test_after_a_rollback_everything_is_read(small: Synced) -> None:
    small.database.change("members", "TRN2", given_names="Luc")
    small.sync(rebuild=True)
    before = small.position()
    writer = small.small.writer()
    with writer.lease("test"):
        writer.rollback()
    assert kinds_changed(small.sync(resume=True)) == {"member": (0, 1, 0)}
    assert not is_incremental(before, small.position())


def mirrors(small: Synced) -> list[Path]:
    return list((small.around().data_dir / "mirror").iterdir())


def test_there_is_one_mirror_and_only_its_owner_may_look(small: Synced) -> None:
    small.sync_whole()
    small.sync(rebuild=True)
    small.sync()
    (mirror,) = mirrors(small)
    assert mirror.stat().st_mode & 0o777 == 0o700
    assert mirror.parent.stat().st_mode & 0o777 == 0o700


def test_a_mirror_that_is_lost_or_another_is_not_used(small: Synced, tmp_path: Path) -> None:
    (mirror,) = mirrors(small)
    shutil.copytree(mirror, tmp_path / "older")
    small.database.change("members", "TRN2", given_names="Luc")
    small.sync()
    shutil.rmtree(mirror)
    shutil.copytree(tmp_path / "older", mirror)
    before = small.position()
    assert small.sync().published == "nothing"
    assert not is_incremental(before, small.position())
    shutil.rmtree(mirror.parent)
    before = small.position()
    assert small.sync().published == "nothing"
    assert not is_incremental(before, small.position())


def test_a_mirror_that_is_damaged_is_made_anew(small: Synced) -> None:
    (mirror,) = mirrors(small)
    content = bytearray((mirror / FILE_NAME).read_bytes())
    content[:200] = b"\xff" * 200
    (mirror / FILE_NAME).write_bytes(content)
    before = small.position()
    small.database.change("members", "TRN2", given_names="Luc")
    with pytest.raises(ConfigurationError, match="run again"):
        small.sync()
    assert kinds_changed(small.sync()) == {"member": (0, 1, 0)}
    assert not is_incremental(before, small.position())


def test_a_directory_in_the_place_of_the_database_leaves_no_mirror(small: Synced, tmp_path: Path) -> None:
    files = SmallRegistry(tmp_path / "files")
    with_files = replace(files, directory=small.directory)
    with_files.sync()
    assert mirrors(small) == []
    assert "source" not in small.small.head().position
    assert small.sync().published == "nothing"


def test_too_large_a_loss_stops_the_pass_and_the_next_one_too(synced: Synced) -> None:
    synced.database.fill(SMALL)
    fill_cards(synced.database, 100)
    synced.sync()
    before = synced.small.state(), synced.small.head()
    for n in range(11):
        synced.database.delete(CARDS, f"TRNC{n + 100}")
    for _ in range(2):
        with pytest.raises(WouldLose, match=r"identity_cards: 11 of 101 published removed, 0 of 90 read refused"):
            synced.sync()
        assert (synced.small.state(), synced.small.head()) == before
    synced.database.put(CARDS, card_number="TRNC100", member_id="TRN1", status="active")
    assert synced.sync().kinds["identity_card"].deleted == 10


def test_refused_rows_are_weighed_by_the_whole_table(synced: Synced) -> None:
    synced.database.fill(SMALL)
    fill_cards(synced.database, 109)
    synced.sync()
    for n in range(11):
        synced.database.change(CARDS, f"TRNC{n + 100}", status="eaten")
    assert synced.sync().tables[CARDS].refused == 11
    synced.database.change(CARDS, "TRNC111", status="eaten")
    with pytest.raises(WouldLose, match=r"0 of 110 published removed, 12 of 110 read refused"):
        synced.sync()
    assert synced.sync(accept_loss=True).tables[CARDS].refused == 12


def test_a_broken_table_leaves_what_was_published_and_the_mirror(small: Synced) -> None:
    before = small.position()
    small.database.run("ALTER TABLE vehicles RENAME TO elsewhere")
    with pytest.raises(SourceError):
        small.sync()
    small.database.run("ALTER TABLE elsewhere RENAME TO vehicles")
    small.database.change("members", "TRN2", given_names="Luc")
    assert kinds_changed(small.sync()) == {"member": (0, 1, 0)}
    assert is_incremental(before, small.position())


def test_a_table_or_column_that_goes_is_noticed_by_the_next_process(small: Synced) -> None:
    small.database.run(
        "DROP TABLE premises; ALTER TABLE vehicles DROP COLUMN color; ALTER TABLE members DROP COLUMN sex;"
    )
    small.source = small.database.source()
    before = small.position()
    assert kinds_changed(small.sync()) == {"member": (0, 1, 0), "premises": (0, 0, 1)}
    assert not is_incremental(before, small.position())


def database_with_changes(directory: Path) -> Synced:
    """A registry whose next pass adds, changes and deletes over several revisions, with rows refused."""
    synced = Synced(sqlite_database(directory / "registry.sqlite"), directory / "synced")
    database = synced.database
    database.make_tables()
    database.fill(SMALL)
    fill_cards(database, 1300)
    synced.sync()
    with database.writing() as connection:
        for n in range(600):
            database.change(CARDS, f"TRNC{n + 100}", connection, border="green")
        for n in range(600, 660):
            database.change(CARDS, f"TRNC{n + 100}", connection, deleted_at="2026-01-01T00:00:00Z")
    database.change("members", "TRN1", family_name="Dupont")
    database.change("accreditations", "a1", category="nothing")
    database.delete("missions", "org-un")
    database.put("vehicles", plate="ZZ9", mission_id="emb-de", registration_status="active")
    return synced


def sync_killed_at(synced: Synced, at: int) -> bool:
    """Sync in a child process; True where it was killed, False where it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            sync_with(synced, Axe(at))
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED)
    return code == KILLED


def sync_with(synced: Synced, progress: Progress) -> None:
    around: Surroundings = replace(synced.around(), progress=progress)
    with synced.database.source().snapshot() as extract:
        sync(extract, synced.small.writer(), around, SyncOptions())


def test_killed_at_every_step_the_next_pass_ends_where_an_unharmed_one_does(tmp_path: Path) -> None:
    base = database_with_changes(tmp_path)
    old = base.small.state()
    unharmed = Synced(base.database, tmp_path / "unharmed")
    shutil.copytree(base.directory, unharmed.directory)
    before = unharmed.position()
    unharmed.sync()
    assert is_incremental(before, unharmed.position())
    wanted, at, killed, incremental = unharmed.picture(), 0, True, 0
    while killed:
        at += 1
        harmed = Synced(base.database, tmp_path / f"killed-{at}")
        shutil.copytree(base.directory, harmed.directory)
        killed = sync_killed_at(harmed, at)
        state = harmed.small.state()
        assert all(version in (old.get(key), wanted["state"].get(key)) for key, version in state.items())
        harmed.sync()
        assert harmed.picture() == wanted, at
        incremental += is_incremental(before, harmed.position())
    assert (at > 20, incremental) == (True, at)
    base.database.close()


def test_a_pass_without_changes_reads_the_overlap_and_touches_nothing(small: Synced) -> None:
    small.sync()  # a mirror that is used again is written in another mode
    (mirror,) = mirrors(small)
    before = (mirror / FILE_NAME).read_bytes()
    assert small.sync().published == "nothing"
    assert (mirror / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
def test_concurrent_writers_lose_nothing(small: Synced) -> None:
    """Two transactions overlap each other and two passes, and commit in the opposite order. SQLite has one writer at a
    time."""
    engine = small.database.engine
    with engine.connect() as one, engine.connect() as other:
        first, second = one.begin(), other.begin()
        small.database.change("members", "TRN2", one, given_names="First")
        small.database.change("missions", "emb-fr", other, phone="1")
        assert small.sync().published == "nothing"
        second.commit()
        assert kinds_changed(small.sync()) == {"mission": (0, 1, 0)}
        one.execute(sa.text("UPDATE vehicles SET color = 'red'"))
        first.commit()
    assert kinds_changed(small.sync()) == {"member": (0, 1, 0), "vehicle": (0, 1, 0)}
    assert small.reconcile()[0].drifted == 0
