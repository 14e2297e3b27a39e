"""Each tampering with a segment is named: its kind, the file, the sequence numbers and the record."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from lookup.audit.chain import Link, chained, split_line
from lookup.audit.reading.filters import Wanted, entry_of
from lookup.audit.reading.review import review
from lookup.audit.reading.review_text import review_text
from lookup.audit.reading.stream import Reading
from lookup.audit.verifying.findings import Finding
from tests.audit.kept_trails import KeptTrail, ids_of, lines_of, small_trail

Told = tuple[str, str, int | None, int | None, str | None, str | None]


@pytest.fixture
def kept(tmp_path: Path) -> KeptTrail:
    return small_trail(tmp_path)


def write(path: Path, *parts: Sequence[bytes]) -> None:
    path.write_bytes(b"".join(line for part in parts for line in part))


def told(findings: Sequence[Finding]) -> list[Told]:
    return [(one.kind, one.file, one.sequence, one.through, one.record_id, one.origin) for one in findings]


def forged(line: bytes, before: Link, old: str, new: str) -> tuple[bytes, Link]:
    """The line with another text and hashes that fit, as somebody makes it who knows the format."""
    fields = json.loads(line.replace(old.encode(), new.encode()))
    for name in ("sequence", "previous_hash", "hash"):
        del fields[name]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()[1:-1]
    return chained(text, before)


def rewritten(lines: Sequence[bytes], index: int, old: str, new: str) -> list[bytes]:
    """A file from which the line `index` on everything was made anew, each hash fitting."""
    parts = split_line(lines[index - 1].rstrip(b"\n"))
    assert parts is not None
    link, made = Link(index - 1, parts[1]), list(lines[:index])
    for line in lines[index:]:
        text, link = forged(line, link, old, new)
        made.append(text)
    return made


def test_a_trail_that_nobody_touched_is_intact(kept: KeptTrail) -> None:
    found = kept.verify()
    assert (found.findings, found.is_intact) == ([], True)
    assert (found.segments, found.records, found.checkpoints, found.unsigned) == (2, 16, 2, 0)


def test_a_changed_byte_is_named_by_its_record(kept: KeptTrail) -> None:
    path = kept.segments[0]
    path.write_bytes(path.read_bytes().replace(b"DZA1002", b"DZA1003"))
    (found,) = kept.findings()
    assert told([found]) == [("altered", path.name, 3, None, ids_of(path)[3], None)]
    assert found.line == 4


def test_a_changed_hash_is_one_alteration_and_not_two(kept: KeptTrail) -> None:
    path = kept.segments[0]
    lines = lines_of(path)
    digit = lines[3][-4:-3]
    lines[3] = lines[3][:-4] + (b"0" if digit != b"0" else b"1") + lines[3][-3:]
    write(path, lines)
    assert told(kept.findings()) == [("altered", path.name, 3, None, ids_of(path)[3], None)]


def test_a_changed_line_break_names_both_lines(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids, lines = ids_of(path), lines_of(path)
    write(path, lines[:3], [lines[3].replace(b"\n", b" ")], lines[4:])
    assert told(kept.findings()) == [
        ("altered", path.name, 3, None, ids[3], None),
        ("altered", path.name, 4, None, ids[4], None),
    ]


def test_a_line_break_inside_a_line_names_that_line_alone(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids = ids_of(path)
    path.write_bytes(path.read_bytes().replace(b"DZA1002", b"DZA\n002"))
    assert told(kept.findings()) == [("altered", path.name, 3, None, ids[3], None)]


def test_a_removed_line_is_named_by_its_number(kept: KeptTrail) -> None:
    path = kept.segments[0]
    lines = lines_of(path)
    write(path, lines[:3], lines[4:])
    assert told(kept.findings()) == [("removed", path.name, 3, 3, None, None)]


def test_removed_lines_in_a_row_are_one_finding(kept: KeptTrail) -> None:
    path = kept.segments[0]
    lines = lines_of(path)
    write(path, lines[:2], lines[5:])
    assert told(kept.findings()) == [("removed", path.name, 2, 4, None, None)]


def test_a_removed_first_line_is_named(kept: KeptTrail) -> None:
    path = kept.segments[0]
    write(path, lines_of(path)[1:])
    assert told(kept.findings()) == [("removed", path.name, 0, 0, None, None)]


def test_an_altered_and_a_removed_line_side_by_side_are_both_named(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids, lines = ids_of(path), lines_of(path)
    write(path, lines[:3], [lines[3].replace(b"DZA", b"DZB")], lines[5:])
    assert told(kept.findings()) == [
        ("altered", path.name, 3, None, ids[3], None),
        ("removed", path.name, 4, 4, None, None),
    ]


def test_a_removed_and_an_altered_line_side_by_side_are_not_confused(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids, lines = ids_of(path), lines_of(path)
    write(path, lines[:3], [lines[4].replace(b"DZA", b"DZB")], lines[5:])
    assert told(kept.findings()) == [
        ("altered", path.name, 4, None, ids[4], None),
        ("removed", path.name, 3, 3, None, None),
    ]


def test_a_changed_break_of_the_last_line_is_no_crash(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids = ids_of(path)
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    assert told(kept.findings()) == [("altered", path.name, 7, None, ids[7], None)]


def test_a_chain_that_leaves_out_a_number_lacks_a_line(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    for _ in range(2):
        kept.tell(trail)
    path = kept.segments[0]
    lines = lines_of(path)
    parts = split_line(lines[1].rstrip(b"\n"))
    assert parts is not None
    skipping, _ = forged(lines[2], Link(4, parts[1]), "", "")
    write(path, lines[:2], [skipping])
    assert [(one.kind, one.sequence, one.through) for one in kept.findings() if one.is_tampering] == [("removed", 2, 4)]


def test_a_line_that_was_moved_and_copied_is_reordered_once_and_inserted_once(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids, lines = ids_of(path), lines_of(path)
    write(path, lines[:2], lines[3:6], lines[2:3], lines[6:7], lines[2:3], lines[7:])
    assert told(kept.findings()) == [
        ("reordered", path.name, 2, 2, ids[2], None),
        ("inserted", path.name, 2, 2, ids[2], None),
    ]


def test_forged_lines_between_genuine_ones_are_inserted(kept: KeptTrail) -> None:
    path = kept.segments[0]
    lines, link = lines_of(path), Link(2, "sha256:" + "1" * 64)
    made = []
    for line in lines[3:6]:
        text, link = forged(line, link, "DZA", "DZB")
        made.append(text)
    write(path, lines[:4], made, lines[4:])
    assert told(kept.findings()) == [("inserted", path.name, 3, 5, ids_of(path)[4], None)]


def test_two_lines_that_changed_places_are_both_named(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids, lines = ids_of(path), lines_of(path)
    write(path, lines[:2], lines[5:6], lines[3:5], lines[2:3], lines[6:])
    assert told(kept.findings()) == [
        ("reordered", path.name, 5, 5, ids[5], None),
        ("reordered", path.name, 2, 2, ids[2], None),
    ]


def test_a_line_that_was_moved_is_named_where_it_came_to_stand(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids, lines = ids_of(path), lines_of(path)
    write(path, lines[:2], lines[3:6], lines[2:3], lines[6:])
    (found,) = kept.findings()
    assert told([found]) == [("reordered", path.name, 2, 2, ids[2], None)]
    assert found.line == 6


def test_a_line_that_stands_twice_is_inserted(kept: KeptTrail) -> None:
    path = kept.segments[0]
    ids, lines = ids_of(path), lines_of(path)
    write(path, lines[:4], lines[3:])
    assert told(kept.findings()) == [("inserted", path.name, 3, 3, ids[3], None)]


def test_a_line_that_is_no_line_at_all_is_inserted(kept: KeptTrail) -> None:
    path = kept.segments[0]
    lines = lines_of(path)
    write(path, lines[:4], [b"nothing happened here\n"], lines[4:])
    (found,) = kept.findings()
    assert (found.kind, found.sequence, found.line) == ("inserted", None, 5)


@pytest.mark.parametrize("place", [1, 4, 8])
def test_a_line_of_another_segment_is_spliced_and_its_origin_named(kept: KeptTrail, place: int) -> None:
    path, other = kept.segments
    lines, stranger = lines_of(path), lines_of(other)[2]
    write(path, lines[:place], [stranger], lines[place:])
    assert told(kept.findings()) == [("spliced", path.name, 2, 2, ids_of(other)[2], other.name)]


def test_a_line_that_was_moved_to_another_segment_is_missed_in_its_own(kept: KeptTrail) -> None:
    path, other = kept.segments
    lines, theirs, moved = lines_of(path), lines_of(other), ids_of(other)[2]
    write(path, lines[:4], theirs[2:3], lines[4:])
    write(other, theirs[:2], theirs[3:])
    assert told(kept.findings()) == [
        ("spliced", path.name, 2, 2, moved, other.name),
        ("removed", other.name, 2, 2, None, None),
    ]


def test_a_line_in_the_place_of_another_is_spliced_and_the_other_is_gone(kept: KeptTrail) -> None:
    path, other = kept.segments
    lines = lines_of(path)
    write(path, lines[:4], lines_of(other)[4:5], lines[5:])
    assert told(kept.findings()) == [
        ("spliced", path.name, 4, 4, ids_of(other)[4], other.name),
        ("removed", path.name, 4, 4, None, None),
    ]


def test_the_end_of_another_segment_is_spliced_and_the_own_one_is_gone(kept: KeptTrail) -> None:
    path, other = kept.segments
    write(path, lines_of(path)[:4], lines_of(other)[4:])
    assert told(kept.findings()) == [
        ("spliced", path.name, 4, 7, ids_of(other)[4], other.name),
        ("truncated", path.name, 4, 7, None, None),
    ]


def test_the_last_line_of_another_segment_is_known_by_its_signed_head(kept: KeptTrail) -> None:
    path, other = kept.segments
    lines, theirs, moved = lines_of(path), lines_of(other), ids_of(other)[-1]
    write(path, lines[:4], theirs[-1:], lines[4:])
    write(other, theirs[:-1])
    assert told(kept.findings()) == [
        ("spliced", path.name, 7, 7, moved, other.name),
        ("truncated", other.name, 7, 7, None, None),
    ]


def test_first_lines_that_changed_places_are_both_spliced(kept: KeptTrail) -> None:
    path, other = kept.segments
    lines, theirs = lines_of(path), lines_of(other)
    write(path, theirs[:1], lines[1:])
    write(other, lines[:1], theirs[1:])
    assert [(one.kind, one.file, one.sequence, one.origin) for one in kept.findings()] == [
        ("spliced", path.name, 0, other.name),
        ("removed", path.name, 0, None),
        ("spliced", other.name, 0, path.name),
        ("removed", other.name, 0, None),
    ]


def test_lines_are_not_taken_for_strangers_because_another_segment_has_a_copy(kept: KeptTrail) -> None:
    path, other = kept.segments
    lines, theirs, ids = lines_of(path), lines_of(other), ids_of(other)
    write(path, lines[:4], theirs[4:5], lines[4:])
    write(other, theirs[:5], [theirs[5].replace(b"Quill", b"Quilt")], theirs[6:])
    assert told(kept.findings()) == [
        ("spliced", path.name, 4, 4, ids[4], other.name),
        ("altered", other.name, 5, None, ids[5], None),
    ]


def test_an_end_that_is_gone_is_truncated(kept: KeptTrail) -> None:
    path = kept.segments[0]
    write(path, lines_of(path)[:-2])
    assert told(kept.findings()) == [("truncated", path.name, 6, 7, None, None)]


def test_an_end_that_is_gone_in_the_middle_of_a_line_is_truncated_too(kept: KeptTrail) -> None:
    path = kept.segments[0]
    path.write_bytes(path.read_bytes()[:-100])
    assert [(one.kind, one.sequence) for one in kept.findings()] == [("truncated", 7), ("torn", None)]


def test_an_empty_segment_is_truncated_from_its_start(kept: KeptTrail) -> None:
    path = kept.segments[0]
    path.write_bytes(b"")
    assert told(kept.findings()) == [("truncated", path.name, 0, 7, None, None)]


def test_lines_written_anew_with_fitting_hashes_are_not_the_signed_ones(kept: KeptTrail) -> None:
    path = kept.segments[0]
    write(path, rewritten(lines_of(path), 6, "DZA1005", "DZB1005"))
    (found,) = kept.findings()
    assert told([found]) == [("rewritten", path.name, 5, 7, ids_of(path)[7], None)]


def test_the_last_head_before_a_rewriting_narrows_it_down(kept: KeptTrail) -> None:
    path = kept.segments[0]
    write(path, rewritten(lines_of(path), 2, "DZA1001", "DZB1001"))
    assert told(kept.findings()) == [("rewritten", path.name, 0, 4, ids_of(path)[4], None)]


def test_one_line_made_anew_between_others_is_named(kept: KeptTrail) -> None:
    path = kept.segments[0]
    lines = lines_of(path)
    write(path, rewritten(lines, 3, "DZA1002", "DZB1002")[:4], lines[4:])
    assert told(kept.findings()) == [("rewritten", path.name, 3, None, ids_of(path)[3], None)]


def test_lines_behind_a_signed_end_are_inserted(kept: KeptTrail) -> None:
    path = kept.segments[0]
    lines = lines_of(path)
    parts = split_line(lines[-1].rstrip(b"\n"))
    assert parts is not None
    added, _ = forged(lines[-2], Link(7, parts[1]), "DZA1005", "DZA1006")
    write(path, lines, [added])
    assert told(kept.findings()) == [("inserted", path.name, 8, 8, ids_of(path)[8], None)]


def test_bytes_behind_a_signed_end_are_an_alteration(kept: KeptTrail) -> None:
    path = kept.segments[0]
    path.write_bytes(path.read_bytes() + b'{"sequence":8')
    assert [(one.kind, one.sequence) for one in kept.findings()] == [("altered", 8), ("torn", None)]


def test_a_segment_that_is_gone_is_missing(kept: KeptTrail) -> None:
    path = kept.segments[1]
    path.unlink()
    assert told(kept.findings()) == [("missing", path.name, 0, 7, None, None)]


@pytest.mark.parametrize("name", ["20261121T130000-service-000000000000.jsonl", "copy.jsonl"])
def test_a_segment_that_no_checkpoint_names_was_made_by_somebody_else(kept: KeptTrail, name: str) -> None:
    path = kept.segments[0]
    copy = path.with_name(name)
    copy.write_bytes(path.read_bytes())
    assert told(kept.findings()) == [("inserted", copy.name, 0, 7, ids_of(copy)[0], None)]


def test_a_second_file_of_the_same_name_is_inserted(kept: KeptTrail) -> None:
    path = kept.segments[0]
    kept.places[1].mkdir()
    (kept.places[1] / path.name).write_bytes(path.read_bytes())
    assert told(kept.findings()) == [("inserted", f"spool/{path.name}", None, None, None, None)]


def test_a_file_torn_into_thousands_is_rearranged_as_a_whole(tmp_path: Path) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    for _ in range(2050):
        kept.tell(trail)
    path = kept.segments[0]
    write(path, lines_of(path)[::-1])
    assert [(one.kind, one.told) for one in kept.findings() if one.is_tampering] == [
        ("reordered", "the whole file was rearranged")
    ]


def test_every_kind_of_tampering_is_told_in_one_line(kept: KeptTrail) -> None:
    path, other = kept.segments
    write(path, lines_of(path)[:4], lines_of(other)[2:3], lines_of(path)[4:])
    (found,) = kept.findings()
    assert found.text() == (
        f"spliced: {path.name}, sequence 2 (line 5), record {ids_of(other)[2]}: it was taken from another file "
        f"({other.name})"
    )


ODD = (
    b'"id":"x","occurred_at":"2026-11-21T14:00:01Z",no json',
    b'"id":"x","occurred_at":"never","event":"audit.removed","details":[7]',
    b'"id":"x","occurred_at":"2026","event":"audit.removed","details":{"segments":[7,{"name":1},{}]}',
    b'"id":"x","occurred_at":"","event":"audit.removed","details":{"segments":[{"name":"a","sequence":1,"last_at":"b"}]}',
    b'"id":"x","occurred_at":"2026-11-21T14:00:01Z","event":7,"user":[],"agency_ori":{},"details":{"gap":7},"x":'
    + b"[" * 9999,
    b'"id":"x","occurred_at":"2026-11-21T14:00:01Z","event":"segment.opened","user":[],"details":{"after":{"segment":7}}',
    b'"id":"x","occurred_at":"2026-11-21T14:00:01Z","event":"segment.opened","details":{"gap":{"since":[]}},"query":7',
    b'"no":"entry"',
    b"\xff\xfe",
)
"""What nobody of ours writes, and who knows the format can chain."""


@pytest.mark.parametrize("text", ODD)
def test_a_line_that_is_chained_and_no_entry_does_not_stop_whoever_reads(kept: KeptTrail, text: bytes) -> None:
    path = kept.places[0] / "20261121T130000-service-000000000000.jsonl"
    first, link = chained(text, Link())
    second, _ = chained(text, link)
    path.write_bytes(first + second)
    assert [(one.kind, one.file) for one in kept.findings() if one.is_tampering] == [("inserted", path.name)]
    reading = Reading(kept.places)
    wanted = Wanted({"plate": "DZA1001", "user": "key:patrol"})
    assert sum(wanted.fits(line) for line in reading) == 1
    entries = (entry_of(line) for line in Reading(kept.places))
    report = review(entries, kept.now, kept.now).document() | {"verification": kept.verify().document()}
    assert "key:patrol" in review_text(report)
