"""A trail whose disk fails: the spool takes over, the gap is told, and where nothing takes an entry nothing is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lookup.audit.segment import segments_in
from lookup.audit.trail import RETRY, Gap
from lookup.errors import AuditUnavailable
from tests.audit.trails import AT, Node, chain, chains, events, happening, no_file_longer_than

SINCE = "2026-11-21T14:05:00.000Z"
LONG = "x" * 20_000
"""Longer than what a new segment needs to begin, so that a limit can hit the old segment and not the new one."""


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_the_spool_takes_over_and_says_since_when_and_why(node: Node) -> None:
    trail = node.trail()
    with node.broken(node.own):
        trail.record(happening("a"))
        trail.record(happening("b"))
    (lines,) = chains(node.spool)
    assert events(lines) == ["segment.opened", "a", "b"]
    assert lines[0]["details"]["gap"] == {"since": SINCE, "because": "Not a directory", "refused": 0}
    assert (trail.state, trail.gap) == ("spooling", Gap(AT, "Not a directory"))


def test_the_trail_comes_back_to_its_own_directory_and_tells_the_gap(node: Node) -> None:
    trail = node.trail()
    with node.broken(node.own):
        trail.record(happening("a"))
    trail.record(happening("b"))
    assert not node.own.exists()  # not tried again with every entry
    node.clock.now += RETRY
    trail.record(happening("c"))
    (spooled,), (own,) = chains(node.spool), chains(node.own)
    assert (events(spooled), events(own)) == (["segment.opened", "a", "b", "segment.closed"], ["segment.opened", "c"])
    assert own[0]["details"]["gap"] == {"since": SINCE, "because": "Not a directory", "refused": 0}
    assert own[0]["details"]["after"]["hash"] == spooled[-1]["hash"]
    assert (trail.state, trail.gap) == ("recording", None)


def test_a_directory_that_stays_broken_does_not_end_the_segment_in_the_spool(node: Node) -> None:
    trail = node.trail()
    with node.broken(node.own):
        for name in ("a", "b", "c"):
            trail.record(happening(name))
            node.clock.now += RETRY
    assert [events(lines) for lines in chains(node.spool)] == [["segment.opened", "a", "b", "c"]]


def test_a_clock_that_is_set_back_does_not_keep_the_trail_in_the_spool(node: Node) -> None:
    trail = node.trail()
    with node.broken(node.own):
        trail.record(happening("a"))
    node.clock.advance(hours=-1)
    trail.record(happening("b"))
    assert [events(lines) for lines in chains(node.own)] == [["segment.opened", "b"]]


def test_an_entry_of_which_the_disk_took_a_part_goes_to_the_spool_whole(node: Node) -> None:
    trail = node.trail()
    trail.record(happening("a", text=LONG))
    (own,) = segments_in(node.own)
    whole = own.read_bytes()
    with no_file_longer_than(own.stat().st_size + 500):
        trail.record(happening("b"))
    assert own.read_bytes() == whole  # nothing of it is left
    (spooled,) = chains(node.spool)
    assert events(spooled) == ["segment.opened", "b"]
    last = chain(own)[-1]
    assert spooled[0]["details"]["after"] == {"segment": own.name, "sequence": last["sequence"], "hash": last["hash"]}
    assert spooled[0]["details"]["gap"]["because"] == "File too large"


def test_a_disk_that_takes_nothing_more_leaves_the_segment_as_it_was(node: Node) -> None:
    trail = node.trail()
    trail.record(happening("a", text=LONG))
    (own,) = segments_in(node.own)
    with no_file_longer_than(own.stat().st_size):
        trail.record(happening("b"))
    assert events(chain(own)) == ["segment.opened", "a"]
    assert [events(lines) for lines in chains(node.spool)] == [["segment.opened", "b"]]


def test_nothing_that_cannot_be_begun_is_left_behind(node: Node) -> None:
    trail = node.trail()
    with no_file_longer_than(1000), pytest.raises(AuditUnavailable):
        trail.record(happening("a"))
    assert [list(node.own.iterdir()), list(node.spool.iterdir())] == [[], []]


def test_the_gap_counts_what_nobody_could_record(node: Node) -> None:
    trail = node.trail()
    with node.broken(node.own, node.spool):
        for refused in (["a"], ["b", "c"]):
            with pytest.raises(AuditUnavailable):
                trail.record(*(happening(name) for name in refused))
        assert (trail.state, trail.counts.refused) == ("refusing", 3)
    trail.record(happening("d"))  # at once: nobody is refused for longer than the disk is full
    (lines,) = chains(node.own)
    assert events(lines) == ["segment.opened", "d"]
    assert lines[0]["details"]["gap"] == {"since": SINCE, "because": "Not a directory", "refused": 3}
    assert (trail.state, trail.gap) == ("recording", None)


def test_who_was_refused_after_the_spool_took_over_is_answered_as_soon_as_a_disk_is_there(node: Node) -> None:
    trail = node.trail()
    with node.broken(node.own):
        trail.record(happening("a"))
    with node.broken(node.own, node.spool):
        node.clock.advance(hours=10)  # another day, so that a new segment is needed
        with pytest.raises(AuditUnavailable):
            trail.record(happening("b"))
    trail.record(happening("c"))
    (lines,) = chains(node.own)
    assert (events(lines), lines[0]["details"]["gap"]["refused"]) == (["segment.opened", "c"], 1)


@pytest.fixture
def alerts(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level("WARNING", logger="lookup.audit.trail"):
        yield caplog


def test_an_alert_is_raised_the_moment_the_trail_cannot_be_written(
    node: Node, alerts: pytest.LogCaptureFixture
) -> None:
    trail = node.trail()
    with node.broken(node.own):
        with node.broken(node.spool):
            for name in ("DZZ0001", "DZZ0002"):
                with pytest.raises(AuditUnavailable):
                    trail.record(happening(name))
        trail.record(happening("DZZ0003"))
    node.clock.now += RETRY
    trail.record(happening("DZZ0004"))
    assert [(record.levelname, record.getMessage()) for record in alerts.records] == [
        ("CRITICAL", "the audit trail cannot be written, so nothing is answered: Not a directory"),
        ("ERROR", "the audit trail goes to its spool: its directory cannot be written: Not a directory"),
        ("WARNING", "the audit trail is written to its own directory again"),
    ]
