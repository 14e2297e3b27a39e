"""The reasons for which a row is refused because of other rows: its key twice, or a pointer that leads nowhere; and
which records a refused row marks.

Decides who is refused and who is marked. What a marked record becomes is `assemble`. A row is refused for the first
reason that applies, in the order `missing`, `invalid` (both in `reading`), `duplicate_key`, the pointers; a refused
row whose key can be read still exists for whoever points at it.
"""

from indexer.staging import Staging
from indexer.tables import INSIDE_MEMBERS, MEMBERS, MISSIONS, TABLES, Table

DUPLICATE_KEY = "duplicate_key"
UNKNOWN_MEMBER = "unknown_member"
UNKNOWN_MISSION = "unknown_mission"
PRINCIPAL_IS_FAMILY = "principal_is_family"

_DUPLICATES = """
UPDATE rows SET reason = ?, fault = ?, content = NULL
WHERE source = ? AND reason IS NULL AND key IN (SELECT key FROM rows WHERE source = ? GROUP BY key HAVING COUNT(*) > 1)
"""
_UNKNOWN_MEMBER = """
UPDATE rows SET reason = ?, fault = ?, content = NULL
WHERE source = ? AND reason IS NULL AND member IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM rows AS target WHERE target.source = ? AND target.key = rows.member)
"""
_UNKNOWN_MISSION = """
UPDATE rows SET reason = ?, fault = ?, content = NULL
WHERE source = ? AND reason IS NULL AND mission IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM rows AS target WHERE target.source = ? AND target.key = rows.mission)
"""
_PRINCIPAL_IS_FAMILY = """
UPDATE rows SET reason = ?, fault = ?, content = NULL
WHERE source = ? AND reason IS NULL AND member IS NOT NULL
AND EXISTS (SELECT 1 FROM rows AS target WHERE target.source = ? AND target.key = rows.member AND target.family)
"""
_MARK_BY_KEY = """
INSERT OR IGNORE INTO marked
SELECT source, key FROM rows WHERE source = ? AND reason IS NOT NULL AND key IS NOT NULL
"""
_MARK_MEMBER = """
INSERT OR IGNORE INTO marked
SELECT ?, member FROM rows WHERE source = ? AND reason IS NOT NULL AND member IS NOT NULL
"""


def refuse_and_mark(staging: Staging) -> None:
    """Settle every row of the staging file, and mark the records that keep or lack a good version."""
    for table in TABLES:
        staging.change(_DUPLICATES, DUPLICATE_KEY, table.key, table.number, table.number)
    for table in TABLES:
        _refuse_pointers(staging, table)
    for table in TABLES:
        if table in INSIDE_MEMBERS:
            staging.change(_MARK_MEMBER, MEMBERS.number, table.number)
        else:
            staging.change(_MARK_BY_KEY, table.number)


def _refuse_pointers(staging: Staging, table: Table) -> None:
    """Follow the pointers in the order of the columns. A table points at each other table by one column at most."""
    for column, target in table.pointers:
        if target == "missions":
            staging.change(_UNKNOWN_MISSION, UNKNOWN_MISSION, column, table.number, MISSIONS.number)
            continue
        staging.change(_UNKNOWN_MEMBER, UNKNOWN_MEMBER, column, table.number, MEMBERS.number)
        if table is MEMBERS:
            staging.change(_PRINCIPAL_IS_FAMILY, PRINCIPAL_IS_FAMILY, column, table.number, MEMBERS.number)
