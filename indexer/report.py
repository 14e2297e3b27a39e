"""What a pass did, as people and programs read it.

Decides the fields of the report, which a sync, a check and a reconcile share. Holds counts only, no identifier of
anybody.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from indexer.compare import Change
from indexer.quarantine import count_refused
from indexer.staging import Staging
from indexer.tables import INSIDE_MEMBERS, TABLES
from lookup.clock import utc_text
from lookup.records import KINDS, Kind, Member, Record
from lookup.store.protocol import Draft, Head

AsOfSource = Literal["extract", "oldest_file", "database", "clock"]
Publishing = Literal["generation", "revisions", "nothing"]

AS_OF_WORDS: Mapping[AsOfSource, str] = {
    "extract": "as the extract says",
    "database": "by the clock of the database, or of this machine where that is behind",
    "oldest_file": "the age of the oldest file, for the extract does not say its own",
    "clock": "by this machine's clock, for the extract claims to be from the future",
}


@dataclass(slots=True)
class TableReport:
    """The rows of one table of the extract."""

    rows: int = 0
    accepted: int = 0
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class KindReport:
    """The records of one kind. The first four count each record once, and say what the pass did; `held` and
    `newer_row_refused` count how many are in that standing now."""

    added: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    held: int = 0
    newer_row_refused: int = 0

    @property
    def live(self) -> int:
        """How many there are after the pass."""
        return self.added + self.changed + self.unchanged

    @property
    def drifted(self) -> int:
        """How many differ between extract and store."""
        return self.added + self.changed + self.deleted


@dataclass(slots=True)
class Tally:
    """What a comparison counts as it goes: records per kind, rows that lie inside live members, rows that are lost."""

    kinds: dict[Kind, KindReport] = field(default_factory=lambda: {kind: KindReport() for kind in KINDS})
    inside: dict[str, int] = field(default_factory=lambda: {table.name: 0 for table in INSIDE_MEMBERS})
    removed: dict[str, int] = field(default_factory=lambda: {table.name: 0 for table in TABLES})

    def count(self, change: Change) -> None:
        """Count what becomes of one record."""
        for name in change.removed:
            self.removed[name] += 1
        draft = change.draft
        report = self.kinds[draft.kind]
        setattr(report, change.action, getattr(report, change.action) + 1)
        if not draft.deleted:
            self._add(draft, 1)

    def _add(self, live: Draft | Record, number: int) -> None:
        """Count standing and inside of a live record so many times."""
        report = self.kinds[live.kind]
        report.held += number * (live.standing == "held")
        report.newer_row_refused += number * (live.standing == "newer_row_refused")
        if isinstance(live.content, Member):
            self.inside["accreditations"] += number * len(live.content.accreditations)
            self.inside["waivers"] += number * len(live.content.waivers)


class Recount(Tally):
    """A tally that starts from what is published, as the head of its last pass counts it, and is shown only records
    that may have changed."""

    def __init__(self, head: Head) -> None:
        super().__init__(inside=dict(head.position["inside"]))
        for kind, standings in head.position["standings"].items():
            self.kinds[kind] = KindReport(unchanged=head.counts.get(kind, 0), **standings)

    def count(self, change: Change) -> None:
        """Count what becomes of one record in the place of what it was."""
        if change.previous is None and change.action == "unchanged":
            return
        if change.previous is not None and not change.previous.deleted:
            self.kinds[change.draft.kind].unchanged -= 1
            self._add(change.previous, -1)
        super().count(change)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """A pass. `published` says how its changes went out; `generation` and `revision` where the store stands after it,
    None where nothing is published by such a pass. `as_of` is in UTC, `seconds` is how long it took."""

    tables: Mapping[str, TableReport]
    kinds: Mapping[Kind, KindReport]
    warnings: tuple[str, ...]
    as_of: datetime
    as_of_source: AsOfSource
    fictitious: bool
    published: Publishing
    generation: str | None
    revision: int | None
    seconds: float = 0.0

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return sum(table.refused for table in self.tables.values())

    @property
    def drifted(self) -> int:
        """How many records differ between extract and store."""
        return sum(kind.drifted for kind in self.kinds.values())

    def document(self) -> dict[str, Any]:
        """Give the report as JSON."""
        return asdict(self) | {
            "warnings": list(self.warnings),
            "as_of": utc_text(self.as_of),
            "refused": self.refused,
            "seconds": round(self.seconds, 3),
        }

    def text(self) -> str:
        """Give the report for a person."""
        lines = [f"{'table':<18}{'rows':>10}{'accepted':>10}{'refused':>10}"]
        for name, table in self.tables.items():
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(table.reasons.items()))
            numbers = f"{table.rows:>10,}{table.accepted:>10,}{table.refused:>10,}"
            lines.append(f"{name:<18}{numbers}  {reasons}".rstrip())
        names = ("added", "changed", "deleted", "unchanged", "held", "newer_row_refused")
        lines += ["", f"{'records':<18}" + "".join(f"{name.replace('_', ' '):>{_width(name)}}" for name in names)]
        for kind, counts in self.kinds.items():
            lines.append(f"{kind:<18}" + "".join(f"{getattr(counts, name):>{_width(name)},}" for name in names))
        lines += ["", *(f"warning: {warning}" for warning in self.warnings), *self._ending()]
        return "\n".join(lines)

    def line(self) -> str:
        """Give the report in one line."""
        totals = {
            name: sum(getattr(kind, name) for kind in self.kinds.values()) for name in ("added", "changed", "deleted")
        }
        did = ", ".join(f"{count:,} {name}" for name, count in totals.items() if count) or "nothing changed"
        where = f"generation {self.generation}, revision {self.revision}"
        return f"{utc_text(self.as_of)} {where}: {did}; {self.refused:,} refused ({self.seconds:.1f} s)"

    def _ending(self) -> list[str]:
        lines = [f"data as of {utc_text(self.as_of)} ({AS_OF_WORDS[self.as_of_source]})"]
        if self.generation is not None:
            lines.append(f"published: {self.published}; generation {self.generation}, revision {self.revision}")
        return [*lines, f"took {self.seconds:.1f} s"]


def report_tables(staging: Staging) -> dict[str, TableReport]:
    """Count the staged rows of every table."""
    reports = {}
    for table in TABLES:
        rows = staging.ask_one("SELECT COUNT(*) FROM rows WHERE source = ?", table.number)
        reasons = count_refused(staging, table)
        refused = sum(reasons.values())
        reports[table.name] = TableReport(rows, rows - refused, refused, reasons)
    return reports


def _width(name: str) -> int:
    return max(10, len(name) + 2)
