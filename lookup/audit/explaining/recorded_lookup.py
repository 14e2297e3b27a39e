"""The record of one lookup in the trail of this node: the entry of its question, as it was answered.

Decides which of the entries about a lookup that is. Whether the record is genuine is decided by `verify`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from lookup.audit.entry import Entry
from lookup.audit.reading.lookup_entries import entries_about
from lookup.errors import NotFound
from lookup.lookup_ids import moment_of

_BEWARE = "This says nothing about the registry."
_NOT_HERE = "The trail of this node holds no such lookup of the time asked for: ask the node that answered."


def recorded_lookup(places: Sequence[Path], name: str, since: datetime | None = None) -> Entry:
    """Give the record of the lookup that was given this id or reference number, made no earlier than `since` where
    that is given. The places are the directories of the trail and its spool.

    Raises `NotFound` where there is none, or for what is neither an id nor a reference number; `InvalidRequest` for a
    reference number of several lookups.
    """
    try:
        about = entries_about(places, name, since=since)
    except NotFound as error:
        raise NotFound(f"{error} {_BEWARE}") from None
    for line in about.lines:
        if line.entry_id == about.lookup_id and _is_since(about.lookup_id, since):
            entry: dict[str, Any] = json.loads(line.text)
            return entry
    raise NotFound(f"{_NOT_HERE} {_BEWARE}")


def _is_since(lookup_id: str, since: datetime | None) -> bool:
    return since is None or moment_of(UUID(lookup_id)) >= since
