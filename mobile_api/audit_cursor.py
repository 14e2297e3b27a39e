"""The cursor of a search in the audit trail: where in each segment its next page begins.

Decides what it holds and that it belongs to one search. It tells nothing that the search did not show, and is taken
apart as strictly as any input.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lookup.audit.entry import moment_text
from lookup.audit.reading.stream import Position
from lookup.errors import FieldFault, InvalidRequest

_BEGIN_AGAIN = "Give the cursor of the page before, with the same search."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a search stands: its bounds in time, and how far it came."""

    since: datetime
    until: datetime
    position: Position | None = None


def write_cursor(asked: Mapping[str, str], place: Place) -> str | None:
    """Give the cursor of the next page; None where nothing is left. `asked` are the filters that were given."""
    if place.position is None:
        return None
    held = {
        "since": moment_text(place.since),
        "until": moment_text(place.until),
        "key": place.position.key,
        "offsets": dict(place.position.offsets),
        "of": _fingerprint(asked),
    }
    return base64.urlsafe_b64encode(json.dumps(held, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(asked: Mapping[str, str], cursor: str) -> Place:
    """Give the place that a cursor stands for. Raises `InvalidRequest` where it is none of this search."""
    try:
        held = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        offsets = {str(name): int(offset) for name, offset in held["offsets"].items()}
        place = Place(
            datetime.fromisoformat(held["since"]),
            datetime.fromisoformat(held["until"]),
            Position(str(held["key"]), offsets),
        )
        if min(offsets.values(), default=0) >= 0 and write_cursor(asked, place) == cursor:
            return place
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        pass
    raise InvalidRequest([FieldFault("/cursor", _BEGIN_AGAIN)])


def _fingerprint(asked: Mapping[str, str]) -> str:
    """Tell this search from others by 64 bits of a hash of its filters."""
    return hashlib.sha256(json.dumps(dict(asked), sort_keys=True).encode()).hexdigest()[:16]
