"""Tampering with the signed heads is named too, and what was published outside and a known key tell what a thief of
the whole node could hide."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lookup.audit.chain import Link
from lookup.audit.entry import Scene, entry, moment_text
from lookup.audit.places import places_of, trail_of
from lookup.audit.reading.stream import all_segments
from lookup.audit.retention import remove_expired
from lookup.audit.signing.checkpoint import read_checkpoint
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.signer import Signer, public_key_path, publish_key
from lookup.audit.verifying.verification import Evidence
from lookup.audit.verifying.verify import verify
from lookup.settings import resolve_settings
from tests.api.serving import MovableClock
from tests.audit.kept_trails import OTHER_SEED, KeptTrail, ids_of, lines_of, small_trail
from tests.audit.test_verify import rewritten, told, write


@pytest.fixture
def kept(tmp_path: Path) -> KeptTrail:
    return small_trail(tmp_path)


@pytest.fixture
def published(kept: KeptTrail, tmp_path: Path) -> Path:
    """A copy of the heads, outside."""
    return Path(shutil.copy(kept.heads_file, tmp_path / "published.jsonl"))


def sign_anew(kept: KeptTrail, seed: bytes) -> None:
    """Throw the heads away and sign what lies there now."""
    kept.heads_file.unlink()
    kept.seed, kept.heads = seed, Link()
    kept.sign()
    kept.sign(["closed", "closed"])


def test_a_changed_checkpoint_is_altered(kept: KeptTrail) -> None:
    kept.heads_file.write_bytes(kept.heads_file.read_bytes().replace(b'"node-1"', b'"node-2"', 1))
    assert told(kept.findings()) == [("altered", "heads.jsonl", 0, None, None, None)]


def test_a_changed_signature_is_altered(kept: KeptTrail) -> None:
    lines = lines_of(kept.heads_file)
    sign = lines[1][-20:-19]
    lines[1] = lines[1][:-20] + (b"A" if sign != b"A" else b"B") + lines[1][-19:]
    write(kept.heads_file, lines)
    assert [(one.kind, one.sequence, one.told) for one in kept.findings()] == [
        ("altered", 1, "its signature does not fit")
    ]


def test_the_spare_bits_of_a_signature_are_no_room_for_a_change(kept: KeptTrail) -> None:
    lines = lines_of(kept.heads_file)
    last = lines[0][-6:-5]
    spare = bytes(
        [b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"["AQgw".index(last.decode()) * 16 + 1]]
    )
    lines[0] = lines[0][:-6] + spare + lines[0][-5:]
    write(kept.heads_file, lines)
    assert [(one.kind, one.sequence) for one in kept.findings()] == [("altered", 0)]


def test_a_removed_checkpoint_is_named(kept: KeptTrail) -> None:
    write(kept.heads_file, lines_of(kept.heads_file)[1:])
    assert told(kept.findings()) == [("removed", "heads.jsonl", 0, 0, None, None)]


def test_checkpoints_that_changed_places_are_reordered(kept: KeptTrail) -> None:
    write(kept.heads_file, lines_of(kept.heads_file)[::-1])
    assert [(one.kind, one.sequence) for one in kept.findings()] == [("reordered", 0)]


def test_heads_that_are_gone_are_missing_while_their_key_is_there(kept: KeptTrail) -> None:
    kept.heads_file.unlink()
    assert told(kept.findings())[0] == ("missing", "heads.jsonl", None, None, None, None)
    kept.heads_file.touch()
    assert told(kept.findings())[0] == ("missing", "heads.jsonl", None, None, None, None)


def test_without_heads_the_published_copy_still_says_what_was_done(kept: KeptTrail, published: Path) -> None:
    path = kept.segments[0]
    kept.heads_file.unlink()
    write(path, lines_of(path)[:-2])
    assert told([one for one in kept.findings(published, [kept.public_key]) if one.is_tampering]) == [
        ("missing", "heads.jsonl", None, None, None, None),
        ("truncated", "heads.jsonl", 0, 1, None, None),
        ("truncated", path.name, 6, 7, None, None),
    ]


def test_a_last_checkpoint_that_is_gone_is_told_by_the_published_copy_alone(kept: KeptTrail, published: Path) -> None:
    write(kept.heads_file, lines_of(kept.heads_file)[:-1])
    assert kept.findings() == []
    assert told(kept.findings(published)) == [("truncated", "heads.jsonl", 1, 1, None, None)]


def test_what_was_cut_off_together_with_its_heads_is_told_by_the_published_copy(
    kept: KeptTrail, published: Path
) -> None:
    path = kept.segments[0]
    write(kept.heads_file, lines_of(kept.heads_file)[:-1])
    write(path, lines_of(path)[:-2])
    assert kept.findings() == []
    assert told(kept.findings(published)) == [
        ("truncated", "heads.jsonl", 1, 1, None, None),
        ("truncated", path.name, 6, 7, None, None),
    ]


def test_a_whole_trail_signed_again_with_its_own_key_differs_from_the_published_heads(
    kept: KeptTrail, published: Path
) -> None:
    path = kept.segments[0]
    write(path, rewritten(lines_of(path), 2, "DZA1001", "DZB1001"))
    sign_anew(kept, kept.seed)
    assert kept.findings() == []
    assert told(kept.findings(published)) == [
        ("resigned", "heads.jsonl", 0, 1, None, None),
        ("rewritten", path.name, 0, 4, ids_of(path)[4], None),
    ]


def test_a_whole_trail_signed_again_with_another_key_is_told_by_the_known_one(kept: KeptTrail) -> None:
    known = kept.public_key
    sign_anew(kept, OTHER_SEED)
    assert kept.findings() == []
    found = kept.findings(keys=[known])
    assert told(found)[0] == ("resigned", "heads.jsonl", 0, 1, None, None)
    assert {one.kind for one in found if one.is_tampering} == {"resigned"}


def test_a_key_that_changed_is_taken_where_both_are_known(kept: KeptTrail) -> None:
    first = kept.public_key
    kept.seed = OTHER_SEED
    kept.sign()
    assert kept.findings(keys=[first, kept.public_key]) == []
    assert [(one.kind, one.sequence) for one in kept.findings(keys=[first])] == [("resigned", 2)]
    assert kept.verify().keys == {
        Signer(seed).fingerprint: count for seed, count in ((bytes(range(32)), 2), (OTHER_SEED, 1))
    }


def test_a_known_key_needs_no_file_beside_the_heads(kept: KeptTrail) -> None:
    kept.key_file.unlink()
    assert kept.findings(keys=[kept.public_key]) == []
    assert told(kept.findings())[0] == ("missing", kept.key_file.name, None, None, None, None)


@pytest.mark.parametrize("seed", [None, OTHER_SEED])
def test_a_key_file_that_holds_another_key_or_none_is_altered(kept: KeptTrail, seed: bytes | None) -> None:
    if seed is None:
        kept.key_file.write_bytes(kept.key_file.read_bytes().replace(b"MCow", b"MCoy"))
    else:
        other = Signer(seed)
        publish_key(kept.audit_dir, other.public)
        public_key_path(kept.audit_dir, other.fingerprint).replace(kept.key_file)
    assert [told([one])[0] for one in kept.findings() if one.is_tampering] == [
        ("altered", kept.key_file.name, None, None, None, None)
    ]


def test_a_published_copy_may_lack_lines_and_have_a_log_before_each(kept: KeptTrail, published: Path) -> None:
    lines = lines_of(published)
    published.write_bytes(b"<110>1 2026-11-21T14:00:14Z node-1 immunity - - - " + lines[1])
    assert kept.findings(published) == []
    published.write_bytes(b"<110>1 2026-11-21T14:00:14Z node-1 immunity - - - " + lines[1][:-50] + b"\n")
    assert [(one.kind, one.file, one.line) for one in kept.findings(published)] == [("altered", "published heads", 1)]


@pytest.mark.parametrize("added", [0, 1])
def test_a_segment_that_was_changed_between_two_genuine_checkpoints_is_rewritten(tmp_path: Path, added: int) -> None:
    kept = KeptTrail(tmp_path)
    trail = kept.trail()
    for number in range(4):
        kept.tell(trail, query={"kind": "plate", "value": f"DZA{1000 + number}"})
    kept.sign()
    path = kept.segments[0]
    lines = rewritten(lines_of(path), 2, "DZA1001", "DZB1001")
    write(path, rewritten([*lines, lines[-1]], 5, "DZA1003", "DZB1003") if added else lines)
    kept.sign()
    assert told(kept.findings()) == [("rewritten", path.name, 0, 4, ids_of(path)[4], None)]
    trail.close()


def removal(kept: KeptTrail, path: Path, years: float) -> None:
    """Remove a segment as retention does: recorded, then gone."""
    last = kept.now
    kept.now = kept.now.replace(year=kept.now.year + 1) if years >= 1 else kept.now.replace(month=12)
    trail = kept.trail("command")
    segment = {"name": path.name, "sequence": 7, "last_at": moment_text(last)}
    kept.tell(trail, "audit.removed", "done", details={"kept": "400 d", "segments": [segment]})
    path.unlink()


def test_a_segment_whose_time_was_over_is_not_missing(kept: KeptTrail) -> None:
    removal(kept, kept.segments[0], years=1)
    found = kept.verify()
    assert (found.is_intact, found.removed) == (True, 1)


def test_a_segment_that_a_checkpoint_states_as_removed_is_not_missing(kept: KeptTrail) -> None:
    checkpoint = read_checkpoint(lines_of(kept.heads_file)[-1].rstrip(b"\n"))
    assert checkpoint is not None
    kept.sign_heads([replace(checkpoint.segments[0], state="removed")])
    kept.segments[0].unlink()
    assert kept.findings() == []


def test_a_segment_that_was_removed_before_a_year_is_missing_with_the_record_that_says_so(kept: KeptTrail) -> None:
    path = kept.segments[0]
    removal(kept, path, years=0)
    found = [one for one in kept.findings() if one.is_tampering]
    assert told(found) == [("missing", path.name, 0, 7, None, None)]
    assert ids_of(kept.segments[-1])[1] in found[0].told


def test_what_the_keeper_signs_and_retention_removes_is_intact(tmp_path: Path) -> None:
    settings = resolve_settings({"data_dir": str(tmp_path)}, environ={})
    clock, evidence = MovableClock(), Evidence(settings.audit_dir, places_of(settings))
    for _ in range(3):
        trail = trail_of(settings, "lookup-api", clock=clock)
        trail.record(entry("sign_out", "done", Scene(clock(), trail.component)))
        trail.close()
        Heads(settings, clock).make()
        clock.advance(days=200)
    assert verify(evidence).findings == []
    clock.advance(days=150)
    trail = trail_of(settings, "command", "commands", clock)
    removed = [one.path.name for one in remove_expired(settings, trail, clock)]
    trail.close()
    found = verify(evidence)
    assert (found.findings, found.removed, len(removed)) == ([], len(removed), 2)
    left = all_segments(evidence.places)[0]
    left.unlink()
    assert [(one.kind, one.file) for one in verify(evidence).findings] == [("missing", left.name)]
