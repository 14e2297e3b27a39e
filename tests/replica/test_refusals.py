"""What a replica refuses: an older head, another environment, a damaged row. The last good file stays."""

import json
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.follower import WentBack
from lookup.errors import ConfigurationError, StoreDamaged
from lookup.records import body_version
from lookup.store.elastic.documents import Change
from lookup.store.replica.writing import CountsDiffer, check_row, load_copy
from lookup.store.rows import Row, record_of, row_of
from lookup.store.sqlite.pointer import Pointer, write_pointer
from tests.contract.engines import HANDLE_KEY
from tests.contract.samples import gone, vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node, assert_same

DAMAGE: dict[str, Callable[[Row], Row]] = {
    "another body": lambda row: row._replace(body=(row.body or "").replace("red", "tan")),
    "another key": lambda row: row._replace(key="vehicle:ZAB9"),
    "another kind": lambda row: row._replace(kind="member"),
    "a higher revision": lambda row: row._replace(revision=row.revision + 1),
    "a revision that is a text": lambda row: row._replace(revision=str(row.revision)),  # type: ignore[arg-type]
    "another version": lambda row: row._replace(version="0" * 32),
    "another handle": lambda row: row._replace(handle="a" * 26),
    "a deletion that was none": lambda row: row._replace(deleted=1),
    "a deletion with no body": lambda row: row._replace(deleted=1, body=None),
    "no body": lambda row: row._replace(body=None),
    "a checksum of its own": lambda row: row._replace(checksum="0" * 16),
}
DAMAGED = pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())


@DAMAGED
def test_a_damaged_record_refuses_the_whole_copy(node: Node, store: MemoryStore, damage: Callable[[Row], Row]) -> None:
    node.follow()
    before = node.head()
    store.build(vehicle("ZAB1", color="red"), vehicle("ZAB2"))
    sound = store.now.rows["vehicle:ZAB1"]
    store.now.rows["vehicle:ZAB1"] = damage(sound)
    with pytest.raises(StoreDamaged):
        node.follower.follow()
    assert (node.head(), len(node.files())) == (before, 1)
    store.now.rows["vehicle:ZAB1"] = sound
    node.follow()
    assert_same(node, store)


@DAMAGED
def test_a_damaged_row_refuses_the_whole_revision(node: Node, store: MemoryStore, damage: Callable[[Row], Row]) -> None:
    node.follow()
    before = node.head()
    store.publish(vehicle("ZAB3"), vehicle("ZAB1", color="red", year=2020))
    sound = store.now.log[1]
    store.now.log[1] = replace(sound, rows=(sound.rows[0], damage(sound.rows[1])))
    with pytest.raises(StoreDamaged):
        node.follower.follow()
    assert node.head() == before
    with node.reading() as registry:
        assert registry.get("vehicle:ZAB3") is None
    assert store.copies == 1
    store.now.log[1] = sound
    node.follow()
    assert_same(node, store)


def other_entries(change: Change) -> dict[str, Change]:
    return {
        "of another generation": replace(change, head=replace(change.head, generation="g20200101T000000-00000000")),
        "of another environment": replace(change, head=replace(change.head, environment="live")),
        "of a later revision": replace(change, rows=(), head=replace(change.head, revision=2)),
        "with a record twice": replace(change, rows=change.rows * 2),
        "with a row of another revision": replace(change, rows=(row_of(vehicle("ZAB1", color="blue"), 2, HANDLE_KEY),)),
    }


@pytest.mark.parametrize(
    "name",
    [
        "of another generation",
        "of another environment",
        "of a later revision",
        "with a record twice",
        "with a row of another revision",
    ],
)
def test_an_entry_of_the_log_that_does_not_belong_there_is_refused(node: Node, store: MemoryStore, name: str) -> None:
    node.follow()
    store.publish(vehicle("ZAB1", color="blue"))
    store.now.log[1] = other_entries(store.now.log[1])[name]
    with pytest.raises(StoreDamaged, match="does not belong there"):
        node.follower.follow()
    assert node.head().revision == 0


def test_a_record_that_comes_twice_in_a_copy_is_refused(node: Node, store: MemoryStore) -> None:
    store.now.rows["again"] = store.now.rows["vehicle:ZAB1"]
    with pytest.raises(StoreDamaged, match="twice"):
        node.follower.follow()
    assert node.files() == set()


def test_a_copy_that_misses_a_record_never_serves(node: Node, store: MemoryStore) -> None:
    del store.now.rows["vehicle:ZAB1"]
    with pytest.raises(CountsDiffer):
        node.follower.follow()
    assert node.files() == set()


def test_a_replica_that_does_not_count_what_the_store_counts_is_copied_anew(
    node: Node, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    node.follow()
    store.publish(vehicle("ZAB2"))
    store.now.log[1] = replace(store.now.log[1], rows=())  # a row that was lost on its way
    node.follow()
    assert_same(node, store)
    assert store.copies == 2
    assert "as many records" in caplog.text


def test_an_older_revision_is_refused(node: Node, store: MemoryStore) -> None:
    node.follow()
    older = store.now.head
    newer = store.publish(vehicle("ZAB1", color="blue"))
    node.follow()
    store.now.head = older
    for _ in range(2):
        with pytest.raises(WentBack, match="the last good copy stays"):
            node.follower.follow()
        assert node.head() == newer
        node.start()


def test_an_older_activation_is_refused_though_its_revision_is_higher(node: Node, store: MemoryStore) -> None:
    first = store.serving
    for _ in range(3):
        store.publish(vehicle("ZAB1", color="blue"))
    newer = store.build(vehicle("ZAB2"))
    node.follow()
    store.serving = first
    with pytest.raises(WentBack):
        node.follower.follow()
    node.start()
    with pytest.raises(WentBack):
        node.follower.follow()
    assert node.head() == newer


def test_an_older_head_is_refused_after_the_file_was_withdrawn_too(node: Node, store: MemoryStore) -> None:
    first = store.serving
    store.build(vehicle("ZAB2"))
    node.follow()
    node.serving.withdraw()
    node.start()
    store.serving = first
    with pytest.raises(WentBack):
        node.follower.follow()
    assert node.serves_nothing()


def test_a_store_of_another_environment_is_refused(tmp_path: Path, node: Node, store: MemoryStore) -> None:
    node.follow()
    before = node.head()
    store.build(vehicle("ZAB2"))
    store.now.head = replace(store.now.head, environment="live")
    with pytest.raises(ConfigurationError, match="environment live"):
        node.follower.follow()
    assert node.head() == before


def test_a_directory_of_another_environment_is_refused(node: Node, store: MemoryStore) -> None:
    node.follow()
    before = node.pointer()
    node.environment = "live"
    node.start()
    with pytest.raises(ConfigurationError, match="environment training"):
        node.follower.follow()
    with pytest.raises(ConfigurationError, match="environment training"):
        node.store()
    assert node.pointer() == before


def test_a_damaged_pointer_means_a_new_copy(node: Node, store: MemoryStore, caplog: pytest.LogCaptureFixture) -> None:
    node.follow()
    node.directory.pointer.write_text("{")
    node.follow()
    assert_same(node, store)
    assert [record.levelno for record in caplog.records][:1] == [logging.ERROR]


def test_a_copy_that_holds_a_later_revision_meets_an_earlier_one_in_the_log(node: Node, store: MemoryStore) -> None:
    old = store.now.head
    store.publish(vehicle("ZAB1", color="blue"))
    store.publish(gone(vehicle("ZAB1")))
    newest = store.now.head
    store.now.head = old
    node.on_pause = lambda: setattr(store.now, "head", newest)
    node.follow()
    assert_same(node, store)


def test_a_row_is_applied_only_where_its_revision_is_higher(node: Node, store: MemoryStore) -> None:
    before = store.now.head
    first = store.publish(vehicle("ZAB1", color="blue"), vehicle("ZAB2"))
    store.publish(vehicle("ZAB1", color="green"))
    path, pointer = node.directory.generation("g20261121T150000-00000099"), Pointer("training", before.generation, 1)
    with closing(load_copy(path, pointer, before, store.now.rows.values())) as file:
        file.apply([check_row(row) for row in store.now.log[1].rows], first)
        assert file.head.revision == 1
        assert not file.is_whole
        assert [record.revision for record in file.get_many(["vehicle:ZAB1", "vehicle:ZAB2"]).values()] == [2, 1]
        assert file.get("vehicle:ZAB1") == record_of(*store.now.rows["vehicle:ZAB1"])


def test_a_pointer_written_before_files_had_names_of_their_own_is_read(node: Node) -> None:
    pointer = {
        "environment": "training",
        "generation": "g20261121T150000-00000001",
        "activation": 7,
        "previous": None,
        "held": True,
        "schema": 1,
    }
    check = body_version(json.dumps(pointer, sort_keys=True, separators=(",", ":")))
    node.directory.pointer.write_text(json.dumps({"pointer": pointer, "check": check}))
    assert node.pointer() == Pointer("training", "g20261121T150000-00000001", 7, held=True)
    assert node.pointer().file_name == "g20261121T150000-00000001"


def test_a_pointer_to_a_file_outside_the_directory_is_damaged(node: Node) -> None:
    node.follow()
    write_pointer(node.directory, replace(node.pointer(), file="../../elsewhere"))
    with pytest.raises(StoreDamaged):
        node.pointer()
