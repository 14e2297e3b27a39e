"""The ways to the records are asked in turn, and that nobody could look is an error."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from lookup.errors import CouldNotSearch
from lookup.store.protocol import Store
from lookup.store.ways import reading_in_turn
from tests.unit.asking import MemoryStore
from tests.unit.memory_registry import MemoryRegistry
from tests.unit.people import vehicle

KEY = "vehicle:DEA1234"


class Way(MemoryStore):
    """One of several ways; remembers how long it was given."""

    def __init__(self, source: str, *after: Store, broken: bool = False) -> None:
        super().__init__(vehicle())
        self.source = source
        self.after = after
        self.broken = broken
        self.given: float | None = None

    @contextmanager
    def reading(self, time_s: float | None = None) -> Iterator[MemoryRegistry]:
        self.given = time_s
        if self.broken:
            raise CouldNotSearch(f"{self.source} is gone")
        with super().reading() as registry:
            yield registry

    def ways(self) -> Sequence[Store]:
        return (self, *self.after)


def test_a_view_is_of_the_first_way_that_opens_and_has_the_time_that_was_given() -> None:
    second = Way("elasticsearch")
    with reading_in_turn(Way("replica", second), 10.0) as registry:
        assert registry.get(KEY) is not None
    assert second.given is None
    with reading_in_turn(Way("replica", second, broken=True), 10.0) as registry:
        assert registry.get(KEY) is not None
    assert second.given == 10.0


def test_a_way_that_could_not_look_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), reading_in_turn(Way("replica", Way("elasticsearch"), broken=True), 1.0):
        pass
    assert [record.getMessage() for record in caplog.records] == [
        "The replica could not answer, the next way is asked: replica is gone"
    ]


def test_where_no_way_opens_it_is_what_the_last_one_says() -> None:
    ways = Way("replica", Way("elasticsearch", broken=True), broken=True)
    with pytest.raises(CouldNotSearch, match="elasticsearch is gone"), reading_in_turn(ways, 1.0):
        pass


def test_what_fails_inside_a_view_is_not_asked_of_another_way() -> None:
    second = Way("elasticsearch")
    with pytest.raises(CouldNotSearch, match="in the middle"), reading_in_turn(Way("replica", second), 1.0):
        raise CouldNotSearch("in the middle")
    assert second.given is None
