"""A revision of an embedded generation: one transaction that changes records, terms, counts and head together.

Decides which drafts change anything and what a change means for terms and counts. History comes before the commit, so
no version is ever served that was not kept.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from lookup.records import Content, Kind, Record
from lookup.store.protocol import Draft, Head
from lookup.store.rows import Row, row_of, row_terms
from lookup.store.sqlite.pointer import Pointer
from lookup.store.sqlite.reading import SqliteRegistry
from lookup.store.sqlite.schema import could_not
from lookup.store.sqlite.texts import write_head, write_quarantine

_PUT = """INSERT INTO records VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (key) DO UPDATE SET
    kind = excluded.kind, revision = excluded.revision, version = excluded.version, handle = excluded.handle,
    deleted = excluded.deleted, body = excluded.body, checksum = excluded.checksum"""


class RowChange(NamedTuple):
    """A row to write, what it is found by, and the record in its place."""

    row: Row
    content: Content | None
    old: Record | None


class WritableFile(SqliteRegistry):
    """The file of a generation, open for its one writer."""

    def __init__(self, path: Path, pointer: Pointer) -> None:
        super().__init__(path, pointer, mode="rw")
        self.rows("PRAGMA synchronous = FULL")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit what the block writes, or nothing of it."""
        try:
            self.begin(floor=0, statement="BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise could_not(error) from None
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _put(self, change: RowChange) -> None:
        row, content, old = change
        self._connection.execute(_PUT, row)
        if old is not None and not old.deleted:
            self._change_terms("DELETE FROM {table} WHERE term = ? AND key = ?", row.key, old.handle, old.content)
        if not row.deleted:
            self._change_terms("INSERT INTO {table} VALUES (?, ?)", row.key, row.handle, content)

    def _change_terms(self, statement: str, key: str, handle: str, content: Content | None) -> None:
        terms = row_terms(handle, content)
        for table, values in (("exact", terms.exact), ("exact_again", terms.exact), ("words", terms.words)):
            self._connection.executemany(statement.format(table=table), [(term, key) for term in values])


class WritableGeneration(WritableFile):
    """The serving generation of an embedded store, open for the one writer that holds the lease."""

    def publish(
        self,
        drafts: Sequence[Draft],
        position: Mapping[str, Any] | None,
        handle_key: bytes,
        keep: Callable[[list[Row]], None],
    ) -> Head:
        """Publish what these drafts change as the next revision; `keep` writes the history. Drafts that change
        nothing make no revision."""
        with self._transaction():
            changes = self._changes(drafts, handle_key)
            head = self.head if position is None else replace(self.head, position=position)
            if changes:
                keep([change.row for change in changes])
                head = replace(head, revision=head.revision + 1, counts=counted(head.counts, changes))
                for change in changes:
                    self._put(change)
            if head != self.head:
                write_head(self._connection, head)
        self._head = head  # SQLite does not count a connection's own commits as a change
        return head

    def seal(self, head: Head, quarantine: Iterable[Mapping[str, Any]] | None) -> Head:
        """Write `as_of`, `position` and, unless it is None, the quarantine of a pass; revision and counts stay as they
        are."""
        with self._transaction():
            sealed = replace(
                self.head,
                as_of=head.as_of,
                position=head.position,
                quarantine=self.head.quarantine if quarantine is None else head.quarantine,
                fictitious=head.fictitious,
            )
            write_head(self._connection, sealed)
            if quarantine is not None:
                write_quarantine(self._connection, quarantine)
        self._head = sealed
        return sealed

    def _changes(self, drafts: Sequence[Draft], handle_key: bytes) -> list[RowChange]:
        """Give what is to be written."""
        changes = []
        for draft in drafts:
            row, old = row_of(draft, self.head.revision + 1, handle_key), self.get(draft.key)
            if (old is None and not row.deleted) or (old is not None and old.version != row.version):
                changes.append(RowChange(row, draft.content, old))
        return changes


def counted(counts: Mapping[Kind, int], changes: Iterable[RowChange]) -> dict[Kind, int]:
    """Give the live records per kind after these changes."""
    after = dict(counts)
    for row, _, old in changes:
        was_live = old is not None and not old.deleted
        after[row.kind] = after.get(row.kind, 0) + (not row.deleted) - was_live
    return after
