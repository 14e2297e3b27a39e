"""A node under test: a directory with a replica of a store in memory, and what its readers must find."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from indexer.follower import Feed, Follower
from indexer.progress import Silence
from indexer.replica import Replica
from indexer.replica_checking import WholeCheck
from indexer.replica_file import ServingFile
from indexer.replica_notes import ReplicaNotes
from lookup.errors import CouldNotSearch
from lookup.store.protocol import Head, Registry
from lookup.store.replica.store import ReplicaStore
from lookup.store.rows import record_of
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.pointer import Pointer, read_pointer
from lookup.store.sqlite.store import SqliteStore
from tests.contract.engines import NOW
from tests.replica.memory_store import MemoryStore


class Node:
    """One node: `start` begins its replica as a new process would."""

    def __init__(self, path: Path, feed: Feed, environment: str = "training") -> None:
        self.directory = StoreDirectory(path / "replica")
        self.directory.make()
        self.feed = feed
        self.environment = environment
        self.pauses = 0
        self.on_pause: Callable[[], object] = self._no_more
        self.start()

    def start(self) -> None:
        self.serving = ServingFile(self.directory, self.environment)
        self.notes = ReplicaNotes(self.directory, lambda: NOW)
        self.check = WholeCheck()
        self.follower = Follower(self.feed, self.serving, self.check, self.notes, Silence(), self._pause)
        self.replica = Replica(self.follower, self.serving, self.notes, self.check)

    def follow(self) -> Head:
        """Follow the store once, and give the head of what serves then."""
        self.follower.follow()
        return self.head()

    def store(self) -> ReplicaStore:
        nobody = SqliteStore(StoreDirectory(self.directory.path / "nothing"), self.environment)
        return ReplicaStore(self.directory, self.environment, nobody)

    @contextmanager
    def reading(self) -> Iterator[Registry]:
        with closing(self.store()) as store, store.reading() as registry:
            yield registry

    def head(self) -> Head:
        with self.reading() as registry:
            return registry.head

    def pointer(self) -> Pointer:
        pointer = read_pointer(self.directory)
        assert pointer is not None
        return pointer

    def file(self) -> Path:
        return self.directory.generation(self.pointer().file_name)

    def files(self) -> set[str]:
        return {file.name.split(".")[0] for file in self.directory.generations.iterdir()}

    def serves_nothing(self) -> bool:
        try:
            self.head()
        except CouldNotSearch:
            return True
        return False

    def _pause(self, _: float) -> None:
        self.pauses += 1
        self.on_pause()

    @staticmethod
    def _no_more() -> None:
        raise AssertionError("nothing to wait for")


def assert_same(node: Node, store: MemoryStore) -> None:
    """See that the node holds exactly what the store does: the head, every record, nothing else, whole."""
    with closing(node.store()) as replica:
        assert replica.verify() == store.now.head
        with replica.reading() as registry:
            assert registry.head == store.now.head
            expected = {key: record_of(*row) for key, row in store.now.rows.items()}
            assert registry.get_many(list(expected)) == expected
            for kind, count in store.now.head.counts.items():
                live = [key for key, record in sorted(expected.items()) if record.kind == kind and not record.deleted]
                assert [record.key for record in registry.scan(kind)] == live
                assert len(live) == count
