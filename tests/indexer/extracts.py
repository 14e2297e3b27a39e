"""A small invented registry that a test changes cell by cell, and a store that it is synced into."""

import copy
import csv
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from indexer.progress import Silence
from indexer.report import SyncReport
from indexer.sources.csv_directory import CsvDirectory
from indexer.surroundings import Surroundings
from indexer.sync import SyncOptions, sync
from indexer.tables import TABLES
from lookup.progress import Progress
from lookup.records import KINDS, Kind, Record
from lookup.store.open import open_store, open_writer
from lookup.store.protocol import Head, Writer

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

Row = dict[str, str]

SMALL: dict[str, list[Row]] = {
    "missions": [
        {
            "mission_id": "emb-fr",
            "name": "Embassy of France",
            "kind": "embassy",
            "sending_state": "FR",
            "plate_code": "ZF",
            "city": "Washington",
            "state": "DC",
            "established_on": "1950-01-01",
        },
        {
            "mission_id": "org-un",
            "name": "An organization",
            "kind": "international_organization",
            "organization": "un",
            "established_on": "1950-01-01",
        },
    ],
    "agreements": [
        {
            "agreement_id": "g1",
            "sending_state": "FR",
            "category": "service_staff",
            "treated_as": "diplomatic_agent",
            "effective_on": "2000-01-01",
            "citation": "An invented treaty",
        }
    ],
    "members": [
        {
            "member_id": "TRN1",
            "family_name": "Martin",
            "given_names": "Zoé",
            "date_of_birth": "1980-02-29",
            "sex": "F",
            "nationality": "FR",
            "us_status": "none",
        },
        {
            "member_id": "TRN2",
            "family_name": "Martin",
            "nationality": "FR;DE",
            "us_status": "none",
            "principal_id": "TRN1",
            "relationship": "spouse",
        },
    ],
    "accreditations": [
        {
            "accreditation_id": "a1",
            "member_id": "TRN1",
            "mission_id": "emb-fr",
            "category": "diplomatic_agent",
            "effective_on": "2024-01-01",
        },
        {
            "accreditation_id": "a2",
            "member_id": "TRN1",
            "mission_id": "org-un",
            "category": "io_staff",
            "effective_on": "2020-01-01",
            "terminated_on": "2023-12-31",
        },
    ],
    "waivers": [{"waiver_id": "w1", "member_id": "TRN1", "scope": "civil", "effective_on": "2025-01-01"}],
    "vehicles": [
        {
            "plate": "D ZF 1234",
            "vin": "TRN00000000000001",
            "year": "2020",
            "mission_id": "emb-fr",
            "member_id": "TRN1",
            "registration_status": "active",
        }
    ],
    "identity_cards": [{"card_number": "TRN-C-1", "member_id": "TRN1", "border": "blue", "status": "active"}],
    "driver_licenses": [{"license_number": "TRN-L-1", "member_id": "TRN1", "class": "D", "status": "active"}],
    "premises": [
        {
            "premises_id": "p1",
            "mission_id": "emb-fr",
            "kind": "chancery",
            "address": "1 Invented Street",
            "city": "Washington",
            "state": "DC",
            "latitude": "38.9",
            "longitude": "-77.0",
        }
    ],
}


@dataclass
class SmallRegistry:
    """The small registry below `directory`, with a store beside it. `clock` stands still until a test moves it."""

    directory: Path
    tables: dict[str, list[Row]] = field(default_factory=lambda: copy.deepcopy(SMALL))
    clock: datetime = NOW
    environment: str = "training"

    @property
    def source(self) -> Path:
        return self.directory / "extract"

    def row(self, table: str, key: str) -> Row:
        """Give the row whose first cell is `key`, to be changed in place."""
        return next(row for row in self.tables[table] if next(iter(row.values())) == key)

    def add(self, table: str, **cells: str) -> None:
        """Add a row like the first one of its table, with these cells."""
        self.tables[table].append(SMALL[table][0] | {name.rstrip("_"): cell for name, cell in cells.items()})

    def drop(self, table: str, key: str) -> None:
        self.tables[table].remove(self.row(table, key))

    def write(self, extracted_at: datetime | None = None, **manifest: Any) -> Path:
        """Write all tables, and `extract.json` unless `extracted_at` is None and nothing else is said."""
        self.source.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            if table.name in self.tables:
                (self.source / f"{table.name}.csv").write_text(csv_text(table.columns, self.tables[table.name]))
        document = {"version": 1, "extracted_at": (extracted_at or self.clock - timedelta(hours=1)).isoformat()}
        (self.source / "extract.json").write_text(json.dumps(document | manifest))
        return self.source

    def writer(self) -> Writer:
        url = f"sqlite:///{self.directory / 'store'}"
        return open_writer(url, self.environment, b"k" * 32, clock=lambda: self.clock)

    def around(self, progress: Progress | None = None) -> Surroundings:
        return Surroundings(self.environment, self.directory / "data", lambda: self.clock, progress or Silence())

    def sync(self, progress: Progress | None = None, **options: bool) -> SyncReport:
        """Write the extract and sync it."""
        self.write()
        return self.sync_as_it_lies(progress, **options)

    def sync_as_it_lies(self, progress: Progress | None = None, **options: bool) -> SyncReport:
        return sync(CsvDirectory(self.source), self.writer(), self.around(progress), SyncOptions(**options))

    def get(self, key: str) -> Record | None:
        store = open_store(f"sqlite:///{self.directory / 'store'}", self.environment)
        try:
            with store.reading() as registry:
                return registry.get(key)
        finally:
            store.close()

    def head(self) -> Head:
        head = self.writer().head()
        assert head is not None
        return head

    def quarantine(self) -> list[dict[str, Any]]:
        return list(self.writer().quarantine())

    def state(self) -> dict[str, str]:
        """Give version by key of everything that is live."""
        writer = self.writer()
        return {key: version for kind in KINDS for key, version in writer.versions(kind)}

    def standing(self, key: str) -> str:
        """Give the standing of a record, `deleted` for a tombstone, `absent` where there never was one."""
        record = self.get(key)
        if record is None:
            return "absent"
        return "deleted" if record.deleted else record.standing


def csv_text(columns: tuple[str, ...], rows: list[Row]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def kinds_changed(report: SyncReport) -> dict[Kind, tuple[int, int, int]]:
    """Give added, changed and deleted of each kind where there is any."""
    numbers = {kind: (counts.added, counts.changed, counts.deleted) for kind, counts in report.kinds.items()}
    return {kind: counts for kind, counts in numbers.items() if any(counts)}
