"""A node tells up to when its trail is in the copy: now and then, and never more than can be found there."""

from datetime import datetime, timedelta

from lookup.audit.reach import BEING_WRITTEN, TOLD_EVERY, Reach
from lookup.audit.reading.seen import LATE, NOT_ASKED, Seen
from tests.api.serving import MovableClock

AT = datetime.fromisoformat("2026-11-21T14:05:00Z")


class Notes:
    def __init__(self) -> None:
        self.told: list[tuple[str, datetime]] = []

    def tell_reach(self, node: str, at: datetime) -> None:
        self.told.append((node, at))


def test_a_pass_is_told_once_what_it_shipped_can_be_found_and_without_what_was_being_written() -> None:
    clock, notes = MovableClock(AT), Notes()
    reach = Reach("node-2", notes, clock)
    for second in range(40):
        clock.now = AT + timedelta(seconds=second)
        reach.passed(clock.now)
    steps = TOLD_EVERY.seconds
    assert notes.told == [("node-2", AT + timedelta(seconds=step) - BEING_WRITTEN) for step in (0, steps)]


def test_what_a_long_pass_meets_counts_from_when_it_began() -> None:
    clock, notes = MovableClock(AT), Notes()
    reach = Reach("node-2", notes, clock)
    clock.advance(minutes=5)
    reach.passed(AT)
    clock.advance(seconds=1)
    reach.passed(clock.now)
    assert notes.told == []
    clock.advance(seconds=15)
    reach.passed(clock.now)
    assert notes.told == [("node-2", AT - BEING_WRITTEN)]


def test_a_node_that_ships_all_the_time_is_never_late() -> None:
    clock, notes = MovableClock(AT), Notes()
    reach = Reach("node-2", notes, clock)
    for second in range(200):
        clock.now = AT + timedelta(seconds=second)
        reach.passed(clock.now)
        if second > 60:
            assert clock.now - notes.told[-1][1] < LATE


def test_what_was_not_seen_is_said_node_by_node() -> None:
    seen = Seen({"node-1": AT, "node-2": AT - timedelta(hours=1)})
    assert seen.not_seen(AT - timedelta(hours=1)) is None
    assert seen.not_seen(AT) == (
        "Not copied yet, so not searched, is what node-2 wrote after 2026-11-21T13:05:00.000Z. Ask again."
    )
    assert Seen({"node-1": AT}, not_asked=True).not_seen(AT - timedelta(days=1)) == NOT_ASKED
