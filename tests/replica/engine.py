"""The replica as an engine of the contract suite: a store in Elasticsearch, read from a copy that is pulled forward
before each question, where the real process does it every second."""

import threading
from pathlib import Path

from indexer.progress import Silence
from indexer.replica_checking import WholeCheck
from indexer.replica_file import ServingFile
from indexer.replica_notes import ReplicaNotes
from lookup.errors import ConfigurationError, CouldNotSearch
from lookup.store.cluster import Cluster, read_cluster
from lookup.store.elastic.store import ElasticStore
from lookup.store.open import NOBODY
from lookup.store.protocol import Store
from lookup.store.replica.store import ReplicaStore
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.store import _Reading
from tests.contract.engines import NOW, ElasticEngine


class PulledReplica(ReplicaStore):
    """A replica that follows before it is read. Safe to share between threads, as every store."""

    def __init__(self, directory: StoreDirectory, environment: str, cluster: Cluster) -> None:
        # Imported here: they bring the client, which takes a second, and a run of other engines has none to spare.
        from indexer.follower import Follower  # noqa: PLC0415
        from lookup.store.elastic.feed import Feed  # noqa: PLC0415

        super().__init__(directory, environment, ElasticStore(cluster, environment))
        directory.make()
        self._feed = Feed(cluster, environment)
        self._file = ServingFile(directory, environment)
        notes = ReplicaNotes(directory, lambda: NOW)
        self._follower = Follower(self._feed, self._file, WholeCheck(), notes, Silence(), _nothing_to_wait_for)
        self._pulling = threading.Lock()

    def reading(self, time_s: float | None = None) -> _Reading:
        try:
            self.pull()
        except ConfigurationError as error:
            # The process says so in its log and goes on; who asks the store itself is told the same.
            raise CouldNotSearch(str(error)) from error
        return super().reading()

    def pull(self) -> None:
        """Bring the copy to where the store stands. Raises `ConfigurationError` where it must not be followed."""
        with self._pulling:
            try:
                self._follower.follow()
            except CouldNotSearch:
                return  # what was copied stays, and what was not cannot be searched

    def close(self) -> None:
        super().close()
        self._file.close()
        self._feed.close()


class ReplicaEngine(ElasticEngine):
    """A store in Elasticsearch and one node with a replica of it."""

    source = "replica"
    one_moment = True

    def __init__(self, url: str, directory: Path) -> None:
        super().__init__(url)
        self._directory = StoreDirectory(directory / "replica")

    def store(self) -> Store:
        store = PulledReplica(self._directory, self.environment, read_cluster(self.url, NOBODY))
        self.opened.append(store)
        store.pull()
        return store


def _nothing_to_wait_for(_: float) -> None:
    raise AssertionError("a copy waits for a writer that nobody stopped")
