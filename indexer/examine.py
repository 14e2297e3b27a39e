"""A check and a reconcile: what a sync would find, without publishing.

Decides what each compares with: a check with nothing, for it speaks of the extract alone; a reconcile with the store.
"""

import time

from indexer.as_of import decide_as_of, refuse_fictitious
from indexer.comparison import Comparison
from indexer.drift import Drift
from indexer.intake import take_in
from indexer.published import NothingPublished, Published, StorePublished
from indexer.report import SyncReport, report_tables
from indexer.sources.extract import Extract
from indexer.surroundings import Surroundings
from lookup.errors import CouldNotSearch
from lookup.store.protocol import Head, Writer


def check(extract: Extract, around: Surroundings) -> SyncReport:
    """Report what a first sync of the extract would find. Raises `SourceError` where it is broken as a whole."""
    return _examine(extract, NothingPublished(), None, around, Drift())


def reconcile(extract: Extract, writer: Writer, around: Surroundings) -> tuple[SyncReport, Drift]:
    """Compare every record with the source, report the drift as a sync would find it, and name the first keys.

    Raises `CouldNotSearch` where nothing was ever published or the store cannot be read.
    """
    head = writer.head()
    if head is None:
        raise CouldNotSearch("There is nothing to compare with: the store is empty. Sync first.")
    drift = Drift()
    return _examine(extract, StorePublished(writer), head, around, drift), drift


def _examine(
    extract: Extract, published: Published, head: Head | None, around: Surroundings, drift: Drift
) -> SyncReport:
    began, started = time.monotonic(), around.clock()
    description = extract.describe()
    refuse_fictitious(description, around.environment)
    as_of = decide_as_of(description, started)
    with take_in(extract, description, around) as intake:
        tables = report_tables(intake.staging)
        tally = Comparison(intake, published, around.progress).count_all(drift.note)
        return SyncReport(
            tables=tables,
            kinds=tally.kinds,
            warnings=tuple(intake.warnings),
            as_of=as_of.moment,
            as_of_source=as_of.source,
            fictitious=description.fictitious,
            published="nothing",
            generation=None if head is None else head.generation,
            revision=None if head is None else head.revision,
            seconds=time.monotonic() - began,
        )
