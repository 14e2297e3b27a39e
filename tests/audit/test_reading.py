"""The trail is read as it lies there: all segments as one stream, in the order of time, nothing changed or lost."""

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from lookup.audit.reading.seek import lines_holding
from lookup.audit.reading.stream import Line, Reading, all_segments, segments_of
from lookup.audit.reading.troubles import KEPT
from tests.audit.kept_trails import BEGUN_AT, KeptTrail, lines_of, small_trail


@pytest.fixture
def kept(tmp_path: Path) -> KeptTrail:
    return small_trail(tmp_path)


def asked(lines: Iterator[Line] | Reading) -> list[str]:
    """The times of the questions, and who asked, without the lines of the trail itself."""
    return [line.occurred_at[11:19] for line in lines if b'"event":"query.' in line.text]


def test_all_segments_are_one_stream_in_the_order_of_time(kept: KeptTrail) -> None:
    lines = list(Reading(kept.places))
    assert [line.occurred_at for line in lines] == sorted(line.occurred_at for line in lines)
    assert sorted(line.text + b"\n" for line in lines) == sorted(
        text for path in kept.segments for text in lines_of(path)
    )


def test_every_line_says_where_it_lies(kept: KeptTrail) -> None:
    for line in Reading(kept.places):
        assert line.segment.read_bytes()[line.offset :].startswith(line.text + b"\n")
        assert f'"sequence":{line.sequence},"id":"{line.entry_id}"'.encode() in line.text


def test_the_lines_of_one_segment_stay_in_their_order_whatever_their_clock_said(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail, other = kept.trail(), kept.trail()
    ids = [kept.tell(trail)]
    kept.tell(other)
    kept.now -= timedelta(minutes=10)
    ids.append(kept.tell(trail))
    kept.now += timedelta(minutes=10)
    ids.append(kept.tell(trail))
    found = [line.entry_id for line in Reading(kept.places) if line.entry_id in ids]
    assert found == ids
    trail.close()
    other.close()


def test_a_time_is_read_from_its_first_moment_to_before_its_last(kept: KeptTrail) -> None:
    since, until = BEGUN_AT + timedelta(seconds=3), BEGUN_AT + timedelta(seconds=6)
    assert asked(Reading(kept.places, since, until)) == ["14:00:03", "14:00:04", "14:00:05"]
    assert asked(Reading(kept.places, since=BEGUN_AT + timedelta(seconds=12))) == ["14:00:12", "14:00:13"]
    assert asked(Reading(kept.places, until=BEGUN_AT + timedelta(seconds=2))) == ["14:00:01"]


def test_segments_of_another_time_are_not_opened(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    for _ in range(3):
        trail = kept.trail()
        kept.tell(trail)
        trail.close()
        kept.now += timedelta(days=1)
    second = BEGUN_AT + timedelta(days=1)
    assert segments_of(kept.places, second, second + timedelta(hours=1)) == kept.segments[1:2]
    assert segments_of(kept.places, second) == kept.segments[1:]
    assert segments_of(kept.places) == kept.segments


def test_a_segment_whose_clock_was_set_back_by_less_than_the_slack_is_still_read(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    late = kept.tell(trail)
    kept.now -= timedelta(minutes=50)
    kept.tell(trail)
    trail.close()
    assert late in [line.entry_id for line in Reading(kept.places, since=BEGUN_AT)]


def test_both_places_are_read(kept: KeptTrail) -> None:
    everything = [line.text for line in Reading(kept.places)]
    kept.places[1].mkdir()
    kept.segments[0].rename(kept.places[1] / kept.segments[0].name)
    assert [line.text for line in Reading(kept.places)] == everything
    assert [path.parent for path in all_segments(kept.places)] == [kept.places[1], kept.places[0]]


def test_a_torn_end_and_what_is_no_line_are_passed_over_and_told(kept: KeptTrail) -> None:
    path, lines = kept.segments[0], lines_of(kept.segments[0])
    path.write_bytes(b"".join([*lines[:3], b"no line\n", *lines[4:], b'{"sequence":8']))
    reading = Reading(kept.places)
    read = [line.text for line in reading if line.segment == path]
    assert read == [text.rstrip(b"\n") for text in [*lines[:3], *lines[4:]]]
    size = path.stat().st_size
    assert [(one.segment, one.offset, one.kind) for one in reading.troubles] == [
        (path, sum(map(len, lines[:3])), "unreadable"),
        (path, size - len(b'{"sequence":8'), "torn"),
    ]


def test_of_very_many_lines_that_are_none_the_first_are_kept_and_all_are_counted(kept: KeptTrail) -> None:
    path, lines = kept.segments[0], lines_of(kept.segments[0])
    path.write_bytes(b"".join([*lines[:3], b"no line\n" * (KEPT + 5), *lines[3:]]))
    reading = Reading(kept.places)
    assert [line.text for line in reading if line.segment == path] == [text.rstrip(b"\n") for text in lines]
    troubles = list(reading.troubles)
    assert (len(troubles), troubles[0].offset) == (KEPT, sum(map(len, lines[:3])))
    assert (len(reading.troubles), reading.troubles.more) == (KEPT + 5, 5)


def test_the_end_that_is_just_being_written_is_no_trouble(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    with kept.segments[0].open("ab") as file:
        file.write(b'{"sequence":2')
    reading = Reading(kept.places)
    assert len(list(reading)) == 2
    assert len(reading.troubles) == 0
    trail.close()


def test_an_altered_line_is_read_as_it_stands(kept: KeptTrail) -> None:
    path = kept.segments[0]
    path.write_bytes(path.read_bytes().replace(b"DZA1002", b"DZA1003"))
    assert sum(b"DZA1003" in line.text for line in Reading(kept.places)) == 2


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_reading_goes_on_where_another_one_stood(kept: KeptTrail, size: int) -> None:
    whole = [line.text for line in Reading(kept.places)]
    read: list[bytes] = []
    position = None
    while True:
        reading = Reading(kept.places, after=position)
        page = [line.text for line in islice(reading, size)]
        if not page:
            break
        read += page
        position = reading.position()
    assert read == whole


def test_a_clock_that_was_set_back_lets_no_page_show_a_line_twice(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail, other = kept.trail(), kept.trail()
    kept.tell(trail)
    kept.tell(other)
    other.close()
    for minutes in (5, -6, 7):
        kept.now += timedelta(minutes=minutes)
        kept.tell(trail)
    trail.close()
    read: list[bytes] = []
    reading = Reading(kept.places)
    while page := [line.text for line in islice(reading, 1)]:
        read += page
        reading = Reading(kept.places, after=reading.position())
    assert read == [line.text for line in Reading(kept.places)]


@pytest.mark.parametrize("most_bytes", [1, 2000])
def test_a_bounded_reading_ends_where_it_stands_and_can_go_on(kept: KeptTrail, most_bytes: int) -> None:
    read: list[bytes] = []
    position, complete, rounds = None, False, 0
    while not complete:
        reading = Reading(kept.places, after=position, most_bytes=most_bytes)
        read += [line.text for line in reading]
        position, complete, rounds = reading.position(), reading.is_complete, rounds + 1
    assert read == [line.text for line in Reading(kept.places)]
    assert rounds > 3


def test_a_reading_needs_no_more_memory_for_a_longer_trail(tmp_path: Path) -> None:
    def peak(entries: int) -> int:
        kept = small_trail(tmp_path / str(entries), entries)
        tracemalloc.start()
        for _ in Reading(kept.places):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(1000) < 2 * peak(100)


@pytest.mark.parametrize("block", [1, 7, 100, 1000, 1 << 20])
def test_lines_are_found_by_bytes_whatever_the_size_of_a_block(kept: KeptTrail, block: int) -> None:
    path = kept.segments[0]
    wanted = [(line.offset, line.text) for line in Reading((path.parent,)) if b"DZA1" in line.text]
    assert len(wanted) == 6
    assert list(lines_holding(path, b"DZA1", block)) == wanted
    assert list(lines_holding(path, b"DZA9", block)) == []


def test_what_follows_the_last_break_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"one DZA1\ntwo\nthree DZA1")
    assert list(lines_holding(path, b"DZA1")) == [(0, b"one DZA1")]
