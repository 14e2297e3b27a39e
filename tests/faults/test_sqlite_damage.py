"""A damaged store refuses: what it answers is exactly what was published, or an error, never a wrong "nothing"."""

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.store.sqlite.pointer import write_pointer
from tests.contract.samples import gone, member, vehicle
from tests.faults.sqlite_stores import SmallStore

PAGE = 4096
MASKS = (0x01, 0x80, 0xFF)

STRIDE = 127
"""A prime: it meets every column, cell and page of the file, at all offsets within them, in a few thousand flips."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallStore]:
    store = SmallStore(tmp_path)
    yield store
    store.engine.close()


def flip(offset: int, mask: int) -> Callable[[bytearray], None]:
    def damage(content: bytearray) -> None:
        content[offset] ^= mask

    return damage


def overwrite(start: int, end: int, other: bytes) -> Callable[[bytearray], None]:
    def damage(content: bytearray) -> None:
        content[start:end] = other

    return damage


def offsets(size: int, share: int) -> list[int]:
    """Give the file's header, the header of every page with its first cell pointers, and every so many bytes."""
    headers = [page + offset for page in range(0, size, PAGE) for offset in range(0, 24, 2)]
    return sorted({*range(110), *headers, *range(0, size, STRIDE)})[share::4]


@pytest.mark.parametrize("share", range(4))
def test_no_flipped_byte_changes_an_answer(small: SmallStore, share: int) -> None:
    for number, offset in enumerate(offsets(small.file.stat().st_size, share)):
        with small.damaged(flip(offset, MASKS[number % 3])):
            assert_right_or_refused(small, f"flip at {offset}")


def assert_right_or_refused(small: SmallStore, damage: str) -> None:
    """Answers by key and by term are right or refused; where only a search is wrong, the full check says so."""
    answers = small.ask_everything()
    wrong = {name for name, answer in answers.items() if answer not in ("refused", small.answers[name])}
    assert {name for name in wrong if not name.startswith("search")} == set(), damage
    assert not wrong or not small.is_whole(), damage


def test_the_untouched_store_answers_everything_and_is_whole(small: SmallStore) -> None:
    assert "refused" not in small.answers.values()
    assert small.answers["vehicle:ZZZ1"][0] is None
    assert all(answer[0] for name, answer in small.answers.items() if name != "vehicle:ZZZ1")
    assert small.is_whole()


def test_a_truncated_file_answers_rightly_or_not_at_all(small: SmallStore) -> None:
    size = small.file.stat().st_size
    for length in [0, 1, 99, 100, 511, *range(PAGE, size, PAGE), size - PAGE - 1, size - 1]:
        with small.damaged(overwrite(length, size, b"")):
            answers = small.ask_everything()
            assert all(answer in ("refused", small.answers[name]) for name, answer in answers.items()), length
            assert not small.is_whole()


def test_a_page_of_zeros_or_of_another_place_answers_rightly_or_not_at_all(small: SmallStore) -> None:
    content = small.file.read_bytes()
    for page in range(0, len(content), PAGE):
        for other in (bytes(PAGE), content[-PAGE:], content[PAGE : 2 * PAGE]):
            with small.damaged(overwrite(page, page + PAGE, other)):
                assert_right_or_refused(small, f"page at {page}")


TAMPERING = {
    "a body": "UPDATE records SET body = replace(body, 'active', 'stolen') WHERE key = 'vehicle:ZAB7'",
    "a version": "UPDATE records SET version = '0' WHERE key = 'vehicle:ZAB7'",
    "a body that is gone": "UPDATE records SET body = NULL WHERE key = 'vehicle:ZAB7'",
    "a false tombstone": "UPDATE records SET deleted = 1, body = NULL WHERE key = 'vehicle:ZAB7'",
    "a handle": "UPDATE records SET handle = 'x' WHERE key = 'vehicle:ZAB7'",
    "a revision": "UPDATE records SET revision = 4 WHERE key = 'vehicle:ZAB7'",
    "a body of another type": "UPDATE records SET body = x'00ff' WHERE key = 'vehicle:ZAB7'",
    "a body that is no text": "UPDATE records SET body = CAST(x'ff' AS TEXT) WHERE key = 'vehicle:ZAB7'",
    "another kind": "UPDATE records SET kind = 'member' WHERE key = 'vehicle:ZAB7'",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING.keys())
def test_a_row_that_is_not_what_was_written_is_refused_when_it_is_read(small: SmallStore, statement: str) -> None:
    tamper(small, statement)
    with closing(small.engine.store()) as store, store.reading() as registry:
        with pytest.raises(StoreDamaged) as refused:
            registry.get("vehicle:ZAB7")
        assert registry.get("vehicle:ZAB8") is not None
    assert "ZAB7" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert not small.is_whole()


WHOLE_TABLES = {
    "no records": "DELETE FROM records",
    "no vehicles": "DELETE FROM records WHERE kind = 'vehicle'",
    "no terms": "DELETE FROM exact; DELETE FROM exact_again; DELETE FROM words",
    "no words": "DELETE FROM words",
    "no head": "DELETE FROM head",
    "two heads": "INSERT INTO head SELECT * FROM head",
    "another head": "UPDATE head SET text = replace(text, '2026', '2027')",
    "no table": "DROP TABLE words",
}


@pytest.mark.parametrize("statement", WHOLE_TABLES.values(), ids=WHOLE_TABLES.keys())
def test_a_store_that_lost_a_table_answers_nothing(small: SmallStore, statement: str) -> None:
    open_before = small.engine.store()
    with open_before.reading() as registry:
        assert registry.get("vehicle:ZAB7") is not None
    tamper(small, statement)
    for store in (open_before, small.engine.store()):
        with pytest.raises(StoreDamaged), store.reading():
            pass


def test_a_missing_term_is_noticed_by_whoever_asks_for_it(small: SmallStore) -> None:
    tamper(small, "DELETE FROM exact WHERE term = 'vin:TRN0VINZAB7'")
    with closing(small.engine.store()) as store, store.reading() as registry:
        with pytest.raises(StoreDamaged):
            registry.find("vin:TRN0VINZAB7")
        assert len(registry.find("vin:TRN0VINZAB8")) == 1
    assert not small.is_whole()


def test_a_term_that_leads_to_no_live_record_is_refused(small: SmallStore) -> None:
    for key in ("vehicle:ZZZ1", "vehicle:ZAB999"):  # never published, a tombstone
        for table in ("exact", "exact_again", "words"):
            tamper(small, f"INSERT INTO {table} VALUES ('n:nowhere', '{key}')")
        with closing(small.engine.store()) as store, store.reading() as registry:
            with pytest.raises(StoreDamaged):
                registry.find("n:nowhere")
            with pytest.raises(StoreDamaged):
                registry.find_words(["n:nowhere"], 10)


@pytest.mark.parametrize("table", ["exact", "exact_again", "words"])
def test_the_full_check_finds_a_term_too_many_or_too_few(small: SmallStore, table: str) -> None:
    tamper(small, f"DELETE FROM {table} WHERE key = 'member:TRNZAB7'")
    assert not small.is_whole()
    tamper(small, f"INSERT INTO {table} VALUES ('vin:TRN0VINZAB8', 'vehicle:ZAB9')")
    assert not small.is_whole()


def test_a_missing_file_could_not_search(small: SmallStore) -> None:
    small.file.unlink()
    with closing(small.engine.store()) as store, pytest.raises(CouldNotSearch), store.reading():
        pass


POINTERS = {"empty": b"", "garbage": b"\xff\x00", "no object": b"[]", "another object": b'{"pointer": {}, "check": ""}'}


@pytest.mark.parametrize("content", POINTERS.values(), ids=POINTERS.keys())
def test_a_damaged_pointer_is_refused_at_open_and_a_running_reader_stays(small: SmallStore, content: bytes) -> None:
    running = small.engine.store()
    with running.reading():
        pass
    small.directory.pointer.write_bytes(content)
    with closing(small.engine.store()) as store, pytest.raises(StoreDamaged), store.reading():
        pass
    with running.reading() as registry:
        assert registry.get("vehicle:ZAB7") is not None


def test_no_flipped_byte_of_the_pointer_leads_elsewhere(small: SmallStore) -> None:
    whole = small.directory.pointer.read_bytes()
    expected = small.pointer
    for offset in range(len(whole)):
        for mask in (0x01, 0x80, 0xFF):
            broken = bytearray(whole)
            broken[offset] ^= mask
            small.directory.pointer.write_bytes(broken)
            try:
                assert small.pointer == expected  # a changed blank between the values means nothing
            except StoreDamaged:
                continue


def test_a_rebuild_heals_a_damaged_pointer_and_clears_nothing_before_it_serves(small: SmallStore) -> None:
    old = small.file
    small.directory.pointer.write_bytes(b"garbage")
    with small.engine.writing() as writer:
        assert writer.held() is False
        assert old.exists()
        with pytest.raises(StoreDamaged):
            writer.head()
    assert old.exists()
    small.engine.build(vehicle("ZAB1"))
    with small.engine.reading() as registry:
        assert registry.head.counts == {"vehicle": 1}
    assert not old.exists()


def test_a_rebuild_replaces_a_damaged_generation(small: SmallStore) -> None:
    small.file.write_bytes(b"\0" * 5000)
    small.engine.build(vehicle("ZAB1"))
    with small.engine.reading() as registry:
        assert registry.get("vehicle:ZAB1") is not None


def test_a_damaged_previous_generation_is_not_rolled_back_to(small: SmallStore) -> None:
    previous = small.file
    head = small.engine.build(vehicle("ZAB1"))
    previous.write_bytes(b"\0" * 5000)
    with small.engine.writing() as writer:
        with pytest.raises(StoreDamaged):
            writer.rollback()
        assert writer.held() is False
        assert writer.head() == head


def test_a_damaged_newer_generation_is_refused_with_an_alarm_and_the_last_good_one_stays(
    small: SmallStore, caplog: pytest.LogCaptureFixture
) -> None:
    running = small.engine.store()
    with running.reading() as registry:
        good = registry.head
    newer = small.directory.generation("g20261121T150000-00000001")
    newer.write_bytes(b"\0" * 5000)
    newer_pointer = small.pointer.__class__("training", "g20261121T150000-00000001", good.activation + 1)
    write_pointer(small.directory, newer_pointer)
    with caplog.at_level(logging.ERROR), running.reading() as registry:
        assert registry.head == good
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the last good one stays" in caplog.text


@pytest.mark.parametrize(
    "change", [{"activation": 1}, {"environment": "live"}, {"schema": 2}], ids=["older", "environment", "schema"]
)
def test_a_running_reader_refuses_an_older_or_foreign_pointer(small: SmallStore, change: dict[str, object]) -> None:
    running = small.engine.store()
    with running.reading() as registry:
        good = registry.head
    fields = {name: getattr(small.pointer, name) for name in ("environment", "generation", "activation", "schema")}
    write_pointer(small.directory, small.pointer.__class__(**{**fields, "activation": good.activation + 1, **change}))
    with running.reading() as registry:
        assert registry.head == good


def test_an_older_copy_in_the_place_of_the_file_in_use_is_refused(small: SmallStore) -> None:
    older = small.file.read_bytes()
    small.engine.publish(vehicle("ZAB7", color="red"))
    store = small.engine.store()
    with store.reading() as first:
        assert first.head.revision == 1
        small.file.unlink()
        for beside in ("-wal", "-shm"):
            small.file.with_name(small.file.name + beside).unlink(missing_ok=True)
        small.file.write_bytes(older)
        with pytest.raises(StoreDamaged, match="older than what was already read"), store.reading():
            pass


def test_the_file_of_another_generation_under_the_name_in_use_is_refused(small: SmallStore) -> None:
    first = small.file
    small.engine.build(member())
    shutil.copy(first, small.file)
    refused = pytest.raises(StoreDamaged, match="not that of the generation")
    with closing(small.engine.store()) as store, refused, store.reading():
        pass


def test_a_damaged_version_in_the_history_is_refused(small: SmallStore) -> None:
    store = small.engine.store()
    (version,) = store.history("vehicle:ZAB7")
    with closing(sqlite3.connect(small.directory.history)) as connection, connection:
        connection.execute("UPDATE history SET body = replace(body, 'active', 'stolen')")
    with pytest.raises(StoreDamaged, match="history"):
        store.body("vehicle:ZAB7", version.version)


def test_a_damaged_row_is_not_taken_for_the_basis_of_a_change(small: SmallStore) -> None:
    tamper(small, TAMPERING["a body"])
    with small.engine.writing() as writer:
        with pytest.raises(StoreDamaged):
            writer.publish([vehicle("ZAB8", color="red"), gone(vehicle("ZAB7"))])
        head = writer.head()
    assert head is not None
    assert head.revision == 0


def test_every_file_is_readable_by_its_owner_alone(small: SmallStore) -> None:
    with small.engine.writing() as writer:
        writer.publish([vehicle("ZAB7", color="red")])
        modes = {path.name: path.stat().st_mode & 0o777 for path in small.directory.path.rglob("*")}
    assert {mode for name, mode in modes.items() if name != "generations"} == {0o600}
    assert modes["generations"] == 0o700
    assert small.directory.path.stat().st_mode & 0o777 == 0o700
    assert {"current.json", "history.sqlite", "lease.json"} <= modes.keys()
    assert json.loads(small.directory.pointer.read_text())["pointer"]["generation"] == small.pointer.generation


def tamper(small: SmallStore, statement: str) -> None:
    with closing(sqlite3.connect(small.file)) as connection:
        connection.executescript(statement)
