"""A generation under construction in a file of its own: built from drafts, checked and handed over.

Decides what a finished generation must prove before it may serve. The swap itself is the writer's, loading the file
that of `sqlite.loading`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import Kind
from lookup.store.protocol import Draft, Head
from lookup.store.rows import row_of
from lookup.store.sqlite.checking import check_structure
from lookup.store.sqlite.directory import StoreDirectory
from lookup.store.sqlite.loading import Loaded, LoadingFile
from lookup.store.sqlite.pointer import Pointer, read_pointer
from lookup.store.sqlite.reading import SqliteRegistry

CANARY_EVERY = 5000
"""Of so many records one is read back before the generation serves, and the first of every kind."""

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
        self._file = LoadingFile(self._path)

    def add(self, drafts: Iterable[Draft]) -> None:
        """Add records; each key once. A key that comes twice is found when the build is activated."""
        self._file.add(self._rows(drafts))

    def activate(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> Head:
        """Check what was built against `head.counts`, then make it the serving generation in one step.

        Raises `StoreDamaged` where the build does not hold what was said, `ValueError` where a key came twice; the
        build is gone then and what served goes on serving.
        """
        try:
            own = replace(head, generation=self.name, revision=0)
            self._file.finish(own, quarantine)
            self._check(own)
            return self._swap(own)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Throw the build away; one that serves already stays."""
        self._file.close()
        if not self._is_in_use():
            self._directory.drop(self.name)

    def _is_in_use(self) -> bool:
        """Whether the generation serves, or is what a rollback goes back to. A damaged pointer may name it."""
        try:
            pointer = read_pointer(self._directory)
        except CouldNotSearch:
            return True
        return pointer is not None and self.name in pointer.generations

    def _rows(self, drafts: Iterable[Draft]) -> Iterator[Loaded]:
        for draft in drafts:
            self._choose_canary(draft)
            yield row_of(draft, 0, self._handle_key), draft.content

    def _choose_canary(self, draft: Draft) -> None:
        if draft.kind not in self._kinds or self._added % CANARY_EVERY == 0:
            self._kinds.add(draft.kind)
            self._canaries.append(draft.key)
        self._added += 1

    def _check(self, head: Head) -> None:
        """Read the generation as a reader will: counts, structure, canaries."""
        with closing(SqliteRegistry(self._path, Pointer(head.environment, self.name, head.activation))) as view:
            view.begin(floor=0)
            if dict(view.rows(_COUNTS)) != {kind: count for kind, count in head.counts.items() if count}:
                raise StoreDamaged("The build does not hold as many records as were read; nothing was published.")
            check_structure(view)
            if len(view.get_many(self._canaries)) != len(self._canaries):
                raise StoreDamaged("Records of the build do not answer; nothing was published.")
