"""A sync: the extract against the store, and out with what changed.

Decides the order of a pass and when it stops; nothing is published before everything was read, checked and weighed. A
pass that is killed leaves a store that readers can use, and the next one finishes the work: what is compared with is
always the store, and the position, which says that an extract was seen whole, is taken away with the first revision
and comes back with the seal.
"""

import os
import socket
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from indexer.as_of import AsOf, decide_as_of, refuse_fictitious
from indexer.comparison import Comparison
from indexer.intake import Intake, take_in
from indexer.loss import refuse_losses
from indexer.publish import build_generation, publish_plan, write_plan
from indexer.published import NothingPublished, StorePublished
from indexer.quarantine import list_quarantine
from indexer.report import KindReport, Publishing, SyncReport, TableReport, Tally, report_tables
from indexer.sources.extract import Description, Extract
from indexer.surroundings import Surroundings
from lookup.errors import IndexerHeld, StoreDamaged
from lookup.records import KINDS
from lookup.store.protocol import Head, Writer

RULES = 1
"""Raise it with any change of what a row may hold or what a record is made of: an extract that was seen already is
then read again."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What the caller of a sync agrees to: a new generation, a large loss, going on after a rollback."""

    rebuild: bool = False
    accept_loss: bool = False
    resume: bool = False


def sync(extract: Extract, writer: Writer, around: Surroundings, options: SyncOptions | None = None) -> SyncReport:
    """Bring the store to what the extract says, and report.

    Raises `SourceError` for a broken extract, `WouldLose` for too large a loss, `IndexerHeld` after a rollback and
    `LeaseHeld` beside another indexer; nothing was published then.
    """
    options = options or SyncOptions()
    began = time.monotonic()
    started = around.clock()
    with writer.lease(f"{socket.gethostname()}, process {os.getpid()}"):
        if writer.held() and not (options.resume or options.rebuild):
            raise IndexerHeld("A rollback holds the indexer. Sync with --resume or --rebuild to publish again.")
        description = extract.describe()
        refuse_fictitious(description, around.environment)
        work = _Pass(extract, writer, around, options, description, decide_as_of(description, started))
        report = work.run()
    return replace(report, seconds=time.monotonic() - began)


@dataclass(slots=True)
class _Pass:
    """One sync under the lease, its extract described and admitted."""

    extract: Extract
    writer: Writer
    around: Surroundings
    options: SyncOptions
    description: Description
    as_of: AsOf
    warnings: list[str] = field(default_factory=list)

    def run(self) -> SyncReport:
        """Choose the way: nothing to do, a new generation, or revisions."""
        head = self._published_head()
        if head is not None and not self.options.rebuild and self._was_seen(head):
            return self._seal_again(head)
        with take_in(self.extract, self.description, self.around.data_dir, self.around.progress) as intake:
            self.warnings += intake.warnings
            if head is None or self.options.rebuild:
                return self._build(intake, head)
            return self._revise(intake, head)

    def _published_head(self) -> Head | None:
        """Give the head; None also where the store is damaged and a rebuild was asked for."""
        try:
            head = self.writer.head()
        except StoreDamaged:
            if not self.options.rebuild:
                raise
            self.warnings.append("what was published cannot be read: refused rows have no last good version")
            return None
        if head is not None and self.as_of.moment < head.as_of:
            self.warnings.append("the extract is older than what was published last")
        return head

    def _was_seen(self, head: Head) -> bool:
        """Whether the last pass saw this very extract whole, by these rules."""
        position = head.position
        return position.get("rules") == RULES and position.get("extract") == dict(self.description.fingerprints)

    def _seal_again(self, head: Head) -> SyncReport:
        """Advance `as_of` and nothing else."""
        self._resume()
        tally = Tally()
        for kind in KINDS:
            tally.kinds[kind] = KindReport(unchanged=head.counts.get(kind, 0), **head.position["standings"][kind])
        tables = {name: TableReport(**table) for name, table in head.position["tables"].items()}
        quarantine = list(self.writer.quarantine())
        return self._report(
            tables, tally, self.writer.seal(replace(head, as_of=self.as_of.moment), quarantine), "nothing"
        )

    def _build(self, intake: Intake, head: Head | None) -> SyncReport:
        """Build a generation beside the serving one; it is weighed before it serves."""
        tables = report_tables(intake.staging)
        published = NothingPublished() if head is None else StorePublished(self.writer)
        comparison = Comparison(intake, published, self.around.progress)

        def finish() -> Head:
            self._weigh(tables, comparison.tally, head)
            self.around.progress.begin("checking the build", None)
            return self._sealed(self._empty_head(), tables, comparison.tally)

        quarantine = list_quarantine(intake.staging, self.extract)
        activated = build_generation(self.writer, comparison, finish, quarantine)
        self.around.progress.end()
        return self._report(tables, comparison.tally, activated, "generation")

    def _revise(self, intake: Intake, head: Head) -> SyncReport:
        """Publish what changed as revisions, then seal the pass."""
        tables = report_tables(intake.staging)
        comparison = Comparison(intake, StorePublished(self.writer), self.around.progress)
        plan = write_plan(intake.staging, comparison)
        self._weigh(tables, comparison.tally, head)
        self._resume()
        unfinished = {"inside": head.position.get("inside", {})}
        publish_plan(self.writer, plan, unfinished, self.around.progress)
        quarantine = list_quarantine(intake.staging, self.extract)
        sealed = self.writer.seal(self._sealed(head, tables, comparison.tally), quarantine)
        return self._report(tables, comparison.tally, sealed, "revisions" if len(plan) else "nothing")

    def _resume(self) -> None:
        if self.options.resume:
            self.writer.resume()

    def _weigh(self, tables: dict[str, TableReport], tally: Tally, head: Head | None) -> None:
        if self.options.accept_loss:
            return
        counts, inside = ({}, {}) if head is None else (head.counts, head.position.get("inside", {}))
        refuse_losses(tables, tally, counts, inside)

    def _empty_head(self) -> Head:
        """Give a head for a new generation; the store names and numbers it."""
        return Head(self.around.environment, "", 0, 0, self.as_of.moment, self.description.fictitious)

    def _sealed(self, head: Head, tables: dict[str, TableReport], tally: Tally) -> Head:
        """Give the head with what this pass found; see `_was_seen` and `_seal_again` for who reads the position."""
        position: dict[str, Any] = {
            "rules": RULES,
            "extract": dict(self.description.fingerprints),
            "inside": tally.inside,
            "tables": {name: asdict(table) for name, table in tables.items()},
            "standings": {
                kind: {"held": report.held, "newer_row_refused": report.newer_row_refused}
                for kind, report in tally.kinds.items()
            },
        }
        return replace(
            head,
            as_of=self.as_of.moment,
            fictitious=self.description.fictitious,
            quarantine={name: table.refused for name, table in tables.items() if table.refused},
            position=position,
        )

    def _report(self, tables: dict[str, TableReport], tally: Tally, head: Head, published: Publishing) -> SyncReport:
        return SyncReport(
            tables=tables,
            kinds=tally.kinds,
            warnings=tuple(self.warnings),
            as_of=self.as_of.moment,
            as_of_source=self.as_of.source,
            fictitious=self.description.fictitious,
            published=published,
            generation=head.generation,
            revision=head.revision,
        )
