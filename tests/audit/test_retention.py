"""What is removed from the trail (CJIS AU-11): by age alone, never younger, never unsigned, and recorded before it is
gone."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from lookup.audit.places import places_of, trail_of
from lookup.audit.retention import remove_expired
from lookup.audit.segment import segments_in
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.volumes import heads_path
from lookup.audit.trail import Trail
from lookup.errors import AuditUnavailable
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.signed_nodes import begun, checkpoints
from tests.audit.trails import AT, chain

KEPT = timedelta(days=400)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "node": "node-1"}, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


@pytest.fixture
def old(settings: Settings, clock: MovableClock) -> Path:
    """A segment that is signed as final; the clock then stands one moment before it may go."""
    begun(settings, clock).close()
    Heads(settings, clock).make()
    clock.now = AT + KEPT
    (path,) = segments(settings)
    return path


def segments(settings: Settings) -> list[Path]:
    return [path for place in places_of(settings) for path in segments_in(place)]


def remove(settings: Settings, clock: MovableClock) -> tuple[list[str], Trail]:
    """Remove what may go, and give the names and the trail that told it."""
    trail = trail_of(settings, "command", "commands", clock)
    removed = remove_expired(settings, trail, clock)
    trail.close()
    return [one.path.name for one in removed], trail


def test_a_segment_is_kept_as_long_as_policy_says_and_not_removed_before(
    settings: Settings, clock: MovableClock, old: Path
) -> None:
    assert remove(settings, clock)[0] == []
    clock.advance(seconds=1)
    assert remove(settings, clock)[0] == [old.name]
    assert not old.exists()


def test_a_removal_is_recorded_with_the_range_and_the_hash_and_signed(
    settings: Settings, clock: MovableClock, old: Path
) -> None:
    last = chain(old)[-1]
    clock.advance(seconds=1)
    remove(settings, clock)
    (told,) = segments(settings)
    removal = chain(told)[-1]
    assert (removal["event"], removal["outcome"], removal["details"]["kept"]) == ("audit.removed", "done", "400 d")
    assert removal["details"]["segments"] == [
        {
            "name": old.name,
            "sequence": 2,
            "hash": last["hash"],
            "state": "closed",
            "torn": 0,
            "first_at": "2026-11-21T14:05:00.000Z",
            "last_at": "2026-11-21T14:05:00.000Z",
        }
    ]
    final, again, removed = checkpoints(settings)
    stated_before = [[(head.name, head.state) for head in one.segments] for one in (final, again)]
    assert stated_before == [[(old.name, "closed")]] * 2
    stated = next(head for head in removed.segments if head.name == old.name)
    assert (stated.sequence, stated.hash, stated.state) == (2, last["hash"], "removed")


def test_the_last_entry_counts_and_not_the_first(settings: Settings, clock: MovableClock) -> None:
    trail = begun(settings, clock)
    clock.advance(hours=9)  # still the same day, so the same segment
    trail.close()
    Heads(settings, clock).make()
    clock.now = AT + KEPT + timedelta(hours=9)
    assert remove(settings, clock)[0] == []
    clock.advance(seconds=1)
    assert len(remove(settings, clock)[0]) == 1


def test_what_is_not_final_in_a_signed_head_stays(settings: Settings, clock: MovableClock) -> None:
    begun(settings, clock).close()
    clock.advance(days=500)
    assert remove(settings, clock)[0] == []
    assert len(segments(settings)) == 1


def test_a_segment_that_somebody_writes_stays(settings: Settings, clock: MovableClock) -> None:
    trail = begun(settings, clock)
    heads = Heads(settings, clock)
    heads.make(heads.look())
    clock.advance(days=500)
    assert remove(settings, clock)[0] == []
    trail.close()


@pytest.mark.parametrize("tail", [-30, 30])
def test_a_segment_that_was_changed_after_it_was_signed_stays_as_evidence(
    settings: Settings, clock: MovableClock, old: Path, tail: int
) -> None:
    old.chmod(0o600)
    os.truncate(old, old.stat().st_size + tail)
    clock.advance(days=1)
    assert remove(settings, clock)[0] == []
    assert old.exists()


def test_nothing_is_deleted_that_cannot_be_recorded(settings: Settings, clock: MovableClock, old: Path) -> None:
    clock.advance(days=1)
    nowhere = settings.data_dir / "a file"
    nowhere.touch()
    trail = Trail((nowhere, nowhere), "command/0@node-1", "commands", clock)
    with pytest.raises(AuditUnavailable):
        remove_expired(settings, trail, clock)
    assert old.exists()


def test_nothing_is_deleted_that_cannot_be_signed(settings: Settings, clock: MovableClock, old: Path) -> None:
    clock.advance(days=1)
    heads = settings.audit_dir / "heads.jsonl"
    with heads.open("ab") as file:
        file.write(b"damaged\n")
    trail = trail_of(settings, "command", "commands", clock)
    with pytest.raises(Exception, match="aside and keep them"):
        remove_expired(settings, trail, clock)
    assert old.exists()


def test_many_segments_are_told_in_several_entries_that_a_log_collector_can_take(
    settings: Settings, clock: MovableClock
) -> None:
    for _ in range(120):
        begun(settings, clock).close()
    Heads(settings, clock).make()
    clock.advance(days=401)
    removed, _ = remove(settings, clock)
    assert (len(removed), len(set(removed))) == (120, 120)
    (told,) = segments(settings)
    assert [len(line["details"]["segments"]) for line in chain(told)[1:]] == [50, 50, 20]
    assert [sum(head.state == "removed" for head in one.segments) for one in checkpoints(settings)][-3:] == [50, 50, 20]
    lines = heads_path(settings.audit_dir).read_bytes().splitlines()
    assert max(len(line) for line in lines) < 32 * 1024
    assert json.loads(lines[-1])["sequence"] == len(checkpoints(settings)) - 1
