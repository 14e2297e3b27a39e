"""The embedded store as the lookup uses it: follows the pointer from generation to generation and lends out views.

Decides which generation is read: the newest that is usable, never an older head, another environment or another
schema; where the newest is refused the last good one stays, with an alarm in the log. Never waits for the writer.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeVar

from lookup.errors import ConfigurationError, CouldNotSearch, StoreDamaged
from lookup.store.protocol import Head, PublishedVersion, Store, Work
from lookup.store.sqlite.checking import verify_generation
from lookup.store.sqlite.directory import StoreDirectory, read_text
from lookup.store.sqlite.history import History
from lookup.store.sqlite.pointer import Pointer, check_pointer, read_pointer
from lookup.store.sqlite.reading import SqliteRegistry
from lookup.store.work import decode_work

RETRY_S = 1.0
"""How long a refused generation is left alone before it is tried again."""

_ATTEMPTS = 3
"""A pointer may move on, and its file be pruned, between reading the one and opening the other."""

_log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]

Looked = TypeVar("Looked")


@dataclass(slots=True)
class _Serving:
    """A generation in use, the highest revision of it that was seen, and the views that nobody uses just now."""

    pointer: Pointer
    revision: int = 0
    idle: list[SqliteRegistry] = field(default_factory=list)

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()


class _Withdrawn(StoreDamaged):
    """The full check has found the file damaged: it is let go of, not kept as the last good one."""


class SqliteStore:
    """An embedded store. Raises `ConfigurationError` where it is of another environment or schema."""

    _nothing = "Nothing was published in the store yet: run `immunity sync`."

    def __init__(self, directory: StoreDirectory, environment: str) -> None:
        self._directory = directory
        self._pointer_path = str(directory.pointer)  # looked at for every question
        self._environment = environment
        self._lock = threading.Lock()
        self._serving: _Serving | None = None
        self._stamp: Stamp | None = None
        self._refused: tuple[Stamp | None, float] | None = None
        try:
            pointer = read_pointer(directory)
        except CouldNotSearch:
            return  # each question will say so; the process starts and can say whom to call
        if pointer is not None:
            self._check_at_start(pointer)

    @property
    def source(self) -> str:
        """What answers name as their source."""
        return "embedded"

    def reading(self, time_s: float | None = None) -> "_Reading":
        """Open one consistent view. Raises `CouldNotSearch` where there is no usable generation."""
        return _Reading(self)

    def history(self, key: str) -> list[PublishedVersion]:
        """Give every version of a record that was ever published, the first one first."""
        return History(self._directory.history, self._environment).versions(key)

    def body(self, key: str, version: str) -> str | None:
        """Give the canonical body of a version; None where it was never published or is a deletion."""
        return History(self._directory.history, self._environment).body(key, version)

    def ways(self) -> Sequence[Store]:
        """Give this store: there is no other way to its records."""
        return (self,)

    def work(self) -> Work:
        """Say what the indexer is doing."""
        return decode_work(read_text(self._directory.work))

    def verify(self) -> Head:
        """Check the whole serving generation and give its head. Raises `StoreDamaged` at the first fault. Takes
        seconds."""
        return self._looking(self._verify)

    def close(self) -> None:
        """Give back what the store holds open."""
        with self._lock:
            if self._serving is not None:
                self._serving.close()
            self._serving = self._stamp = None

    def _check_at_start(self, pointer: Pointer) -> None:
        check_pointer(pointer, self._environment)

    def _looking(self, look: Callable[[_Serving], Looked]) -> Looked:
        """Look at what serves. Where that fails and something newer serves by now, two activations have pruned the
        file between the look at the pointer and the opening: look at the newer."""
        serving = self._current()
        try:
            return look(serving)
        except CouldNotSearch:
            newer = self._current()
            if newer is serving:
                raise
            return look(newer)

    def _verify(self, serving: _Serving) -> Head:
        pointer = serving.pointer
        return verify_generation(self._directory.generation(pointer.file_name), pointer)

    def _borrow(self) -> tuple[_Serving, SqliteRegistry]:
        return self._looking(self._lend)

    def _lend(self, serving: _Serving) -> tuple[_Serving, SqliteRegistry]:
        floor = serving.revision  # before the view begins, for another thread may raise it right after
        try:
            view = serving.idle.pop()
        except IndexError:
            view = SqliteRegistry(self._directory.generation(serving.pointer.file_name), serving.pointer)
        _begin(view, floor)
        if view.head.revision > serving.revision:
            with self._lock:  # between comparing and writing another thread may have seen a higher one
                serving.revision = max(serving.revision, view.head.revision)
        return serving, view

    def _give_back(self, serving: _Serving, view: SqliteRegistry) -> None:
        try:
            view.end()
        except CouldNotSearch:  # the answer is complete; only this connection is of no more use
            view.close()
            return
        serving.idle.append(view)
        if serving is not self._serving:
            serving.close()

    def _current(self) -> _Serving:
        """Give the generation to read. Costs one `stat` while the pointer does not change."""
        stamp = self._pointer_stamp()
        serving = self._serving
        if serving is not None and stamp == self._stamp:
            return serving
        with self._lock:
            return self._follow(self._pointer_stamp())

    def _follow(self, stamp: Stamp | None) -> _Serving:
        serving = self._serving
        if serving is not None and (stamp == self._stamp or self._is_refused(stamp)):
            return serving
        try:
            newer = self._open_newest()
        except (CouldNotSearch, ConfigurationError) as error:
            if isinstance(error, _Withdrawn) and serving is not None:
                serving.close()
                serving = self._serving = None
            if serving is None:
                if isinstance(error, CouldNotSearch):
                    raise
                raise CouldNotSearch(str(error)) from error
            _log.error("The newest generation is refused, the last good one stays: %s", error)
            self._refused = (stamp, time.monotonic())
            return serving
        self._serving, self._stamp, self._refused = newer, stamp, None
        if serving is not None:
            serving.close()
        return newer

    def _open_newest(self) -> _Serving:
        pointer = self._acceptable_pointer()
        for attempt in range(_ATTEMPTS):
            try:
                return self._open(pointer)
            except CouldNotSearch:
                moved_on = self._acceptable_pointer()
                if moved_on == pointer or attempt == _ATTEMPTS - 1:
                    raise
                pointer = moved_on
        raise AssertionError("unreachable")

    def _open(self, pointer: Pointer) -> _Serving:
        view = SqliteRegistry(self._directory.generation(pointer.file_name), pointer)
        _begin(view, floor=self._floor(pointer))
        view.end()
        return _Serving(pointer, view.head.revision, [view])

    def _floor(self, pointer: Pointer) -> int:
        """Give the revision that must at least be there: the same activation never goes back."""
        serving = self._serving
        return serving.revision if serving is not None and serving.pointer.activation == pointer.activation else 0

    def _acceptable_pointer(self) -> Pointer:
        pointer = read_pointer(self._directory)
        if pointer is None:
            raise CouldNotSearch(self._nothing)
        check_pointer(pointer, self._environment)
        if pointer.damaged:
            raise _Withdrawn("The file of the store was found damaged and withdrawn.")
        if self._serving is not None and pointer.activation < self._serving.pointer.activation:
            raise StoreDamaged("The pointer of the store went back to an older activation.")
        return pointer

    def _is_refused(self, stamp: Stamp | None) -> bool:
        if self._refused is None:
            return False
        refused, since = self._refused
        return refused == stamp and time.monotonic() - since < RETRY_S

    def _pointer_stamp(self) -> Stamp | None:
        try:
            status = os.stat(self._pointer_path)  # noqa: PTH116 - half the price of Path.stat, on the hot path
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size


class _Reading:
    """The time of one question: the view is borrowed at its beginning and given back at its end."""

    __slots__ = ("_serving", "_store", "_view")

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def __enter__(self) -> SqliteRegistry:
        self._serving, self._view = self._store._borrow()
        return self._view

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store._give_back(self._serving, self._view)


def _begin(view: SqliteRegistry, floor: int) -> None:
    """Begin a view; one that cannot begin is closed."""
    try:
        view.begin(floor)
    except BaseException:
        view.close()
        raise
