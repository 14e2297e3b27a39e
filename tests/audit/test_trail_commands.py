"""What is done on the command line shares a segment for the day, and two commands at once never share it."""

from pathlib import Path

import pytest

from lookup.audit.segment import segments_in
from lookup.errors import AuditUnavailable
from tests.audit.trails import Node, chains, events, happening


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def run(node: Node, name: str) -> None:
    """A command that records one entry."""
    trail = node.trail("commands")
    trail.record(happening(name))
    trail.close()


def test_commands_of_a_day_share_one_chain(node: Node) -> None:
    for name in ("a", "b", "c"):
        run(node, name)
    assert [events(lines) for lines in chains(node.own)] == [["segment.opened", "a", "b", "c"]]


def test_the_next_day_begins_another_one(node: Node) -> None:
    run(node, "a")
    node.clock.advance(hours=10)
    run(node, "b")
    assert [events(lines) for lines in chains(node.own)] == [["segment.opened", "a"], ["segment.opened", "b"]]


def test_two_commands_at_once_have_a_segment_each_and_the_next_goes_on_in_the_free_one(node: Node) -> None:
    first, second = node.trail("commands"), node.trail("commands")
    first.record(happening("a"))
    node.clock.advance(seconds=1)
    second.record(happening("b"))
    first.record(happening("a again"))
    first.close()
    second.record(happening("b again"))
    run(node, "c")
    second.close()
    told = sorted(events(lines) for lines in chains(node.own))
    assert told == [["segment.opened", "a", "a again", "c"], ["segment.opened", "b", "b again"]]


def test_a_segment_of_a_service_is_never_gone_on_with(node: Node) -> None:
    trail = node.trail()
    trail.record(happening("service"))
    trail.close()
    run(node, "command")
    told = sorted(events(lines) for lines in chains(node.own))
    assert told == [["segment.opened", "command"], ["segment.opened", "service", "segment.closed"]]


@pytest.mark.parametrize("tail", [b'{"sequence":2,"id', b"no line of a trail\n"])
def test_a_segment_that_a_crash_cut_off_or_somebody_wrote_in_is_left_as_it_is(node: Node, tail: bytes) -> None:
    run(node, "a")
    (path,) = segments_in(node.own)
    damaged = path.read_bytes() + tail
    path.write_bytes(damaged)
    run(node, "b")
    assert path.read_bytes() == damaged
    path.unlink()
    assert [events(lines) for lines in chains(node.own)] == [["segment.opened", "b"]]


def test_a_command_that_met_a_gap_tells_it_in_a_segment_of_its_own(node: Node) -> None:
    run(node, "a")
    node.clock.advance(seconds=1)
    trail = node.trail("commands")
    with node.broken(node.own, node.spool), pytest.raises(AuditUnavailable):
        trail.record(happening("b"))
    trail.record(happening("c"))
    trail.close()
    first, second = chains(node.own)
    assert (events(first), events(second)) == (["segment.opened", "a"], ["segment.opened", "c"])
    assert second[0]["details"]["gap"]["refused"] == 1
