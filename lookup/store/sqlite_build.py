"""A generation under construction in a file of its own: loaded in any order, then sorted, checked and handed over.

Decides what a finished generation must prove before it may serve. The swap itself is the writer's. Nothing is
durable until the end: a build that is killed is thrown away.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import Kind
from lookup.store.directory import StoreDirectory, create_private, sync_path
from lookup.store.pointer import Pointer, read_pointer
from lookup.store.protocol import Draft, Head
from lookup.store.rows import Row, row_of, row_terms
from lookup.store.sqlite_checking import check_structure
from lookup.store.sqlite_reading import SqliteRegistry
from lookup.store.sqlite_schema import INDICES, TABLES, connect, could_not
from lookup.store.sqlite_texts import write_head, write_quarantine

CANARY_EVERY = 5000
"""Of so many records one is read back before the generation serves, and the first of every kind."""

_CHUNK = 1000
_CACHE_KIB = 65536
_LOADING = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -{_CACHE_KIB};
CREATE TEMP TABLE loaded_exact (term, key);
CREATE TEMP TABLE loaded_words (term, key);
BEGIN;
"""
_SORTING = """
INSERT INTO exact SELECT term, key FROM loaded_exact ORDER BY term, key;
INSERT INTO exact_again SELECT term, key FROM exact;
INSERT INTO words SELECT term, key FROM loaded_words ORDER BY term, key;
"""
_COUNTS = "SELECT kind, count(*) FROM records INDEXED BY records_by_kind WHERE deleted = 0 GROUP BY kind"


class SqliteBuild:
    """A build. `swap` makes the finished generation serve and gives its head; `drop` removes the file unless it
    serves."""

    def __init__(self, directory: StoreDirectory, name: str, handle_key: bytes, swap: Callable[[Head], Head]) -> None:
        self.name = name
        self._directory = directory
        self._path = directory.generation(name)
        self._handle_key = handle_key
        self._swap = swap
        self._canaries: list[str] = []
        self._kinds: set[Kind] = set()
        self._added = 0
        create_private(self._path)
        try:
            self._connection = connect(self._path, "rw")
            self._connection.executescript(TABLES + _LOADING)
        except sqlite3.Error as error:
            raise could_not(error) from None

    def add(self, drafts: Iterable[Draft]) -> None:
        """Add records; each key once. A key that comes twice is found when the build is activated."""
        chunk: list[tuple[Row, Draft]] = []
        for draft in drafts:
            chunk.append((row_of(draft, 0, self._handle_key), draft))
            self._choose_canary(draft)
            if len(chunk) == _CHUNK:
                self._write(chunk)
                chunk.clear()
        self._write(chunk)

    def activate(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> Head:
        """Check what was built against `head.counts`, then make it the serving generation in one step.

        Raises `StoreDamaged` where the build does not hold what was said, `ValueError` where a key came twice; the
        build is gone then and what served goes on serving.
        """
        try:
            own = replace(head, generation=self.name, revision=0)
            self._finish(own, quarantine)
            self._check(own)
            return self._swap(own)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Throw the build away; one that serves already stays."""
        self._connection.close()
        if not self._is_in_use():
            self._directory.drop(self.name)

    def _is_in_use(self) -> bool:
        """Whether the generation serves, or is what a rollback goes back to. A damaged pointer may name it."""
        try:
            pointer = read_pointer(self._directory)
        except CouldNotSearch:
            return True
        return pointer is not None and self.name in pointer.generations

    def _choose_canary(self, draft: Draft) -> None:
        if draft.kind not in self._kinds or self._added % CANARY_EVERY == 0:
            self._kinds.add(draft.kind)
            self._canaries.append(draft.key)
        self._added += 1

    def _write(self, chunk: list[tuple[Row, Draft]]) -> None:
        live = [(row.key, row_terms(row.handle, draft.content)) for row, draft in chunk if not row.deleted]
        try:
            self._connection.executemany("INSERT INTO records VALUES (?,?,?,?,?,?,?,?)", (row for row, _ in chunk))
            self._connection.executemany(
                "INSERT INTO loaded_exact VALUES (?,?)", ((term, key) for key, terms in live for term in terms.exact)
            )
            self._connection.executemany(
                "INSERT INTO loaded_words VALUES (?,?)", ((word, key) for key, terms in live for word in terms.words)
            )
        except sqlite3.Error as error:
            raise could_not(error) from None

    def _finish(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> None:
        try:
            write_head(self._connection, head)
            write_quarantine(self._connection, quarantine)
            self._connection.execute("COMMIT")
            self._connection.executescript(_SORTING + INDICES + "PRAGMA journal_mode = WAL;")
            self._connection.close()
        except sqlite3.IntegrityError:
            raise ValueError("a key was added twice to one build") from None
        except sqlite3.Error as error:
            raise could_not(error) from None
        sync_path(self._path)
        sync_path(self._path.parent)

    def _check(self, head: Head) -> None:
        """Read the generation as a reader will: counts, structure, canaries."""
        with closing(SqliteRegistry(self._path, Pointer(head.environment, self.name, head.activation))) as view:
            view.begin(floor=0)
            if dict(view.rows(_COUNTS)) != {kind: count for kind, count in head.counts.items() if count}:
                raise StoreDamaged("The build does not hold as many records as were read; nothing was published.")
            check_structure(view)
            if len(view.get_many(self._canaries)) != len(self._canaries):
                raise StoreDamaged("Records of the build do not answer; nothing was published.")
