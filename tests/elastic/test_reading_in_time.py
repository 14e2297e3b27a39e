"""The time that a question may take, and what becomes of the next ones, where the cluster is slow, cut off or gone."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from lookup.errors import CouldNotSearch
from lookup.store.elastic.breaker import FAILURES, OPEN_S, Breaker
from lookup.store.elastic.client import Client
from lookup.store.elastic.question import QUESTION_S, STEPS_PER_S, Question, ServingClient
from lookup.store.elastic.store import ElasticStore
from lookup.store.protocol import Registry
from tests.contract.samples import vehicle
from tests.elastic.indices import GENERATION, NOWHERE, Indices, direct
from tests.elastic.slow_proxy import slow_proxy
from tests.unit.test_breaker import HandClock

REFUSED = "http://127.0.0.1:1"
"""Nobody listens there."""

SLACK_S = 0.5
"""What a busy machine may add to a time."""


def took_s(ask: Callable[[], object], match: str) -> float:
    began = time.monotonic()
    with pytest.raises(CouldNotSearch, match=match):
        ask()
    return time.monotonic() - began


def plate(store: ElasticStore) -> object:
    with store.reading() as registry:
        return registry.get("vehicle:ZAB1234")


def test_a_silent_cluster_could_not_search_within_the_time_of_a_question(indices: Indices) -> None:
    indices.serve(vehicle())
    with slow_proxy(indices.address) as proxy, direct(indices, proxy.address) as store:
        proxy.mood = "silent"
        assert took_s(lambda: plate(store), "ConnectionTimeout") < QUESTION_S + SLACK_S


def test_a_cluster_that_falls_silent_within_a_question_has_what_is_left_of_its_time(indices: Indices) -> None:
    indices.serve(vehicle(vin="TRN0VIN0000000001"))
    looks: list[Callable[[Registry], object]] = [
        lambda registry: registry.get("vehicle:ZAB1234"),
        lambda registry: registry.find("vin:TRN0VIN0000000001"),
    ]
    for look in looks:
        with slow_proxy(indices.address) as proxy, direct(indices, proxy.address) as store:
            began = time.monotonic()
            with store.reading() as registry:
                proxy.mood = "silent"
                took_s(lambda look=look, registry=registry: look(registry), "ConnectionTimeout")  # type: ignore[misc]
                assert took_s(lambda look=look, registry=registry: look(registry), "time") < QUESTION_S  # type: ignore[misc]
            assert time.monotonic() - began < QUESTION_S + SLACK_S


def test_each_attempt_may_take_half_of_what_is_left_and_half_a_second_at_most(indices: Indices) -> None:
    clock, given_s = HandClock(), []

    def limited(steps: int) -> Client:
        given_s.append(steps / STEPS_PER_S)
        return indices.client

    question = Question(limited, Breaker(), clock, time_s=2.0)
    for left_s in (2.0, 1.0, 0.7, 0.1):
        clock.now = 1002.0 - left_s
        question.ask("testing", health)
    assert given_s == [0.5, 0.5, 0.35, 0.05]
    clock.now = 1001.91
    with pytest.raises(CouldNotSearch, match="over while testing"):
        question.ask("testing", health)


def test_a_question_takes_a_second_unless_its_caller_waits_longer(indices: Indices) -> None:
    clock = HandClock()
    client = ServingClient(indices.cluster(), Breaker(), clock)
    hasty, patient = client.question(), client.question(time_s=60)
    clock.now += QUESTION_S
    with pytest.raises(CouldNotSearch, match="over while testing"):
        hasty.ask("testing", health)
    clock.now += 50
    assert patient.ask("testing", health)["timed_out"] is False
    client.close()


def health(client: Client) -> Any:
    return client.cluster.health()


def test_one_node_that_is_gone_costs_one_retry_and_no_answer(indices: Indices) -> None:
    indices.serve(vehicle())
    with direct(indices, REFUSED, indices.address) as store:
        for _ in range(6):
            assert plate(store) is not None
        assert store.breaker.state == "closed"


def test_an_answer_that_is_cut_off_is_asked_for_once_more_and_then_could_not_search(indices: Indices) -> None:
    indices.serve(vehicle())
    with slow_proxy(indices.address) as proxy, direct(indices, proxy.address) as store:
        assert plate(store) is not None
        proxy.mood, before = "cut", proxy.answers
        took_s(lambda: plate(store), "ConnectionError")
        assert proxy.answers == before + 2
        proxy.mood = "through"
        assert plate(store) is not None


def test_a_cluster_that_is_gone_and_comes_back_is_asked_again_without_a_restart(indices: Indices) -> None:
    indices.serve(vehicle())
    clock = HandClock()
    with slow_proxy(indices.address) as proxy, direct(indices, REFUSED, proxy.address) as store:
        store.breaker = Breaker(clock)
        assert plate(store) is not None
        proxy.mood = "cut"
        for _ in range(FAILURES):
            took_s(lambda: plate(store), "ConnectionError")
        assert not store.breaker.lets_through()
        asked = proxy.answers
        assert took_s(lambda: plate(store), "left alone") < SLACK_S
        took_s(lambda: store.history("vehicle:ZAB1234"), "left alone")
        took_s(store.work, "left alone")
        assert proxy.answers == asked
        proxy.mood = "through"
        clock.now += OPEN_S
        assert plate(store) is not None
        assert store.breaker.state == "closed"
        assert plate(store) is not None


def test_an_index_that_stays_red_is_left_alone_too(indices: Indices) -> None:
    indices.make_index(indices.names.generation(GENERATION), settings=NOWHERE)
    indices.alias(GENERATION)
    with direct(indices) as store:
        store.breaker = Breaker(HandClock())
        for _ in range(FAILURES):
            took_s(lambda: plate(store), "503")
        took_s(lambda: plate(store), "left alone")


def test_a_question_that_the_cluster_refuses_opens_nothing(indices: Indices) -> None:
    indices.serve(vehicle())
    words = [f"n:{number}" for number in range(20_000)]
    with direct(indices) as store, store.reading(time_s=60) as registry:
        for _ in range(FAILURES):
            with pytest.raises(CouldNotSearch, match="400"):
                registry.find_words(words, 10)
        assert store.breaker.state == "closed"


def test_a_store_that_was_closed_is_opened_by_the_next_question(indices: Indices) -> None:
    indices.serve(vehicle())
    with direct(indices) as store:
        assert plate(store) is not None
        store.close()
        assert plate(store) is not None
