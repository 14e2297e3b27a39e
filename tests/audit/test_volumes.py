"""Signed heads lie in a volume for each month: the chain goes on through all, each vouches for everything that is
still kept, and what is missing of them is named as what it is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lookup.audit.chain import START, Link, chained, written_entry
from lookup.audit.entry import Scene, entry
from lookup.audit.expired_heads import remove_expired_heads
from lookup.audit.places import places_of, trail_of
from lookup.audit.retention import remove_expired
from lookup.audit.segment import segments_in
from lookup.audit.signing import volumes
from lookup.audit.signing.checkpoint import signed_checkpoint
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.publishing import Publishing
from lookup.audit.signing.signer import signer_of
from lookup.audit.signing.volumes import HEADS_NAME, final_heads, heads_path, volumes_of
from lookup.audit.verifying.findings import Finding
from lookup.audit.verifying.verification import Evidence, Verification
from lookup.audit.verifying.verify import verify
from lookup.file_lock import lock
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.signed_nodes import begun, checkpoints
from tests.audit.test_verify import rewritten

AT = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "node": "node-1"}, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


def live(settings: Settings, clock: MovableClock, months: int) -> list[bytes]:
    """Write and sign a segment in each month, the first at once; give what was signed each time."""
    signed = []
    for _ in range(months):
        begun(settings, clock, "service", "a", "b").close()
        signed.append(Heads(settings, clock).make() or b"")
        clock.now += MONTH
    return signed


@pytest.fixture
def three(settings: Settings, clock: MovableClock) -> Settings:
    """A node that has lived for three months."""
    live(settings, clock, 3)
    return settings


def names(settings: Settings) -> list[str]:
    return [path.name for path in volumes_of(settings.audit_dir / HEADS_NAME)]


def segments(settings: Settings) -> list[Path]:
    return [path for place in places_of(settings) for path in segments_in(place)]


def verified(settings: Settings, published: Path | None = None) -> Verification:
    return verify(Evidence(settings.audit_dir, places_of(settings), published))


def told(findings: list[Finding]) -> list[tuple[str, str, int | None, int | None]]:
    return [(one.kind, one.file, one.sequence, one.through) for one in findings]


def publish_all(settings: Settings, directory: Path) -> Path:
    """Copy all volumes to where nobody on the node can change them."""
    archive = directory / "archive"
    archive.mkdir()
    for name in names(settings):
        (archive / name).write_bytes((settings.audit_dir / name).read_bytes())
    return archive / "heads.jsonl"


def test_each_month_has_a_volume_and_the_chain_goes_on_through_all(three: Settings) -> None:
    assert names(three) == ["heads.jsonl", "heads-000000000001.jsonl", "heads-000000000003.jsonl"]
    found = checkpoints(three)
    assert [one.sequence for one in found] == [0, 1, 2, 3, 4]
    assert [one.previous_hash for one in found[1:]] == [one.hash for one in found[:-1]]
    assert [one.begins for one in found] == [False, True, False, True, False]
    assert (verified(three).findings, verified(three).checkpoints) == ([], 5)


def test_a_volume_begins_with_all_that_is_final_and_not_removed(three: Settings) -> None:
    first, second, third = (path.name for path in segments(three))
    stated = [[(head.name, head.state) for head in one.segments] for one in checkpoints(three)]
    assert stated == [
        [(first, "closed")],
        [(first, "closed"), (second, "closed")],
        [],
        [(first, "closed"), (second, "closed"), (third, "closed")],
        [],
    ]


def test_many_segments_are_stated_again_in_lines_that_a_log_collector_takes(
    settings: Settings, clock: MovableClock
) -> None:
    for _ in range(120):
        begun(settings, clock).close()
    Heads(settings, clock).make()
    clock.now += MONTH
    text = Heads(settings, clock).make()
    assert text == heads_path(settings.audit_dir).read_bytes()
    lines = text.splitlines()
    assert [len(json.loads(line)["segments"]) for line in lines] == [50, 50, 20, 0]
    assert max(len(line) for line in lines) < 32 * 1024
    assert verified(settings).findings == []


def test_a_volume_ends_before_its_month_where_it_is_too_long(
    settings: Settings, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volumes, "VOLUME_BYTES", 1000)
    for _ in range(3):
        begun(settings, clock).close()
        Heads(settings, clock).make()
        clock.advance(hours=1)
    assert len(names(settings)) == 2
    assert verified(settings).findings == []


def test_a_clock_that_was_set_back_leaves_one_whole_chain(settings: Settings, clock: MovableClock) -> None:
    for days in (0, 800, 1):
        clock.now = AT + timedelta(days=days)
        begun(settings, clock).close()
        Heads(settings, clock).make()
    assert [one.at - AT for one in checkpoints(settings) if one.begins] == [timedelta(days=800), timedelta(days=1)]
    assert [one.sequence for one in checkpoints(settings)] == [0, 1, 2, 3, 4]
    assert not [one for one in verified(settings).findings if one.is_tampering]


def test_who_waited_for_a_volume_that_is_full_goes_on_in_the_next_one(
    settings: Settings, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(settings, clock, 2)
    begun(settings, clock).close()
    newest = heads_path(settings.audit_dir)
    away = newest.rename(settings.data_dir / newest.name)

    def wait(descriptor: int) -> None:
        if away.exists():
            away.rename(newest)  # another process began the next volume meanwhile
        lock(descriptor)

    monkeypatch.setattr("lookup.audit.signing.heads.lock", wait)
    clock.now -= MONTH
    assert Heads(settings, clock).make() is not None
    assert names(settings) == ["heads.jsonl", newest.name]
    assert [one.sequence for one in checkpoints(settings)] == [0, 1, 2, 3]
    assert not [one for one in verified(settings).findings if one.is_tampering]


def test_what_was_removed_is_stated_again_only_while_its_file_is_there(settings: Settings, clock: MovableClock) -> None:
    live(settings, clock, 2)
    gone, left = segments(settings)
    stated = final_heads(heads_path(settings.audit_dir))
    removed = [replace(stated[path.name], state="removed") for path in (gone, left)]
    assert Heads(settings, clock).make(removed=removed) is not None
    gone.unlink()
    clock.now += MONTH
    begun(settings, clock).close()
    Heads(settings, clock).make()
    again = {head.name: head.state for one in checkpoints(settings)[-2:] for head in one.segments}
    assert (gone.name in again, again[left.name]) == (False, "removed")
    assert verified(settings).findings == []


@pytest.mark.parametrize("hidden", ["removed", "rewritten"])
def test_a_volume_that_was_removed_hides_nothing_about_what_is_still_kept(
    three: Settings, clock: MovableClock, hidden: str
) -> None:
    oldest = segments(three)[0]
    oldest.chmod(0o600)
    if hidden == "removed":
        oldest.unlink()
    else:
        lines = oldest.read_bytes().splitlines(keepends=True)
        oldest.write_bytes(b"".join(rewritten(lines, 1, '"a"', '"x"')))
    for name in names(three)[:-1]:
        (three.audit_dir / name).unlink()
    kind = {"removed": "missing", "rewritten": "rewritten"}[hidden]
    found = verified(three)
    assert [(one.kind, one.file) for one in found.findings if one.is_tampering] == [(kind, oldest.name)]


def test_a_volume_that_is_missing_in_between_is_named(three: Settings) -> None:
    (three.audit_dir / names(three)[1]).unlink()
    assert told(verified(three).findings) == [("removed", "heads-000000000001.jsonl", 1, 2)]


def test_lines_that_are_missing_at_the_beginning_of_a_volume_are_named(three: Settings) -> None:
    volume = three.audit_dir / names(three)[1]
    volume.write_bytes(b"".join(volume.read_bytes().splitlines(keepends=True)[1:]))
    assert [(one.kind, one.sequence) for one in verified(three).findings if one.is_tampering] == [("removed", 1)]
    for name in names(three):
        if name != volume.name:
            (three.audit_dir / name).unlink()
    assert ("removed", "heads.jsonl", 0, 1) in told(verified(three).findings)


def test_a_changed_line_is_named_with_its_volume_and_its_place_there(three: Settings) -> None:
    volume = three.audit_dir / names(three)[1]
    volume.write_bytes(volume.read_bytes().replace(b'"node-1"', b'"node-2"'))
    found = [one for one in verified(three).findings if one.kind == "altered"]
    assert [(one.file, one.sequence, one.line) for one in found] == [(volume.name, 1, 1), (volume.name, 2, 2)]


def test_volumes_that_were_archived_are_missing_and_no_tampering(three: Settings, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    for name in names(three)[:-1]:
        (three.audit_dir / name).rename(archive / name)
    found = verified(three)
    assert (found.is_intact, found.is_vouched_for) == (True, False)
    assert [(one.kind, one.file) for one in found.findings] == [("unvouched", "heads.jsonl")]
    assert found.findings[0].told.startswith("heads missing before 2027-01-20T14:05:00.000Z")
    complete = verified(three, archive / "heads.jsonl")
    assert (complete.findings, complete.is_vouched_for, complete.checkpoints) == ([], True, 5)


def test_what_only_archived_heads_say_counts_where_they_are_given(three: Settings, tmp_path: Path) -> None:
    oldest = segments(three)[0]
    archive = tmp_path / "archive"
    archive.mkdir()
    (three.audit_dir / "heads.jsonl").rename(archive / "heads.jsonl")
    oldest.unlink()
    assert [(one.kind, one.file) for one in verified(three, archive / "heads.jsonl").findings] == [
        ("missing", oldest.name)
    ]


def test_heads_that_were_all_moved_aside_begin_anew_and_say_so(three: Settings, clock: MovableClock) -> None:
    for name in names(three):
        (three.audit_dir / name).rename(three.data_dir / name)
    begun(three, clock).close()
    assert Heads(three, clock).make() is not None
    (first, second) = checkpoints(three)
    assert (first.begins, first.sequence, len(first.segments)) == (True, int(clock.now.timestamp()), 4)
    assert (second.begins, second.segments) == (False, ())
    found = verified(three)
    assert [(one.kind, one.is_tampering) for one in found.findings] == [("unvouched", False)]
    assert "what 3 segments from before held then" in found.findings[0].told
    archived = verified(three, three.data_dir / "heads.jsonl")
    assert [one.kind for one in archived.findings] == ["unvouched"]  # between the archive's last and this beginning


def test_a_beginning_anew_that_is_older_than_what_is_kept_is_no_remark(three: Settings, clock: MovableClock) -> None:
    for name in names(three):
        (three.audit_dir / name).rename(three.data_dir / name)
    begun(three, clock).close()
    Heads(three, clock).make()
    for days, kinds in ((364, ["unvouched"]), (366, [])):
        clock.now = AT + MONTH * 3 + timedelta(days=days)
        begun(three, clock).close()
        Heads(three, clock).make()
        assert [one.kind for one in verified(three).findings if one.kind == "unvouched"] == kinds


def test_lines_added_behind_a_final_head_are_found_by_the_copy_though_the_heads_were_made_anew(
    three: Settings, tmp_path: Path
) -> None:
    archive, last = publish_all(three, tmp_path), checkpoints(three)[-1]
    stated = next(head for one in checkpoints(three) for head in one.segments if head.state == "closed")
    path = next(path for path in segments(three) if path.name == stated.name)
    text = written_entry(entry("sign_out", "done", Scene(AT, "lookup/1@node-1")))
    line, end = chained(text, Link(stated.sequence, stated.hash))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + line)
    for name in names(three):
        (three.audit_dir / name).unlink()
    longer = replace(stated, sequence=end.sequence, hash=end.hash)
    before = Link(last.sequence, START)
    forged, _ = signed_checkpoint("node-1", AT, [longer], before, signer_of(three.data_dir), begins=True)
    (three.audit_dir / f"heads-{last.sequence + 1:012d}.jsonl").write_bytes(forged)
    found = verified(three, archive)
    assert not found.is_intact
    assert ("resigned", last.sequence + 1) in [(one.kind, one.sequence) for one in found.findings]
    assert (path.name, end.sequence) in [(one.file, one.sequence) for one in found.findings]


def test_a_checkpoint_that_was_published_twice_differently_is_found(three: Settings, tmp_path: Path) -> None:
    archive = publish_all(three, tmp_path)
    first = checkpoints(three)[0]
    again, _ = signed_checkpoint("node-1", AT, [], Link(), signer_of(three.data_dir))
    assert first.sequence == 0
    with archive.open("ab") as file:
        file.write(again)
    found = verified(three, archive)
    assert [(one.kind, one.sequence, one.told) for one in found.findings] == [
        ("resigned", 0, "two different checkpoints were published")
    ]


def test_retention_says_which_volumes_it_removed_and_nothing_is_missing(three: Settings, clock: MovableClock) -> None:
    clock.now = AT + MONTH + timedelta(days=401)
    begun(three, clock).close()
    Heads(three, clock).make()
    trail = trail_of(three, "command", "commands", clock)
    remove_expired(three, trail, clock)
    removed = remove_expired_heads(three, trail, clock)
    trail.close()
    assert [one.path.name for one in removed] == ["heads.jsonl", "heads-000000000001.jsonl"]
    assert names(three) == ["heads-000000000003.jsonl", "heads-000000000005.jsonl"]
    assert (verified(three).findings, verified(three).is_vouched_for) == ([], True)
    lines = [json.loads(line) for path in segments(three) for line in path.read_bytes().splitlines()]
    (recorded,) = [line["details"]["heads"] for line in lines if "heads" in (line["details"] or {})]
    assert [one["last"] for one in recorded] == [0, 2]


def test_a_volume_that_was_removed_before_a_year_is_missing(three: Settings, clock: MovableClock) -> None:
    trail = trail_of(three, "command", "commands", clock)
    early = resolve_settings({"data_dir": str(three.data_dir), "node": "node-1"}, environ={})
    clock.now = AT + timedelta(days=401)
    trail_of(three, "command", "commands", clock).close()
    (gone,) = remove_expired_heads(early, trail, clock)
    trail.close()
    path = segments(three)[-1]
    lines = rewritten(path.read_bytes().splitlines(keepends=True), 1, '"last_at":"2026', '"last_at":"2027')
    path.write_bytes(b"".join(lines))
    assert ("missing", gone.path.name, 0, 0) in told(verified(three).findings)


def test_the_newest_volume_stays_however_old_it_is(three: Settings, clock: MovableClock) -> None:
    clock.advance(days=2000)
    trail = trail_of(three, "command", "commands", clock)
    remove_expired_heads(three, trail, clock)
    trail.close()
    assert names(three) == ["heads-000000000003.jsonl"]


def test_published_volumes_are_compared_all_together(settings: Settings, clock: MovableClock, tmp_path: Path) -> None:
    place = resolve_settings({"audit_publish": f"file://{tmp_path}/published.jsonl"}, environ={})
    for _ in range(3):
        publishing = Publishing(place, clock)
        for text in live(settings, clock, 1):
            clock.now -= MONTH
            publishing.publish(text)
            clock.now += MONTH
    assert [path.name for path in volumes_of(tmp_path / "published.jsonl")] == [
        "published-202611.jsonl",
        "published-202612.jsonl",
        "published-202701.jsonl",
    ]
    assert verified(settings, tmp_path / "published.jsonl").findings == []
    newest = heads_path(settings.audit_dir)
    newest.write_bytes(b"".join(newest.read_bytes().splitlines(keepends=True)[:-1]))
    assert told(verified(settings, tmp_path / "published.jsonl").findings) == [("truncated", newest.name, 4, 4)]


def test_a_number_that_was_made_up_does_not_keep_the_verification_busy(three: Settings, clock: MovableClock) -> None:
    for name in names(three):
        (three.audit_dir / name).rename(three.data_dir / name)
    Heads(three, clock).make()
    volume = heads_path(three.audit_dir)
    volume.write_bytes(b"".join(volume.read_bytes().splitlines(keepends=True)[1:]))
    assert [(one.kind, one.sequence) for one in verified(three).findings if one.kind == "removed"] == [("removed", 0)]


def test_a_record_of_a_removal_explains_no_beginning_anew(three: Settings, clock: MovableClock) -> None:
    for name in names(three):
        (three.audit_dir / name).unlink()
    begun(three, clock).close()
    Heads(three, clock).make()
    anew = checkpoints(three)[0]
    forged = {"name": "heads.jsonl", "last": anew.sequence - 1, "hash": START, "last_at": "2024-01-01T00:00:00.000Z"}
    trail = trail_of(three, "command", "commands", clock)
    trail.record(entry("audit.removed", "done", Scene(clock(), trail.component), details={"heads": [forged]}))
    trail.close()
    assert "unvouched" in [one.kind for one in verified(three).findings]


def test_a_link_in_the_place_of_a_new_volume_is_not_followed(settings: Settings, clock: MovableClock) -> None:
    live(settings, clock, 1)
    precious = settings.data_dir / "precious"
    precious.write_text("keep")
    planted = settings.audit_dir / "heads-000000000001.jsonl.new"
    planted.symlink_to(precious)
    live(settings, clock, 1)
    assert precious.read_text() == "keep"
    assert names(settings) == ["heads.jsonl", "heads-000000000001.jsonl"]
