"""The trail that a process writes: one chain for each segment, and every entry on disk when `record` returns."""

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from lookup.audit.segment import Segment, is_being_written, segments_in
from lookup.audit.trail import SEGMENT_BYTES, Counts, Gap, Trail
from lookup.errors import AuditUnavailable
from tests.audit.trails import AT, COMPONENT, Node, chain, chains, events, happening

WAIT_S = 20


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_what_is_recorded_lies_in_one_chain_that_says_how_it_began_and_ended(node: Node) -> None:
    trail = node.trail()
    trail.record(happening("a"), happening("b"))
    trail.record(happening("c"))
    (segment,) = segments_in(node.own)
    assert events(chain(segment)) == ["segment.opened", "a", "b", "c"]  # there already, before the trail is closed
    trail.close()
    assert events(chain(segment)) == ["segment.opened", "a", "b", "c", "segment.closed"]
    assert segment.stat().st_mode & 0o777 == 0o600
    assert chain(segment)[0]["details"] == {"format": 1, "writer": "service", "after": None, "gap": None}


def test_nothing_is_made_before_something_is_recorded(node: Node) -> None:
    node.trail().close()
    assert not node.own.exists()


def test_a_full_segment_is_closed_and_the_next_one_goes_on(node: Node) -> None:
    trail = node.trail()
    half = "x" * (SEGMENT_BYTES // 2)
    for name in ("a", "b", "c"):
        trail.record(happening(name, text=half))
        node.clock.advance(seconds=1)
    first, second = chains(node.own)
    assert events(first) == ["segment.opened", "a", "b", "segment.closed"]
    assert events(second) == ["segment.opened", "c"]
    assert second[0]["details"]["after"]["hash"] == first[-1]["hash"]


def test_a_new_day_begins_a_new_segment(node: Node) -> None:
    trail = node.trail()
    trail.record(happening("before midnight"))
    node.clock.advance(hours=10)
    trail.record(happening("after midnight"))
    first, second = (chain(path) for path in segments_in(node.own))
    assert events(first) == ["segment.opened", "before midnight", "segment.closed"]
    assert events(second) == ["segment.opened", "after midnight"]
    assert second[0]["details"]["after"] == {
        "segment": segments_in(node.own)[0].name,
        "sequence": 2,
        "hash": first[-1]["hash"],
    }
    assert [path.name[:24] for path in segments_in(node.own)] == [
        "20261121T140500-service-",
        "20261122T000500-service-",
    ]


class _HeldClock:
    """A clock that keeps the first one who asks it waiting: the thread that writes for all, while it holds the file.
    One that `is_broken` then tells nobody the time."""

    def __init__(self, is_broken: bool = False) -> None:
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self._is_broken = is_broken

    def __call__(self) -> datetime:
        self.asked.set()
        assert self.go_on.wait(WAIT_S)
        if self._is_broken:
            raise ZeroDivisionError
        return AT


def _record_behind(trail: Trail, clock: _HeldClock, names: Sequence[str]) -> list[str]:
    """Record an entry of each name at the same time: one while the file is held, the others behind it. Say of each
    how that ended."""

    def record(name: str) -> str:
        try:
            trail.record(happening(name))
        except (AuditUnavailable, ZeroDivisionError) as error:
            return type(error).__name__
        return "recorded"

    with ThreadPoolExecutor(len(names)) as pool:
        first = pool.submit(record, names[0])
        assert clock.asked.wait(WAIT_S)
        others = [pool.submit(record, name) for name in names[1:]]
        deadline = time.monotonic() + WAIT_S
        while _waiting(trail) < len(others):
            assert time.monotonic() < deadline
        clock.go_on.set()
        return [one.result(WAIT_S) for one in (first, *others)]


def _waiting(trail: Trail) -> int:
    """How many entries wait for the write after the present one: nothing that a caller needs to know."""
    group = trail._group
    return 0 if group is None else len(group.texts)


def test_threads_that_come_while_another_writes_share_one_write(tmp_path: Path) -> None:
    clock, names = _HeldClock(), [f"thread {number}" for number in range(9)]
    trail = Trail((tmp_path / "own", tmp_path / "spool"), COMPONENT, "service", clock)
    assert _record_behind(trail, clock, names) == ["recorded"] * 9
    assert trail.counts == Counts(entries=9, writes=2, refused=0)
    ((opened, first, *others),) = chains(tmp_path / "own")
    assert (opened["event"], first["user"]) == ("segment.opened", "thread 0")
    assert sorted(line["user"] for line in others) == names[1:]


def test_every_thread_that_waits_is_refused_where_nothing_can_be_written(node: Node) -> None:
    clock, names = _HeldClock(), [f"thread {number}" for number in range(9)]
    trail = Trail((node.own, node.spool), COMPONENT, "service", clock)
    with node.broken(node.own, node.spool):
        assert _record_behind(trail, clock, names) == ["AuditUnavailable"] * 9
    assert trail.counts == Counts(entries=0, writes=0, refused=9)
    assert trail.gap == Gap(AT, "Not a directory", refused=9)
    assert trail.state == "refusing"


def test_a_fault_of_our_own_lets_nobody_believe_that_an_entry_was_recorded(node: Node) -> None:
    clock = _HeldClock(is_broken=True)
    trail = Trail((node.own, node.spool), COMPONENT, "service", clock)
    ends = _record_behind(trail, clock, [f"thread {number}" for number in range(9)])
    assert sorted(ends) == ["AuditUnavailable"] * 7 + ["ZeroDivisionError"] * 2  # two of them wrote for all


def test_many_threads_record_everything_once_in_one_chain(node: Node) -> None:
    trail = node.trail()
    names = [[f"{thread}-{number}" for number in range(50)] for thread in range(8)]

    def record(own: list[str]) -> None:
        for name in own:
            trail.record(happening(name))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, names))
    trail.close()
    (lines,) = chains(node.own)
    told = [line["user"] for line in lines[1:-1]]
    assert sorted(told) == sorted(name for own in names for name in own)
    assert [[name for name in told if name in own] for own in map(set, names)] == names  # each thread's in its order


def test_an_entry_that_cannot_be_written_down_stops_nobody_else(node: Node) -> None:
    trail = node.trail()
    with pytest.raises(TypeError):
        trail.record(happening("a", text=object()))
    trail.record(happening("b"))
    assert [events(lines) for lines in chains(node.own)] == [["segment.opened", "b"]]


def test_two_processes_write_a_segment_each(node: Node) -> None:
    trails = [node.trail(), node.trail()]
    for name in ("a", "b"):
        for number, trail in enumerate(trails):
            trail.record(happening(f"{name}{number}"))
    told = sorted(events(lines) for lines in chains(node.own))
    assert told == [["segment.opened", "a0", "b0"], ["segment.opened", "a1", "b1"]]


def test_a_segment_is_seen_only_locked_and_with_its_first_line(node: Node) -> None:
    segment = Segment.create(node.own, AT, "service")
    assert segments_in(node.own) == []
    segment.appear(b"first\n")
    (path,) = segments_in(node.own)
    assert (path.read_bytes(), is_being_written(path)) == (b"first\n", True)
    segment.close()
    assert not is_being_written(path)


def test_nothing_counts_as_written_that_the_disk_was_not_made_to_keep(tmp_path: Path) -> None:
    reader, writer = os.pipe()  # takes everything, and can be asked to keep nothing
    segment = Segment(tmp_path / "pipe", writer)
    with pytest.raises(OSError, match="Invalid argument"):
        segment.append(b"line\n")
    assert segment.size == 0
    segment.close()
    os.close(reader)
