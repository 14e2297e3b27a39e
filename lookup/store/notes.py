"""What a process notes about its work, as text: a dataclass of plain values and moments, for people who watch.

Decides the JSON. Moments are the fields whose names end in `_at`. A note that cannot be read is no note: nothing rests
on it.
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from lookup.clock import utc_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Note = TypeVar("Note", bound=DataclassInstance)
else:
    Note = TypeVar("Note")

_MOMENT = "_at"


def note_document(note: "DataclassInstance") -> dict[str, Any]:
    """Give a note as JSON for people: moments in UTC, whole seconds."""
    return {name: utc_text(value) if isinstance(value, datetime) else value for name, value in asdict(note).items()}


def encode_note(note: "DataclassInstance") -> str:
    """Write a note as JSON, moments with all their digits."""
    return json.dumps(asdict(note), default=datetime.isoformat)


def decode_note(text: str | None, shape: type[Note]) -> Note | None:
    """Read a note back; None where there is none, or where it is not one."""
    try:
        document = json.loads(text or "")
        for name, value in document.items():
            if name.endswith(_MOMENT) and value is not None:
                document[name] = datetime.fromisoformat(value)
        return shape(**document)
    except (AttributeError, TypeError, ValueError):
        return None
