"""A sync as a whole: what goes out, how old the data are, and what makes it stop."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from indexer.examine import reconcile
from indexer.sources.csv_directory import CsvDirectory
from indexer.sync import RULES
from lookup.errors import ConfigurationError, CouldNotSearch, IndexerHeld, LeaseHeld, SourceError, WouldLose
from lookup.records import KINDS
from tests.indexer.extracts import NOW, SmallRegistry, kinds_changed


def test_only_what_changed_goes_out(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("members", "TRN2")["given_names"] = "Luc"
    registry.add("vehicles", plate="ZZ1")
    report = registry.sync()
    assert kinds_changed(report) == {"member": (0, 1, 0), "vehicle": (1, 0, 0)}
    assert (report.published, report.revision) == ("revisions", 1)
    record = registry.get("member:TRN2")
    untouched = registry.get("member:TRN1")
    assert record is not None
    assert untouched is not None
    assert (record.revision, untouched.revision) == (1, 0)


def test_the_same_extract_again_only_advances_the_age(registry: SmallRegistry) -> None:
    registry.add("vehicles", plate="ZZ9", year="20")
    first = registry.sync()
    quarantine = registry.quarantine()
    registry.clock += timedelta(hours=2)
    second = registry.sync()
    assert (second.published, second.revision, second.generation) == ("nothing", 0, first.generation)
    assert second.as_of == first.as_of + timedelta(hours=2) == registry.head().as_of
    assert (second.tables, registry.quarantine()) == (first.tables, quarantine)
    assert {kind: counts.live for kind, counts in second.kinds.items()} == dict(registry.head().counts)


class Steps:
    """Progress that remembers what was begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def begin(self, step: str, total: int | None) -> None:
        self.begun.append(step)

    def advance(self, count: int) -> None:
        pass

    def end(self) -> None:
        pass


def test_an_extract_is_read_again_only_where_the_rules_have_changed(
    registry: SmallRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.sync()
    same, changed = Steps(), Steps()
    registry.sync(same)
    monkeypatch.setattr("indexer.sync.RULES", RULES + 1)
    registry.sync(changed)
    assert (same.begun, "reading members" in changed.begun) == ([], True)


def test_a_revision_holds_at_most_500_records_in_the_order_of_pointers_and_deletions_backwards(
    registry: SmallRegistry,
) -> None:
    registry.sync()
    for number in range(600):
        registry.add("missions", mission_id=f"m{number}")
        registry.add("vehicles", plate=f"ZZ{number}", mission_id=f"m{number}")
    report = registry.sync()
    assert report.revision == 3
    revisions = {key: registry.get(key) for key in ("mission:m0", "mission:m99", "vehicle:ZZ0", "vehicle:ZZ99")}
    assert [record.revision for record in revisions.values() if record is not None] == [1, 2, 2, 3]
    for number in range(600):
        registry.drop("missions", f"m{number}")
        registry.drop("vehicles", f"ZZ{number}")
    registry.sync(accept_loss=True)
    assert [record.revision for key in revisions if (record := registry.get(key)) is not None] == [5, 6, 4, 5]


@pytest.mark.parametrize(("dropped", "stops"), [(10, False), (20, False), (21, True)])
def test_more_than_a_tenth_of_a_table_may_not_go(registry: SmallRegistry, dropped: int, stops: bool) -> None:
    """Of 200 rows; twenty are exactly a tenth."""
    for number in range(199):
        registry.add("identity_cards", card_number=f"TRNC{number + 100}")
    registry.sync()
    before = registry.state(), registry.head()
    for number in range(dropped):
        registry.drop("identity_cards", f"TRNC{number + 100}")
    if stops:
        with pytest.raises(WouldLose, match=r"identity_cards: 21 of 200 published removed, 0 of 179 read refused"):
            registry.sync()
        assert (registry.state(), registry.head()) == before
        assert registry.sync(accept_loss=True).kinds["identity_card"].deleted == 21
    else:
        assert registry.sync().kinds["identity_card"].deleted == dropped


@pytest.mark.parametrize(("cards", "dropped", "stops"), [(11, 10, False), (12, 11, True)])
def test_ten_rows_may_always_go_and_eleven_of_twelve_may_not(
    registry: SmallRegistry, cards: int, dropped: int, stops: bool
) -> None:
    for number in range(cards - 1):
        registry.add("identity_cards", card_number=f"TRNC{number + 100}")
    registry.sync()
    del registry.tables["identity_cards"][-dropped:]
    if stops:
        with pytest.raises(WouldLose):
            registry.sync()
    else:
        registry.sync()


@pytest.mark.parametrize(("refused", "stops"), [(11, False), (12, True)])
def test_more_than_a_tenth_of_a_table_may_not_be_refused(registry: SmallRegistry, refused: int, stops: bool) -> None:
    """Of 110 rows, also in a first sync."""
    for number in range(109):
        bad = {"status": "eaten"} if number < refused else {}
        registry.add("identity_cards", card_number=f"TRNC{number + 100}", **bad)
    if stops:
        with pytest.raises(WouldLose, match=r"identity_cards: 0 of 0 published removed, 12 of 110 read refused"):
            registry.sync()
        assert registry.writer().head() is None
        assert registry.sync(accept_loss=True).refused == 12
    else:
        assert registry.sync().refused == 11


def test_what_is_removed_and_what_is_refused_count_together(registry: SmallRegistry) -> None:
    for number in range(99):
        registry.add("identity_cards", card_number=f"TRNC{number + 100}")
    registry.sync()
    for number in range(6):
        registry.drop("identity_cards", f"TRNC{number + 100}")
    for number in range(50, 55):
        registry.row("identity_cards", f"TRNC{number + 100}")["status"] = "eaten"
    with pytest.raises(WouldLose, match=r"identity_cards: 6 of 100 published removed, 5 of 94 read refused"):
        registry.sync()


@pytest.mark.parametrize("rebuild", [False, True])
def test_rows_inside_members_are_guarded_too(registry: SmallRegistry, rebuild: bool) -> None:
    for number in range(18):
        registry.add("accreditations", accreditation_id=f"b{number}")
    registry.sync()
    del registry.tables["accreditations"][-11:]
    with pytest.raises(WouldLose, match=r"accreditations: 11 of 20 published removed, 0 of 9 read refused"):
        registry.sync(rebuild=rebuild)
    assert registry.head().revision == 0


def test_as_of_is_what_the_extract_says(registry: SmallRegistry) -> None:
    registry.write(extracted_at=NOW - timedelta(days=2))
    report = registry.sync_as_it_lies()
    assert (report.as_of, report.as_of_source) == (NOW - timedelta(days=2), "extract")


def test_as_of_is_never_later_than_the_start_of_the_pass(registry: SmallRegistry) -> None:
    registry.write(extracted_at=NOW + timedelta(minutes=1))
    report = registry.sync_as_it_lies()
    assert (report.as_of, report.as_of_source) == (NOW, "clock")


def test_without_a_manifest_the_oldest_file_says_how_old_the_data_are(registry: SmallRegistry) -> None:
    directory = registry.write()
    (directory / "extract.json").unlink()
    for path in directory.iterdir():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    oldest = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    os.utime(directory / "premises.csv", (oldest.timestamp(), oldest.timestamp()))
    report = registry.sync_as_it_lies()
    assert (report.as_of, report.as_of_source) == (oldest, "oldest_file")
    assert "the age of the oldest file" in report.text()


def test_an_older_extract_than_the_last_is_a_warning(registry: SmallRegistry) -> None:
    registry.sync()
    registry.write(extracted_at=NOW - timedelta(days=9))
    assert registry.sync_as_it_lies().warnings == ("the extract is older than what was published last",)


def test_a_live_store_takes_no_invented_people(registry: SmallRegistry) -> None:
    registry.environment = "live"
    registry.write(fictitious=True)
    with pytest.raises(SourceError, match="marked fictitious"):
        registry.sync_as_it_lies()
    assert registry.writer().head() is None


def test_a_training_store_takes_them_and_says_so(registry: SmallRegistry) -> None:
    registry.write(fictitious=True)
    assert registry.sync_as_it_lies().fictitious is True
    assert registry.head().fictitious is True


def test_a_store_of_the_other_environment_is_refused(registry: SmallRegistry) -> None:
    registry.sync()
    registry.environment = "live"
    with pytest.raises(ConfigurationError):
        registry.sync()


def test_a_rollback_holds_the_indexer_until_it_is_resumed(registry: SmallRegistry) -> None:
    registry.sync()
    before = registry.state()
    registry.row("members", "TRN2")["given_names"] = "Luc"
    registry.sync(rebuild=True)
    after = registry.state()
    writer = registry.writer()
    with writer.lease("test"):
        writer.rollback()
    with pytest.raises(IndexerHeld, match="--resume or --rebuild"):
        registry.sync()
    assert registry.state() == before
    registry.sync(resume=True)
    assert registry.state() == after
    registry.sync()


def test_a_resume_with_the_extract_of_the_older_generation_only_lets_the_indexer_go_on(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("members", "TRN2")["given_names"] = "Luc"
    registry.sync(rebuild=True)
    writer = registry.writer()
    with writer.lease("test"):
        writer.rollback()
    registry.row("members", "TRN2")["given_names"] = ""
    assert registry.sync(resume=True).published == "nothing"
    assert not registry.writer().held()


def test_a_rebuild_goes_on_after_a_rollback_too(registry: SmallRegistry) -> None:
    registry.sync()
    registry.sync(rebuild=True)
    writer = registry.writer()
    with writer.lease("test"):
        writer.rollback()
    registry.sync(rebuild=True)
    assert registry.sync().published == "nothing"


def test_a_broken_extract_leaves_the_indexer_held(registry: SmallRegistry) -> None:
    registry.sync()
    registry.sync(rebuild=True)
    writer = registry.writer()
    with writer.lease("test"):
        writer.rollback()
    (registry.source / "members.csv").write_text("nothing")
    with pytest.raises(SourceError):
        registry.sync_as_it_lies(resume=True)
    assert registry.writer().held()


def test_two_indexers_do_not_work_at_once(registry: SmallRegistry) -> None:
    registry.write()
    with registry.writer().lease("the first"), pytest.raises(LeaseHeld, match="the first"):
        registry.sync_as_it_lies()


def test_a_reconcile_reports_drift_and_publishes_nothing(registry: SmallRegistry) -> None:
    registry.sync()
    registry.row("members", "TRN2")["given_names"] = "Luc"
    registry.drop("premises", "p1")
    before = registry.state(), registry.head()
    extract = CsvDirectory(registry.write())
    report, drift = reconcile(extract, registry.writer(), registry.around())
    assert drift.keys == {"member": ["member:TRN2"], "premises": ["premises:p1"]}
    assert (report.drifted, kinds_changed(report)) == (2, {"member": (0, 1, 0), "premises": (0, 0, 1)})
    assert (registry.state(), registry.head()) == before
    registry.sync_as_it_lies()
    assert reconcile(extract, registry.writer(), registry.around())[0].drifted == 0


def test_a_reconcile_with_an_empty_store_is_an_error(registry: SmallRegistry) -> None:
    with pytest.raises(CouldNotSearch, match="store is empty"):
        reconcile(CsvDirectory(registry.write()), registry.writer(), registry.around())


def test_every_kind_of_record_reads_back_as_it_was_published(registry: SmallRegistry) -> None:
    registry.sync()
    for key, version in registry.state().items():
        record = registry.get(key)
        assert record is not None
        assert (record.version, record.kind in KINDS) == (version, True)
