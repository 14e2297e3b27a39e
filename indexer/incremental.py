"""What a few changed rows concern: which rows must be judged again, and which records compared with the store, so that
the pass ends exactly where one over all rows would.

Decides the closure; the rules that are applied to it are those of every pass. It is taken in the mirror, which holds
every row of the source:

1. *Touched* are the rows that changed, each by the key and the member that it named before and names now.
2. *Affected* are the rows whose refusal may have changed: those with a touched key (it may be a duplicate now, or no
   longer), and those that point at a touched member or mission (it may be there now, or gone, or family). A refusal
   rests on keys alone, so it goes no further.
3. An affected row whose refusal did change is touched too.
4. *Concerned* are the records of the touched keys; for accreditations and waivers the members whom they name, and
   those who have them inside in the store though no row says so any more (`mirror`, `holding`).

Every other record is what it was: its own rows, and those inside it, are the same and judged the same. Two things reach
further, and then every record is compared with the store, still without reading the source: the tables from which
nothing may be deleted have changed (a row without a readable key came or went), and the last pass did not come to its
end. Where the mirror itself cannot be used, everything is read (`position`, `mirror`).
"""

from indexer.refusals import refuse_again
from indexer.staging import Staging
from indexer.tables import INSIDE_MEMBERS, MEMBERS, MISSIONS

_INSIDE = ", ".join(str(table.number) for table in INSIDE_MEMBERS)

_AFFECTED = f"""
CREATE TABLE affected (id INTEGER PRIMARY KEY, reason TEXT, fault TEXT);
INSERT OR IGNORE INTO affected SELECT rows.rowid, reason, fault
  FROM touched CROSS JOIN rows ON rows.source = touched.source AND rows.key = touched.key;
INSERT OR IGNORE INTO affected SELECT rows.rowid, reason, fault
  FROM touched CROSS JOIN rows ON rows.member = touched.key WHERE touched.source = {MEMBERS.number};
INSERT OR IGNORE INTO affected SELECT rows.rowid, reason, fault
  FROM touched CROSS JOIN rows ON rows.mission = touched.key WHERE touched.source = {MISSIONS.number}
"""  # noqa: S608 - our own numbers

_TOUCH_FLIPPED = """
INSERT OR IGNORE INTO touched SELECT rows.source, rows.key, rows.member
  FROM affected CROSS JOIN rows ON rows.rowid = affected.id
  WHERE rows.reason IS NOT affected.reason OR rows.fault IS NOT affected.fault
"""

_CONCERNED = f"""
CREATE TABLE concerned (source INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (source, key)) WITHOUT ROWID;
INSERT OR IGNORE INTO concerned SELECT source, key FROM touched
  WHERE source NOT IN ({_INSIDE}) AND key IS NOT NULL;
INSERT OR IGNORE INTO concerned SELECT {MEMBERS.number}, member FROM touched
  WHERE source IN ({_INSIDE}) AND member IS NOT NULL;
INSERT OR IGNORE INTO concerned SELECT {MEMBERS.number}, holding.member
  FROM touched CROSS JOIN holding ON holding.source = touched.source AND holding.key = touched.key
"""  # noqa: S608


def judge_again(staging: Staging) -> None:
    """Settle the rows that the touched ones affect."""
    staging.run(_AFFECTED)
    refuse_again(staging)
    staging.run(_TOUCH_FLIPPED)


def find_concerned(staging: Staging) -> None:
    """Find the records that the touched rows concern, and ask about those alone from now on."""
    staging.run(_CONCERNED)
    staging.change("DELETE FROM holding WHERE member IN (SELECT key FROM concerned WHERE source = ?)", MEMBERS.number)
    staging.concerned = True
