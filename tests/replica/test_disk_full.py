"""A node that cannot write: the last good copy stays, the process says so and goes on when there is room."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.contract.samples import vehicle
from tests.replica.memory_store import MemoryStore
from tests.replica.node import Node, assert_same


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes: as on a full disk, writing fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def in_a_full_process(act: Callable[[], bool], size: int) -> None:
    """Run `act` in a process of its own whose files may not grow; what fails there must not fail the tests' own."""
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        passed = False
        try:
            with room_for(size):
                passed = act()
        finally:
            os._exit(0 if passed else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.mark.parametrize("size", [0, 100, 4096, 20_000, 60_000])
def test_a_copy_for_which_there_is_no_room_never_serves(node: Node, store: MemoryStore, size: int) -> None:
    node.follow()
    before, files = node.head(), node.files()
    store.build(*(vehicle(f"ZAB{number}", color="red") for number in range(300)))

    def act() -> bool:
        node.start()
        waits = [node.replica.round() for _ in range(3)]
        failed = node.notes.state.failure is not None and node.notes.state.phase == "waiting"
        return failed and node.head() == before and waits[2] > 1

    in_a_full_process(act, size)
    assert (node.head(), node.files()) == (before, files)
    node.start()
    node.follow()
    assert_same(node, store)


def test_a_revision_for_which_there_is_no_room_is_applied_later(node: Node, store: MemoryStore) -> None:
    node.follow()
    before = node.head()
    store.publish(*(vehicle(f"ZAB{number}", color="red") for number in range(300)))

    def act() -> bool:
        node.start()
        failed = node.replica.round() > 0 and node.notes.state.failure is not None
        return failed and node.head() == before and store.copies == 1

    in_a_full_process(act, 4096)
    assert node.head() == before
    node.start()
    node.follow()
    assert_same(node, store)
    assert store.copies == 1
