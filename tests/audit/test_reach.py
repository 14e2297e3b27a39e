"""A node tells up to when its trail is in the copy: now and then, and never more than can be found there."""

from datetime import datetime, timedelta

import pytest

from lookup.audit.reach import BEING_WRITTEN, LOOKED_BEFORE, TOLD_EVERY, Reach
from lookup.audit.reading.seen import LATE, NOT_ASKED, Seen

AT = datetime.fromisoformat("2026-11-21T14:05:00Z")


class Notes:
    def __init__(self) -> None:
        self.told: list[tuple[str, datetime]] = []

    def tell_reach(self, node: str, at: datetime) -> None:
        self.told.append((node, at))


class Node:
    """A node whose passes take as long as a test says."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.notes = Notes()
        self.reach = Reach("node-2", self.notes, self.now, lambda: self.seconds)

    def now(self) -> datetime:
        return AT + timedelta(seconds=self.seconds)

    def make_pass(self, at: float, takes: float = 0.0) -> None:
        self.seconds = at
        self.reach.begin()
        self.seconds += takes
        self.reach.passed()

    @property
    def told(self) -> list[float]:
        """What was told, in seconds since the beginning."""
        assert {node for node, _ in self.notes.told} <= {"node-2"}
        return [(moment + KEPT_BACK - AT).total_seconds() for _, moment in self.notes.told]


KEPT_BACK = BEING_WRITTEN + LOOKED_BEFORE


@pytest.fixture
def node() -> Node:
    return Node()


def test_a_pass_is_told_once_what_it_saw_is_shipped_and_can_be_found(node: Node) -> None:
    for second in range(40):
        node.make_pass(second)
    assert TOLD_EVERY.seconds == 15
    assert node.told == [0, 15]  # seen at 0, shipped at 1, told at 16; then seen at 15, shipped at 16


def test_what_a_pass_saw_is_not_told_before_a_later_one_has_shipped_it(node: Node) -> None:
    node.make_pass(0)
    node.make_pass(60)
    assert node.told == []
    node.make_pass(74)
    assert node.told == []
    node.make_pass(75)
    assert node.told == [0]


def test_a_pass_that_comes_too_soon_ships_nothing_of_what_the_one_before_saw(node: Node) -> None:
    node.make_pass(0)
    node.make_pass(0.5)
    node.make_pass(16)
    assert node.told == []
    node.make_pass(30.5)
    assert node.told == []
    node.make_pass(31)
    assert node.told == [0]


def test_what_a_long_pass_meets_counts_from_when_it_began_and_is_seen_when_it_ended(node: Node) -> None:
    node.make_pass(0, takes=300)
    node.make_pass(300.5)
    node.make_pass(301)
    node.make_pass(315.9)
    assert node.told == []
    node.make_pass(316)
    assert node.told == [0]


def test_a_node_that_ships_all_the_time_is_never_late(node: Node) -> None:
    for second in range(200):
        node.make_pass(second)
        if second > 60:
            assert node.now() - node.notes.told[-1][1] < LATE


def test_what_was_not_seen_is_said_node_by_node() -> None:
    seen = Seen({"node-1": AT, "node-2": AT - timedelta(hours=1)})
    assert seen.not_seen(AT - timedelta(hours=1)) is None
    assert seen.not_seen(AT) == (
        "Not copied yet, so not searched, is what node-2 wrote after 2026-11-21T13:05:00.000Z. Ask again."
    )
    assert Seen({"node-1": AT}, not_asked=True).not_seen(AT - timedelta(days=1)) == NOT_ASKED
