"""A sync: the extract against the store, and out with what changed.

Decides the order of a pass and when it stops; nothing is published before everything was read, checked and weighed. A
pass that is killed leaves a store that readers can use, and the next one finishes the work: what is compared with is
always the store, and the position, which says that an extract was seen whole, is taken away with the first revision
and comes back with the seal.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast

from indexer.as_of import AsOf, decide_as_of, refuse_fictitious
from indexer.comparison import Comparison
from indexer.intake import Intake, catch_up, take_in
from indexer.loss import refuse_losses
from indexer.mirror import forget_mirrors
from indexer.position import DatabasePosition, read_position
from indexer.publish import build_generation, publish_plan, write_plan
from indexer.published import ConcernedPublished, NothingPublished, Published, StorePublished
from indexer.quarantine import list_quarantine
from indexer.report import KindReport, Publishing, Recount, SyncReport, TableReport, Tally, report_tables
from indexer.sources.extract import ChangingExtract, Description, Extract
from indexer.surroundings import Surroundings
from indexer.work_notes import WorkNotes
from lookup.errors import ImmunityError, IndexerHeld, StoreDamaged
from lookup.records import KINDS
from lookup.store.protocol import Head, Writer

RULES = 1
"""Raise it with any change of what a row may hold, what a record is made of, or the staging file: an extract that was
seen already is then read again, and no mirror is used."""


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
    notes = WorkNotes(writer, around.clock, around.progress)
    with writer.lease(lease_owner()):
        return run_pass(extract, writer, replace(around, progress=notes), options or SyncOptions(), notes)


def lease_owner() -> str:
    """Name this process for whoever finds the lease taken."""
    return f"{socket.gethostname()}, process {os.getpid()}"


def run_pass(
    extract: Extract, writer: Writer, around: Surroundings, options: SyncOptions, notes: WorkNotes
) -> SyncReport:
    """Do one sync under the lease, which the caller holds, and note how it went. Raises as `sync` does."""
    began, started = time.monotonic(), around.clock()
    try:
        if writer.held() and not (options.resume or options.rebuild):
            raise IndexerHeld("A rollback holds the indexer. Sync with --resume or --rebuild to publish again.")
        description = extract.describe()
        refuse_fictitious(description, around.environment)
        work = _Pass(extract, writer, around, options, notes, description, decide_as_of(description, started))
        report = work.run()
    except ImmunityError as error:
        notes.failed(error)
        raise
    notes.succeeded()
    return replace(report, seconds=time.monotonic() - began)


@dataclass(slots=True)
class _Pass:
    """One sync under the lease, its extract described and admitted."""

    extract: Extract
    writer: Writer
    around: Surroundings
    options: SyncOptions
    notes: WorkNotes
    description: Description
    as_of: AsOf
    warnings: list[str] = field(default_factory=list)

    def run(self) -> SyncReport:
        """Choose the way: nothing to do, a new generation, or revisions."""
        head = self._published_head()
        if head is not None and not self.options.rebuild and self._was_seen(head):
            return self._seal_again(head)
        with self._intake(head) as intake:
            self.warnings += intake.warnings
            if head is None or self.options.rebuild:
                return self._build(intake, head)
            return self._seal_again(head) if intake.is_idle else self._revise(intake, head)

    @contextmanager
    def _intake(self, head: Head | None) -> Iterator[Intake]:
        """Read what changed since the last pass where that can be told, else everything."""
        last = None if self.options.rebuild else read_position(head, RULES)
        if last is not None and last.can_go_on(self.description):
            extract = cast("ChangingExtract", self.extract)  # the description names its database
            with catch_up(extract, self.description, self.around, last) as intake:
                if intake is not None:
                    yield intake
                    return
        self.notes.enter("reading")
        mirrored = self.description.database is not None
        if not mirrored:
            forget_mirrors(self.around.data_dir)
        mirror = None if last is None else last.mirror
        with take_in(self.extract, self.description, self.around, mirror, mirrored=mirrored) as intake:
            yield intake

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
        fingerprints = dict(self.description.fingerprints)
        return bool(fingerprints) and position.get("rules") == RULES and position.get("extract") == fingerprints

    def _seal_again(self, head: Head) -> SyncReport:
        """Advance `as_of`, and how far a database was seen, and nothing else."""
        self._resume()
        position = dict(head.position)
        last = read_position(head, RULES)
        if last is not None:
            position["source"] = replace(last, clock=self.description.extracted_at).document()
        tally = Tally()
        for kind in KINDS:
            tally.kinds[kind] = KindReport(unchanged=head.counts.get(kind, 0), **head.position["standings"][kind])
        tables = {name: TableReport(**table) for name, table in head.position["tables"].items()}
        marked = self.description.fictitious
        sealed = self.writer.seal(
            replace(head, as_of=self.as_of.moment, fictitious=marked, position=position), quarantine=None
        )
        return self._report(tables, tally, sealed, "nothing")

    def _build(self, intake: Intake, head: Head | None) -> SyncReport:
        """Build a generation beside the serving one; it is weighed before it serves."""
        self.notes.enter("building")
        tables = report_tables(intake.staging)
        published = NothingPublished() if head is None else StorePublished(self.writer)
        comparison = Comparison(intake, published, self.around.progress)

        def finish() -> Head:
            self._weigh(tables, comparison.tally, head)
            self.around.progress.begin("checking the build", None)
            return self._sealed(self._empty_head(), intake, tables, comparison.tally)

        quarantine = list_quarantine(intake.staging, self.extract)
        activated = build_generation(self.writer, comparison, finish, quarantine)
        self.around.progress.end()
        return self._report(tables, comparison.tally, activated, "generation")

    def _revise(self, intake: Intake, head: Head) -> SyncReport:
        """Publish what changed as revisions, then seal the pass."""
        tables = report_tables(intake.staging)
        comparison = self._comparison(intake, head)
        plan = write_plan(intake.staging, comparison)
        planned = len(plan)
        self._weigh(tables, comparison.tally, head)
        self._resume()
        if planned:
            self.notes.enter("publishing")
        publish_plan(self.writer, plan, _unfinished(head), self.around.progress)
        quarantine = list_quarantine(intake.staging, self.extract)
        sealed = self.writer.seal(self._sealed(head, intake, tables, comparison.tally), quarantine)
        return self._report(tables, comparison.tally, sealed, "revisions" if planned else "nothing")

    def _comparison(self, intake: Intake, head: Head) -> Comparison:
        """Compare every record with the store, or those that are concerned, and then count from what was counted."""
        published: Published = StorePublished(self.writer)
        if not intake.staging.concerned:
            return Comparison(intake, published, self.around.progress)
        concerned = ConcernedPublished(published, intake.staging)
        return Comparison(intake, concerned, self.around.progress, Recount(head))

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

    def _sealed(self, head: Head, intake: Intake, tables: dict[str, TableReport], tally: Tally) -> Head:
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
            **self._seen(intake, head),
        }
        return replace(
            head,
            as_of=self.as_of.moment,
            fictitious=self.description.fictitious,
            quarantine={name: table.refused for name, table in tables.items() if table.refused},
            position=position,
        )

    def _seen(self, intake: Intake, head: Head) -> dict[str, Any]:
        """Say how far a database was seen, and keep its rows for the next pass; nothing of another source."""
        mirror, description = intake.keep(), self.description
        if mirror is None or description.database is None:
            return {}
        last = read_position(head, RULES)
        moment = description.extracted_at
        whole_at = moment if intake.is_whole or last is None else last.whole_at
        keeping = intake.sightings.keeping
        return {"source": DatabasePosition(description.database, moment, whole_at, mirror, keeping).document()}

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


def _unfinished(head: Head) -> dict[str, Any]:
    """Give the position until a pass is sealed: what it is weighed by, and, of a database, what it went on from, so
    that the next pass can go on from there too and compare every record."""
    names = ("rules", "source", "inside") if "source" in head.position else ("inside",)
    return {name: head.position.get(name, {}) for name in names}
