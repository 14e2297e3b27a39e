"""Follows the shared store: what a replica does about the head that it finds.

Decides between nothing to do, the next revisions, and a new copy; and what is refused so that the last good file
stays. When to look is decided by `replica`, how rows get into a file by `replica.writing`. One follower per directory,
under its lease.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Protocol

from indexer.replica_checking import WholeCheck
from indexer.replica_file import ServingFile
from indexer.replica_notes import ReplicaNotes
from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.progress import Progress
from lookup.store.elastic.documents import Change
from lookup.store.elastic.feed import RevisionMissing
from lookup.store.elastic.head import ServingHead
from lookup.store.protocol import Head
from lookup.store.replica.state import ReplicaPhase
from lookup.store.replica.writing import CountsDiffer, ReplicaFile, check_change, load_copy
from lookup.store.rows import Row
from lookup.store.sqlite.directory import new_generation_name
from lookup.store.sqlite.pointer import Pointer, check_environment

POLL_S = 1.0
"""Seconds between two looks at the head: what a change may take to reach this node, beside applying it."""

_log = logging.getLogger(__name__)


class Feed(Protocol):
    """What a follower asks of the store. Every method raises `CouldNotSearch` where the store cannot be asked,
    `StoreDamaged` where a document is not what was written."""

    def head(self) -> ServingHead:
        """Give the head of the generation that serves, and its index."""

    def changes(self, index: str, after: int, up_to: int) -> Sequence[Change]:
        """Give the entries of an index's log after one revision, up to another at most, in their order: some of them,
        the first ones. Raises `RevisionMissing` where one is no longer there."""

    def copy(self, index: str) -> Iterable[Row]:
        """Give every record of an index, tombstones too, as they are together at one moment after the call."""


class WentBack(CouldNotSearch):
    """The store shows an older head than the one that was copied."""

    title = "The store is older than its replica"


class MovedOn(CouldNotSearch):
    """Another generation serves than the one that is being copied."""

    title = "Another generation serves by now"


class FileDamaged(StoreDamaged):
    """The file of the replica is damaged."""

    title = "The file of the replica is damaged"


class Follower:
    """The follower of one directory. `pause` is called with the seconds to wait where a copy has to wait for the
    store."""

    def __init__(
        self,
        feed: Feed,
        serving: ServingFile,
        check: WholeCheck,
        notes: ReplicaNotes,
        progress: Progress,
        pause: Callable[[float], object],
    ) -> None:
        self._feed = feed
        self._serving = serving
        self._check = check
        self._notes = notes
        self._progress = progress
        self._pause = pause

    def follow(self) -> None:
        """Bring the replica to where the store stands now.

        Raises `WentBack` or `ConfigurationError` where the store must not be followed, `StoreDamaged` where what it
        gives is not what was published, `CouldNotSearch` where it cannot be asked, or this node cannot write. What
        served goes on serving, unless it was found damaged.
        """
        file = self._serving.open()
        found = self._head()
        self._refuse_older(found, self._serving.floor)
        if file is None or not _is_copy_of(file, found):
            self._copy(found)
            return
        try:
            self._catch_up(file, found)
            self._notes.follows(file.head)
        except (RevisionMissing, CountsDiffer) as error:
            _log.error("The store is copied anew: %s", error)
            self._copy(found)
        except FileDamaged as error:
            _log.error("The replica is withdrawn and copied anew: %s", error)
            self._serving.withdraw()
            self._copy(found)
        finally:
            self._serving.served(file)

    def _head(self) -> ServingHead:
        found = self._feed.head()
        self._notes.contacted()
        return found

    def _refuse_older(self, found: ServingHead, floor: tuple[int, int]) -> None:
        check_environment(found.stored.head.environment, self._serving.environment)
        if found.order < floor:
            raise WentBack("The store shows an older head than the one that was copied; the last good copy stays.")

    def _catch_up(self, file: ReplicaFile, found: ServingHead) -> None:
        """Apply the entries of the log from the file's revision up to the head, then the head itself."""
        head = found.stored.head
        while file.head.revision < head.revision:
            for change in self._feed.changes(found.index, file.head.revision, head.revision):
                rows = check_change(change, file.head)
                with _own_damage():
                    file.apply(rows, change.head)
        with _own_damage():
            file.advance(head)

    def _copy(self, found: ServingHead) -> None:
        """Copy the generation into a new file, and make it serve when it is whole."""
        head, directory = found.stored.head, self._serving.directory
        name = new_generation_name(self._notes.clock())
        pointer = Pointer(head.environment, head.generation, head.activation, file=name)
        try:
            head = self._fill(found, pointer)
        except BaseException:
            directory.drop(name)
            raise
        self._serving.serve(pointer)
        self._serving.open()
        self._notes.checked()
        self._notes.follows(head)

    def _fill(self, found: ServingHead, pointer: Pointer) -> Head:
        """Fill a new file and check it as a whole. The head was read before the copy begins, so the copy holds at
        least its revision; of later ones it may hold parts, and the log completes them."""
        path, head = self._serving.directory.generation(pointer.file_name), found.stored.head
        self._begin("copying", "copying the registry", sum(head.counts.values()))
        rows = self._notes.told(self._feed.copy(found.index), self._progress.advance)
        with closing(load_copy(path, pointer, head, rows)) as file:
            self._begin("catching_up", "reading the log", None)
            self._complete(file, found)
        self._begin("checking", "checking the copy", None)
        checked = self._check.now(path, pointer)
        self._progress.end()
        return checked

    def _complete(self, file: ReplicaFile, found: ServingHead) -> None:
        """Apply the log until the head has reached the highest revision of which the copy holds a part: a revision
        whose writer was stopped is finished by the next one, and until then the copy must not serve."""
        while True:
            newest = self._head()
            if newest.index != found.index or newest.stored.head.activation != found.stored.head.activation:
                raise MovedOn("Another generation serves by now; that one is copied.")
            self._refuse_older(newest, found.order)
            self._catch_up(file, newest)
            if file.is_whole:
                return
            self._pause(POLL_S)

    def _begin(self, phase: ReplicaPhase, step: str, total: int | None) -> None:
        self._notes.does(phase)
        self._progress.begin(step, total)


def _is_copy_of(file: ReplicaFile, found: ServingHead) -> bool:
    head = found.stored.head
    return (file.head.generation, file.head.activation) == (head.generation, head.activation)


@contextmanager
def _own_damage() -> Iterator[None]:
    """Tell damage of our file from what the store gave."""
    try:
        yield
    except CountsDiffer:
        raise
    except StoreDamaged as error:
        raise FileDamaged(str(error)) from None
