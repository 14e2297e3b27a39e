"""Reads the trail of a node as it lies there: all segments of both places as one stream, in the order of time.

Decides that order and what is no line. Neither content nor the order inside a segment is ever changed (CJIS AU-7), and
memory holds one line of each segment that is open at that time. Whether the lines are genuine is decided by `verify`.
"""

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from lookup.audit.entry import moment_text
from lookup.audit.reading.troubles import Trouble, Troubles
from lookup.audit.segment import is_being_written, last_line, segments_in

SLACK = timedelta(hours=1)
"""A segment is left out only where it begins or ends this much outside the time asked for: the clock of its node may
have been set back meanwhile."""

_BEGINNING = re.compile(rb'\{"sequence":(\d{1,15}),"id":"([^"]{1,64})","occurred_at":"([0-9TZ:.+-]{1,40})"')
"""How every line begins (`lookup.audit.chain`, `lookup.audit.entry`): so it is placed without reading it all."""

_FIRST, _LAST = "", "~"
"""Texts before and after every moment."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a segment as it lies there, without its break. `offset` is that of its first byte."""

    segment: Path
    offset: int
    text: bytes
    sequence: int
    entry_id: str
    occurred_at: str


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reading came: `key`, the time up to which it read, and where it stands in each segment that is not at
    its end."""

    key: str
    offsets: Mapping[str, int] = field(default_factory=dict)


def line_of(segment: Path, offset: int, text: bytes) -> Line | None:
    """Read where a line belongs; None where `text` does not begin as every line does."""
    found = _BEGINNING.match(text)
    if found is None:
        return None
    sequence, entry_id, occurred_at = found.groups()
    return Line(segment, offset, text, int(sequence), entry_id.decode("utf-8", "replace"), occurred_at.decode())


def name_of(segment: Path) -> str:
    """Name a segment by its file and the directory that it lies in: the same file name may stand in both places."""
    return f"{segment.parent.name}/{segment.name}"


def all_segments(places: Sequence[Path]) -> list[Path]:
    """Give all segments in these directories, by name, which begins with the time at which a segment was made."""
    found = [path for place in dict.fromkeys(places) for path in segments_in(place)]
    return sorted(found, key=lambda path: path.name)


def segments_of(places: Sequence[Path], since: datetime | None = None, until: datetime | None = None) -> list[Path]:
    """Give the segments that may hold lines of a time, by name."""
    earliest = _FIRST if since is None else moment_text(since - SLACK)
    latest = _LAST if until is None else moment_text(until + SLACK)
    found = []
    for path in all_segments(places):
        with suppress(FileNotFoundError):  # retention removed it meanwhile, and has told so
            if _start_of(path) <= latest and (earliest == _FIRST or _end_of(path) >= earliest):
                found.append(path)
    return found


class Reading:
    """One reading of the lines from `since` (included) to `until` (left out), oldest first; may be iterated once.

    `troubles` holds what was met on the way and is no line. With `after`, a reading goes on where another one of the
    same `since` and `until` stood. After `most_bytes` it ends where it stands, and `is_complete` is false.
    """

    def __init__(
        self,
        places: Sequence[Path],
        since: datetime | None = None,
        until: datetime | None = None,
        after: Position | None = None,
        most_bytes: int | None = None,
    ) -> None:
        self.troubles = Troubles()
        self.is_complete = True
        self._bytes_read = 0
        self._most_bytes = most_bytes
        self._since = _FIRST if since is None else moment_text(since)
        self._until = _LAST if until is None else moment_text(until)
        self._key = _FIRST if after is None else after.key
        offsets = {} if after is None else after.offsets
        self._open: list[_Open] = []
        self._waiting: list[tuple[str, Path]] = []
        for path in segments_of(places, since, until):
            with suppress(FileNotFoundError):  # retention removed it meanwhile, and has told so
                if name_of(path) in offsets:
                    self._open.append(_Open(path, self._key, offsets[name_of(path)]))
                elif after is None or _start_of(path) > after.key:
                    self._waiting.append((_start_of(path), path))
        self._waiting.sort(reverse=True)
        self._heap: list[tuple[str, int, Line, _Open]] = []

    def __iter__(self) -> Iterator[Line]:
        """Give the lines in turn."""
        for number, one in enumerate(self._open):
            self._advance(number, one)
        try:
            while self._heap or self._waiting:
                if self._most_bytes is not None and self._bytes_read >= self._most_bytes:
                    self.is_complete = False
                    return
                self._open_due()
                if not self._heap:
                    continue
                self._key, number, line, one = heapq.heappop(self._heap)
                self._bytes_read += len(line.text)  # counted here, so that each reading comes at least one line on
                self._advance(number, one)
                if self._since <= line.occurred_at < self._until:
                    yield line
        finally:
            for one in self._open:
                one.close()

    def position(self) -> Position:
        """Give where it stands: after the line that was given last, or where it ended."""
        return Position(self._key, {name_of(line.segment): line.offset for _, _, line, _ in self._heap})

    def _open_due(self) -> None:
        """Open the segments that begin before the next line, or the next one where nothing is open."""
        while self._waiting and (not self._heap or self._waiting[-1][0] <= self._heap[0][0]):
            start, path = self._waiting.pop()
            with suppress(FileNotFoundError):
                one = _Open(path, start)
                self._open.append(one)
                self._advance(len(self._open) - 1, one)

    def _advance(self, number: int, one: "_Open") -> None:
        """Take the next line of a segment; what is no line is told and passed over."""
        while True:
            before = one.offset
            found = one.next()
            if isinstance(found, Trouble):
                self.troubles.add(found)
                self._bytes_read += one.offset - before
            else:
                break
        if found is not None:
            heapq.heappush(self._heap, (one.key, number, found, one))


class _Open:
    """A segment that is being read. `key` is the latest time met in it so far: so its lines stay in their order, also
    where one was written a little after a later one."""

    def __init__(self, path: Path, key: str, offset: int = 0) -> None:
        self.path = path
        self.key = key
        self.offset = offset
        self._file = path.open("rb")
        self._file.seek(offset)

    def next(self) -> Line | Trouble | None:
        """Give the next line, or what stands in its place; None at the end."""
        raw, begin = self._file.readline(), self.offset
        self.offset += len(raw)
        if not raw:
            self.close()
            return None
        if not raw.endswith(b"\n"):
            return None if is_being_written(self.path) else Trouble(self.path, begin, "torn")
        line = line_of(self.path, begin, raw[:-1])
        if line is None:
            return Trouble(self.path, begin, "unreadable")
        self.key = max(self.key, line.occurred_at)
        return line

    def close(self) -> None:
        self._file.close()


def _start_of(path: Path) -> str:
    with path.open("rb") as file:
        line = line_of(path, 0, file.readline())
    return _FIRST if line is None else line.occurred_at


def _end_of(path: Path) -> str:
    """Give the time of the last line; where it cannot be told, a segment is never left out."""
    text, _ = last_line(path)
    line = line_of(path, 0, text)
    return _LAST if line is None else line.occurred_at
