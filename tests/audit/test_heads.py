"""The signed heads of a node: what each says of which segment, and that nothing is signed that can be taken back."""

import hashlib
import json
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lookup.audit.places import places_of
from lookup.audit.segment import segments_in
from lookup.audit.signing.checkpoint import SegmentHead, is_signed, read_checkpoint
from lookup.audit.signing.heads import Heads
from lookup.audit.signing.signer import signer_of
from lookup.audit.signing.volumes import heads_path
from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from tests.api.serving import MovableClock
from tests.audit.signed_nodes import begun, checkpoints, states
from tests.audit.trails import AT, chain, happening, no_file_longer_than


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return resolve_settings({"data_dir": str(tmp_path), "node": "node-1"}, environ={})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(AT)


@pytest.fixture
def heads(settings: Settings, clock: MovableClock) -> Heads:
    return Heads(settings, clock)


def test_a_checkpoint_says_where_a_growing_segment_ends_and_who_says_it(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    trail = begun(settings, clock, "service", "a", "b")
    line = heads.make(heads.look())
    (segment,) = segments_in(places_of(settings)[0])
    (checkpoint,) = checkpoints(settings)
    assert heads_path(settings.audit_dir).read_bytes() == line
    assert checkpoint.segments == (SegmentHead(segment.name, 2, chain(segment)[-1]["hash"], "open"),)
    assert (checkpoint.sequence, checkpoint.node, checkpoint.at) == (0, "node-1", AT)
    assert checkpoint.key == signer_of(settings.data_dir).fingerprint
    trail.close()


def test_the_form_of_a_line_is_the_one_that_is_documented(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    begun(settings, clock).close()
    line = heads.make()
    assert line is not None
    told: dict[str, Any] = json.loads(line)
    assert list(told) == [
        "sequence", "format", "node", "at", "key", "segments", "previous_hash", "hash", "signature",
    ]  # fmt: skip
    assert list(told["segments"][0]) == ["name", "sequence", "hash", "state", "torn"]
    assert (told["at"], told["previous_hash"]) == ("2026-11-21T14:05:00.000Z", "sha256:" + "0" * 64)
    body, _, rest = line.rpartition(b',"hash":"')
    assert told["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert len(rest) == len(f'{told["hash"]}","signature":"{"x" * 88}"}}\n')


def test_checkpoints_are_a_chain_of_their_own(settings: Settings, clock: MovableClock, heads: Heads) -> None:
    trail = begun(settings, clock)
    for name in ("b", "c"):
        heads.make(heads.look())
        trail.record(happening(name))
    Heads(settings, clock).make(heads.look())  # as another process
    first, second, third = checkpoints(settings)
    assert [second.previous_hash, third.previous_hash] == [first.hash, second.hash]
    assert [states(one) for one in (first, second, third)] == [[(1, "open", 0)], [(2, "open", 0)], [(3, "open", 0)]]


def test_a_closed_segment_is_final_and_not_named_again(settings: Settings, clock: MovableClock, heads: Heads) -> None:
    begun(settings, clock).close()
    heads.make()
    other = begun(settings, clock)
    for maker in (heads, Heads(settings, clock)):  # also by a process that has just begun
        other.record(happening("b"))
        maker.make(maker.look())
    assert [[head.state for head in one.segments] for one in checkpoints(settings)] == [["closed"], ["open"], ["open"]]
    modes = {path.stat().st_mode & 0o777 for path in segments_in(places_of(settings)[0])}
    assert modes == {0o400, 0o600}


def test_a_segment_whose_writer_died_has_ended_and_its_torn_tail_is_stated(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        begun(settings, clock)
        os._exit(0)
    os.waitpid(pid, 0)
    (segment,) = segments_in(places_of(settings)[0])
    with segment.open("ab") as file:
        file.write(b'{"sequence":2,"id":"01')
    heads.make()
    assert [states(one) for one in checkpoints(settings)] == [[(1, "ended", 22)]]


def test_segments_in_the_spool_are_signed_too(settings: Settings, clock: MovableClock, heads: Heads) -> None:
    settings.audit_dir.mkdir()
    (settings.audit_dir / "segments").touch()
    begun(settings, clock).close()
    (settings.audit_dir / "segments").unlink()
    heads.make()
    (segment,) = segments_in(settings.audit_spool)
    assert [head.name for one in checkpoints(settings) for head in one.segments] == [segment.name]


def test_a_segment_of_commands_is_open_until_nobody_can_go_on_with_it(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    begun(settings, clock, "commands").close()
    for _ in range(3):
        heads.make()
        clock.advance(days=1)
    assert [states(one) for one in checkpoints(settings)] == [[(1, "open", 0)], [(1, "open", 0)], [(1, "ended", 0)]]


def test_the_end_of_a_growing_segment_counts_only_where_it_was_seen_before(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    trail = begun(settings, clock)
    seen = heads.look()
    trail.record(happening("b"))
    heads.make(seen)
    heads.make()  # as at a stop, when nobody waits
    clock.advance(hours=1)
    heads.make()
    assert [states(one) for one in checkpoints(settings)] == [[(1, "open", 0)], [(1, "open", 0)]]


def test_a_growing_segment_that_nobody_saw_before_stands_there_with_its_first_line(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    trail = begun(settings, clock)
    heads.make()
    (segment,) = segments_in(places_of(settings)[0])
    assert [states(one) for one in checkpoints(settings)] == [[(0, "open", 0)]]
    assert checkpoints(settings)[0].segments[0].hash == chain(segment)[0]["hash"]
    trail.close()


def test_a_segment_whose_last_line_somebody_changed_is_not_signed_as_it_is(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    seen_before = begun(settings, clock)
    heads.make(heads.look())
    seen_before.close()
    begun(settings, clock).close()
    for path in segments_in(places_of(settings)[0]):
        path.write_bytes(path.read_bytes().replace(b"segment.closed", b"segment.Closed"))
    begun(settings, clock).close()
    heads.make()
    assert sorted(states(checkpoints(settings)[-1])) == [(0, "open", 0), (1, "open", 0), (2, "closed", 0)]


def test_an_append_that_was_taken_back_is_never_signed(settings: Settings, clock: MovableClock, heads: Heads) -> None:
    trail = begun(settings, clock)
    heads.make(heads.look())
    trail.record(happening("b"))
    seen = heads.look()
    (segment,) = segments_in(places_of(settings)[0])
    os.truncate(segment, segment.stat().st_size - 1)
    clock.advance(hours=1)
    heads.make(seen)
    assert [states(one) for one in checkpoints(settings)] == [[(1, "open", 0)], [(1, "open", 0)]]


def test_nothing_is_signed_twice_until_the_hour_asks_for_it(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    trail = begun(settings, clock)
    assert heads.make(heads.look()) is not None
    clock.advance(minutes=44)
    assert heads.make(heads.look()) is None
    clock.advance(minutes=1)
    assert heads.make(heads.look()) is not None
    trail.record(happening("b"))
    assert heads.make(heads.look()) is not None


def test_who_was_about_to_sign_while_another_one_did_adds_nothing(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    pace = timedelta(seconds=45)
    begun(settings, clock).close()
    assert heads.make(unless_younger=pace) is not None
    begun(settings, clock).close()
    assert heads.make(unless_younger=pace) is None
    clock.now += pace
    assert heads.make(unless_younger=pace) is not None


def test_a_head_of_which_only_a_part_was_written_is_cut_off(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    begun(settings, clock).close()
    heads.make()
    path = heads_path(settings.audit_dir)
    with path.open("ab") as file:
        file.write(b'{"sequence":1,"for')
    clock.advance(hours=1)
    heads.make()
    assert [one.sequence for one in checkpoints(settings)] == [0, 1]


def test_a_full_disk_leaves_the_heads_as_they_were(settings: Settings, clock: MovableClock, heads: Heads) -> None:
    trail = begun(settings, clock)
    heads.make(heads.look())
    before = heads_path(settings.audit_dir).read_bytes()
    trail.record(happening("b"))
    seen = heads.look()
    with no_file_longer_than(len(before) + 100), pytest.raises(OSError, match="File too large"):
        heads.make(seen)
    assert heads_path(settings.audit_dir).read_bytes() == before


@pytest.mark.parametrize("damage", [b"no checkpoint\n", b'{"sequence":0}\n'])
def test_nothing_is_added_to_heads_that_are_damaged(
    settings: Settings, clock: MovableClock, heads: Heads, damage: bytes
) -> None:
    begun(settings, clock).close()
    heads.make()
    path = heads_path(settings.audit_dir)
    path.write_bytes(path.read_bytes() + damage)
    damaged = path.read_bytes()
    with pytest.raises(ConfigurationError, match="aside and keep them"):
        heads.make()
    assert path.read_bytes() == damaged


def test_a_head_that_was_changed_is_not_read_and_one_of_another_key_is_not_signed(
    settings: Settings, clock: MovableClock, heads: Heads
) -> None:
    begun(settings, clock).close()
    line = (heads.make() or b"").rstrip(b"\n")
    public = signer_of(settings.data_dir).public
    assert is_signed(line, public)
    assert not is_signed(line, Ed25519PrivateKey.generate().public_key())
    signature_at = line.rindex(b',"signature":"')
    for position in range(len(line)):
        changed = line[:position] + bytes([line[position] ^ 1]) + line[position + 1 :]
        assert not is_signed(changed, public)
        assert position > signature_at or read_checkpoint(changed) is None
        assert read_checkpoint(line[:position]) is None


def test_processes_that_sign_at_once_wait_for_each_other(settings: Settings, clock: MovableClock) -> None:
    begun(settings, clock).close()
    done = threading.Event()

    def sign() -> None:
        Heads(settings, clock).make()
        done.set()

    other = threading.Thread(target=sign)

    def clock_of_the_first() -> datetime:  # it is asked while the heads are held
        other.start()
        assert not done.wait(0.3)
        return AT

    Heads(settings, clock_of_the_first).make()
    other.join()
    assert [states(one) for one in checkpoints(settings)] == [[(2, "closed", 0)]]  # and the other has nothing to add


def test_a_file_that_is_no_segment_is_never_signed(settings: Settings, clock: MovableClock, heads: Heads) -> None:
    begun(settings, clock).close()
    (segment,) = segments_in(places_of(settings)[0])
    segment.with_name("copy.jsonl").write_bytes(segment.read_bytes())
    (places_of(settings)[0] / "20261121T140500-service-000000000000.jsonl.new").write_text("of somebody\n")
    heads.make()
    assert [states(one) for one in checkpoints(settings)] == [[(2, "closed", 0)]]
