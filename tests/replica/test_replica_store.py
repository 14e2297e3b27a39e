"""The replica as the lookup uses it: its own records, the store's history, and the store where it cannot look."""

import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lookup.store.protocol import Work
from lookup.store.replica.state import read_state
from lookup.store.replica.store import ReplicaStore
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.pointer import write_pointer
from tests.contract.engines import Engine, sqlite_engine
from tests.contract.samples import gone, vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The store behind: another engine, which a reader cannot take for the replica."""
    engine = sqlite_engine(tmp_path / "behind")
    yield engine
    engine.close()


@pytest.fixture
def replica(node: Node, engine: Engine) -> Iterator[ReplicaStore]:
    node.follow()
    with closing(ReplicaStore(node.directory, "training", engine.store())) as replica:
        yield replica


def test_the_ways_are_the_replica_and_then_the_store_itself(replica: ReplicaStore) -> None:
    assert [way.source for way in replica.ways()] == ["replica", "embedded"]
    assert replica.ways()[0] is replica


def test_history_and_the_state_of_the_work_come_from_the_store_itself(replica: ReplicaStore, engine: Engine) -> None:
    engine.build(vehicle("ZAB7"))
    with engine.writing() as writer:
        writer.note(Work("reading", done=7))
    versions = replica.history("vehicle:ZAB7")
    assert [version.revision for version in versions] == [0]
    assert replica.body("vehicle:ZAB7", versions[0].version) is not None
    assert replica.history("vehicle:ZAB1") == []
    assert replica.work() == Work("reading", done=7)


def test_the_state_of_the_process_can_be_read(replica: ReplicaStore, node: Node) -> None:
    assert replica.state() == read_state(node.directory)
    assert replica.state().phase == "following"


def test_a_copy_of_another_schema_does_not_stop_the_start(node: Node, engine: Engine) -> None:
    node.follow()
    write_pointer(node.directory, replace(node.pointer(), schema=99))
    with closing(ReplicaStore(node.directory, "training", engine.store())) as replica:
        assert [way.source for way in replica.ways()] == ["replica", "embedded"]


def test_the_store_behind_is_closed_too(node: Node, engine: Engine) -> None:
    engine.build(vehicle("ZAB7"))
    behind = engine.store()
    with closing(ReplicaStore(node.directory, "training", behind)):
        with behind.reading():
            pass
        assert str(StoreDirectory(Path(engine.url.removeprefix("sqlite:///"))).generations) in open_files()
    assert str(StoreDirectory(Path(engine.url.removeprefix("sqlite:///"))).generations) not in open_files()


def open_files() -> str:
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(descriptor.readlink()))
        except FileNotFoundError:  # the descriptor with which the list itself was read
            continue
    return " ".join(found)


def test_readers_are_answered_while_a_revision_is_being_written(replica: ReplicaStore, node: Node) -> None:
    """Each question is asked in the middle of a transaction of the writer, and is answered there and then."""
    file = node.serving.open()
    assert file is not None
    answers: list[int] = []

    def ask() -> None:
        with replica.reading() as registry:
            assert registry.get("vehicle:ZAB1") is not None
            answers.append(registry.head.revision)

    with file._transaction():
        file.rows("DELETE FROM exact")
        for _ in range(20):
            asking = threading.Thread(target=ask)
            asking.start()
            asking.join(2)
            assert not asking.is_alive()
        file.rows("ROLLBACK")
        file.rows("BEGIN")
    assert answers == [0] * 20


def test_a_reader_that_stays_does_not_stop_the_follower(replica: ReplicaStore, node: Node, store: MemoryStore) -> None:
    with replica.reading() as first:
        for number in range(20):
            store.publish(vehicle("ZAB1", color="blue" if number % 2 else "red"), vehicle(f"ZAC{number}"))
            node.follower.follow()
            with replica.reading() as newest:
                assert newest.head.revision == number + 1
        store.build(vehicle("ZAB9"))
        node.follower.follow()
        assert first.head.revision == 0
        assert first.get("vehicle:ZAC3") is None
    with replica.reading() as newest:
        assert newest.get("vehicle:ZAB9") is not None


def test_the_memory_of_a_reader_does_not_grow_with_what_it_follows(
    replica: ReplicaStore, node: Node, store: MemoryStore
) -> None:
    def follow_and_read(times: int) -> None:
        for number in range(times):
            store.publish(vehicle("ZAB1", color="blue" if number % 2 else "red"))
            if number % 10 == 9:
                store.build(vehicle("ZAB1"), gone(vehicle("ZAB2")))
                store.generations = {name: one for name, one in store.generations.items() if name == store.serving}
            node.follower.follow()
            with replica.reading() as registry:
                registry.scan("vehicle")

    follow_and_read(20)
    tracemalloc.start()
    try:
        follow_and_read(20)
        before = tracemalloc.get_traced_memory()[0]
        follow_and_read(60)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 150_000
    assert open_files().count(str(node.directory.generations)) < 12
