"""The cursor of a search in the audit trail: where its next page begins, in each segment and in the copy.

Decides what it holds and that it belongs to one search. It tells nothing that the search did not show, and is taken
apart as strictly as any input.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lookup.audit.entry import moment_text
from lookup.audit.reading.pages import Place
from lookup.audit.reading.stream import Position
from lookup.errors import FieldFault, InvalidRequest

_BEGIN_AGAIN = "Give the cursor of the page before, with the same search."


def write_cursor(asked: Mapping[str, str], place: Place | None) -> str | None:
    """Give the cursor of the next page; None where nothing is left. `asked` are the filters that were given."""
    if place is None:
        return None
    held = {
        "since": moment_text(place.since),
        "until": moment_text(place.until),
        "here": None if place.here is None else [place.here.key, dict(place.here.offsets)],
        "there": None if place.there is None else list(place.there),
        "of": _fingerprint(asked),
    }
    return base64.urlsafe_b64encode(json.dumps(held, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(asked: Mapping[str, str], cursor: str) -> Place:
    """Give the place that a cursor stands for. Raises `InvalidRequest` where it is none of this search."""
    try:
        held = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(
            datetime.fromisoformat(held["since"]),
            datetime.fromisoformat(held["until"]),
            _position(held["here"]),
            _copy_cursor(held["there"]),
        )
        if write_cursor(asked, place) == cursor:
            return place
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        pass
    raise InvalidRequest([FieldFault("/cursor", _BEGIN_AGAIN)])


def _position(held: Any) -> Position | None:
    """Read where the files of this node stand. Raises `ValueError` or `TypeError` where they cannot stand there."""
    if held is None:
        return None
    key, offsets = held
    if min(offsets.values(), default=0) < 0:
        raise ValueError
    return Position(str(key), {str(name): int(offset) for name, offset in offsets.items()})


def _copy_cursor(held: Any) -> list[Any] | None:
    """Read where the copy stands: a time, a segment and a number. Raises `ValueError` or `TypeError` as above."""
    if held is None:
        return None
    time, segment, sequence = held
    return [_whole(time), str(segment), _whole(sequence)]


def _whole(number: Any) -> int:
    if type(number) is not int or not 0 <= number < 2**63:
        raise ValueError
    return number


def _fingerprint(asked: Mapping[str, str]) -> str:
    """Tell this search from others by 64 bits of a hash of its filters."""
    return hashlib.sha256(json.dumps(dict(asked), sort_keys=True).encode()).hexdigest()[:16]
