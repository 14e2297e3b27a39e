"""The reasons for which a row is refused because of other rows: its key twice, or a pointer that leads nowhere; and
which records a refused row marks.

Decides who is refused and who is marked. What a marked record becomes is `assemble`. A row is refused for the first
reason that applies, in the order `missing`, `invalid` (both in `reading`), `duplicate_key`, the pointers; a refused
row whose key can be read still exists for whoever points at it. So a refusal rests on keys alone, never on another
refusal.
"""

from indexer.staging import Staging
from indexer.tables import INSIDE_MEMBERS, MEMBERS, MISSIONS, TABLES, Table

DUPLICATE_KEY = "duplicate_key"
UNKNOWN_MEMBER = "unknown_member"
UNKNOWN_MISSION = "unknown_mission"
PRINCIPAL_IS_FAMILY = "principal_is_family"

_EVERY_ROW = "source = ?"
_AFFECTED_ROWS = "rowid IN (SELECT id FROM affected) AND +source = ?"
"""The plus keeps SQLite from walking the whole table by its index."""

_REFUSE = "UPDATE rows SET reason = ?, fault = ? WHERE {among} AND reason IS NULL AND {fault}"

_FAULTS = {
    DUPLICATE_KEY: """key IS NOT NULL AND EXISTS
        (SELECT 1 FROM rows AS twin WHERE twin.source = ? AND twin.key = rows.key AND twin.rowid <> rows.rowid)""",
    UNKNOWN_MEMBER: """member IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM rows AS target WHERE target.source = ? AND target.key = rows.member)""",
    UNKNOWN_MISSION: """mission IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM rows AS target WHERE target.source = ? AND target.key = rows.mission)""",
    PRINCIPAL_IS_FAMILY: """member IS NOT NULL AND EXISTS
        (SELECT 1 FROM rows AS target WHERE target.source = ? AND target.key = rows.member AND target.family)""",
}
"""When a row is refused; the value is the table that is looked into."""

_FORGIVE = (
    "UPDATE rows SET reason = NULL, fault = NULL WHERE rowid IN (SELECT id FROM affected) AND content IS NOT NULL"
)

_MARK_BY_KEY = """
INSERT OR IGNORE INTO marked
SELECT source, key FROM rows WHERE source = ? AND reason IS NOT NULL AND key IS NOT NULL
"""
_MARK_MEMBER = """
INSERT OR IGNORE INTO marked
SELECT ?, member FROM rows WHERE source = ? AND reason IS NOT NULL AND member IS NOT NULL
"""
_CONCERNED_KEYS = " AND key IN (SELECT key FROM concerned WHERE source = ?)"
_CONCERNED_MEMBERS = f"""
AND rowid IN (SELECT inside.rowid FROM concerned CROSS JOIN rows AS inside ON inside.member = concerned.key
              WHERE concerned.source = {MEMBERS.number})
"""  # noqa: S608 - our own number


def refuse_and_mark(staging: Staging) -> None:
    """Settle every row of the staging file, and mark the records that keep or lack a good version."""
    _refuse_among(staging, _EVERY_ROW)
    mark(staging)


def refuse_again(staging: Staging) -> None:
    """Settle the rows of the table `affected` anew. A row that is refused for its own cells stays as it is."""
    staging.change(_FORGIVE)
    _refuse_among(staging, _AFFECTED_ROWS)


def mark(staging: Staging) -> None:
    """Mark the records that keep or lack a good version, where only some are concerned among those."""
    for table in TABLES:
        if table in INSIDE_MEMBERS:
            narrowed = _CONCERNED_MEMBERS if staging.concerned else ""
            staging.change(_MARK_MEMBER + narrowed, MEMBERS.number, table.number)
        elif staging.concerned:
            staging.change(_MARK_BY_KEY + _CONCERNED_KEYS, table.number, table.number)
        else:
            staging.change(_MARK_BY_KEY, table.number)


def _refuse_among(staging: Staging, among: str) -> None:
    for table in TABLES:
        _refuse(staging, among, DUPLICATE_KEY, table, table.key, table)
    for table in TABLES:
        for column, target in table.pointers:  # a table points at each other table by one column at most
            if target == "missions":
                _refuse(staging, among, UNKNOWN_MISSION, table, column, MISSIONS)
                continue
            _refuse(staging, among, UNKNOWN_MEMBER, table, column, MEMBERS)
            if table is MEMBERS:
                _refuse(staging, among, PRINCIPAL_IS_FAMILY, table, column, MEMBERS)


def _refuse(staging: Staging, among: str, reason: str, table: Table, column: str, target: Table) -> None:
    statement = _REFUSE.format(among=among, fault=_FAULTS[reason])
    staging.change(statement, reason, column, table.number, target.number)
