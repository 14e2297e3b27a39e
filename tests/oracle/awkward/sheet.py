"""The tables of an extract while they are made up, and how they are written to disk.

The files are odd on purpose where the contract allows it: a byte order mark, another order of columns, a column that
nobody knows, a packed file, a line break inside a cell.
"""

import csv
import gzip
import hashlib
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ..tables import TABLES

Cells = dict[str, str]
ON = date(2026, 6, 1)  # the day around which everything lies, unless another is given

FAMILY_NAMES = (
    "Nguyễn Öztürk Łukasiewicz O'Brenn al-Ḥakīm Đorđević Åström Ñáñez Ó-Súill Müller Strauß Çelik Šimůnek Þórsdóttir"
    " Kim Ōno Petrov Kovač d'Écluse van-der-Zee Qu'Appelle Mbeki-Zulu Çağlar Ionescu-Țepeș Hō Li Gärtner Żuraw"
    " Ørsted Ibáñez"
)
GIVEN_NAMES = "Zoë André Ngọc Søren Ałła Maël Ioana Çem İpek Ûlric Ji-woo Noor Ömer Lā Renée-Anne Tómas Ẽda Iñigo"
SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "ru")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Sheet:
    """Rows by table; those without a readable key are kept apart, so that a later extract can leave them out."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.rows: dict[str, list[Cells]] = {name: [] for name in TABLES}
        self.unreadable: dict[str, list[Cells]] = {name: [] for name in TABLES}
        self.count = 0

    def day(self, offset: int | None) -> date | None:
        """Return the day `offset` days from the one around which everything lies; None stays None."""
        return None if offset is None else self.on + timedelta(days=offset)

    def born(self, age: int, offset: int = 0) -> date:
        """Return the birthday of who completes `age` years `offset` days from the day."""
        then = self.on + timedelta(days=offset)
        if (then.month, then.day) == (2, 29):
            then += timedelta(days=1)
        return then.replace(year=then.year - age)

    def add(self, table: str, **values: Any) -> Cells:
        """Add a row and return its cells."""
        cells = {column: _cell(value) for column, value in values.items()}
        self.rows[table].append(cells)
        return cells

    def add_unreadable(self, table: str, **values: Any) -> None:
        """Add a row whose key can't be read."""
        self.unreadable[table].append({column: _cell(value) for column, value in values.items()})

    def next_id(self, prefix: str) -> str:
        """Return an id that was not given before."""
        self.count += 1
        return f"{prefix}{self.count:06}"

    def member(self, **values: Any) -> str:
        """Add a member with an invented name, and return the id."""
        member_id = self.next_id("TRN")
        families, givens = FAMILY_NAMES.split(), GIVEN_NAMES.split()
        ending = "".join(SYLLABLES[int(digit)] for digit in str(self.count))
        made = {
            "member_id": member_id,
            "family_name": f"{families[self.count % len(families)]} {ending}",
            "given_names": givens[self.count % len(givens)],
            "date_of_birth": date(1950, 1, 1) + timedelta(days=23 * self.count % 16000),
            "sex": "FMX"[self.count % 3],
            "nationality": "FR",
            "us_status": "none",
        }
        self.add("members", **(made | values))
        return member_id

    def accredit(self, member_id: str, mission_id: str, category: str, **values: Any) -> str:
        """Add an accreditation that began long ago, unless something else is said; return its id."""
        accreditation_id = self.next_id("a-")
        made = {"member_id": member_id, "mission_id": mission_id, "category": category}
        begun = {"effective_on": self.day(-400), "title": "Member of the mission"}
        self.add("accreditations", **({"accreditation_id": accreditation_id} | made | begun | values))
        return accreditation_id

    def write(self, directory: Path) -> None:
        """Write all files, `extract.json` last."""
        directory.mkdir(parents=True, exist_ok=True)
        described = {}
        for table in TABLES:
            rows = self.rows[table] + self.unreadable[table]
            content = _file_of(table, rows)
            name = f"{table}.csv"
            if table == "driver_licenses":
                name, content = f"{table}.csv.gz", gzip.compress(content, mtime=0)
            (directory / name).write_bytes(content)
            described[table] = {"rows": len(rows), "sha256": hashlib.sha256(content).hexdigest()}
        head = {"version": 1, "extracted_at": f"{self.on}T06:00:00Z", "fictitious": True, "tables": described}
        (directory / "extract.json").write_text(json.dumps(head, indent=1), encoding="utf-8")


def _file_of(table: str, rows: list[Cells]) -> bytes:
    columns = list(TABLES[table].columns)
    if table == "accreditations":
        columns.reverse()
    if table == "vehicles":
        columns.insert(3, "shoe_size")
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode("utf-8-sig" if table == "members" else "utf-8")
