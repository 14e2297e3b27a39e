"""Everything in the trail of this node about one lookup: the question, who looked at it again, to whom it was told.

Decides how far is searched: newest segments first, because people ask about what was just answered; and what belongs
to a lookup. Whether the lines are genuine is decided by `verify`.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from lookup.audit.reading.filters import entry_of
from lookup.audit.reading.seek import lines_holding
from lookup.audit.reading.stream import Line, line_of, segments_of
from lookup.errors import FieldFault, InvalidRequest, NotFound
from lookup.lookup_ids import id_ending, moment_of


@dataclass(frozen=True, slots=True)
class LookupEntries:
    """The lines about one lookup, oldest first. `complete` is false where older segments were not searched."""

    lookup_id: str
    lines: list[Line]
    complete: bool


def entries_about(
    places: Sequence[Path], name: str, most_bytes: int | None = None, since: datetime | None = None
) -> LookupEntries:
    """Find the lines about the lookup of this id or reference number; of `most_bytes`, and in segments written since
    then, where these are given.

    Raises `NotFound` where there is none, or for what is neither; `InvalidRequest` for a reference number that several
    lookups have.
    """
    try:
        ending = id_ending(name)
    except ValueError:
        raise NotFound("Give the lookup_id of an answer, or its reference number, such as 7K4M-2QXP.") from None
    found: dict[str, list[Line]] = {}
    left, complete = most_bytes, True
    for path in _newest_first(places, ending, since):
        with suppress(FileNotFoundError):  # retention removed it meanwhile, and has told so
            size = path.stat().st_size
            if left is not None and size > left:
                complete = False
                break
            left = None if left is None else left - size
            for lookup_id, line in _lines(path, ending):
                found.setdefault(lookup_id, []).append(line)
    return _the_one(found, complete)


def _the_one(found: dict[str, list[Line]], complete: bool) -> LookupEntries:
    if not found:
        where = "" if complete else " Only the newest part was searched: `immunity audit show` searches all of it."
        raise NotFound(f"The trail of this node holds nothing about such a lookup.{where}")
    if len(found) > 1:
        raise InvalidRequest([FieldFault("", f"Several lookups have this reference number: {', '.join(found)}.")])
    ((lookup_id, lines),) = found.items()
    return LookupEntries(lookup_id, sorted(lines, key=lambda line: (line.occurred_at, line.sequence)), complete)


def _newest_first(places: Sequence[Path], ending: str, since: datetime | None) -> list[Path]:
    """Give the segments that may hold it: none that ended before the lookup was made."""
    with suppress(ValueError, OverflowError):  # a reference number does not tell the time
        since = moment_of(UUID(ending))
    return segments_of(places, since)[::-1]


def _lines(path: Path, ending: str) -> Iterator[tuple[str, Line]]:
    for offset, text in lines_holding(path, f'{ending}"'.encode()):
        line = line_of(path, offset, text)
        lookup_id = None if line is None else entry_of(line).get("lookup_id")
        if line is not None and isinstance(lookup_id, str) and lookup_id.endswith(ending):
            yield lookup_id, line
