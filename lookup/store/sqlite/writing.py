"""The embedded store as the indexer uses it: lease, generations, revisions, rollback.

Decides when the pointer changes and which files stay. What a revision writes is `sqlite.revision`, what a build must
prove is `sqlite.build`.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from typing import Any

from lookup.clock import Clock
from lookup.errors import CouldNotSearch, IndexerHeld, NotFound, StoreDamaged
from lookup.records import Kind
from lookup.store.protocol import REVISION_LIMIT, Draft, Head, Work
from lookup.store.rows import Row
from lookup.store.sqlite.build import SqliteBuild
from lookup.store.sqlite.directory import StoreDirectory, new_generation_name, write_whole
from lookup.store.sqlite.history import History
from lookup.store.sqlite.lease import hold_lease
from lookup.store.sqlite.pointer import Pointer, check_environment, read_pointer, write_pointer
from lookup.store.sqlite.reading import SqliteRegistry
from lookup.store.sqlite.revision import WritableGeneration
from lookup.store.sqlite.store import SqliteStore
from lookup.store.work import encode_work

_log = logging.getLogger(__name__)

_PAGE = 10_000
"""Versions that are in memory at once while the indexer compares."""


class SqliteWriter:
    """The writing side of an embedded store. What changes it needs the lease; looking does not.

    Raises `ConfigurationError` where the store is of another environment or schema.
    """

    def __init__(self, directory: StoreDirectory, environment: str, handle_key: bytes, clock: Clock) -> None:
        self._directory = directory
        self._environment = environment
        self._handle_key = handle_key
        self._clock = clock
        self._store = SqliteStore(directory, environment)
        self._history = History(directory.history, environment)
        self._history.check()
        self._open: tuple[Pointer, WritableGeneration] | None = None
        self._build: SqliteBuild | None = None
        self._leased = False

    @contextmanager
    def lease(self, owner: str) -> Iterator[None]:
        """Hold the lease. Raises `LeaseHeld`, naming who holds it. Clears away what a killed indexer left."""
        self._directory.make()
        with hold_lease(self._directory.lease, owner, self._clock):
            self._history.make()
            self._prune()
            self._leased = True
            try:
                yield
            finally:
                self._leased = False
                self._discard_build()
                self.close()

    def head(self) -> Head | None:
        """Where the store stands; None where nothing was ever published."""
        if read_pointer(self._directory) is None:
            return None
        with self._store.reading() as view:
            return view.head

    def held(self) -> bool:
        """Whether a rollback holds the indexer. A damaged pointer holds nobody: it must be possible to rebuild, and
        everything else that publishes meets the damage itself."""
        pointer = self._readable_pointer()
        return pointer is not None and pointer.held

    def resume(self) -> None:
        """Let the indexer go on after a rollback."""
        pointer = self._pointer()
        if pointer.held:
            write_pointer(self._directory, replace(pointer, held=False))

    def registry(self) -> AbstractContextManager[SqliteRegistry]:
        """Open one consistent view of what is published, for comparing."""
        return self._store.reading()

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Give key and version of every live record of a kind, ordered by key."""
        after = ""
        while True:
            with self._store.reading() as view:
                page = view.versions(kind, after, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def quarantine(self) -> Iterator[dict[str, Any]]:
        """Give the rows that the last sync refused."""
        if read_pointer(self._directory) is None:
            return
        with self._store.reading() as view:
            for text in view.stored_texts("quarantine"):
                yield json.loads(text)

    def work(self) -> Work:
        """Say what the indexer noted last."""
        return self._store.work()

    def note(self, work: Work) -> None:
        """Note what the indexer is doing. Raises `CouldNotSearch` where it cannot be written."""
        try:
            self._directory.make()
            write_whole(self._directory.work, encode_work(work), durably=False)
        except OSError as error:
            raise CouldNotSearch(f"What the indexer does cannot be noted: {error.strerror}.") from error

    def new_generation(self) -> SqliteBuild:
        """Begin a generation beside the serving one, in the place of any other that is under construction."""
        self._require_lease()
        self._discard_build()
        name = new_generation_name(self._clock())
        self._build = SqliteBuild(self._directory, name, self._handle_key, self._swap)
        return self._build

    def publish(self, drafts: Sequence[Draft], position: Mapping[str, Any] | None = None) -> Head:
        """Publish at most `REVISION_LIMIT` records as the next revision, in one step.

        Raises `IndexerHeld` after a rollback, `ValueError` for too many drafts or a key that comes twice.
        """
        if len(drafts) > REVISION_LIMIT or len({draft.key for draft in drafts}) < len(drafts):
            raise ValueError(f"a revision holds at most {REVISION_LIMIT} records, each once")
        generation = self._generation()
        return generation.publish(drafts, position, self._handle_key, self._keep)

    def seal(self, head: Head, quarantine: Iterable[Mapping[str, Any]] | None) -> Head:
        """End a sync: write `as_of`, `position` and the quarantine of this pass in one step."""
        return self._generation().seal(head, quarantine)

    def rollback(self) -> Head:
        """Make the previous generation serve again, with a higher activation, and hold the indexer.

        Raises `NotFound` where there is none, `StoreDamaged` where it cannot be used; what serves then goes on.
        """
        pointer = self._pointer()
        if pointer.previous is None:
            raise NotFound("There is no previous generation to go back to.")
        back = Pointer(self._environment, pointer.previous, self._next_activation(pointer), held=True)
        head = self._head_of(back)
        write_pointer(self._directory, back)
        return head

    def close(self) -> None:
        """Give back what the writer holds open."""
        if self._open is not None:
            self._open[1].close()
            self._open = None
        self._store.close()

    def _swap(self, head: Head) -> Head:
        """Make a finished generation serve: history first, then the pointer, then away with what nobody needs."""
        self._require_lease()
        check_environment(head.environment, self._environment)
        last = self._readable_pointer()
        self._keep_generation(head.generation, last)
        pointer = Pointer(
            self._environment,
            head.generation,
            self._next_activation(last),
            previous=None if last is None else last.generation,
        )
        write_pointer(self._directory, pointer)
        self._build = None
        self._prune()
        return replace(head, activation=pointer.activation)

    def _keep_generation(self, name: str, last: Pointer | None) -> None:
        built, now = self._directory.generation(name), self._clock()
        self._history.keep_generation(built, name, now)
        if last is None:
            return
        try:
            self._history.keep_deletions(self._directory.generation(last.generation), built, name, now)
        except CouldNotSearch as error:  # the serving generation is damaged: that must not stop its replacement
            _log.warning("What the new generation no longer has could not be kept in the history: %s", error)

    def _prune(self) -> None:
        """Remove all generations but the serving and the previous one. Without a readable pointer nothing goes."""
        pointer = self._readable_pointer()
        if pointer is not None or not self._directory.pointer.exists():
            self._directory.prune(set() if pointer is None else pointer.generations)

    def _discard_build(self) -> None:
        if self._build is not None:
            self._build.discard()
            self._build = None

    def _keep(self, rows: list[Row]) -> None:
        self._history.keep(rows, self._pointer().generation, self._clock())

    def _generation(self) -> WritableGeneration:
        """Give the serving generation for writing. Raises `IndexerHeld` after a rollback."""
        pointer = self._pointer()
        if pointer.held:
            raise IndexerHeld("A rollback holds the indexer: resume it, or build the store again.")
        if self._open is None or self._open[0] != pointer:
            self.close()
            self._open = pointer, WritableGeneration(self._directory.generation(pointer.generation), pointer)
        return self._open[1]

    def _pointer(self) -> Pointer:
        self._require_lease()
        pointer = read_pointer(self._directory)
        if pointer is None:
            raise CouldNotSearch("Nothing was published in the store yet: build a generation first.")
        return pointer

    def _readable_pointer(self) -> Pointer | None:
        """Give the pointer, None also where it is damaged: a rebuild must be possible then."""
        try:
            return read_pointer(self._directory)
        except StoreDamaged:
            return None

    def _head_of(self, pointer: Pointer) -> Head:
        with closing(SqliteRegistry(self._directory.generation(pointer.generation), pointer)) as view:
            view.begin(floor=0)
            return view.head

    def _next_activation(self, last: Pointer | None) -> int:
        milliseconds = int(self._clock().timestamp() * 1000)
        return milliseconds if last is None else max(last.activation + 1, milliseconds)

    def _require_lease(self) -> None:
        if not self._leased:
            raise RuntimeError("take the lease before changing the store")
