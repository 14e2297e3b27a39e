"""A look is shared for a moment, and never longer; what failed is never shared."""

from collections.abc import Iterator

import pytest

from lookup import glance
from lookup.glance import Glance


class Counter:
    """Gives a higher number at each look."""

    def __init__(self) -> None:
        self.looks = 0

    def look(self) -> int:
        self.looks += 1
        return self.looks


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic time, in a list of one."""
    now = [100.0]
    monkeypatch.setattr("lookup.glance.time.monotonic", lambda: now[0])
    return now


def test_within_the_moment_there_is_one_look(seconds: list[float]) -> None:
    counter = Counter()
    seen = Glance(counter.look, 0.02)
    assert [seen(), seen()] == [1, 1]
    seconds[0] += 0.019
    assert seen() == 1
    seconds[0] += 0.001
    assert [seen(), seen()] == [2, 2]


def test_the_moment_begins_before_the_look(seconds: list[float]) -> None:
    def slow_look() -> float:
        seconds[0] += 0.015
        return seconds[0]

    seen = Glance(slow_look, 0.02)
    first = seen()
    seconds[0] += 0.006
    assert seen() > first


def test_without_a_moment_each_call_looks() -> None:
    counter = Counter()
    seen = Glance(counter.look, 0.0)
    assert [seen(), seen()] == [1, 2]


def test_a_look_that_fails_is_told_and_the_next_call_looks_again() -> None:
    answers: Iterator[int | TimeoutError] = iter([TimeoutError(), 7])

    def look() -> int:
        answer = next(answers)
        if isinstance(answer, TimeoutError):
            raise answer
        return answer

    seen = Glance(look, 1e9)
    with pytest.raises(TimeoutError):
        seen()
    assert (seen(), seen()) == (7, 7)


def test_a_service_uses_what_it_saw_for_less_than_a_tenth_of_a_second() -> None:
    assert glance.GLANCE_S < 0.1
