"""What a crash or a failing disk leaves behind is told, and is no tampering."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from lookup.audit.chain import Link, chained, split_line
from lookup.audit.entry import Scene, entry
from lookup.audit.segment import Segment
from lookup.audit.trail import Trail
from lookup.errors import AuditUnavailable
from tests.audit.kept_trails import KeptTrail, ids_of, lines_of, small_trail


@contextmanager
def disk_that_keeps_what_it_refuses(*turns: int) -> Iterator[None]:
    """Meanwhile a disk takes lines, says that it did not, and does not let them be taken back; at these turns, or at
    each."""
    true_sync, true_cut, turn = os.fdatasync, os.ftruncate, itertools.count(1)

    def refuse(descriptor: int) -> None:
        if not turns or next(turn) in turns:
            raise OSError(5, "Input/output error")
        true_sync(descriptor)

    def keep(descriptor: int, size: int) -> None:
        if size:
            raise OSError(5, "Input/output error")
        true_cut(descriptor, size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdatasync", refuse)
        patch.setattr(os, "ftruncate", keep)
        yield


def test_an_append_that_a_crash_cut_off_is_torn_and_no_tampering(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    kept.sign()
    trail.close()
    path = kept.segments[0]
    path.write_bytes(b"".join(lines_of(path)[:-1]) + b'{"sequence":2,"id":"01')
    found = kept.verify()
    assert found.is_intact
    assert [(one.kind, one.file) for one in found.findings] == [("torn", path.name)]


@pytest.mark.parametrize("tail", [b"{", b'{"sequence":', b'{"sequence":2,"id"\0\0\0', b"\0\0\0\0"])
def test_any_beginning_of_a_line_is_torn(tmp_path: Path, tail: bytes) -> None:
    kept = small_trail(tmp_path)
    kept.heads_file.unlink()
    kept.key_file.unlink()
    path = kept.segments[0]
    path.write_bytes(b"".join(lines_of(path)[:-1]) + tail)
    assert [one.kind for one in kept.findings()] == ["torn", "unsigned"]


def test_a_torn_end_that_was_signed_is_told_as_such(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    trail.close()
    path = kept.segments[0]
    path.write_bytes(b"".join(lines_of(path)[:-1]) + b'{"sequence":2,"id":"01')
    kept.sign(["ended"])
    assert [one.kind for one in kept.findings()] == ["torn"]
    path.write_bytes(b"".join(lines_of(path)))
    path.write_bytes(path.read_bytes()[: -len(b'{"sequence":2,"id":"01')])
    assert [(one.kind, one.sequence) for one in kept.findings()] == [("altered", 2)]


def test_a_line_that_is_still_being_written_is_nothing_to_tell(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    kept.sign()
    with kept.segments[0].open("ab") as file:
        file.write(b'{"sequence":2,"id"')
    assert kept.findings() == []
    trail.close()


def test_an_entry_that_a_failing_disk_kept_after_all_was_written_twice(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    with disk_that_keeps_what_it_refuses(1):
        twice = kept.tell(trail)
    trail.close()
    path = next(path for path in kept.segments if path.parent == kept.places[0])
    found = kept.verify()
    assert found.is_intact
    assert [(one.kind, one.file, one.sequence, one.record_id) for one in found.findings if one.kind != "unsigned"] == [
        ("written_twice", path.name, 2, twice)
    ]


def test_an_entry_whose_answer_was_refused_but_that_a_disk_kept_is_unanswered(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    with disk_that_keeps_what_it_refuses(), pytest.raises(AuditUnavailable):
        kept.tell(trail)
    kept.tell(trail)
    trail.close()
    path = next(
        path for path in kept.segments if len(lines_of(path)) == 3 and b"segment.closed" not in path.read_bytes()
    )
    found = kept.verify()
    assert found.is_intact
    assert [(one.kind, one.sequence, one.record_id) for one in found.findings if one.file == path.name] == [
        ("unanswered", 2, ids_of(path)[2])
    ]


def test_a_line_behind_a_segment_that_was_given_up_is_inserted_where_no_failure_explains_it(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    with disk_that_keeps_what_it_refuses(1):
        kept.tell(trail)
    trail.close()
    path = next(path for path in kept.segments if path.parent == kept.places[0])
    lines = lines_of(path)
    parts = split_line(lines[-1].rstrip(b"\n"))
    assert parts is not None
    text = json.dumps(entry("sign_out", "done", Scene(kept.now, "x/0@node-1")), separators=(",", ":")).encode()[1:-1]
    path.write_bytes(path.read_bytes() + chained(text, Link(2, parts[1]))[0])
    assert [(one.kind, one.file, one.sequence) for one in kept.findings() if one.is_tampering] == [
        ("inserted", path.name, 3)
    ]


def test_commands_may_go_on_with_a_segment_that_another_one_gave_up(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    first = Trail(kept.places, "command/0.1.0@node-1", "commands", kept)
    kept.tell(first)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdatasync", refusing_once(os.fdatasync))
        kept.tell(first)
    first.close()
    kept.now += timedelta(minutes=1)
    second = Trail(kept.places, "command/0.1.0@node-1", "commands", kept)
    kept.tell(second)
    second.close()
    path = next(path for path in kept.segments if path.parent == kept.places[0])
    assert len(lines_of(path)) == 3
    kept.sign()
    assert kept.findings() == []


def refusing_once(true_sync: Callable[[int], None]) -> Callable[[int], None]:
    """A disk that fails once, and then takes back what it was given."""
    turn = itertools.count()

    def refuse(descriptor: int) -> None:
        if not next(turn):
            raise OSError(5, "Input/output error")
        true_sync(descriptor)

    return refuse


def test_a_closing_line_that_a_failing_disk_kept_after_all_is_nothing_to_tell(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    kept.now += timedelta(days=1)
    with disk_that_keeps_what_it_refuses(2):  # the first is of the new segment, the second of the closing line
        kept.tell(trail)
    trail.close()
    assert [len(lines_of(path)) for path in kept.segments] == [3, 3]
    kept.sign()
    assert kept.findings() == []


def test_lines_without_a_head_are_told_only_when_one_is_due(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    kept.sign()
    kept.tell(trail)
    found = kept.verify()
    assert (found.findings, found.unsigned) == ([], 1)
    kept.now += timedelta(hours=1)
    kept.tell(trail)
    found = kept.verify()
    assert (found.is_intact, found.unsigned) == (True, 2)
    assert [one.kind for one in found.findings] == ["unsigned"]
    trail.close()


def test_a_trail_that_was_never_signed_is_told(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    kept.tell(trail)
    assert [one.kind for one in kept.findings()] == ["unsigned"]
    trail.close()


def test_no_trail_at_all_is_nothing_to_tell(tmp_path: Path) -> None:
    found = KeptTrail(tmp_path).verify()
    assert (found.findings, found.records, found.is_intact) == ([], 0, True)


def test_the_segments_of_the_spool_are_verified_too(tmp_path: Path) -> None:
    kept = small_trail(tmp_path)
    kept.places[1].mkdir()
    path = kept.segments[0]
    moved = kept.places[1] / path.name
    path.rename(moved)
    assert kept.findings() == []
    moved.write_bytes(moved.read_bytes().replace(b"DZA1002", b"DZA1003"))
    assert [(one.kind, one.sequence) for one in kept.findings()] == [("altered", 3)]


def test_a_segment_that_is_still_being_made_is_none(tmp_path: Path) -> None:
    kept = small_trail(tmp_path)
    segment = Segment.create(kept.places[0], kept.now, "service")
    assert kept.findings() == []
    segment.discard()
