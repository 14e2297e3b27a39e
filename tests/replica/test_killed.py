"""A replica that is killed at any step: its readers go on, and the next one goes on from there."""

from pathlib import Path

import pytest

from indexer import replica_notes
from indexer.replica_checking import WholeCheck
from lookup.store.replica import writing
from lookup.store.replica.writing import ReplicaFile
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.loading import LoadingFile
from tests.contract.samples import gone, vehicle
from tests.faults.killing import Step, kill_self, killed_in, killed_while
from tests.replica.memory_store import MemoryStore, Steps
from tests.replica.node import Node, assert_same
from tests.replica.test_interleaving import STEPS_OF_A_COPY

COPY_STEPS = {
    "before the file": ((LoadingFile, "__init__"), False),
    "while records are loaded": ((LoadingFile, "_write"), True),
    "before it is sorted": ((LoadingFile, "finish"), False),
    "before the log": ((ReplicaFile, "begin"), False),
    "after an entry of the log": ((ReplicaFile, "apply"), True),
    "before it is checked": ((WholeCheck, "now"), False),
    "after it was checked": ((WholeCheck, "now"), True),
}


def continue_after(node: Node, store: MemoryStore) -> None:
    """Let the next process begin, and see that it comes to the same end and tidies up."""
    store.on_step = lambda _: None
    node.start()
    node.serving.prune()
    node.follow()
    assert_same(node, store)
    node.serving.prune()
    assert node.files() == {node.pointer().file_name}


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(("step", "after"), COPY_STEPS.values(), ids=COPY_STEPS.keys())
def test_a_copy_that_was_killed_never_serves(
    node: Node, store: MemoryStore, step: Step, after: bool, is_first: bool
) -> None:
    if not is_first:
        node.follow()
        store.build(vehicle("ZAB1", color="red"), vehicle("ZAB2"))
    served = None if is_first else node.head()
    store.on_step = Steps(4, lambda: store.publish(vehicle("ZAB1", color="blue")))
    killed_while(node.follower.follow, step, after)
    assert node.serves_nothing() if served is None else node.head() == served
    continue_after(node, store)


@pytest.mark.parametrize("number", range(STEPS_OF_A_COPY - 1))
def test_a_copy_that_was_killed_while_it_asked_never_serves(node: Node, store: MemoryStore, number: int) -> None:
    def act() -> None:
        store.on_step = Steps(number, kill_self)
        node.follower.follow()

    killed_in(act)
    assert node.serves_nothing()
    continue_after(node, store)


SWAP_STEPS = {
    "before the pointer": ((Path, "replace"), False),
    "before the old file goes": ((StoreDirectory, "prune"), False),
    "after the old file went": ((StoreDirectory, "prune"), True),
}


@pytest.mark.parametrize(("step", "after"), SWAP_STEPS.values(), ids=SWAP_STEPS.keys())
def test_a_swap_is_made_or_not(
    node: Node, store: MemoryStore, monkeypatch: pytest.MonkeyPatch, step: Step, after: bool
) -> None:
    node.follow()
    before = node.head()
    after_it = store.build(vehicle("ZAB1", color="blue"))
    monkeypatch.setattr(replica_notes, "write_state", lambda *_: None)  # it replaces a file too
    killed_while(node.follower.follow, step, after)
    assert node.head() == (before if step[1] == "replace" else after_it)
    continue_after(node, store)


REVISION_STEPS = {
    "before the first record": ((ReplicaFile, "_put"), False),
    "between two records": ((ReplicaFile, "_put"), True),
    "before the head": ((writing, "write_head"), False),
    "before the commit": ((writing, "write_head"), True),
}


@pytest.mark.parametrize(("step", "after"), REVISION_STEPS.values(), ids=REVISION_STEPS.keys())
def test_a_revision_that_was_not_committed_is_applied_by_the_next_process(
    node: Node, store: MemoryStore, step: Step, after: bool
) -> None:
    node.follow()
    before = node.head()
    store.publish(vehicle("ZAB1", color="blue"), gone(vehicle("ZAB1234")))
    killed_while(node.follower.follow, step, after)
    assert node.head() == before
    continue_after(node, store)


def test_a_revision_that_was_committed_stays(node: Node, store: MemoryStore) -> None:
    node.follow()
    store.publish(vehicle("ZAB1", color="blue"))
    store.publish(vehicle("ZAB2", color="blue"))
    killed_while(node.follower.follow, (ReplicaFile, "apply"), after=True)
    assert node.head().revision == 1
    continue_after(node, store)


def test_what_a_killed_process_left_is_cleared_away(node: Node, store: MemoryStore) -> None:
    node.follow()
    store.build(vehicle("ZAB1", color="blue"))
    killed_while(node.follower.follow, (WholeCheck, "now"), after=True)
    assert len(node.files()) == 2
    node.start()
    node.serving.open()
    node.serving.prune()
    assert node.files() == {node.pointer().file_name}
