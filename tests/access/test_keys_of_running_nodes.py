"""Services on two nodes, as real processes: how soon a key lets in and a revocation shuts out, Elasticsearch or not."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lookup.settings import variables_of
from mobile_api.node.companions import HOUSEKEEPING
from mobile_api.node.housekeeping_state import read_housekeeping
from tests.access.nodes import Node, make_nodes
from tests.api.real_server import PROGRAM, ask, running
from tests.servers.asking import delete_indices
from tests.servers.elasticsearch import RunningElasticsearch

WITHIN_S = 8.0
"""A node asks each second; the rest is for a machine that is busy with a whole test run."""
START_S = 60.0
AFTER_AWAY_S = 15.0
"""After Elasticsearch is back: a node asks each five seconds at least."""


@pytest.fixture
def nodes(elasticsearch: RunningElasticsearch, tmp_path: Path) -> Iterator[list[Node]]:
    prefix = f"immunity-test-{secrets.token_hex(6)}"
    yield make_nodes(tmp_path, elasticsearch.store_url(prefix), 1, 2)
    delete_indices(elasticsearch.url, prefix)


def immunity(node: Node, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {"PATH": os.environ["PATH"], **variables_of(node.settings)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], env=environ, capture_output=True, text=True, check=False
    )


def wait_for(condition: Callable[[], bool], limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_keys_follow_to_running_nodes_and_hold_while_elasticsearch_is_away(
    elasticsearch: RunningElasticsearch, nodes: list[Node]
) -> None:
    with ExitStack() as services:
        bases = [services.enter_context(running(node.settings, "serve", workers=1))[1] for node in nodes]

        def statuses(token: str) -> list[int]:
            return [ask(base, "/v1/guidance", token)[0] for base in bases]

        made = immunity(nodes[0], "keys", "create", "dispatch", "--scope", "lookup", "--json")
        assert made.returncode == 0, made.stderr
        token = json.loads(made.stdout)["token"]
        wait_for(lambda: statuses(token) == [200, 200], START_S)
        good = json.loads(immunity(nodes[1], "keys", "create", "good", "--scope", "lookup", "--json").stdout)["token"]
        wait_for(lambda: statuses(good) == [200, 200], WITHIN_S)
        elasticsearch.kill(0)
        try:
            wait_for(lambda: all(read_housekeeping(node.data_dir).keys_failure for node in nodes), WITHIN_S)
            assert statuses(good) == [200, 200]
            told = immunity(nodes[0], "keys", "revoke", "dispatch")
            assert (told.returncode, told.stdout) == (1, "")
            assert "is revoked on this node" in told.stderr
            assert statuses(token) == [401, 200]
        finally:
            elasticsearch.start(0)
        assert immunity(nodes[0], "keys", "share").returncode == 0
        wait_for(lambda: statuses(token) == [401, 401], AFTER_AWAY_S)
        assert statuses(good) == [200, 200]
        assert immunity(nodes[1], "keys", "revoke", "good").returncode == 0
        wait_for(lambda: statuses(good) == [401, 401], WITHIN_S)


def test_the_housekeeping_that_dies_is_started_again_and_ends_with_the_service(nodes: list[Node]) -> None:
    node = nodes[0]

    def process() -> int | None:
        return read_housekeeping(node.data_dir).process

    with running(node.settings, "serve", workers=1) as (service, _):
        wait_for(lambda: process() is not None, START_S)
        first = process()
        assert first is not None
        os.kill(first, 9)
        wait_for(lambda: process() != first, START_S)
        second = process()
        assert second is not None
        service.terminate()
        assert service.wait(START_S) == 0
    wait_for(lambda: not Path(f"/proc/{second}").exists(), START_S)
    assert HOUSEKEEPING.lease(node.settings).read_text() == ""


def test_an_embedded_store_has_nothing_to_copy(tmp_path: Path) -> None:
    node = Node(tmp_path, f"sqlite:///{tmp_path / 'store'}")
    told = immunity(node, "housekeeping")
    assert (told.returncode, told.stdout) == (1, "")
    assert "elasticsearch://HOST:PORT/PREFIX" in told.stderr
    shared = immunity(node, "keys", "share")
    assert (shared.returncode, "one node" in shared.stderr) == (1, True)


def test_what_was_done_with_keys_stands_in_the_audit_trail(tmp_path: Path) -> None:
    node = Node(tmp_path, f"sqlite:///{tmp_path / 'store'}")
    made = immunity(node, "keys", "create", "dispatch", "--scope", "lookup", "--json")
    key_id = json.loads(made.stdout)["key_id"]
    assert immunity(node, "keys", "revoke", "dispatch").returncode == 0
    (segment,) = (tmp_path / "audit" / "segments").iterdir()
    told = [json.loads(line) for line in segment.read_text().splitlines()]
    assert [(entry["event"], entry["details"].get("key_id")) for entry in told[1:]] == [
        ("key.created", key_id),
        ("key.revoked", key_id),
    ]
    assert all(entry["user"].startswith("system:") for entry in told[1:])
    assert json.loads(made.stdout)["token"] not in segment.read_text()
