"""The record of one lookup in the trail of all nodes: the entry of its question, as it was answered.

Decides which of the entries about a lookup that is, and that the copy of the other nodes is asked only for what does
not lie here. Whether the record is genuine is decided by `verify`.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from lookup.audit.entry import Entry
from lookup.audit.reading.all_nodes import AllNodes
from lookup.audit.reading.lookup_entries import Found, found_here, look_elsewhere, nowhere
from lookup.errors import NotFound
from lookup.lookup_ids import moment_of

_BEWARE = "This says nothing about the registry."


def recorded_lookup(nodes: AllNodes, name: str, since: datetime | None = None) -> Entry:
    """Give the record of the lookup that was given this id or reference number, made no earlier than `since` where
    that is given.

    Raises `NotFound` where no node has one, or for what is neither an id nor a reference number; `TrailNotSearched`
    where none was found and not every node could be looked at; `InvalidRequest` for a reference number of several
    lookups.
    """
    try:
        found = found_here(nodes.places, name, since=since)
    except NotFound as error:
        raise NotFound(f"{error} {_BEWARE}") from None
    record = _record(found, since)
    moment = found.moment()
    if record is None and (since is None or moment is None or moment >= since):
        look_elsewhere(nodes, found, since)
        record = _record(found, since)
    if record is None:
        raise nowhere(found, found.not_seen(nodes.needed_for(moment)), _BEWARE)
    return record


def _record(found: Found, since: datetime | None) -> Entry | None:
    """Give the record among the lines about a lookup."""
    found.check_one()
    for lookup_id, lines in found.lines.items():
        for line in lines:
            if line.entry_id == lookup_id and (since is None or moment_of(UUID(lookup_id)) >= since):
                entry: dict[str, Any] = json.loads(line.text)
                return entry
    return None
