"""Rows from the shared store into a file of this node: a whole copy, then revision after revision.

Decides that a row is checked before it is written and applied only if its revision is higher than what is there, and
that what was written must count what the store counts. Which revisions come, and when, is the follower's to say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lookup.errors import StoreDamaged
from lookup.records import Kind, Record
from lookup.store.elastic.documents import Change
from lookup.store.protocol import Head
from lookup.store.rows import Row, record_of
from lookup.store.sqlite.loading import Loaded, LoadingFile
from lookup.store.sqlite.pointer import Pointer
from lookup.store.sqlite.revision import RowChange, WritableFile, counted
from lookup.store.sqlite.texts import write_head


class CountsDiffer(StoreDamaged):
    """The copy does not hold as many records as the store says. What was to be written was not."""


class CheckedRow(NamedTuple):
    """A row of which we know that it is what was published, and its record."""

    row: Row
    record: Record


def check_row(row: Row) -> CheckedRow:
    """Check a row that came from the store. Raises `StoreDamaged` where it is not what was published."""
    if type(row.revision) is not int or row.deleted not in (0, 1):
        raise StoreDamaged("A record in the store is not what was written: build the store again.")
    return CheckedRow(row, record_of.__wrapped__(*row))  # past the memory of records: each comes here once


class _Tally:
    """What a copy holds: live records of each kind, and the highest revision."""

    def __init__(self) -> None:
        self.live: dict[Kind, int] = {}
        self.highest = 0

    def loaded(self, rows: Iterable[Row]) -> Iterator[Loaded]:
        """Check rows on their way into the file."""
        for row in rows:
            record = check_row(row).record
            self.highest = max(self.highest, row.revision)
            self.live[row.kind] = self.live.get(row.kind, 0) + (not row.deleted)
            yield row, record.content


class ReplicaFile(WritableFile):
    """The file of a copy, open for the one process that follows the store.

    `copied` is the highest revision that the copy held when it was made. Copied while revisions went on, it is a
    mixture of several until that one is reached, and counts itself; from there on it must count what the store counts.
    """

    def __init__(self, path: Path, pointer: Pointer, copied: int = 0) -> None:
        super().__init__(path, pointer)
        self.path = path
        self.pointer = pointer
        self.copied = copied
        try:
            self.begin(floor=0)
            self.end()
        except BaseException:
            self.close()
            raise

    @property
    def is_whole(self) -> bool:
        """Whether every revision that the copy held a part of is applied."""
        return self.head.revision >= self.copied

    def apply(self, rows: Sequence[CheckedRow], head: Head) -> None:
        """Write a revision and the head after it, in one transaction. Raises `CountsDiffer`, or `StoreDamaged` where
        this file is damaged; nothing is written then."""
        with self._transaction():
            changes = list(self._newer(rows))
            for change in changes:
                self._put(change)
            written = self._write_head(head, counted(self.head.counts, changes))
        self._head = written  # SQLite does not count a connection's own commits as a change

    def advance(self, head: Head) -> None:
        """Write a head of the revision that is there: a pass that changed nothing has moved `as_of`. Raises
        `CountsDiffer`."""
        if head == self.head:
            return
        with self._transaction():
            written = self._write_head(head, self.head.counts)
        self._head = written

    def _newer(self, rows: Sequence[CheckedRow]) -> Iterator[RowChange]:
        for row, record in rows:
            old = self.get(row.key)
            if old is None or row.revision > old.revision:
                yield RowChange(row, record.content, old)

    def _write_head(self, head: Head, counts: Mapping[Kind, int]) -> Head:
        if head.revision < self.copied:
            head = replace(head, counts=counts)
        elif _present(counts) != _present(head.counts):
            raise CountsDiffer("The replica does not hold as many records as the store says.")
        write_head(self._connection, head)
        return replace(head, activation=self.pointer.activation)


def load_copy(path: Path, pointer: Pointer, head: Head, rows: Iterable[Row]) -> ReplicaFile:
    """Write a whole copy, begun after `head` was read, into a new file. Raises `StoreDamaged` at the first row that is
    not what was published, or where one comes twice."""
    tally = _Tally()
    with closing(LoadingFile(path)) as loading:
        loading.add(tally.loaded(rows))
        try:
            loading.finish(replace(head, counts=tally.live), ())
        except ValueError:
            raise StoreDamaged("The store gave a record twice: build the store again.") from None
    return ReplicaFile(path, pointer, tally.highest)


def check_change(change: Change, after: Head) -> list[CheckedRow]:
    """Check the entry of the log that follows `after`, and all its rows. Raises `StoreDamaged` where it is none, or
    where a row is not what was published."""
    head = change.head
    is_next = (head.environment, head.generation, head.revision) == (
        after.environment,
        after.generation,
        after.revision + 1,
    )
    is_one_revision = all(row.revision == head.revision for row in change.rows)
    if not is_next or not is_one_revision or len({row.key for row in change.rows}) < len(change.rows):
        raise StoreDamaged("An entry of the store's log does not belong there: build the store again.")
    return [check_row(row) for row in change.rows]


def _present(counts: Mapping[Kind, int]) -> dict[Kind, int]:
    return {kind: count for kind, count in counts.items() if count}
