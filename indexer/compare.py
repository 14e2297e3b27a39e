"""What becomes of each record: the extract's version of it against the one that was published last.

Decides who is added, changed, deleted or left alone, who keeps the last good version because a newer row was refused,
and who is held. Publishes nothing.

- A marked record keeps its last good version with the standing `newer_row_refused`; without one it is `held`.
- A row inside a member that was refused never takes the good version away that was published under its key, even
  where its pointer cannot be read or now names somebody else: whoever has it inside is marked too.
- A member whose row is gone is deleted, whatever still points at it; one who never had a row is never held.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from indexer.assemble import Wanted, assemble, put_inside
from indexer.presence import Sightings
from indexer.published import Published
from indexer.tables import ACCREDITATIONS, TABLE_OF_KIND, WAIVERS, Table
from lookup.records import (
    Accreditation,
    Content,
    Kind,
    Member,
    Record,
    Waiver,
    natural_key_of,
    record_key,
)
from lookup.store.protocol import Draft

Action = Literal["added", "changed", "deleted", "unchanged"]

CHUNK = 500
"""Published records that are fetched at once."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one record. `removed` names the tables of the rows that it loses, once per row. `previous` is the
    record in its place, None also where it need not be looked at because nothing changes. `lingers` says that it has
    inside what the extract by itself would not put there: the last good version, or rows that may not be deleted."""

    draft: Draft
    action: Action
    removed: tuple[str, ...] = ()
    lingers: bool = False
    previous: Record | None = None


@dataclass(slots=True)
class _Pair:
    """A key with what the extract says of it and the version under which it is live; either may be absent."""

    key: str
    wanted: Wanted | None
    version: str | None
    previous: Record | None = field(default=None)


def compare(sightings: Sightings, published: Published, kind: Kind) -> Iterator[Change]:
    """Give what becomes of every record of a kind that the extract or the store has, by key."""
    pairs = _pair(kind, assemble(sightings.staging, kind), published.versions(kind))
    while chunk := list(islice(pairs, CHUNK)):
        settled = {pair.key: _unchanged(kind, pair) for pair in chunk}
        previous = published.get_many([pair.key for pair in chunk if settled[pair.key] is None])
        for pair in chunk:
            pair.previous = previous.get(pair.key)
            change = settled[pair.key] or _settle(sightings, kind, pair)
            if change is not None:
                yield change if pair.previous is None else replace(change, previous=pair.previous)


def _pair(kind: Kind, wanted: Iterator[Wanted], versions: Iterator[tuple[str, str]]) -> Iterator[_Pair]:
    """Join two sequences ordered by key; a record's key orders as its natural key does."""
    ours, theirs = next(wanted, None), next(versions, None)
    while ours is not None or theirs is not None:
        our_key = None if ours is None else record_key(kind, ours.key)
        their_key = None if theirs is None else theirs[0]
        key = min(k for k in (our_key, their_key) if k is not None)
        yield _Pair(key, ours if our_key == key else None, theirs[1] if theirs and their_key == key else None)
        if our_key == key:
            ours = next(wanted, None)
        if their_key == key:
            theirs = next(versions, None)


def _unchanged(kind: Kind, pair: _Pair) -> Change | None:
    """Settle the common case without looking at the published record: the same good version again."""
    if pair.wanted is None or pair.wanted.content is None or pair.version is None:
        return None
    draft = Draft(pair.key, kind, "good", pair.wanted.content)
    return Change(draft, "unchanged") if draft.version == pair.version else None


def _settle(sightings: Sightings, kind: Kind, pair: _Pair) -> Change | None:
    """Settle a record by its own rows; None where there is nothing to publish and nothing was."""
    is_live = pair.version is not None
    content = None if pair.wanted is None else pair.wanted.content
    if content is None:
        return _settle_without_content(sightings, kind, pair)
    if isinstance(content, Member) and is_live:
        return _settle_member(sightings, pair, content)
    return Change(Draft(pair.key, kind, "good", content), "changed" if is_live else "added")


def _settle_without_content(sightings: Sightings, kind: Kind, pair: _Pair) -> Change | None:
    """Settle a record that is marked, or whose row is gone, or both: a refused accreditation may name a member who has
    no row."""
    table = TABLE_OF_KIND[kind]
    is_gone = sightings.presence(table, natural_key_of(pair.key)) == "gone"
    if is_gone and pair.version is None:
        return None
    if is_gone and table.name not in sightings.keeping:
        return _delete(sightings, kind, pair)
    return _keep(kind, pair) if pair.wanted is None else _mark(kind, pair)


def _settle_member(sightings: Sightings, pair: _Pair, content: Member) -> Change:
    """Settle a member who was published otherwise: what lay inside may be refused now, kept, or gone."""
    inside = rows_inside(_content(pair.previous))
    if any(sightings.presence(table, key) == "refused" for table, key, _ in inside):
        return _mark("member", pair)
    kept = [row for table, key, row in inside if table.name in sightings.keeping and _gone(sightings, table, key)]
    if kept:
        content = put_inside(
            content,
            (*content.accreditations, *(row for row in kept if isinstance(row, Accreditation))),
            (*content.waivers, *(row for row in kept if isinstance(row, Waiver))),
        )
    draft = Draft(pair.key, "member", "good", content)
    removed = tuple(table.name for table, key, _ in inside if sightings.is_deleted(table, key))
    action: Action = "unchanged" if draft.version == pair.version else "changed"
    return Change(draft, action, removed, lingers=bool(kept))


def _mark(kind: Kind, pair: _Pair) -> Change:
    """Keep the last good version of a marked record, or hold it."""
    content = None if pair.previous is None or pair.previous.deleted else pair.previous.content
    draft = Draft(pair.key, kind, "held" if content is None else "newer_row_refused", content)
    if pair.previous is None or pair.version is None:
        return Change(draft, "added")
    return Change(draft, "unchanged" if pair.previous.standing == draft.standing else "changed", lingers=True)


def _keep(kind: Kind, pair: _Pair) -> Change:
    """Leave a record alone whose row vanished while nothing may be deleted."""
    assert pair.previous is not None  # noqa: S101 - it is live
    return Change(Draft(pair.key, kind, pair.previous.standing, pair.previous.content), "unchanged", lingers=True)


def _delete(sightings: Sightings, kind: Kind, pair: _Pair) -> Change:
    rows = rows_inside(_content(pair.previous))
    inside = [table.name for table, key, _ in rows if _gone(sightings, table, key)]
    tombstone = Draft(pair.key, kind, "good", None, deleted=True)
    return Change(tombstone, "deleted", (TABLE_OF_KIND[kind].name, *inside))


def rows_inside(content: Content | None) -> list[tuple[Table, str, Accreditation | Waiver]]:
    """Give the accreditations and waivers of a member, each with its table and key; none of anything else."""
    if not isinstance(content, Member):
        return []
    return [
        *((ACCREDITATIONS, row.accreditation_id, row) for row in content.accreditations),
        *((WAIVERS, row.waiver_id, row) for row in content.waivers),
    ]


def _content(record: Record | None) -> Content | None:
    return None if record is None else record.content


def _gone(sightings: Sightings, table: Table, key: str) -> bool:
    return sightings.presence(table, key) == "gone"
