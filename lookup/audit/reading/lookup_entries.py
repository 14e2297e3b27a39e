"""Everything in the trail of all nodes about one lookup: the question, who looked at it again, to whom it was told.

Decides how far is searched: newest segments first, because people ask about what was just answered; and what belongs
to a lookup. Whether the lines are genuine is decided by `verify`.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from lookup.audit.reading.all_nodes import AllNodes, line_of_hit
from lookup.audit.reading.filters import entry_of
from lookup.audit.reading.seek import lines_holding
from lookup.audit.reading.seen import Seen
from lookup.audit.reading.stream import SLACK, Line, line_of, segments_of
from lookup.errors import CouldNotSearch, FieldFault, InvalidRequest, NotFound, TrailNotSearched
from lookup.lookup_ids import id_ending, moment_of

_PART = "Of this node only the newest part was searched: `immunity audit show` searches all of it."


@dataclass(slots=True)
class Found:
    """The lines about each lookup whose id ends so, in which segments was looked, and whether in all."""

    ending: str
    lines: dict[str, list[Line]] = field(default_factory=dict)
    searched: list[Path] = field(default_factory=list)
    complete: bool = True
    seen: Seen = field(default_factory=Seen)

    def moment(self) -> datetime | None:
        """Give when the lookup was made; None for a reference number, which does not tell."""
        with suppress(ValueError, OverflowError):
            return moment_of(UUID(self.ending))
        return None

    def add(self, line: Line | None) -> None:
        """Add a line that is about such a lookup."""
        lookup_id = None if line is None else entry_of(line).get("lookup_id")
        if line is not None and isinstance(lookup_id, str) and lookup_id.endswith(self.ending):
            self.lines.setdefault(lookup_id, []).append(line)

    def check_one(self) -> None:
        """Raise `InvalidRequest` where several lookups have this reference number: none is guessed."""
        if len(self.lines) > 1:
            raise InvalidRequest(
                [FieldFault("", f"Several lookups have this reference number: {', '.join(self.lines)}.")]
            )

    def not_seen(self, needed: datetime) -> str | None:
        """Say what was not seen of what was written before `needed`; None where all was."""
        return self.seen.not_seen(needed) if self.complete else _PART


@dataclass(frozen=True, slots=True)
class LookupEntries:
    """The lines about one lookup, oldest first; up to when each node was seen, and what was not; None where all was."""

    lookup_id: str
    lines: list[Line]
    seen: Seen
    not_seen: str | None


def entries_about(nodes: AllNodes, name: str, most_bytes: int | None = None) -> LookupEntries:
    """Find the lines about the lookup of this id or reference number, on all nodes; here in `most_bytes`, where that is
    given.

    Raises `NotFound` where there is none anywhere, or for what is neither; `TrailNotSearched` where none was found and
    not everything could be looked at; `InvalidRequest` for a reference number that several lookups have.
    """
    found = found_here(nodes.places, name, most_bytes)
    look_elsewhere(nodes, found)
    needed = nodes.up_to_date()
    if not found.lines:
        raise nowhere(found, found.not_seen(max(needed, nodes.needed_for(found.moment()))))
    found.check_one()
    ((lookup_id, lines),) = found.lines.items()
    lines.sort(key=lambda line: (line.occurred_at, line.sequence))
    return LookupEntries(lookup_id, lines, found.seen, found.not_seen(needed))


def found_here(
    places: Sequence[Path], name: str, most_bytes: int | None = None, since: datetime | None = None
) -> Found:
    """Look into the segments of this node; of `most_bytes`, and in those written since then, where these are given.

    Raises `NotFound` for what is neither an id nor a reference number.
    """
    try:
        found = Found(id_ending(name))
    except ValueError:
        raise NotFound("Give the lookup_id of an answer, or its reference number, such as 7K4M-2QXP.") from None
    left = most_bytes
    for path in segments_of(places, found.moment() or since)[::-1]:
        with suppress(FileNotFoundError):  # retention removed it meanwhile, and has told so
            size = path.stat().st_size
            if left is not None and size > left:
                found.complete = False
                break
            left = None if left is None else left - size
            for line in _lines(path, found.ending):
                found.add(line)
            found.searched.append(path)
    return found


def look_elsewhere(nodes: AllNodes, found: Found, since: datetime | None = None) -> None:
    """Add what the copy of the other nodes holds; where it cannot be asked, say so."""
    found.seen = nodes.seen()
    if found.seen.not_asked:
        return
    moment = found.moment()
    begin = since if moment is None else moment - SLACK
    try:
        for hit in nodes.others({"lookup_id": found.ending}, since=begin, here=found.searched):
            found.add(line_of_hit(hit))
    except CouldNotSearch:
        found.seen = Seen(found.seen.nodes, not_asked=True)


def nowhere(found: Found, not_seen: str | None, beware: str = "") -> NotFound | TrailNotSearched:
    """Give the error for a lookup that was not found: what was not looked at is never taken for empty. `beware` is what
    else there is to say."""
    if not_seen is None:
        until = " If it was asked within the last minute, ask again in a minute." if len(found.seen.nodes) > 1 else ""
        return NotFound(f"The trail holds nothing about such a lookup.{until} {beware}".rstrip())
    text = f"No such lookup was found, but it may be there all the same. {not_seen} {beware}"
    return TrailNotSearched(text.rstrip())


def _lines(path: Path, ending: str) -> Iterator[Line | None]:
    for offset, text in lines_holding(path, f'{ending}"'.encode()):
        yield line_of(path, offset, text)
