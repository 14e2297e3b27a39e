"""From staged rows to records: what the extract says that each record should be.

Decides the content of every record that can be assembled, and which records are marked because a row of theirs was
refused. What a marked record becomes depends on what was published before: that is `compare`.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter, itemgetter

from indexer.staging import INSIDE_A_MEMBER, Staging
from indexer.tables import INSIDE_MEMBERS, MEMBERS, TABLE_OF_KIND
from lookup.records import Accreditation, Content, Kind, Member, Waiver, decode_body

_CONTENTS = """
SELECT key, content FROM rows WHERE source = ? AND reason IS NULL
AND NOT EXISTS (SELECT 1 FROM marked WHERE marked.source = rows.source AND marked.key = rows.key)
"""
_MARKED = "SELECT key FROM marked WHERE source = ? ORDER BY key"
_INSIDE = f"""
SELECT member, source, content FROM rows INDEXED BY rows_by_member
WHERE {INSIDE_A_MEMBER} AND member IS NOT NULL AND reason IS NULL
"""  # noqa: S608 - our own numbers
"""By the index, so that nothing is sorted: a sort of all accreditations would need the space of a second copy."""

_CONCERNED_KEYS = " AND key IN (SELECT key FROM concerned WHERE source = ?)"
_CONCERNED_MEMBERS = " AND member IN (SELECT key FROM concerned WHERE source = ?)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the extract says of a record: its content, or None where it is marked."""

    key: str
    content: Content | None


def assemble(staging: Staging, kind: Kind) -> Iterator[Wanted]:
    """Give every record of a kind that the extract knows, by natural key in code point order; where only some are
    concerned, those."""
    source = TABLE_OF_KIND[kind].number
    if staging.concerned:
        contents = staging.ask(f"{_CONTENTS}{_CONCERNED_KEYS} ORDER BY key", source, source)
    else:
        contents = staging.ask(f"{_CONTENTS} ORDER BY key", source)
    good = _members(staging, contents) if kind == "member" else _plain(kind, contents)
    marked = (Wanted(key, None) for (key,) in staging.ask(_MARKED, source))
    return heapq.merge(good, marked, key=lambda wanted: wanted.key)


def put_inside(member: Member, accreditations: Iterable[Accreditation], waivers: Iterable[Waiver]) -> Member:
    """Give the member with these inside, ordered by `effective_on`, then id by code point, so that every source gives
    the same record."""
    return replace(
        member,
        accreditations=tuple(sorted(accreditations, key=attrgetter("effective_on", "accreditation_id"))),
        waivers=tuple(sorted(waivers, key=attrgetter("effective_on", "waiver_id"))),
    )


def _plain(kind: Kind, rows: Iterator[tuple[str, str]]) -> Iterator[Wanted]:
    for key, values in rows:
        yield Wanted(key, _content(kind, values))


def _members(staging: Staging, rows: Iterator[tuple[str, str]]) -> Iterator[Wanted]:
    """Walk members and what lies inside them side by side, both ordered by member. Rows inside a marked member are
    passed over: it keeps its last good version whole."""
    groups = groupby(_inside(staging), key=itemgetter(0))
    owner, inside = next(groups, (None, iter(())))
    for key, values in rows:
        while owner is not None and owner < key:
            owner, inside = next(groups, (None, iter(())))
        yield Wanted(key, _member(values, list(inside) if owner == key else []))


def _inside(staging: Staging) -> Iterator[tuple[str, int, str]]:
    if staging.concerned:
        return staging.ask(f"{_INSIDE}{_CONCERNED_MEMBERS} ORDER BY member", MEMBERS.number)
    return staging.ask(f"{_INSIDE} ORDER BY member")


def _member(values: str, inside: list[tuple[str, int, str]]) -> Content:
    """Read a member with what lies inside. The rows are JSON already, so they are put in as they stand."""
    lists = ""
    for table in INSIDE_MEMBERS if inside else ():
        lists += f',"{table.name}":[{",".join(row for _, source, row in inside if source == table.number)}]'
    member = _content("member", f"{values[:-1]}{lists}}}")
    assert isinstance(member, Member)  # noqa: S101 - that is what the kind says
    return put_inside(member, member.accreditations, member.waivers) if len(inside) > 1 else member


def _content(kind: Kind, values: str) -> Content:
    """Read values as the canonical body of a good record is read."""
    _, content = decode_body(kind, f'{{"standing":"good","content":{values}}}')
    assert content is not None  # noqa: S101 - values are an object
    return content
