"""Whatever is done to any byte or line of a signed trail is found, and named as what it is."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookup.audit.verifying.findings import Finding
from tests.audit.kept_trails import KeptTrail, ids_of, lines_of, small_trail

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LINES = 8
"""Lines of each segment of the trail."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptTrail:
    return small_trail(tmp_path_factory.mktemp("trail"))


def after(kept: KeptTrail, path: Path, data: bytes) -> list[Finding]:
    """What is found while a file holds something else."""
    genuine = path.read_bytes()
    path.write_bytes(data)
    try:
        return kept.findings()
    finally:
        path.write_bytes(genuine)


def joined(*parts: Sequence[bytes]) -> bytes:
    return b"".join(line for part in parts for line in part)


def place_of(path: Path, offset: int) -> int:
    """The number of the line that holds a byte; a line holds its break."""
    return path.read_bytes()[:offset].count(b"\n")


@FEW
@given(st.data(), st.integers(0, 1), st.integers(1, 255))
def test_any_changed_byte_is_an_alteration_of_its_record(
    kept: KeptTrail, data: st.DataObject, which: int, mask: int
) -> None:
    path = kept.segments[which]
    text = bytearray(path.read_bytes())
    offset = data.draw(st.integers(0, len(text) - 1))
    number, is_break = place_of(path, offset), text[offset] == 10
    text[offset] ^= mask
    found = after(kept, path, bytes(text))
    lines = [number, number + 1] if is_break and number < LINES - 1 else [number]
    assert [(one.kind, one.file, one.sequence) for one in found] == [("altered", path.name, line) for line in lines]
    ids = ids_of(path)
    named = [one.record_id for one, line in zip(found, lines, strict=True) if ids[line].encode() in text]
    assert named == [ids[line] for line in lines if ids[line].encode() in text]


@FEW
@given(st.data(), st.integers(1, 255))
def test_any_changed_byte_of_the_heads_is_an_alteration(kept: KeptTrail, data: st.DataObject, mask: int) -> None:
    text = bytearray(kept.heads_file.read_bytes())
    offset = data.draw(st.integers(0, len(text) - 1))
    number = place_of(kept.heads_file, offset)
    text[offset] ^= mask
    found = [one for one in after(kept, kept.heads_file, bytes(text)) if one.is_tampering]
    assert {(one.kind, one.file) for one in found} == {("altered", "heads.jsonl")}
    assert found[0].sequence == number


@FEW
@given(st.data())
def test_any_removed_byte_is_an_alteration_of_its_record(kept: KeptTrail, data: st.DataObject) -> None:
    path = kept.segments[0]
    text = path.read_bytes()
    offset = data.draw(st.integers(0, len(text) - 2))  # the last break: what is left then is what a crash leaves
    found = after(kept, path, text[:offset] + text[offset + 1 :])
    assert {one.kind for one in found} == {"altered"}
    assert found[0].sequence == place_of(path, offset)


@FEW
@given(st.data())
def test_any_added_byte_is_an_alteration_of_its_record_or_an_insertion(kept: KeptTrail, data: st.DataObject) -> None:
    path = kept.segments[0]
    text = path.read_bytes()
    offset, byte = data.draw(st.integers(0, len(text) - 1)), data.draw(st.binary(min_size=1, max_size=1))
    found = after(kept, path, text[:offset] + byte + text[offset:])
    begins_a_line = offset == 0 or text[offset - 1 : offset] == b"\n"
    if byte == b"\n" and (begins_a_line or text[offset : offset + 1] == b"\n"):
        assert [one.kind for one in found] == ["inserted"]
    else:
        assert [(one.kind, one.sequence) for one in found] == [("altered", place_of(path, offset))]


@FEW
@given(st.integers(0, LINES - 1), st.integers(1, LINES))
def test_any_removed_lines_are_removed_or_truncated(kept: KeptTrail, first: int, count: int) -> None:
    path = kept.segments[0]
    lines, end = lines_of(path), min(first + count, LINES)
    found = after(kept, path, joined(lines[:first], lines[end:]))
    kind = "truncated" if end == LINES else "removed"
    assert [(one.kind, one.sequence, one.through) for one in found] == [(kind, first, end - 1)]


@FEW
@given(st.integers(0, LINES - 1), st.integers(0, LINES - 1))
def test_any_two_lines_that_changed_places_are_reordered(kept: KeptTrail, one: int, other: int) -> None:
    path = kept.segments[0]
    lines, ids = lines_of(path), ids_of(path)
    lines[one], lines[other] = lines[other], lines[one]
    found = after(kept, path, joined(lines))
    assert {each.kind for each in found} == ({"reordered"} if one != other else set())
    named = {each.sequence for each in found}
    if abs(one - other) > 2 and {one, other}.isdisjoint({0, LINES - 1}):
        assert named == {one, other}  # nearer, or at an end, the lines between may have moved as well
    assert all(each.record_id == ids[each.sequence or 0] for each in found)


@FEW
@given(st.integers(1, 20_000))
def test_any_truncation_is_named_from_its_first_line_on(kept: KeptTrail, cut: int) -> None:
    path = kept.segments[0]
    text = path.read_bytes()
    left = text[: max(0, len(text) - cut)]
    found = [one for one in after(kept, path, left) if one.is_tampering]
    assert [(one.kind, one.sequence, one.through) for one in found] == [("truncated", left.count(b"\n"), LINES - 1)]


@FEW
@given(st.integers(0, LINES), st.integers(1, LINES - 1), st.booleans())
def test_any_line_of_another_segment_is_spliced(kept: KeptTrail, place: int, taken: int, instead: bool) -> None:
    path, other = kept.segments
    lines = lines_of(path)
    found = after(kept, path, joined(lines[:place], lines_of(other)[taken : taken + 1], lines[place + instead :]))
    spliced = [(one.sequence, one.record_id, one.origin) for one in found if one.kind == "spliced"]
    assert spliced == [(taken, ids_of(other)[taken], other.name)]
    rest = {one.kind for one in found} - {"spliced"}
    assert rest == ({"truncated" if place == LINES - 1 else "removed"} if instead and place < LINES else set())


@FEW
@given(st.integers(0, LINES), st.integers(0, LINES - 1))
def test_any_line_that_stands_twice_is_inserted(kept: KeptTrail, place: int, copied: int) -> None:
    path = kept.segments[0]
    lines = lines_of(path)
    found = after(kept, path, joined(lines[:place], lines[copied : copied + 1], lines[place:]))
    assert [(one.kind, one.sequence, one.record_id) for one in found] == [("inserted", copied, ids_of(path)[copied])]
