"""The drop guard: a pass that would lose too much stops before anything is published.

Decides what too much is: more than a tenth of a table and more than ten of its rows, removed, refused, or both
together. Removed rows are measured by what was published, refused ones by what was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from indexer.report import TableReport, Tally
from indexer.tables import TABLES
from lookup.errors import WouldLose
from lookup.records import Kind

SHARE = 10
"""One in so many rows may be lost; contract of the extract."""
ROWS = 10
"""So many rows may always be lost: in a small table one row is a large share."""


@dataclass(frozen=True, slots=True)
class TableLoss:
    """What a table would lose. `published` counts its rows in the store, `read` those of the extract."""

    name: str
    published: int
    read: int
    removed: int
    refused: int

    @property
    def is_too_much(self) -> bool:
        """Whether a person must agree."""
        return (
            _exceeds(self.removed, self.published)
            or _exceeds(self.refused, self.read)
            or _exceeds(self.removed + self.refused, self.removed + self.read)
        )

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.removed:,} of {self.published:,} published removed, "
            f"{self.refused:,} of {self.read:,} read refused"
        )


def refuse_losses(
    tables: Mapping[str, TableReport], tally: Tally, counts: Mapping[Kind, int], inside: Mapping[str, int]
) -> None:
    """Raise `WouldLose`, naming each table that would lose too much. `counts` and `inside` are what is published:
    records per kind, and rows inside members per table."""
    losses = []
    for table in TABLES:
        published = inside.get(table.name, 0) if table.inside else counts.get(table.kind, 0)
        report = tables[table.name]
        losses.append(TableLoss(table.name, published, report.rows, tally.removed[table.name], report.refused))
    too_much = [str(loss) for loss in losses if loss.is_too_much]
    if too_much:
        raise WouldLose(
            f"Nothing was published, for too much would be lost. {'; '.join(too_much)}. Look at the refused rows with "
            "`immunity check`, and where the extract is right sync again with --accept-loss."
        )


def _exceeds(lost: int, of: int) -> bool:
    return lost > ROWS and lost * SHARE > of
