"""A sync into three nodes of which one dies meanwhile: nothing that was published is lost, nothing wrong is said, and
the sync, or the one after it, ends where an unharmed one does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lookup.errors import CouldNotSearch
from lookup.store.cluster import read_cluster
from lookup.store.elastic.store import ElasticStore
from lookup.store.elastic.writing import ElasticWriter
from lookup.store.open import NOBODY
from lookup.store.protocol import Writer
from tests.contract.engines import TERM_S
from tests.indexer.extracts import SmallRegistry
from tests.servers.asking import delete_indices
from tests.servers.elasticsearch import RunningElasticsearch

PREFIX = "immunity-test-sync-three"
ADDED = 1500
"""Vehicles beside those of the small registry: several revisions, several portions of a build."""


@dataclass
class ClusterRegistry(SmallRegistry):
    """The small registry with its store in a cluster."""

    url: str = ""
    opened: list[Writer] = field(default_factory=list)

    def writer(self) -> Writer:
        cluster = read_cluster(self.url, NOBODY)
        self.opened.append(ElasticWriter(cluster, self.environment, b"k" * 32, lambda: self.clock, term_s=TERM_S))
        return self.opened[-1]


class Killer:
    """Progress that kills a node at its first sign of life in a step."""

    def __init__(self, cluster: RunningElasticsearch, number: int, step: str) -> None:
        self._cluster, self._number, self._step = cluster, number, step
        self.killed = False

    def begin(self, step: str, total: int | None) -> None:
        if step == self._step and not self.killed:
            self.killed = True
            self._cluster.kill(self._number)

    def advance(self, count: int) -> None: ...

    def end(self) -> None: ...


@pytest.fixture
def registry(three_elasticsearch_nodes: RunningElasticsearch, tmp_path: Path) -> Iterator[ClusterRegistry]:
    made = ClusterRegistry(tmp_path, url=three_elasticsearch_nodes.store_url(PREFIX))
    for number in range(ADDED):
        made.add("vehicles", plate=f"{number:04}IZF", vin=f"TRN{number:014}", mission_id="emb-fr", member_id="TRN1")
    made.sync()
    yield made
    for writer in made.opened:
        writer.close()
    delete_indices(three_elasticsearch_nodes.url, PREFIX)


def sync_until_done(registry: ClusterRegistry, killer: Killer, rebuild: bool) -> None:
    """Sync as an operator would: again where it says that it could not."""
    try:
        registry.sync(killer, rebuild=rebuild)
    except CouldNotSearch:
        registry.sync(rebuild=rebuild)


def node_of_records(cluster: RunningElasticsearch) -> int:
    """Give the number of the node that takes the writes of the serving generation."""
    _, shards = cluster.ask("GET", f"/_cat/shards/{PREFIX}-s1-*?format=json")
    (name,) = {shard["node"] for shard in shards if shard["prirep"] == "p" and shard["state"] == "STARTED"}
    return int(name.removeprefix("node-"))


@pytest.mark.parametrize(
    ("step", "rebuild"),
    [("publishing changes", False), ("checking keys and pointers", True), ("checking the build", True)],
)
def test_the_node_of_the_records_killed_during_a_sync_costs_no_record_and_makes_none_wrong(
    registry: ClusterRegistry, three_elasticsearch_nodes: RunningElasticsearch, step: str, rebuild: bool
) -> None:
    unharmed = SmallRegistry(registry.directory / "unharmed", registry.tables)
    before = registry.state()
    for plate in range(ADDED // 2):
        registry.row("vehicles", f"{plate:04}IZF")["color"] = "green"
    registry.drop("vehicles", f"{ADDED - 1:04}IZF")
    unharmed.sync()
    number = node_of_records(three_elasticsearch_nodes)
    killer = Killer(three_elasticsearch_nodes, number, step)
    try:
        sync_until_done(registry, killer, rebuild)
        assert killer.killed
        after = registry.state()
    finally:
        three_elasticsearch_nodes.start(number)
    assert after == unharmed.state() == registry.state() != before
    with ElasticStore(read_cluster(registry.url, NOBODY), "training").reading() as reading:
        gone, kept = reading.get(f"vehicle:{ADDED - 1:04}IZF"), reading.get("vehicle:0000IZF")
    assert gone is None or gone.deleted
    assert kept is not None
    assert kept.version == after["vehicle:0000IZF"]
