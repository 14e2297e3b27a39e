"""Nothing is shipped that the disk does not hold for good: a write that failed and was cut back never gets out."""

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from lookup.audit.segment import segments_in
from lookup.audit.settled import SettledEnds
from lookup.audit.shipping import Shipping
from lookup.errors import CouldNotSearch
from lookup.store.elastic.audit_documents import SegmentLine
from tests.audit.trails import Node, happening


class Shelf:
    """A copy that only keeps what it is brought."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def make_month(self, month: str) -> bool:
        return False

    def ship(self, month: str, lines: Sequence[SegmentLine]) -> None:
        self.lines += [line.text for line in lines]


class Seconds:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def shipping(node: Node, shelf: Shelf, seconds: Seconds, tmp_path: Path) -> Iterator[Shipping]:
    opened = Shipping((node.own, node.spool), shelf, tmp_path / "shipped.sqlite", lambda: True, seconds)
    with closing(opened):
        yield opened


def lines_of(node: Node) -> list[bytes]:
    paths = [path for place in (node.own, node.spool) for path in segments_in(place)]
    return [line for path in paths for line in path.read_bytes().splitlines()]


def test_what_grows_is_shipped_once_it_has_stood_for_a_second(
    node: Node, shipping: Shipping, shelf: Shelf, seconds: Seconds
) -> None:
    trail = node.trail()
    trail.record(happening("a"))
    assert shipping.ship() == 0
    seconds.now = 0.9
    assert shipping.ship() == 0
    trail.record(happening("b"))
    seconds.now = 1.0
    assert shipping.ship() == 2  # as far as it was seen then
    seconds.now = 2.0
    assert shipping.ship() == 1
    trail.close()
    assert shipping.ship() == 1  # at once: nobody writes there any more
    assert shelf.lines == lines_of(node)


@pytest.mark.parametrize("writer", ["service", "commands"])
def test_a_line_whose_write_was_cut_back_is_never_shipped(
    node: Node, shipping: Shipping, shelf: Shelf, seconds: Seconds, writer: str
) -> None:
    true_sync, true_cut, turn = os.fdatasync, os.ftruncate, itertools.count()

    def fail_once(descriptor: int) -> None:
        if next(turn) == 0:
            raise OSError(5, "Input/output error")
        true_sync(descriptor)

    def look_and_cut(descriptor: int, size: int) -> None:
        if size:
            shipping.ship()  # in the very moment in which the line stands there
        true_cut(descriptor, size)

    trail = node.trail(writer)  # type: ignore[arg-type]
    trail.record(happening("a"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdatasync", fail_once)
        patch.setattr(os, "ftruncate", look_and_cut)
        trail.record(happening("cut back here, and written to the spool"))
    trail.close()
    again = node.trail(writer)  # type: ignore[arg-type]
    again.record(happening("b"), happening("c"))  # commands go on with the segment: it is longer than it was seen
    for second in range(1, 5):
        seconds.now = float(second)
        shipping.ship()
    again.close()
    shipping.ship()
    assert sorted(shelf.lines) == sorted(lines_of(node))


def test_an_end_that_was_replaced_by_a_longer_one_is_seen_anew(node: Node, seconds: Seconds) -> None:
    trail = node.trail()
    trail.record(happening("a"))
    (segment,) = segments_in(node.own)
    ends, before = SettledEnds(seconds), segment.read_bytes()
    trail.record(happening("b"))
    ends.size_of(segment)
    os.truncate(segment, len(before))
    with segment.open("ab") as file:
        file.write(before * 2)
    seconds.now = 1.0
    assert ends.size_of(segment) == 0
    trail.close()


def test_what_a_disk_cannot_be_made_to_hold_is_not_settled(
    node: Node, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = node.trail()
    trail.record(happening("a"))
    (segment,) = segments_in(node.own)

    def refuse(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    ends = SettledEnds(seconds)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", refuse)
        assert [ends.size_of(segment), ends.size_of(segment)] == [0, 0]
    seconds.now = 5.0
    assert ends.size_of(segment) == 0  # seen now for the first time
    seconds.now = 6.0
    assert ends.size_of(segment) == segment.stat().st_size
    trail.close()


def test_a_torn_end_of_a_segment_that_nobody_writes_is_left_out(node: Node, seconds: Seconds) -> None:
    trail = node.trail()
    trail.record(happening("a"))
    trail.close()
    (segment,) = segments_in(node.own)
    whole = segment.stat().st_size
    with segment.open("ab") as file:
        file.write(b'{"sequence":3,"id"')
    assert SettledEnds(seconds).size_of(segment) == whole


def test_a_growing_end_that_cannot_be_read_is_not_taken_for_shipped(
    node: Node, shipping: Shipping, shelf: Shelf, seconds: Seconds
) -> None:
    trail = node.trail()
    trail.record(happening("a"))
    (path,) = segments_in(node.own)
    whole = path.read_bytes()
    path.write_bytes(whole + b"no line of a chain\n")
    for seconds.now in (0.0, 1.0, 2.0):
        with pytest.raises(CouldNotSearch, match="how far it is shipped"):
            shipping.ship()
    path.write_bytes(whole)
    seconds.now = 3.0
    assert shipping.ship() == 0
    seconds.now = 4.0
    assert shipping.ship() == 2
    assert shelf.lines == whole.splitlines()
