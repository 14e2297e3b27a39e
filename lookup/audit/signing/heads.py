"""Makes the checkpoints of a node: reads where its segments end, signs that, and adds it to the newest volume of heads.

Decides which head of a segment may be signed: one that can no longer be taken back. A segment that nobody writes stands
still. Of one that grows, an append that failed is cut off again at once, so its end counts only where it is still
there a moment after it was seen; until then it is the one that the last checkpoint had, or its first line. When
checkpoints are made is decided in `keeper`, where they go in `publishing`.
"""

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from lookup.audit.chain import Link
from lookup.audit.ends import SegmentEnd, beginning_of, durable_end_of, end_of, is_still_there
from lookup.audit.places import places_of
from lookup.audit.segment import Segment, begun_at, is_segment_name, last_line, segments_in, writer_of
from lookup.audit.signing.checkpoint import (
    BATCH,
    Checkpoint,
    SegmentHead,
    SegmentState,
    read_checkpoint,
    signed_checkpoint,
)
from lookup.audit.signing.signer import publish_key, signer_of
from lookup.audit.signing.volumes import HEADS_NAME, final_heads, heads_path, is_full, volume_from
from lookup.clock import Clock
from lookup.errors import ConfigurationError
from lookup.file_lock import lock, unheld
from lookup.owner import give_file_to_owner, give_to_owner
from lookup.settings import Settings
from lookup.store.sqlite.directory import write_whole

FINAL_MODE = 0o400
"""A segment that is final in a checkpoint is only read from then on, and its mode says so: it need not be read again
for the next one. The mode proves nothing; the checkpoint does."""
COMMANDS_END = timedelta(days=2)
"""A segment of commands is gone on with on its own day only; this long after its beginning no clock that was set back
over midnight can bring that day again."""
QUIET = timedelta(minutes=45)
"""Where nothing happened, the last checkpoint stands this long: with the pace of `keeper` that is within the hour in
which a head must be published (AU-9 by way of AU-10)."""

_DAMAGED = (
    "The last line of the signed heads is not a checkpoint of this trail. Run `immunity audit verify`, then move "
    "heads.jsonl and all heads-*.jsonl aside and keep them: the next checkpoint begins anew, and says so."
)


Seen = Mapping[str, SegmentEnd]
"""Where the segments ended, by their names, that somebody was writing a moment ago."""


class Heads:
    """The signed heads of one node. Several processes may make checkpoints; each waits for the other."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Raises `ConfigurationError` where the key of the trail cannot be used."""
        self._audit_dir = settings.audit_dir
        self._node = settings.node
        self._places = places_of(settings)
        self._clock = clock
        self._signer = signer_of(settings.data_dir)
        self._known_final: set[str] = set()

    def age(self) -> timedelta | None:
        """Give how old the last checkpoint is; None where there is none. Raises as `make`."""
        try:
            last = _last(last_line(heads_path(self._audit_dir))[0])
        except FileNotFoundError:
            return None
        return None if last is None else abs(self._clock() - last.at)

    def look(self) -> Seen:
        """See where the segments end that are being written now. Raises `OSError`."""
        ends = {}
        for path in self._open_segments(()):
            with unheld(path) as stands:
                end = None if stands else durable_end_of(path)
            if end is not None:
                ends[path.name] = end
        return ends

    def make(
        self,
        seen: Seen = MappingProxyType({}),
        removed: Sequence[SegmentHead] = (),
        unless_younger: timedelta = timedelta(0),
    ) -> bytes | None:
        """Add a checkpoint and give its line, behind the lines of those that a new volume begins with; None where it
        would say nothing new, or somebody made one meanwhile that is younger than `unless_younger`. `seen` is from a
        moment ago; a growing segment that is not in it keeps the head that it had, or stands there with its first line.

        Raises `OSError` where it cannot be written, `ConfigurationError` where the last one is damaged.
        """
        publish_key(self._audit_dir, self._signer.public)
        with _locked(self._audit_dir) as volume:
            last = _go_on(volume)
            now = self._clock()
            if last is not None and abs(now - last.at) < unless_younger:
                return None
            gone = {head.name for head in removed}
            present = (head for head in self._heads(last, seen, now) if head.name not in gone)
            heads = sorted([*present, *removed], key=lambda head: head.name)
            if last is not None and _is_quiet(last, heads, now):
                return None
            text = self._write(volume, last, heads, now)
        self._archive(heads)
        return text

    def _write(self, volume: Segment, last: Checkpoint | None, heads: Sequence[SegmentHead], now: datetime) -> bytes:
        """Sign heads and add them to the volume, or begin the next one where it is full or all others are gone."""
        if last is None and any(self._signed_before()):
            text = self._signed(now, heads, Link(int(now.timestamp()) - 1), again=())
            _write_volume(volume.path, text)
        elif last is not None and is_full(volume.path, now):
            text = self._signed(now, heads, last.link, again=self._standing(volume.path))
            path = volume_from(self._audit_dir / HEADS_NAME, last.sequence + 1)
            _write_volume(path, text)
        else:
            text, _ = signed_checkpoint(self._node, now, heads, Link() if last is None else last.link, self._signer)
            volume.append(text)
        return text

    def _signed(self, now: datetime, heads: Sequence[SegmentHead], before: Link, again: Sequence[SegmentHead]) -> bytes:
        """Write the checkpoints that a volume begins with: what is final, some at a time, and then all the rest."""
        final = [*again, *(head for head in heads if head.state in ("closed", "ended"))]
        batches = [final[start : start + BATCH] for start in range(0, len(final), BATCH)]
        lines: list[bytes] = []
        for stated in (*batches, [head for head in heads if head.state not in ("closed", "ended")]):
            line, before = signed_checkpoint(self._node, now, stated, before, self._signer, begins=not lines)
            lines.append(line)
        return b"".join(lines)

    def _standing(self, volume: Path) -> list[SegmentHead]:
        """Give what the next volume states again: all that is final in this one, and was not removed."""
        there = {path.name for place in self._places for path in segments_in(place)}
        found = sorted(final_heads(volume).items())
        return [head for name, head in found if head.state != "removed" or name in there]

    def _signed_before(self) -> Iterator[str]:
        """Give the segments that are final in a checkpoint, by their mode; there may be no such checkpoint any more."""
        for path in (path for place in self._places for path in segments_in(place)):
            if is_segment_name(path.name) and path.stat().st_mode & 0o777 == FINAL_MODE:
                yield path.name

    def _heads(self, last: Checkpoint | None, seen: Seen, now: datetime) -> Iterator[SegmentHead]:
        """Give the head of each segment that is not final in a checkpoint."""
        before = {} if last is None else {head.name: head for head in last.segments if not head.is_final}
        for path in self._open_segments(set(self._signed_before()) if last is None else before):
            with unheld(path) as stands:
                end = end_of(path) if stands else _still(path, seen)
            if end is not None:
                yield _head(path, end, stands, now)
            elif path.name in before:
                yield before[path.name]
            elif (beginning := beginning_of(path)) is not None:
                yield _head(path, beginning, False, now)

    def _open_segments(self, names: Container[str]) -> Iterator[Path]:
        """Give the segments that are not known to be final, and in any case those of these names."""
        for path in (path for place in self._places for path in segments_in(place)):
            if path.name in names:
                yield path
            elif path.name not in self._known_final and is_segment_name(path.name):
                if path.stat().st_mode & 0o777 == FINAL_MODE:
                    self._known_final.add(path.name)
                else:
                    yield path

    def _archive(self, heads: Iterable[SegmentHead]) -> None:
        """Let the mode of the segments say that they are final."""
        final = {head.name for head in heads if head.is_final}
        for path in (place / name for place in self._places for name in final):
            with suppress(OSError):  # where it cannot be said, the next checkpoint names it once more
                _set_mode(path, FINAL_MODE)


def _set_mode(path: Path, mode: int) -> None:
    """Set the mode of a file, never of what a link in its place leads to. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _last(line: bytes) -> Checkpoint | None:
    if not line:
        return None
    last = read_checkpoint(line)
    if last is None:
        raise ConfigurationError(_DAMAGED)
    return last


@contextmanager
def _locked(audit_dir: Path) -> Iterator[Segment]:
    """Hold the newest volume, which is made where there is none. Whoever waited for one that was not the newest any
    more when its turn came takes the new one."""
    while True:
        path = heads_path(audit_dir)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            lock(descriptor)
            if is_new:
                give_to_owner(descriptor, audit_dir)
            if heads_path(audit_dir) == path and os.path.samestat(os.fstat(descriptor), path.stat()):
                yield Segment(path, descriptor)
                return
        finally:
            os.close(descriptor)


def _write_volume(path: Path, text: bytes) -> None:
    write_whole(path, text.decode(), durably=True)
    give_file_to_owner(path)


def _go_on(volume: Segment) -> Checkpoint | None:
    """Give the last checkpoint, and cut off the rest of one that was never finished."""
    line, torn = last_line(volume.path)
    if torn:
        volume.cut(torn)
    return _last(line)


def _still(path: Path, seen: Seen) -> SegmentEnd | None:
    """Give the end that a growing segment was seen to have, where it was not taken back since."""
    end = seen.get(path.name)
    return end if end is not None and is_still_there(path, end) else None


def _head(path: Path, end: SegmentEnd, stands: bool, now: datetime) -> SegmentHead:
    torn = end.torn if stands else 0  # what is behind the last line of a growing segment is still being written
    return SegmentHead(path.name, end.link.sequence, end.link.hash, _state(path, end, stands, now), torn)


def _state(path: Path, end: SegmentEnd, stands: bool, now: datetime) -> SegmentState:
    if not stands:
        return "open"
    if end.is_closed:
        return "closed"
    return "open" if writer_of(path) == "commands" and now - begun_at(path) < COMMANDS_END else "ended"


def _is_quiet(last: Checkpoint, heads: Sequence[SegmentHead], now: datetime) -> bool:
    """Tell whether the last checkpoint, which is young enough, says all that a new one would."""
    stood = [head for head in last.segments if not head.is_final]
    return stood == heads and abs(now - last.at) < QUIET
