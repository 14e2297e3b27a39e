"""What services answer on two nodes is found in the copy of all, also after Elasticsearch was away."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lookup.audit.shipped import Wanted, copy_of, search_shipped
from lookup.clock import system_clock
from lookup.errors import CouldNotSearch
from lookup.settings import Settings
from mobile_api.node.housekeeping_state import read_housekeeping
from tests.access.nodes import make_nodes
from tests.api.real_server import ask, running, token_for
from tests.contract.engines import elastic_engine
from tests.contract.samples import one_of_each_kind, vehicle
from tests.servers.asking import delete_indices
from tests.servers.elasticsearch import RunningElasticsearch

PATIENCE_S = 120.0


@pytest.fixture
def nodes(elasticsearch: RunningElasticsearch, tmp_path: Path) -> Iterator[list[Settings]]:
    prefix = f"immunity-test-{secrets.token_hex(6)}"
    store = elasticsearch.store_url(prefix)
    with closing(elastic_engine(store)) as engine:
        engine.build(*one_of_each_kind(), vehicle("ZAB1", color="red"))
    yield [node.settings for node in make_nodes(tmp_path, store, 1, 2)]
    delete_indices(elasticsearch.url, prefix)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so; where it cannot be asked, as for some seconds after a start, it is not so yet."""
    deadline = time.monotonic() + PATIENCE_S
    while not _is_so(condition):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def _is_so(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except CouldNotSearch:
        return False


def lookups(settings: Settings) -> list[str]:
    """The ids of all lookups in the copy."""
    copy = copy_of(settings)
    assert copy is not None
    with closing(copy):
        hits = search_shipped(copy, Wanted(fields={"event": "query.plate", "outcome": "match"}), limit=1000)
    return [json.loads(hit.text)["lookup_id"] for hit in hits]


def reaches(settings: Settings, at: datetime) -> bool:
    """Whether a node has told that everything before this moment is in the copy."""
    copy = copy_of(settings)
    assert copy is not None
    with closing(copy):
        return any(reach >= at for reach in copy.reaches(at - timedelta(days=1)).values())


def shows(settings: Settings, answered: list[str]) -> bool:
    """Whether the copy holds these lookups and no other."""
    return sorted(lookups(settings)) == sorted(answered)


def test_what_two_nodes_answer_is_found_in_one_copy_and_an_outage_loses_nothing(
    elasticsearch: RunningElasticsearch, nodes: list[Settings]
) -> None:
    answered = []
    with ExitStack() as services:
        bases = [services.enter_context(running(node, "serve", workers=1))[1] for node in nodes]
        tokens = [token_for(node, "a test", "lookup") for node in nodes]

        def look_up(number: int) -> bool:
            """Whether it is answered, and from the replica, which needs nobody else."""
            status, answer = ask(bases[number], "/v1/lookups", tokens[number], {"plate": "ZAB1"})
            if status == 200:
                answered.append(answer["lookup_id"])
            return status == 200 and answer["freshness"]["source"] == "replica"

        for number in (0, 1):
            wait_for(lambda: look_up(number))  # noqa: B023 - called at once
        before = len(answered)
        wait_for(lambda: shows(nodes[0], answered))
        elasticsearch.kill(0)
        try:
            assert all(look_up(number) for number in (0, 1, 0, 1))
            wait_for(lambda: all(read_housekeeping(node.data_dir).trail_failure for node in nodes))
            with pytest.raises(CouldNotSearch):
                lookups(nodes[0])
        finally:
            elasticsearch.start(0)
        wait_for(lambda: shows(nodes[1], answered))
        answered_at = system_clock()
        wait_for(lambda: reaches(nodes[1], answered_at))
    assert len(set(answered)) == len(answered) == before + 4


def test_a_search_in_the_copy_does_not_need_the_node(nodes: list[Settings]) -> None:
    assert lookups(replace(nodes[0], data_dir=Path("/nowhere"))) == []
