"""A replica that follows: it holds what the store holds, revision by revision, generation by generation."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from lookup.errors import CouldNotSearch
from lookup.records import Vehicle
from lookup.store.protocol import Registry
from lookup.store.sqlite.pointer import write_pointer
from tests.contract.engines import NOW
from tests.contract.samples import gone, held, member, vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node, assert_same


def color(registry: Registry, plate: str = "ZAB1") -> str | None:
    record = registry.get(f"vehicle:{plate}")
    assert record is not None
    assert isinstance(record.content, Vehicle)
    return record.content.color


def test_a_node_without_a_copy_could_not_search(node: Node) -> None:
    with pytest.raises(CouldNotSearch, match="has not copied it yet"), node.reading():
        pass


def test_a_first_look_copies_the_generation(node: Node, store: MemoryStore) -> None:
    assert node.follow() == store.now.head
    assert_same(node, store)


def test_an_empty_generation_is_a_copy_too(node: Node, store: MemoryStore) -> None:
    store.build()
    node.follow()
    assert_same(node, store)


def test_each_revision_is_applied_to_the_same_file(node: Node, store: MemoryStore) -> None:
    node.follow()
    file = node.file()
    store.publish(vehicle("ZAB1", color="blue"), member("TRN0009", "Zephyr"))
    node.follow()
    assert_same(node, store)
    store.publish(gone(vehicle("ZAB1")))
    store.publish(vehicle("ZAB2"), held("vehicle", "ZAB3"))
    store.publish(vehicle("ZAB1", color="green"))
    node.follow()
    assert_same(node, store)
    assert (node.file(), store.copies) == (file, 1)


def test_a_deleted_record_is_found_by_nothing_any_more(node: Node, store: MemoryStore) -> None:
    store.publish(member("TRN0009", "Zephyr"))
    node.follow()
    store.publish(gone(member("TRN0009")))
    node.follow()
    with node.reading() as registry:
        assert registry.find_words(["n:zephyr"], 10) == []
        record = registry.get("member:TRN0009")
        assert record is not None
        assert record.deleted


def test_a_pass_that_changed_nothing_moves_the_age(node: Node, store: MemoryStore) -> None:
    node.follow()
    store.seal(NOW + timedelta(minutes=5))
    head = node.follow()
    assert (head.as_of, head.revision) == (NOW + timedelta(minutes=5), 0)
    assert_same(node, store)


def test_the_age_of_the_head_is_followed_after_revisions_too(node: Node, store: MemoryStore) -> None:
    node.follow()
    store.publish(vehicle("ZAB1", color="blue"))
    store.seal(NOW + timedelta(minutes=5))
    assert node.follow().as_of == NOW + timedelta(minutes=5)
    assert_same(node, store)


def test_a_look_at_an_unchanged_store_writes_nothing(node: Node) -> None:
    node.follow()
    before = node.file().stat(), node.file().with_name(node.file().name + "-wal").stat()
    node.follow()
    assert (node.file().stat(), node.file().with_name(node.file().name + "-wal").stat()) == before


def test_a_new_generation_is_a_new_file_and_the_old_one_goes(node: Node, store: MemoryStore) -> None:
    node.follow()
    old = node.pointer()
    store.build(vehicle("ZAB2"))
    node.follow()
    assert_same(node, store)
    assert node.files() == {node.pointer().file_name}
    assert node.pointer().file_name != old.file_name
    assert node.pointer().activation == old.activation + 1


def test_a_rollback_is_a_higher_activation_and_passes(node: Node, store: MemoryStore) -> None:
    node.follow()
    store.build(vehicle("ZAB2"))
    store.publish(vehicle("ZAB2", color="blue"))
    node.follow()
    back = store.rollback()
    assert node.follow() == back
    assert back.revision == 0
    assert_same(node, store)
    store.publish(vehicle("ZAB1", color="blue"))
    node.follow()
    assert_same(node, store)


def test_the_same_generation_copied_twice_has_two_names(node: Node, store: MemoryStore) -> None:
    node.follow()
    first = node.pointer()
    store.build(vehicle("ZAB2"))
    store.rollback()
    node.follow()
    assert node.pointer().generation == first.generation
    assert node.pointer().file_name != first.file_name


def test_a_missing_log_entry_means_a_new_copy(node: Node, store: MemoryStore, caplog: pytest.LogCaptureFixture) -> None:
    node.follow()
    store.publish(vehicle("ZAB1", color="blue"))
    store.forget_log()
    node.follow()
    assert_same(node, store)
    assert store.copies == 2
    assert "copied anew" in caplog.text


def test_a_replica_that_starts_again_goes_on_where_it_was(node: Node, store: MemoryStore) -> None:
    node.follow()
    store.publish(vehicle("ZAB1", color="blue"))
    node.start()
    node.follow()
    assert_same(node, store)
    assert store.copies == 1


def test_a_file_that_somebody_removed_is_copied_anew(node: Node, store: MemoryStore) -> None:
    node.follow()
    node.file().unlink()
    node.follow()
    assert_same(node, store)
    assert store.copies == 2


def test_a_copy_of_another_schema_is_copied_anew(node: Node, store: MemoryStore) -> None:
    node.follow()
    write_pointer(node.directory, replace(node.pointer(), schema=99))
    assert node.serves_nothing()
    node.start()
    node.follow()
    assert_same(node, store)


def test_a_reader_sees_one_revision_until_its_question_ends(node: Node, store: MemoryStore) -> None:
    node.follow()
    with closing(node.store()) as reader:
        with reader.reading() as registry:
            store.publish(vehicle("ZAB1", color="blue"))
            node.follower.follow()
            assert (color(registry), registry.head.revision) == ("red", 0)
        with reader.reading() as registry:
            assert (color(registry), registry.head.revision) == ("blue", 1)


def test_a_reader_keeps_its_generation_until_its_question_ends(node: Node, store: MemoryStore) -> None:
    node.follow()
    with closing(node.store()) as reader:
        with reader.reading() as registry:
            store.build(vehicle("ZAB1", color="blue"))
            node.follower.follow()
            assert color(registry) == "red"
            assert len(node.files()) == 1
        with reader.reading() as registry:
            assert color(registry) == "blue"
