"""Random changes of a database: after each of them a pass over what changed leaves exactly what one over all rows does.

Keys come in several spellings and are few, so that rows meet: duplicates, pointers at what is gone or not there yet,
rows that nobody can key, rows inside that move from one member to another while somebody is refused.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from indexer.tables import TABLES, Table
from tests.indexer.sql_registry import Database, Synced, is_incremental

PASSES = 60

KEYS: dict[str, tuple[str, ...]] = {
    "missions": ("m1", "m2", " m2", "m3", " "),
    "agreements": ("g1", "g2", "g2 "),
    "members": ("TRN1", "trn-1", "TRN2", "TRN3", "TRN 3", "TRN4", "TRN5", "TRN#"),
    "accreditations": ("a1", "a2", "a3", "a3 ", "a4", "a5", "  "),
    "waivers": ("w1", "w2", "w2 ", " "),
    "vehicles": ("ZZ1", "ZZ-1", "ZZ2", "zz 3", "Z#"),
    "identity_cards": ("TRNC1", "TRNC2", "trn c2", "TRN*?"),
    "driver_licenses": ("TRNL1", "TRNL2", "trn.l2", "?"),
    "premises": ("p1", "p2", "p2 "),
}
MEMBERS = ("TRN1", "TRN-2", "trn3", "TRN4", "TRN5", "TRN9")
MISSIONS = ("m1", "m2", "m3 ", "m9")

GOOD: dict[str, dict[str, Any]] = {
    "missions": {"name": "A mission", "kind": "embassy", "sending_state": "FR", "established_on": "1950-01-01"},
    "agreements": {
        "sending_state": "FR",
        "category": "service_staff",
        "treated_as": "diplomatic_agent",
        "effective_on": "2000-01-01",
        "citation": "An invented treaty",
    },
    "members": {"family_name": "Martin", "nationality": "FR", "us_status": "none"},
    "accreditations": {"category": "diplomatic_agent", "effective_on": "2024-01-01"},
    "waivers": {"scope": "civil", "effective_on": "2025-01-01"},
    "vehicles": {"registration_status": "active"},
    "identity_cards": {"status": "active"},
    "driver_licenses": {"status": "active"},
    "premises": {"kind": "chancery", "address": "1 Invented Street", "city": "Washington", "state": "DC"},
}
ODD: dict[str, tuple[str, tuple[str, ...]]] = {
    "missions": ("kind", ("castle", "consulate")),
    "agreements": ("treated_as", ("king", "io_staff")),
    "members": ("us_status", ("citizen", "national")),
    "accreditations": ("category", ("ambassador", "io_staff")),
    "waivers": ("scope", ("everything", "criminal")),
    "vehicles": ("registration_status", ("eaten", "stolen")),
    "identity_cards": ("status", ("eaten", "lost")),
    "driver_licenses": ("status", ("eaten", "suspended")),
    "premises": ("kind", ("tent", "annex")),
}
"""A column of each table with one word that is refused and one that is not."""


class Walk:
    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.random = random.Random(seed)  # noqa: S311 - a walk, no secret

    def step(self) -> None:
        """Change one row of one table."""
        table = self.random.choice(TABLES)
        # A row that nobody can key changes what every other row means; else half of all passes would see that.
        readable = [key for key in KEYS[table.name] if key.strip() and "#" not in key and "?" not in key]
        keys = KEYS[table.name] if self.random.random() < 0.15 else readable
        key = self.random.choice(keys)
        if self.random.random() < 0.3 or (key not in readable and self.random.random() < 0.6):
            self.database.delete(table.name, key)
        else:
            self.database.put(table.name, **self.row(table, key))

    def row(self, table: Table, key: str) -> dict[str, Any]:
        row = {table.key: key, **GOOD[table.name]}
        for column, target in table.pointers:
            must = column in table.required
            if must or self.random.random() < 0.4:
                row[column] = self.random.choice(MEMBERS if target == "members" else MISSIONS)
        if self.random.random() < 0.5:
            column, words = ODD[table.name]
            row[column] = self.random.choice(words)
        if self.random.random() < 0.1:
            row[self.random.choice([name for name in row if name != table.key])] = None
        return row


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_changes_the_store_is_what_reading_everything_makes_of_it(
    database: Database, tmp_path: Path, seed: int
) -> None:
    walk = Walk(database, seed)
    ours, whole = Synced(database, tmp_path / "ours"), Synced(database, tmp_path / "whole")
    for _ in range(40):
        walk.step()
    ours.sync(), whole.sync_whole()
    incremental = 0
    for number in range(PASSES):
        before = ours.position()
        for _ in range(walk.random.randint(1, 4)):
            walk.step()
        one, other = ours.sync(accept_loss=True), whole.sync_whole(accept_loss=True)
        assert (one.kinds, one.tables) == (other.kinds, other.tables), number
        assert ours.picture() == whole.picture(), number
        incremental += is_incremental(before, ours.position())
    assert incremental == PASSES
    picture = ours.picture()
    ours.sync(rebuild=True)
    assert ours.picture() == picture
