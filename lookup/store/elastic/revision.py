"""A revision of a generation in Elasticsearch: the history, the log entry, the records, the head, in this order.

Decides which drafts change anything, what commits a revision, and how one that a killed or deposed writer left is
finished. Nothing here asks for the lease: each step is safe whoever else is at work, and each says how.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lookup.clock import Clock
from lookup.records import Kind, Record
from lookup.store.elastic.bulk import Line, record_line, refresh, send
from lookup.store.elastic.client import Ask
from lookup.store.elastic.documents import Change, change_document, change_id, change_of_document, record_document
from lookup.store.elastic.head import ServingHead
from lookup.store.elastic.heads import Heads, Overtaken, with_head
from lookup.store.elastic.history import ElasticHistory
from lookup.store.elastic.names import writing_alias
from lookup.store.elastic.quarantine import quarantine_ids, remove_quarantine, write_quarantine
from lookup.store.elastic.reading import ElasticRegistry
from lookup.store.protocol import Draft, Head
from lookup.store.rows import Row, record_of, row_of


class Revisions:
    """The revisions of one store. Every method takes the head that it builds upon and gives the one after. `check`
    looks whether we still hold the lease.

    Raises `Overtaken` where another writer came first: nothing of ours counts then, or it was finished for us.
    """

    def __init__(
        self, ask: Ask, heads: Heads, history: ElasticHistory, clock: Clock, check: Callable[[], None]
    ) -> None:
        self._ask = ask
        self._heads = heads
        self._history = history
        self._clock = clock
        self._check = check

    def publish(
        self, placed: ServingHead, drafts: Sequence[Draft], position: Mapping[str, Any] | None, handle_key: bytes
    ) -> ServingHead:
        """Publish what these drafts change as the next revision; drafts that change nothing make none."""
        rows, counts = self._changes(placed, drafts, handle_key)
        head = placed.stored.head if position is None else replace(placed.stored.head, position=position)
        if not rows:
            return placed if head == placed.stored.head else self._heads.replace(placed, with_head(placed.stored, head))
        change = Change(rows, replace(head, revision=head.revision + 1, counts=counts), self._clock())
        # Killed after this step: the history names versions that were about to be published, as it may.
        self._history.keep(rows, head.generation)
        # A writer that was paused for long has old records to publish. Where it lost its lease it stops here; where it
        # is paused between this look and the next step, that step is safe by itself.
        self._check()
        # Killed before this step: nothing happened. From it on the revision is committed: whoever comes next finishes
        # it.
        self._commit(placed, change)
        return self._apply(placed, change)

    def finish(self, placed: ServingHead) -> ServingHead:
        """Finish every revision that is committed beyond the head."""
        while (change := self._change(placed.index, placed.stored.head.revision + 1)) is not None:
            try:
                placed = self._apply(placed, change)
            except Overtaken:
                # Its own writer woke up and wrote the head, or the next holder of the lease is finishing it too: go on
                # from what stands there now.
                placed = self._heads.of(placed.stored.head.generation)
        return placed

    def seal(self, placed: ServingHead, head: Head, quarantine: Iterable[Mapping[str, Any]] | None) -> ServingHead:
        """Write what a pass found; revision and counts stay as they are. Refused where another writer wrote the head
        since it was read: what this pass compared with is not what is published any more, so it must not say that it
        saw everything."""
        sealed = replace(placed.stored.head, as_of=head.as_of, position=head.position, fictitious=head.fictitious)
        if quarantine is None:
            return self._heads.replace(placed, with_head(placed.stored, sealed))
        name, portions = write_quarantine(self._ask, placed.index, quarantine)
        stored = replace(
            with_head(placed.stored, replace(sealed, quarantine=head.quarantine)),
            quarantine_pass=name,
            quarantine_portions=portions,
        )
        after = self._heads.replace(placed, stored)
        # Killed before this step: the portions lie about until they are pruned.
        remove_quarantine(self._ask, placed.index, quarantine_ids(placed.stored))
        return after

    def _changes(
        self, placed: ServingHead, drafts: Sequence[Draft], handle_key: bytes
    ) -> tuple[tuple[Row, ...], dict[Kind, int]]:
        """Give the rows to write, and the live records per kind after them."""
        head = placed.stored.head
        old = ElasticRegistry(self._ask, placed.index, head).get_many([draft.key for draft in drafts])
        counts, rows = dict(head.counts), []
        for draft in drafts:
            row, before = row_of(draft, head.revision + 1, handle_key), old.get(draft.key)
            if _changes_anything(row, before):
                rows.append(row)
                was_live = before is not None and not before.deleted
                counts[row.kind] = counts.get(row.kind, 0) + (not row.deleted) - was_live
        return tuple(rows), counts

    def _commit(self, placed: ServingHead, change: Change) -> None:
        """Create the log entry. Of all writers that want to write revision N exactly one creates `change:N`.

        A writer that lost its lease without noticing meets the entry of the next holder here and goes no further. Where
        it comes first after all, its entry simply is revision N: the holder, whose own is refused, finishes it and
        compares again.
        """
        revision, document = change.head.revision, change_document(change)
        answer = self._ask(
            "committing a revision",
            lambda client: client.options(ignore_status=409).create(
                index=writing_alias(placed.index), id=change_id(revision), document=document, require_alias=True
            ),
        )
        # The answer to our first attempt may have been lost, and the client has tried again: then the entry is ours.
        if "error" in answer:
            found = self._change(placed.index, revision)
            if found is None or change_document(found) != document:
                raise Overtaken

    def _apply(self, placed: ServingHead, change: Change) -> ServingHead:
        """Write the records of a committed revision and then the head. Doing it twice changes nothing."""
        # A record that has this revision already, or a newer one, refuses ours: that is how the late writes of a writer
        # that lost its lease end, and those of one that finishes what another finishes too.
        send(self._ask, placed.index, [_line(row) for row in change.rows], "writing the records of a revision")
        refresh(self._ask, placed.index)
        # What belongs to the generation rather than to the revision stays as it stands now: activation, hold, and the
        # quarantine. Position and age are those of the revision's writer, also where another pass was sealed meanwhile:
        # that pass did not see this revision, so it must not stand as the last that saw everything.
        head = replace(change.head, quarantine=placed.stored.head.quarantine)
        return self._heads.replace(placed, with_head(placed.stored, head))

    def _change(self, index: str, revision: int) -> Change | None:
        answer = self._ask(
            "reading the log",
            lambda client: client.options(ignore_status=404).get(index=index, id=change_id(revision)),
        )
        return change_of_document(answer["_source"]) if answer.get("found") else None


def _changes_anything(row: Row, before: Record | None) -> bool:
    return not row.deleted if before is None else before.version != row.version


def _line(row: Row) -> Line:
    return record_line(row.key, row.revision, record_document(row, record_of(*row).content))
