"""Elasticsearch is killed under a stream of lookups: none fails, and when it is back answers are fresh again soon."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lookup.settings import Settings, resolve_settings
from tests.api.real_server import ask, running, token_for
from tests.contract.engines import Engine, elastic_engine
from tests.contract.samples import one_of_each_kind, vehicle
from tests.servers.asking import delete_indices
from tests.servers.elasticsearch import RunningElasticsearch

FRESH_WITHIN_S = 60.0
"""From the moment at which the cluster is back: what is promised."""
START_S = 60.0

PACE_S = 0.005
"""Between two lookups: the machine has a cluster to start meanwhile."""

Answer = tuple[int, dict[str, Any]]


class Stream(threading.Thread):
    """Somebody who asks one lookup after the other, as long as the block runs, and keeps what went wrong."""

    def __init__(self, question: Callable[[], Answer]) -> None:
        super().__init__(daemon=True)
        self._question = question
        self._over = threading.Event()
        self.asked = 0
        self.failed: list[object] = []

    def run(self) -> None:
        while not self._over.wait(PACE_S):
            try:
                status, answer = self._question()
            except OSError as error:
                self.failed.append(type(error).__name__)
                continue
            if status != 200 or answer["vehicle"]["plate"] != "ZAB1":
                self.failed.append((status, answer.get("title")))
            self.asked += 1

    def __enter__(self) -> "Stream":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(30)


@pytest.fixture
def engine(elasticsearch: RunningElasticsearch) -> Iterator[Engine]:
    """A store on the node that this test kills, never on a tester's own cluster."""
    prefix = f"immunity-test-{secrets.token_hex(6)}"
    with closing(elastic_engine(elasticsearch.store_url(prefix))) as engine:
        yield engine
    delete_indices(elasticsearch.url, prefix)


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "store": engine.url}, environ={})


def wait_for(condition: Callable[[], bool], limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_no_lookup_fails_while_elasticsearch_is_away_and_answers_are_fresh_soon_after(
    elasticsearch: RunningElasticsearch, engine: Engine, settings: Settings
) -> None:
    engine.build(*one_of_each_kind(), vehicle("ZAB1", color="red"))
    token = token_for(settings, "a test", "lookup")
    with running(settings, "serve") as (_, base):

        def question() -> Answer:
            return ask(base, "/v1/lookups", token, {"plate": "ZAB1"})

        def answers_from_replica(color: str, revision: int) -> bool:
            _, answer = question()
            freshness = answer["freshness"]
            return (answer["vehicle"]["color"], freshness["source"], freshness["revision"]) == (
                color,
                "replica",
                revision,
            )

        wait_for(lambda: answers_from_replica("red", 0), START_S)
        with Stream(question) as stream:
            elasticsearch.kill(0)
            try:
                before = stream.asked
                wait_for(lambda: stream.asked >= before + 200, START_S)
            finally:
                elasticsearch.start(0)
            engine.publish(vehicle("ZAB1", color="blue"))
            wait_for(lambda: answers_from_replica("blue", 1), FRESH_WITHIN_S)
        assert stream.failed == []
        assert stream.asked > 200
