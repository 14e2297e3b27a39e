"""A copy while revisions go on: whatever a writer does at whatever step of it, the copy ends as what was published."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from indexer.follower import MovedOn, WentBack
from lookup.errors import CouldNotSearch
from lookup.store.protocol import Draft
from tests.contract.engines import NOW
from tests.contract.samples import gone, held, member, one_of_each_kind, vehicle
from tests.replica.memory_store import MemoryStore, Steps
from tests.replica.node import Node, assert_same

Act = Callable[[MemoryStore], object]

ACTS: dict[str, Act] = {
    "changes a record": lambda store: store.publish(vehicle("ZAB1", color="blue")),
    "adds and deletes": lambda store: store.publish(vehicle("ZAB2"), gone(vehicle("ZAB1"))),
    "deletes the last of a kind": lambda store: store.publish(gone(one_of_each_kind()[1])),
    "holds a record back": lambda store: store.publish(held("vehicle", "ZAB1")),
    "publishes three times": lambda store: [store.publish(*drafts) for drafts in THREE],
    "moves the age": lambda store: store.seal(NOW + timedelta(minutes=1)),
}
THREE: tuple[tuple[Draft, ...], ...] = (
    (vehicle("ZAB1", color="blue"), member("TRN0009", "Zephyr")),
    (gone(vehicle("ZAB1")), member("TRN0009", "Zephyros")),
    (vehicle("ZAB1", color="green"),),
)
STEPS_OF_A_COPY = 13
"""Head, beginning, eight records, end, head again; and one after it."""


def steps_of_a_copy(path: Path) -> list[str]:
    store = MemoryStore()
    store.build(*one_of_each_kind(), vehicle("ZAB1", color="red"))
    steps = Steps(-1, lambda: None)
    store.on_step = steps
    Node(path, store).follower.follow()
    return steps.names


def test_the_steps_of_a_copy_are_those_that_these_tests_walk(tmp_path: Path) -> None:
    assert steps_of_a_copy(tmp_path) == ["head", "copy", *["row"] * 8, "copied", "head"]
    assert len(steps_of_a_copy(tmp_path / "again")) == STEPS_OF_A_COPY - 1


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
@pytest.mark.parametrize("number", range(STEPS_OF_A_COPY))
def test_a_revision_at_any_step_of_a_copy_is_in_it(node: Node, store: MemoryStore, act: Act, number: int) -> None:
    store.on_step = Steps(number, lambda: act(store))
    node.follow()
    if number == STEPS_OF_A_COPY - 1:
        act(store)
    node.follow()
    assert_same(node, store)
    assert store.copies == 1


@pytest.mark.parametrize("first", range(STEPS_OF_A_COPY - 1))
@pytest.mark.parametrize("second", range(STEPS_OF_A_COPY - 1))
def test_two_revisions_of_one_record_at_any_two_steps_leave_the_later(
    node: Node, store: MemoryStore, first: int, second: int
) -> None:
    one = Steps(first, lambda: store.publish(vehicle("ZAB1", color="blue")))
    other = Steps(second, lambda: store.publish(gone(vehicle("ZAB1")), vehicle("ZAB2")))

    def both(name: str) -> None:
        one(name)
        other(name)

    store.on_step = both
    node.follow()
    node.follow()
    assert_same(node, store)


def stepwise(writer: Iterator[str]) -> Callable[[object], None]:
    """Let a writer go one step on with every step of the follower."""

    def advance(_: object) -> None:
        next(writer, None)

    return advance


@pytest.mark.parametrize("late", range(STEPS_OF_A_COPY))
def test_a_writer_that_goes_step_by_step_beside_a_copy_is_never_met_halfway(
    node: Node, store: MemoryStore, late: int
) -> None:
    def writer() -> Iterator[str]:
        for _ in range(late):
            yield "waits"
        yield from store.publishing(vehicle("ZAB1", color="blue"), gone(one_of_each_kind()[1]), vehicle("ZAB2"))
        yield from store.publishing(gone(vehicle("ZAB1")), vehicle("ZAB2", color="blue"))

    going_on = writer()
    store.on_step = stepwise(going_on)
    node.on_pause = lambda: next(going_on, None)
    node.follow()
    served = node.head()
    assert served.revision in (0, 1, 2)
    for _ in going_on:
        pass
    node.follow()
    assert_same(node, store)


def test_a_copy_waits_until_the_head_reaches_what_it_holds(node: Node, store: MemoryStore) -> None:
    writer = store.publishing(vehicle("ZAA1"), vehicle("ZAB1", color="blue"))
    assert [next(writer), next(writer)] == ["log", "record"]  # and there its writer is stopped
    waited = []

    def pause() -> None:
        waited.append(node.serves_nothing())
        if len(waited) == 3:
            list(writer)  # the next one finishes it

    node.on_pause = pause
    node.follow()
    assert waited == [True, True, True]
    assert node.notes.state.phase == "following"
    assert_same(node, store)


@pytest.mark.parametrize("number", range(1, STEPS_OF_A_COPY - 1))
def test_a_generation_that_changes_during_a_copy_is_copied_in_its_place(
    node: Node, store: MemoryStore, number: int
) -> None:
    store.on_step = Steps(number, lambda: store.build(vehicle("ZAB7")))
    with pytest.raises(MovedOn):
        node.follower.follow()
    assert node.files() == set()
    node.follow()
    assert_same(node, store)


@pytest.mark.parametrize("number", range(STEPS_OF_A_COPY - 1))
def test_a_rollback_during_a_copy_is_followed(node: Node, store: MemoryStore, number: int) -> None:
    node.follow()
    store.build(vehicle("ZAB7"))
    store.on_step = Steps(number, store.rollback)
    with suppress(MovedOn):
        node.follower.follow()
    node.follow()
    assert_same(node, store)


@pytest.mark.parametrize("number", range(STEPS_OF_A_COPY - 1))
def test_a_store_that_goes_away_during_a_copy_leaves_the_last_good_file(
    node: Node, store: MemoryStore, number: int
) -> None:
    node.follow()
    before, file = node.head(), node.file()
    store.build(*one_of_each_kind(), vehicle("ZAB7"))

    def away() -> None:
        raise CouldNotSearch("away")

    store.on_step = Steps(number, away)
    with pytest.raises(CouldNotSearch, match="away"):
        node.follower.follow()
    assert (node.head(), node.files()) == (before, {file.stem})
    node.follow()
    assert_same(node, store)


def test_a_store_that_goes_back_during_a_copy_is_refused(node: Node, store: MemoryStore) -> None:
    before = store.now.head
    store.publish(vehicle("ZAB1", color="blue"))

    def go_back() -> None:
        store.now.head = before

    store.on_step = Steps(STEPS_OF_A_COPY - 2, go_back)
    with pytest.raises(WentBack):
        node.follower.follow()
    assert node.serves_nothing()
    assert node.files() == set()
