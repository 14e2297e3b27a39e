"""The Elasticsearch of the tests is a real one: it answers, a killed node is gone and comes back."""

import socket
from pathlib import Path

import pytest

from lookup.store.cluster import Access, Cluster, read_cluster
from tests.servers.asking import ask
from tests.servers.distribution import VERSION, WrongArchive, check
from tests.servers.elasticsearch import RunningElasticsearch


def test_a_node_answers_in_the_version_that_is_named(elasticsearch: RunningElasticsearch) -> None:
    status, nodes = elasticsearch.ask("GET", "/_nodes/_local")
    (node,) = nodes["nodes"].values()
    assert (status, node["version"], node["name"]) == (200, VERSION, "node-0")


def test_the_store_url_leads_to_the_node(elasticsearch: RunningElasticsearch) -> None:
    url = elasticsearch.store_url("immunity-test")
    assert read_cluster(url, Access()) == Cluster((elasticsearch.url,), "immunity-test")


def test_no_index_is_made_by_a_write(elasticsearch: RunningElasticsearch) -> None:
    status, answer = elasticsearch.ask("PUT", "/immunity-test-nobody-made-it/_doc/1", {})
    assert (status, answer["error"]["type"]) == (404, "index_not_found_exception")


def test_a_killed_node_is_gone_and_comes_back_with_its_data(
    elasticsearch: RunningElasticsearch, elastic_prefix: str
) -> None:
    index = f"/{elastic_prefix}-kept"
    elasticsearch.ask("PUT", index, {"settings": {"number_of_replicas": 0}})
    elasticsearch.ask("PUT", f"{index}/_doc/1", {"word": "kept"})
    elasticsearch.kill(0)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(elasticsearch.nodes[0].address):
        pass
    elasticsearch.start(0)
    assert elasticsearch.ask("GET", f"{index}/_doc/1")[1]["_source"] == {"word": "kept"}


def test_a_paused_node_takes_connections_and_answers_when_it_goes_on(elasticsearch: RunningElasticsearch) -> None:
    elasticsearch.pause(0)
    try:
        with pytest.raises(TimeoutError):
            ask(elasticsearch.url, "GET", "/_cluster/health", timeout_s=0.3)
    finally:
        elasticsearch.resume(0)
    assert elasticsearch.ask("GET", "/_cluster/health")[0] == 200


def test_three_nodes_are_one_cluster_and_two_of_them_go_on(three_elasticsearch_nodes: RunningElasticsearch) -> None:
    cluster, index = three_elasticsearch_nodes, "/immunity-test-three"
    shards = {"number_of_shards": 1, "number_of_replicas": 2}
    cluster.ask("PUT", f"{index}?wait_for_active_shards=all", {"settings": shards})
    cluster.ask("PUT", f"{index}/_doc/1", {"word": "kept"})
    cluster.kill(0)
    assert cluster.ask("GET", f"{index}/_doc/1", number=2)[1]["_source"] == {"word": "kept"}
    cluster.start(0)
    status, health = cluster.ask("GET", "/_cluster/health?wait_for_status=green&timeout=50s")
    assert (status, health["number_of_nodes"], health["status"]) == (200, 3, "green")
    cluster.ask("DELETE", index)


def test_another_archive_than_the_one_named_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "elasticsearch.zip"
    path.write_bytes(b"something else")
    with pytest.raises(WrongArchive, match="remove it and try again"):
        check(path)
