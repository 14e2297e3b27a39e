"""Direct reading from three nodes of which one dies: nothing wrong is said, and no reader has to be restarted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lookup.errors import CouldNotSearch
from lookup.store.elastic.store import ElasticStore
from tests.contract.samples import vehicle
from tests.elastic.indices import GENERATION, Indices, direct
from tests.servers.asking import delete_indices
from tests.servers.elasticsearch import RunningElasticsearch

PREFIX = "immunity-test-three"
ENOUGH = 200
"""Answers of each thread that are watched after the node is gone."""


class Watch:
    """Threads that ask for a record that is there and for one that is not, without a pause."""

    def __init__(self, store: ElasticStore) -> None:
        self._store = store
        self._over = threading.Event()
        self.right = self.wrong = self.failed = 0
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(3)]

    @contextmanager
    def asking(self) -> Iterator["Watch"]:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(30)

    def await_right(self, more: int) -> None:
        """Wait until so many more answers were right."""
        until, pause = self.right + more, threading.Event()
        for _ in range(3000):
            if self.right >= until:
                return
            pause.wait(0.02)
        raise AssertionError(f"{self.right} right, {self.wrong} wrong, {self.failed} failed")

    def _ask(self) -> None:
        while not self._over.is_set():
            try:
                with self._store.reading() as registry:
                    found = registry.get("vehicle:ZAB1234"), registry.get("vehicle:ZAB1235")
                    live = len(registry.scan("vehicle"))
            except CouldNotSearch:
                self.failed += 1
                continue
            is_right = found[0] is not None and found[1] is None and live == 2
            self.right += is_right
            self.wrong += not is_right


@pytest.fixture
def served(three_elasticsearch_nodes: RunningElasticsearch) -> Iterator[Indices]:
    indices = Indices(three_elasticsearch_nodes.url, PREFIX)
    indices.serve(vehicle(), vehicle("ZAB2"))
    index = indices.names.generation(GENERATION)
    indices.client.indices.put_settings(index=index, settings={"number_of_replicas": 1})
    indices.client.cluster.health(index=index, wait_for_status="green", timeout="60s")
    yield indices
    delete_indices(three_elasticsearch_nodes.url, PREFIX)
    indices.client.close()


def test_a_node_that_is_killed_makes_no_answer_wrong(
    served: Indices, three_elasticsearch_nodes: RunningElasticsearch
) -> None:
    number = 0  # the first one that is asked
    with direct(served, *three_elasticsearch_nodes.urls) as store, Watch(store).asking() as watch:
        watch.await_right(ENOUGH)
        three_elasticsearch_nodes.kill(number)
        try:
            watch.await_right(ENOUGH)
        finally:
            three_elasticsearch_nodes.start(number)
        watch.await_right(ENOUGH)
    assert (watch.wrong, store.breaker.state) == (0, "closed")
