"""The trail that a process writes: entries are on disk when `record` returns, or nothing may be answered.

Decides how many that wait share one write to the disk, when a new segment begins, and where the trail goes on when its
directory cannot be written: in the spool. When neither can, `record` refuses. Each gap is told in the first line of the
segment after it (AU-5). Reads nothing.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from lookup.audit.chain import Link, chained, written_entry
from lookup.audit.ends import end_of
from lookup.audit.entry import Entry, Scene, entry, moment_text
from lookup.audit.segment import Segment, segments_in
from lookup.clock import Clock, system_clock
from lookup.errors import AuditUnavailable

SEGMENT_BYTES = 64 * 1024 * 1024
"""A full segment is closed: small enough to copy, large enough that a year has few thousand."""
RETRY = timedelta(seconds=10)
"""Time after which a directory that failed is tried again; meanwhile the spool takes everything."""
FORMAT = 1

_log = logging.getLogger(__name__)

Writer = Literal["service", "commands"]
"""`service`: one segment for each process. `commands`: what is done on the command line shares one for the day."""
TrailState = Literal["recording", "spooling", "refusing"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a directory could not be written, and how many entries nobody could write then."""

    since: datetime
    because: str
    refused: int = 0


@dataclass(slots=True)
class Counts:
    """What a trail has done since its process began: entries written, writes that they shared, entries refused."""

    entries: int = 0
    writes: int = 0
    refused: int = 0


class _Group:
    """The entries that one write takes together, and how it went. `settling` is held until that is known."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.failed = True
        self.settling = threading.Lock()
        self.settling.acquire()


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
        self._group: _Group | None = None
        self._segment: Segment | None = None
        self._place = 0
        self._day: date | None = None
        self._end = Link()
        self._before: dict[str, Any] | None = None
        self._failed_at: datetime | None = None
        self._because = ""
        self._gap: Gap | None = None
        self._state: TrailState = "recording"
        self._counts = Counts()
        self._heard: Callable[[Sequence[Entry]], None] = lambda _: None

    @property
    def state(self) -> TrailState:
        """Where entries go now."""
        return self._state

    @property
    def gap(self) -> Gap | None:
        """What is wrong since when; None while the trail's own directory takes everything."""
        return self._gap

    @property
    def counts(self) -> Counts:
        """What was written and refused so far."""
        return replace(self._counts)

    def record(self, *entries: Entry) -> None:
        """Write entries, and return when they are on disk. Threads that come meanwhile share the next write.

        The first one of a group writes for all; the others wait for it and not for the file, so that nothing of theirs
        stands between two writes (measured: a fifth less time of the processor for each entry).
        Raises `AuditUnavailable` where neither the directory nor the spool takes them: then nothing may be answered.
        """
        texts = [written_entry(one) for one in entries]
        with self._joining:
            group, is_first = self._group, False
            if group is None:
                group, is_first = _Group(), True
                self._group = group
            group.texts += texts
        if is_first:
            self._settle(group)
        else:
            with group.settling:
                pass
        if group.failed:
            raise AuditUnavailable("Call the number given here, or ask again shortly.")
        self._heard(entries)

    def listen(self, heard: Callable[[Sequence[Entry]], None]) -> None:
        """Have `heard` told the entries of each call that are on disk; it must be quick and never fail."""
        self._heard = heard

    def _settle(self, group: _Group) -> None:
        """Write what has gathered in a group when its turn comes, and let those go who wait for it."""
        try:
            with self._writing:
                with self._joining:
                    self._group = None
                group.failed = not self._write(group.texts)
        finally:
            group.settling.release()

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
                self._counts.entries += len(texts)
                self._counts.writes += 1
                self._turn("recording" if place == 0 else "spooling")
                return True
        self._refuse(len(texts))
        return False

    def _refuse(self, entries: int) -> None:
        self._counts.refused += entries
        if self._gap is not None:
            self._gap = replace(self._gap, refused=self._gap.refused + entries)
        self._turn("refusing")

    def _turn(self, state: TrailState) -> None:
        """Note where entries go from now on, and raise the alert where that is another place (AU-5)."""
        if state == self._state:
            return
        self._state = state
        if state == "recording":
            _log.warning("the audit trail is written to its own directory again")
        elif state == "spooling":
            _log.error("the audit trail goes to its spool: its directory cannot be written: %s", self._because)
        else:
            _log.critical("the audit trail cannot be written, so nothing is answered: %s", self._because)

    def _to_try(self, now: datetime) -> Sequence[int]:
        """Give the places to try in turn: the spool alone while it takes everything, but all from time to time."""
        waited = RETRY if self._failed_at is None else abs(now - self._failed_at)  # also where the clock was set back
        spool_suffices = self._state == "spooling" and waited < RETRY
        return range(self._place if spool_suffices else 0, len(self._places))

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
        if self._writer == "commands" and self._gap is None and self._resume(place, now):
            return
        segment = Segment.create(self._places[place], now, self._writer)
        self._leave()  # only now: a directory that is still broken must not end the segment in the spool
        told: dict[str, Any] = {
            "format": FORMAT,
            "writer": self._writer,
            "after": self._before,
            "gap": _gap_object(self._gap),
        }
        first = entry("segment.opened", "done", Scene(now, self.component), details=told)
        line, end = chained(written_entry(first), Link())
        try:
            segment.appear(line)
        except OSError:
            segment.discard()
            raise
        self._take(segment, place, end, now)
        if place == 0:
            self._gap = None

    def _take(self, segment: Segment, place: int, end: Link, now: datetime) -> None:
        self._segment, self._place, self._end, self._day = segment, place, end, now.date()

    def _resume(self, place: int, now: datetime) -> bool:
        """Go on in a segment of commands that is of today, whole and nobody's at the moment: the newest one."""
        for path in reversed(segments_in(self._places[place])):
            if not path.name.startswith(f"{now:%Y%m%d}T"):
                return False
            segment = Segment.reopen(path) if f"-{self._writer}-" in path.name else None
            if segment is None:
                continue
            end = end_of(path)
            if end is not None and not end.torn and segment.size < SEGMENT_BYTES:
                self._leave()
                self._take(segment, place, end.link, now)
                return True
            segment.close()
        return False

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
        """Give up a place, and a segment there whose disk failed: what the disk holds of it is not known."""
        if place == self._place:
            self._drop()
        self._because = error.strerror or type(error).__name__
        if place == 0:
            self._failed_at = now
        if self._gap is None:
            self._gap = Gap(now, self._because)


def _gap_object(gap: Gap | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {"since": moment_text(gap.since), "because": gap.because, "refused": gap.refused}
