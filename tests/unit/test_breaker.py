"""The circuit breaker: when questions are let through to a cluster that fails."""

import threading

from lookup.store.elastic.breaker import FAILURES, OPEN_S, Breaker


class HandClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened() -> tuple[Breaker, HandClock]:
    clock = HandClock()
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    return breaker, clock


def test_it_lets_everything_through_until_the_failures_are_enough() -> None:
    breaker = Breaker(HandClock())
    for _ in range(FAILURES - 1):
        breaker.failed()
        assert (breaker.state, breaker.lets_through()) == ("closed", True)
    breaker.failed()
    assert (breaker.state, breaker.lets_through()) == ("open", False)


def test_an_answer_between_two_failures_begins_the_count_again() -> None:
    breaker = Breaker(HandClock())
    for _ in range(FAILURES):
        breaker.failed()
        breaker.succeeded()
    assert breaker.state == "closed"


def test_it_lets_one_question_try_when_its_time_is_over() -> None:
    breaker, clock = opened()
    clock.now += OPEN_S - 0.001
    assert not breaker.lets_through()
    clock.now += 0.001
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    assert breaker.state == "trying"


def test_an_answer_to_the_one_that_tries_lets_everybody_through() -> None:
    breaker, clock = opened()
    clock.now += OPEN_S
    assert breaker.lets_through()
    breaker.succeeded()
    assert (breaker.state, breaker.lets_through(), breaker.lets_through()) == ("closed", True, True)


def test_a_failure_of_the_one_that_tries_keeps_it_open_for_as_long_again() -> None:
    breaker, clock = opened()
    clock.now += OPEN_S
    assert breaker.lets_through()
    clock.now += 0.5
    breaker.failed()
    assert breaker.state == "open"
    clock.now += OPEN_S - 0.001
    assert not breaker.lets_through()
    clock.now += 0.001
    assert breaker.lets_through()


def test_one_that_tries_and_never_reports_is_followed_by_another() -> None:
    breaker, clock = opened()
    for _ in range(3):
        clock.now += OPEN_S
        assert [breaker.lets_through(), breaker.lets_through()] == [True, False]


def test_of_many_threads_exactly_one_may_try() -> None:
    breaker, clock = opened()
    clock.now += OPEN_S
    start, through = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        through.append(breaker.lets_through())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(through) == [False] * 7 + [True]
