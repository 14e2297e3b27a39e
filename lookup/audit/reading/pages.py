"""One page of a search in the trail of all nodes, oldest first: lines of this node and of the copy put together.

Decides how much of both is looked at, and that no line is shown before an older one that was not read yet. Each side
goes on behind its last line that was shown, so nothing is lost between two pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice, repeat, takewhile
from typing import TYPE_CHECKING, Generic, TypeVar

from lookup.audit.reading.all_nodes import COPY_FIELDS, AllNodes, line_of_hit
from lookup.audit.reading.filters import Wanted
from lookup.audit.reading.seen import Seen
from lookup.audit.reading.stream import Line, Position, Reading, segments_of
from lookup.audit.shipped import MOST
from lookup.errors import CouldNotSearch

if TYPE_CHECKING:
    from lookup.store.elastic.audit_reading import Cursor

Mark = TypeVar("Mark")
"""Where a side goes on; None: at its beginning."""

SEARCH_HITS = 10_000
"""Lines of the copy that one page looks at: those that the copy cannot tell apart itself, a second's work."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a search stands: its bounds in time, and where it goes on in the files here and in the copy."""

    since: datetime
    until: datetime
    here: Position | None = None
    there: "Cursor | None" = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, oldest first, and where the next page begins; None where nothing is left. `complete` is false where
    not everything up to there was looked at for want of time; `unreadable` lines were passed over."""

    lines: Sequence[Line]
    following: Place | None
    complete: bool
    unreadable: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class _Side(Generic[Mark]):
    """What one side gives: lines that fit, each with the mark behind it, from `begin` to `end`. `reached` is the time
    up to which it looked; None where nothing is left of it."""

    lines: Sequence[tuple[Line, Mark]]
    begin: Mark
    end: Mark
    reached: str | None = None
    complete: bool = True
    unreadable: int = 0

    def shown_until(self, horizon: str | None) -> list[Line]:
        """Give the lines up to a time; all where there is none."""
        lines = (line for line, _ in self.lines)
        return list(lines if horizon is None else takewhile(lambda line: line.occurred_at <= horizon, lines))

    def after(self, shown: int) -> Mark:
        """Give where it goes on when so many of its lines were shown."""
        if shown == len(self.lines):
            return self.end
        return self.lines[shown - 1][1] if shown else self.begin

    def is_left(self, shown: int) -> bool:
        """Whether it has more than that."""
        return self.reached is not None or shown < len(self.lines)


def page_of(nodes: AllNodes, wanted: Wanted, place: Place, limit: int, most_bytes: int) -> Page:
    """Read one page: `limit` lines at most, of `most_bytes` here and `SEARCH_HITS` lines of the copy at most. A copy
    that cannot be asked gives nothing, and `seen` says so."""
    here = _here(nodes, wanted, place, limit, most_bytes)
    seen = nodes.seen()
    there: _Side[Cursor | None] = _Side((), place.there, place.there)
    if not seen.not_asked:
        try:
            there = _there(nodes, wanted, place, limit)
        except CouldNotSearch:
            seen = Seen(seen.nodes, not_asked=True)
    lines, shown_here = _put_together(here, there, limit)
    shown_there = len(lines) - shown_here
    left = here.is_left(shown_here) or there.is_left(shown_there)
    following = Place(place.since, place.until, here.after(shown_here), there.after(shown_there))
    return Page(
        lines,
        following if left else None,
        here.complete and there.complete,
        here.unreadable + there.unreadable,
        seen,
    )


def _here(nodes: AllNodes, wanted: Wanted, place: Place, limit: int, most_bytes: int) -> _Side[Position | None]:
    reading = Reading(nodes.places, place.since, place.until, place.here, most_bytes)
    fitting = islice((line for line in reading if wanted.fits(line)), limit)
    lines = [(line, reading.position()) for line in fitting]
    end = reading.position()
    left = len(lines) == limit or not reading.is_complete
    return _Side(lines, place.here, end, end.key if left else None, reading.is_complete, len(reading.troubles))


def _there(nodes: AllNodes, wanted: Wanted, place: Place, limit: int) -> "_Side[Cursor | None]":
    fields = {COPY_FIELDS[name]: text for name, text in wanted.compared.items() if name in COPY_FIELDS}
    at_once = limit if wanted.compared.keys() <= COPY_FIELDS.keys() else MOST
    here = segments_of(nodes.places, place.since, place.until)
    hits = nodes.others(fields, since=place.since, until=place.until, here=here, after=place.there, at_once=at_once)
    lines: list[tuple[Line, Cursor | None]] = []
    end, looked_at, unreadable, reached = place.there, 0, 0, ""
    for hit in hits:
        line, end, looked_at = line_of_hit(hit), hit.cursor, looked_at + 1
        if line is None:
            unreadable += 1
        else:
            reached = line.occurred_at
            if wanted.fits(line):
                lines.append((line, end))
        if len(lines) == limit or looked_at == SEARCH_HITS:
            return _Side(lines, place.there, end, reached, looked_at < SEARCH_HITS, unreadable)
    return _Side(lines, place.there, end, unreadable=unreadable)


def _put_together(here: _Side[Position | None], there: "_Side[Cursor | None]", limit: int) -> tuple[list[Line], int]:
    """Give the lines of a page, and how many of them are from here. What lies behind the time that one side has reached
    waits: that side may have something older."""
    horizon = min((side.reached for side in (here, there) if side.reached is not None), default=None)
    sides = [zip(side.shown_until(horizon), repeat(side is here)) for side in (here, there)]
    shown = list(islice(merge(*sides, key=lambda one: one[0].occurred_at), limit))
    return [line for line, _ in shown], sum(is_here for _, is_here in shown)
