"""What the history says of a record that was asked for and not found.

Decides what can be told. The history names each version where it was published first, and each record's deletion where
it was deleted first: a version that came back, or a deletion that was repeated, leaves no second trace. So that a
record did not exist is proved only where nothing of it had been published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from lookup.audit.entry import Entry
from lookup.freshness import CLOCK_TOLERANCE
from lookup.lookup_ids import moment_of
from lookup.member_documents import DOCUMENT_KINDS
from lookup.queries import Query
from lookup.records import record_key
from lookup.store.protocol import TOMBSTONE_VERSION, PublishedVersion, Store

Told = Literal["proved", "deleted", "not_told", "contradicted"]

SENTENCES: Mapping[Told, str] = {
    "proved": "no version of it had been published: it did not exist then",
    "deleted": "its deletion was met: the source had taken it back",
    "not_told": "versions of it had been published before; whether one was on record then, the history cannot tell",
    "contradicted": "a version of it had been published into these very data, and no deletion of it: it was on record, "
    "unless its publishing was cut off",
}


@dataclass(frozen=True, slots=True)
class Absence:
    """A key under which nothing was on record by the answer, and what the history tells of it."""

    key: str
    told: Told


def absences(recorded: Entry, query: Query, store: Store) -> list[Absence]:
    """Give what the history tells of the keys that a `no_record` was about; none for any other answer, or where no key
    was asked for. Raises `CouldNotSearch` where the history cannot be read just now."""
    if recorded["outcome"] != "no_record" or not query.asks_department:
        return []
    deleted = {named["id"] for named in recorded["records"] if named["version"] == TOMBSTONE_VERSION}
    return [
        Absence(key, "deleted" if key in deleted else _told(store.history(key), recorded)) for key in asked_keys(query)
    ]


def asked_keys(query: Query) -> Iterator[str]:
    """Give the keys that a question asks for; a vehicle number, a name or an address has none."""
    if query.kind == "plate":
        yield record_key("vehicle", query.normalized)
    elif query.kind == "member_id":
        yield record_key("member", query.normalized)
    elif query.kind == "document":
        for kind in DOCUMENT_KINDS if query.document_kind is None else (query.document_kind,):
            yield record_key(kind, query.normalized)


def _told(history: Sequence[PublishedVersion], recorded: Entry) -> Told:
    data, moment = recorded["data"], moment_of(UUID(recorded["lookup_id"]))
    before = [version for version in history if _was_published(version, data, moment)]
    live = [version for version in before if not version.deleted]
    if not live:
        return "proved"
    in_these_data = any(version.generation == data["generation"] for version in live)
    return "contradicted" if in_these_data and len(live) == len(before) else "not_told"


def _was_published(version: PublishedVersion, data: Mapping[str, Any], moment: datetime) -> bool:
    """Whether a version may have been in the data of an answer: by its revision in the same generation; else by the
    time, with some leave for the clocks of two machines, and not at all by a clock that was suspect."""
    if version.generation == data["generation"]:
        return bool(version.revision <= data["revision"])
    return data["clock_suspect"] or version.published_at <= moment + CLOCK_TOLERANCE
