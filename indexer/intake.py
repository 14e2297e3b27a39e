"""An extract, taken in: every row in the staging file, refused where it must be, records marked.

Decides the order of the work, which a sync, a check and a reconcile share, and whether the rows are read from the
source or taken from the mirror of the last pass with what changed since. Touches nothing that is published.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.changed_rows import apply_changes
from indexer.compare import Change
from indexer.incremental import find_concerned, judge_again
from indexer.mirror import Mirror, index_mirror, new_mirror, old_mirror
from indexer.position import DatabasePosition
from indexer.presence import Sightings, look_around
from indexer.quarantine import count_lines
from indexer.reading import read_row
from indexer.refusals import mark, refuse_and_mark
from indexer.sources.extract import ChangingExtract, Description, Extract
from indexer.staging import Staging
from indexer.surroundings import Surroundings
from indexer.tables import TABLES
from indexer.workspace import open_workspace
from lookup.errors import ConfigurationError
from lookup.progress import Progress


@dataclass(frozen=True, slots=True)
class Intake:
    """An extract that was taken in, and the warnings of its files. `is_whole` says that its rows were read from the
    source, `is_idle` that nothing changed since the pass before; where only some records are concerned, its staging
    says so."""

    extract: Extract
    description: Description
    staging: Staging
    warnings: list[str]
    sightings: Sightings
    mirror: Mirror | None = None
    is_whole: bool = True
    is_idle: bool = False

    def note(self, change: Change) -> None:
        """Remember for the next pass what it cannot see in the rows."""
        if self.mirror is not None:
            self.mirror.note(change)

    def keep(self) -> str | None:
        """Keep the rows for the next pass, and give the label under which it finds them; None where they go."""
        return None if self.mirror is None else self.mirror.keep()


@contextmanager
def take_in(
    extract: Extract,
    description: Description,
    around: Surroundings,
    mirror: str | None = None,
    *,
    mirrored: bool = False,
) -> Iterator[Intake]:
    """Read everything into a staging file below the data directory, which goes away with the block unless it is
    `mirrored` and kept; `mirror` is the label of the one that stays until then.

    Raises `SourceError` where the extract is broken as a whole, `ConfigurationError` where the staging file cannot be
    kept, such as on a full disk.
    """
    with _own_errors(), ExitStack() as stack:
        kept = stack.enter_context(new_mirror(around.data_dir, mirror)) if mirrored else None
        staging = kept.staging if kept else stack.enter_context(_own_staging(around.data_dir))
        warnings: list[str] = []
        _fill(staging, extract, description, warnings.append, around.progress)
        if kept is not None:
            index_mirror(staging)
        yield Intake(extract, description, staging, warnings, look_around(staging), kept)


@contextmanager
def catch_up(
    extract: ChangingExtract, description: Description, around: Surroundings, last: DatabasePosition
) -> Iterator[Intake | None]:
    """Read what changed since the last pass into its mirror. Gives None where that mirror cannot be used; raises as
    `take_in` does."""
    with _own_errors(), old_mirror(around.data_dir, last.mirror) as mirror:
        if mirror is None:
            yield None
            return
        staging = mirror.staging
        is_changed = apply_changes(staging, extract, last.clock - around.overlap, around.progress)
        around.progress.begin("checking keys and pointers", None)
        judge_again(staging)
        sightings = look_around(staging)
        if last.is_finished and sightings.keeping == last.keeping:
            find_concerned(staging)
        else:
            is_changed = True
            staging.run("DELETE FROM holding")
        mark(staging)
        if is_changed:
            count_lines(staging)
        around.progress.end()
        yield Intake(extract, description, staging, [], sightings, mirror, is_whole=False, is_idle=not is_changed)


@contextmanager
def _own_errors() -> Iterator[None]:
    """Say in our words what the staging file's database says; the store and the source have errors of their own."""
    try:
        yield
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"The staging file in the data directory failed ({getattr(error, 'sqlite_errorname', 'unknown')}). "
            "Make room on its disk and run again; nothing was published that is not whole."
        ) from None


@contextmanager
def _own_staging(data_dir: Path) -> Iterator[Staging]:
    with open_workspace(data_dir) as directory, Staging(directory) as staging:
        yield staging


def _fill(
    staging: Staging, extract: Extract, description: Description, warn: Callable[[str], None], progress: Progress
) -> None:
    for table in TABLES:
        progress.begin(f"reading {table.name}", description.expected_rows.get(table.name))
        rows = (read_row(table, row) for row in extract.rows(table, warn))
        for added in staging.add(rows):
            progress.advance(added)
    progress.begin("checking keys and pointers", None)
    staging.index()
    refuse_and_mark(staging)
    if description.age_source == "database":
        count_lines(staging)
    progress.end()
