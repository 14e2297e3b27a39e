"""What ended, as audit trails tell it: keys that were revoked, accounts that were removed, passwords that were changed.

Decides which entries count. They are read without a look at the chain: an entry too many ends a key that can be made
again, and whether one is missing is for `immunity audit verify`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookup.audit.segment import segments_in

_EVENTS = {"key.revoked": "key_id", "account.removed": "account", "password.changed": "account"}
"""Each event that counts, and the detail of its entry that says whose end it is."""
_MARKS = tuple(f'"event":"{event}"'.encode() for event in _EVENTS)


@dataclass(frozen=True, slots=True)
class Endings:
    """Ids of keys, names of accounts. `changed` have another password than the backup has."""

    revoked: frozenset[str]
    removed: frozenset[str]
    changed: frozenset[str]


def endings_in(present: Sequence[Path], backup: Sequence[Path]) -> Endings:
    """Read what ended from the segments in these directories: of a data directory as it is, and of a backup."""
    here, kept = list(_entries(present)), list(_entries(backup))
    known = {entry.get("id") for entry in kept}
    return Endings(
        _subjects("key.revoked", (*here, *kept)),
        _subjects("account.removed", (*here, *kept)),
        _subjects("password.changed", (entry for entry in here if entry.get("id") not in known)),
    )


def _entries(directories: Iterable[Path]) -> Iterator[Mapping[str, Any]]:
    """Give the entries that count; a line that cannot be read is passed over."""
    for path in (path for directory in directories for path in segments_in(directory)):
        with path.open("rb") as file:
            for line in file:
                if any(mark in line for mark in _MARKS):
                    try:
                        entry = json.loads(line)
                    except ValueError:
                        continue
                    if isinstance(entry, dict) and isinstance(entry.get("details"), dict):
                        yield entry


def _subjects(event: str, entries: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    found = (entry["details"].get(_EVENTS[event]) for entry in entries if entry.get("event") == event)
    return frozenset(subject for subject in found if isinstance(subject, str))
