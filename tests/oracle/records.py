"""What the registry holds after a sync: good records, and held ones that it has but cannot use.

A record is good with the row of this extract, or with the last good one where the newer row is refused. A member's
record is the row with all accreditations and waivers: it changes as a whole or not at all.
"""

from dataclasses import dataclass, field
from typing import Any

from .rows import Extract, Row
from .tables import TABLES

PARTS_OF_A_MEMBER = ("accreditations", "waivers")
Values = dict[str, Any]


@dataclass
class Record:
    """A good record; `newer_refused` says that a newer row of it lies in quarantine."""

    values: Values
    accreditations: list[Values] = field(default_factory=list)
    waivers: list[Values] = field(default_factory=list)
    newer_refused: bool = False


@dataclass
class Registry:
    """Good records by table and key, and the keys of those that are held."""

    good: dict[str, dict[str, Record]]
    held: dict[str, set[str]]

    def find(self, table: str, key: str | None) -> Record | None:
        """Return a good record, or None where there is none or it is held."""
        return self.good[table].get(key or "")

    def is_held(self, table: str, key: str) -> bool:
        """Say whether the record is there without a good version."""
        return key in self.held[table]


def registry_of(extract: Extract, previous: Registry | None = None) -> Registry:
    """Return what is held after syncing `extract` over `previous`, or over nothing."""
    before = previous or Registry({name: {} for name in TABLES}, {name: set() for name in TABLES})
    registry = Registry({}, {})
    for table in TABLES:
        if table not in PARTS_OF_A_MEMBER:
            fresh = _members(extract, before) if table == "members" else _plain(extract[table])
            registry.good[table], registry.held[table] = _merged(table, fresh, extract, before)
    return registry


def _plain(rows: list[Row]) -> dict[str, Record | None]:
    """Every readable key of a table, with its record, or None where the row is refused."""
    return {row.key: None if row.reason else Record(row.values) for row in rows if row.key is not None}


def _members(extract: Extract, before: Registry) -> dict[str, Record | None]:
    members = _plain(extract["members"])
    for table in PARTS_OF_A_MEMBER:
        for row in extract[table]:
            for member_id in _members_of(row, before):
                record = members.get(member_id)
                if row.reason is not None and member_id in members:
                    members[member_id] = None
                elif record is not None:
                    getattr(record, table).append(row.values)
    for table in PARTS_OF_A_MEMBER:
        if _has_unreadable_key(extract[table]):
            _keep_parts_that_are_gone(table, members, extract, before)
    for record in members.values():
        if record is not None:
            record.accreditations.sort(key=lambda one: (one["effective_on"], one["accreditation_id"]))
    return members


def _members_of(row: Row, before: Registry) -> set[str]:
    """Whose row it is; a refused one also belongs to the member in whose last good version it is."""
    found = {row.values["member_id"]} if "member_id" in row.values else set()
    if row.reason is None or row.key is None:
        return found
    for member_id, record in before.good["members"].items():
        if any(one[TABLES[row.table].key] == row.key for one in getattr(record, row.table)):
            found.add(member_id)
    return found


def _has_unreadable_key(rows: list[Row]) -> bool:
    return any(row.key is None for row in rows)


def _keep_parts_that_are_gone(
    table: str, members: dict[str, Record | None], extract: Extract, before: Registry
) -> None:
    """Nothing is deleted from a table where a refused row has no readable key."""
    there = {row.key for row in extract[table]}
    for member_id, record in members.items():
        last = before.find("members", member_id)
        if record is not None and last is not None:
            gone = [one for one in getattr(last, table) if one[TABLES[table].key] not in there]
            getattr(record, table).extend(gone)


def _merged(
    table: str, fresh: dict[str, Record | None], extract: Extract, before: Registry
) -> tuple[dict[str, Record], set[str]]:
    good = {key: record for key, record in fresh.items() if record is not None}
    held = set()
    for key in sorted(fresh.keys() - good.keys()):
        last = before.find(table, key)
        if last is None:
            held.add(key)
        else:
            good[key] = Record(last.values, last.accreditations, last.waivers, newer_refused=True)
    tables = (table, *PARTS_OF_A_MEMBER) if table == "members" else (table,)
    if any(_has_unreadable_key(extract[one]) for one in tables):
        good |= {key: record for key, record in before.good[table].items() if key not in fresh}
        held |= before.held[table] - fresh.keys()
    return good, held
