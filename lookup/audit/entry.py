"""One entry of the audit trail before it is chained: what happened, who did it, and what left the system.

Decides the fields (FBI CJIS Security Policy, AU-3) and that every entry has all of them, null where there is nothing
to say. Holds the value that was asked, and of the records only their names: never the personal data itself
(AU-3(3)). Where entries are kept, and the fields of the chain, are the trail's.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from lookup.lookup_ids import new_lookup_id
from lookup.records import RecordName

Entry = Mapping[str, Any]
"""An entry as `entry` makes it: the fields of `FIELDS`, in their order."""

Event = Literal[
    # questions
    "query.plate", "query.vin", "query.member_id", "query.document", "query.person", "query.address",
    "query.unreadable", "query.search", "query.message", "assessment",
    # records looked at by their handle or id, and answers looked at again
    "view.mission", "view.missions", "view.members", "view.vehicles", "view.member", "view.history", "view.vehicle",
    "view.activity", "view.status", "view.lookup", "disclosure",
    # people and systems coming in
    "sign_in", "sign_in.failed", "sign_in.locked", "sign_out", "session.locked", "access.refused",
    # changes of accounts, keys, permissions, passwords
    "key.created", "key.revoked", "key.reinstated", "account.created", "account.changed", "account.unlocked",
    "account.removed", "password.changed", "device.exempted", "device.enrolled", "device.removed",
    # what administrators do
    "registry.rolled_back", "registry.resumed", "backup.made", "backup.restored",
    # the trail itself
    "audit.searched", "audit.viewed", "audit.exported", "audit.verified", "audit.explained", "audit.reviewed",
    "audit.removed", "audit.refused", "segment.opened", "segment.closed",
    # what the service noticed
    "alarm.sequence", "alarm.misses",
]  # fmt: skip
"""What can happen, by name (AU-2)."""

Outcome = Literal["match", "possible_matches", "no_record", "refused", "unavailable", "error", "done"]
"""How it ended; `done` where nothing was asked of the registry."""

FIELDS = (
    "id", "occurred_at", "event", "component", "source_address", "destination_address", "device", "session", "user",
    "agency_ori", "requestor", "purpose", "purpose_defaulted", "reason", "case_number", "query", "outcome", "level",
    "records", "disclosed", "data", "policy", "answer_digest", "lookup_id", "secondary_recipient", "details",
    "duration_ms", "bytes_in", "bytes_out",
)  # fmt: skip
"""All fields of an entry, in the order in which they are written."""


class WrittenEntry(Mapping[str, Any]):
    """An entry that was written when it was made: `text` is its JSON without the braces. It can be read like any other,
    which parses it once."""

    __slots__ = ("_read", "text")

    def __init__(self, event: Event, outcome: Outcome, text: bytes) -> None:
        self.text = text
        self._read: dict[str, Any] = {"event": event, "outcome": outcome}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            self._read = json.loads(b"{%b}" % self.text)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where. `user` names a key, an account, a person of the provider, or the system's
    user on the command line; `session` is the id of a sign-in, `device` what the caller says of the device."""

    user: str | None
    agency_ori: str | None = None
    session: str | None = None
    source_address: str | None = None
    destination_address: str | None = None
    device: str | None = None
    requestor: str | None = None


NOBODY = Actor(user=None)
"""Nobody who is known, or the trail itself."""


@dataclass(frozen=True, slots=True)
class Scene:
    """When something happens, in which process, and who does it. `component` is `SERVICE/RELEASE@NODE`."""

    at: datetime
    component: str
    actor: Actor = NOBODY


def entry(
    event: Event, outcome: Outcome, scene: Scene, *, entry_id: uuid.UUID | None = None, **more: Any
) -> dict[str, Any]:
    """Make an entry. `more` is any other of `FIELDS`; the rest is null.

    The id of a query's entry is that of its lookup, any other gets one of its own. Raises `TypeError` for a field
    that does not exist.
    """
    unknown = more.keys() - _FREE
    if unknown:
        raise TypeError(f"an entry has no field {', '.join(sorted(unknown))}")
    return (
        _EMPTY
        | {
            "id": str(entry_id or new_lookup_id(scene.at)),
            "occurred_at": moment_text(scene.at),
            "event": event,
            "outcome": outcome,
        }
        | who(scene.component, scene.actor)
        | more
    )


def who(component: str, actor: Actor) -> dict[str, Any]:
    """Give the fields that say in which process something happens, and who does it from where, in their order."""
    return {
        "component": component,
        "source_address": actor.source_address,
        "destination_address": actor.destination_address,
        "device": actor.device,
        "session": actor.session,
        "user": actor.user,
        "agency_ori": actor.agency_ori,
        "requestor": actor.requestor,
    }


def moment_text(moment: datetime) -> str:
    """Write a moment as the trail does: RFC 3339 in UTC, to the millisecond (AU-8 asks for 1/100 s)."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat(timespec='milliseconds')[:_MILLISECONDS]}Z"


def record_objects(records: Iterable[RecordName]) -> list[dict[str, str]]:
    """Name records as an entry does."""
    return [{"id": key, "version": version, "handle": handle} for key, version, handle in records]


_MILLISECONDS = len("2026-11-22T12:00:00.000")
_EMPTY: dict[str, Any] = dict.fromkeys(FIELDS)
_GIVEN = {"id", "occurred_at", "event", "component", "outcome"} | (set(Actor.__dataclass_fields__) - {"requestor"})
_FREE = frozenset(FIELDS) - _GIVEN
