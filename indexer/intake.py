"""An extract, taken in: every row read into the staging file, refused where it must be, records marked.

Decides the order of the work, which a sync, a check and a reconcile share. Touches nothing that is published.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.progress import Progress
from indexer.reading import read_row
from indexer.refusals import refuse_and_mark
from indexer.sources.extract import Description, Extract
from indexer.staging import Staging
from indexer.tables import TABLES
from indexer.workspace import open_workspace
from lookup.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Intake:
    """An extract that was taken in, and the warnings of its files."""

    extract: Extract
    description: Description
    staging: Staging
    warnings: list[str]


@contextmanager
def take_in(extract: Extract, description: Description, data_dir: Path, progress: Progress) -> Iterator[Intake]:
    """Hold the extract in a staging file below `data_dir`, which goes away with the block. Raises `SourceError` where
    the extract is broken as a whole, `ConfigurationError` where the staging file cannot be kept, such as on a full
    disk."""
    with _own_errors(), open_workspace(data_dir) as directory, Staging(directory) as staging:
        intake = Intake(extract, description, staging, [])
        _fill(intake, progress)
        yield intake


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


def _fill(intake: Intake, progress: Progress) -> None:
    staging = intake.staging
    for table in TABLES:
        progress.begin(f"reading {table.name}", intake.description.expected_rows.get(table.name))
        rows = (read_row(table, row) for row in intake.extract.rows(table, intake.warnings.append))
        for added in staging.add(rows):
            progress.advance(added)
    progress.begin("checking keys and pointers", None)
    staging.index()
    refuse_and_mark(staging)
    progress.end()
