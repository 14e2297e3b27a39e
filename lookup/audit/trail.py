"""The trail that a process writes: entries are on disk when `record` returns, or nothing may be answered.

Decides how many that wait share one write to the disk, when a new segment begins, and where the trail goes on when its
directory cannot be written: in the spool. When neither can, `record` refuses. Each gap is told in the first line of the
segment after it (AU-5). Reads nothing.
"""

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from lookup.audit.chain import Link, chained, split_line, written_entry
from lookup.audit.entry import Entry, Scene, entry, moment_text
from lookup.audit.segment import Segment, last_line, segments_in
from lookup.clock import Clock, system_clock
from lookup.errors import AuditUnavailable

SEGMENT_BYTES = 64 * 1024 * 1024
"""A full segment is closed: small enough to copy, large enough that a year has few thousand."""
RETRY_S = 10.0
"""Seconds after which a directory that failed is tried again; meanwhile the spool takes everything."""
FORMAT = 1

Writer = Literal["service", "commands"]
"""`service`: one segment for each process. `commands`: what is done on the command line shares one for the day."""
TrailState = Literal["recording", "spooling", "refusing"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a directory could not be written, and how many entries nobody could write then."""

    since: datetime
    because: str
    refused: int = 0


class _Group:
    """The entries that one write takes together, and how it went."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.settled = False
        self.failed = False


class Trail:
    """The audit trail of one process. Safe between threads; make it after the process forked.

    `places` are directories, tried in turn: the trail's own and the spool. `component` names the process in the trail.
    """

    def __init__(
        self, places: Sequence[Path], component: str, writer: Writer = "service", clock: Clock = system_clock
    ) -> None:
        self._places = tuple(places)
        self.component = component
        self._writer = writer
        self._clock = clock
        self._joining = threading.Lock()
        self._writing = threading.Lock()
        self._group = _Group()
        self._segment: Segment | None = None
        self._place = 0
        self._day: date | None = None
        self._end = Link()
        self._before: dict[str, Any] | None = None
        self._retry_at = 0.0
        self._gap: Gap | None = None
        self._state: TrailState = "recording"

    @property
    def state(self) -> TrailState:
        """Where entries go now."""
        return self._state

    @property
    def gap(self) -> Gap | None:
        """What is wrong since when; None while the trail's own directory takes everything."""
        return self._gap

    def record(self, *entries: Entry) -> None:
        """Write entries, and return when they are on disk. Threads that come meanwhile share the next write.

        Raises `AuditUnavailable` where neither the directory nor the spool takes them: then nothing may be answered.
        """
        texts = [written_entry(one) for one in entries]
        with self._joining:
            group = self._group
            group.texts += texts
        with self._writing:
            if not group.settled:  # then it is the one that still fills: whoever settles a group begins the next one
                with self._joining:
                    self._group = _Group()
                group.failed = not self._write(group.texts)
                group.settled = True
        if group.failed:
            raise AuditUnavailable("Call the number given here, or ask again shortly.")

    def close(self) -> None:
        """Let the segment go; that of a service gets its last line first."""
        with self._writing:
            self._leave()

    def _write(self, texts: Sequence[bytes]) -> bool:
        now = self._clock()
        for place in self._to_try(now):
            try:
                self._append(place, texts, now)
            except OSError as error:
                self._fail(place, error, now)
            else:
                self._state = "recording" if place == 0 else "spooling"
                return True
        self._state = "refusing"
        if self._gap is not None:
            self._gap = Gap(self._gap.since, self._gap.because, self._gap.refused + len(texts))
        return False

    def _to_try(self, now: datetime) -> Sequence[int]:
        """Give the places to try in turn: the present one, but the first again from time to time."""
        first = 0 if self._place == 0 or time.monotonic() >= self._retry_at else self._place
        return range(first, len(self._places))

    def _append(self, place: int, texts: Sequence[bytes], now: datetime) -> None:
        if self._segment is None or place != self._place or self._is_full(now):
            self._begin(place, now)
        segment = self._segment
        if segment is None:
            raise OSError("no segment is open")
        end, lines = self._end, []
        for text in texts:
            line, end = chained(text, end)
            lines.append(line)
        segment.append(b"".join(lines))
        self._end = end

    def _is_full(self, now: datetime) -> bool:
        return self._segment is None or self._segment.size >= SEGMENT_BYTES or now.date() != self._day

    def _begin(self, place: int, now: datetime) -> None:
        """Go on in the segment that commands share, or in a new one, which says first what came before it."""
        self._leave()
        if self._writer == "commands" and self._resume(place, now):
            return
        segment = Segment.create(self._places[place], now, self._writer)
        told: dict[str, Any] = {
            "format": FORMAT,
            "writer": self._writer,
            "after": self._before,
            "gap": _gap_object(self._gap),
        }
        first = entry("segment.opened", "done", Scene(now, self.component), details=told)
        line, end = chained(written_entry(first), Link())
        try:
            segment.append(line)
        except OSError:
            segment.close()
            raise
        self._take(segment, place, end, now)
        if place == 0:
            self._gap = None

    def _take(self, segment: Segment, place: int, end: Link, now: datetime) -> None:
        self._segment, self._place, self._end, self._day = segment, place, end, now.date()

    def _resume(self, place: int, now: datetime) -> bool:
        """Go on in the last segment of commands, where it is of today, whole and nobody's at the moment."""
        own = [path for path in segments_in(self._places[place]) if f"-{self._writer}-" in path.name]
        if not own or not own[-1].name.startswith(f"{now:%Y%m%d}"):
            return False
        segment = Segment.reopen(own[-1])
        if segment is None:
            return False
        end = end_of(own[-1])
        if end is None or segment.size >= SEGMENT_BYTES:
            segment.close()
            return False
        self._take(segment, place, end, now)
        return True

    def _leave(self) -> None:
        """Let the present segment go, where there is one; that of a service gets its last line first."""
        if self._segment is None:
            return
        if self._writer == "service":
            last = entry("segment.closed", "done", Scene(self._clock(), self.component))
            line, end = chained(written_entry(last), self._end)
            with suppress(OSError):  # without it the next segment still says where this one ended
                self._segment.append(line)
                self._end = end
        self._drop()

    def _drop(self) -> None:
        """Let the present segment go as it is, and keep what the next one says of it."""
        if self._segment is None:
            return
        self._segment.close()
        self._before = {"segment": self._segment.path.name, "sequence": self._end.sequence, "hash": self._end.hash}
        self._segment = None

    def _fail(self, place: int, error: OSError, now: datetime) -> None:
        """Give up a place, and a segment whose disk failed: what the disk holds of it is not known."""
        self._drop()
        if place == 0:
            self._retry_at = time.monotonic() + RETRY_S
        if self._gap is None:
            self._gap = Gap(now, error.strerror or str(error))


def end_of(path: Path) -> Link | None:
    """Give the end of a segment's chain; None where it does not end in a whole line, or is closed."""
    line, rest = last_line(path)
    parts = split_line(line)
    if rest or parts is None:
        return None
    told = json.loads(line)
    return None if told["event"] == "segment.closed" else Link(told["sequence"], parts[1])


def _gap_object(gap: Gap | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {"since": moment_text(gap.since), "because": gap.because, "refused": gap.refused}
