"""A store in Elasticsearch as the indexer uses it: lease, generations, revisions, rollback.

Decides the order of the large steps, and what a writer does that was overtaken by another. How each step survives other
writers is decided where it is done: `elastic.indices` for what serves, `elastic.revision` for what it holds.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from lookup.clock import Clock
from lookup.errors import CouldNotSearch, IndexerHeld, NotFound, StoreDamaged
from lookup.records import Kind
from lookup.store.cluster import Cluster
from lookup.store.elastic.activation import Activation
from lookup.store.elastic.build import ElasticBuild
from lookup.store.elastic.client import BUSY_PAUSES_S, building_client, patiently
from lookup.store.elastic.documents import WORK_ID, StoredHead
from lookup.store.elastic.head import ServingHead
from lookup.store.elastic.heads import Heads, Overtaken
from lookup.store.elastic.history import ElasticHistory
from lookup.store.elastic.indices import Indices
from lookup.store.elastic.lease import TERM_S, Lease
from lookup.store.elastic.names import Names, writing_alias
from lookup.store.elastic.noted import read_work
from lookup.store.elastic.pruning import Pruning
from lookup.store.elastic.quarantine import read_quarantine
from lookup.store.elastic.reading import ElasticRegistry
from lookup.store.elastic.revision import Revisions
from lookup.store.protocol import REVISION_LIMIT, Draft, Head, Work
from lookup.store.sqlite.directory import new_generation_name
from lookup.store.work import encode_work

LOOK_S = 5.0
"""How long opening a writer waits for the cluster, to see that it is of the right environment."""
_ATTEMPTS = 3
"""Times that a revision is tried: each one lost means that a writer that lost its lease has just committed another."""

_log = logging.getLogger(__name__)

_Written = TypeVar("_Written")


class ElasticWriter:
    """The writing side of a store in this cluster. What changes it needs the lease; looking does not. Made after the
    process forked.

    Raises `ConfigurationError` where the store is of another environment or schema. `term_s` is the term of the lease.
    """

    def __init__(
        self, cluster: Cluster, environment: str, handle_key: bytes, clock: Clock, term_s: float = TERM_S
    ) -> None:
        self._handle_key = handle_key
        self._clock = clock
        self._client = building_client(cluster)
        self._ask = patiently(self._client, BUSY_PAUSES_S)
        self._names = Names(cluster.prefix)
        self._heads = Heads(self._ask, self._names, environment)
        self._indices = Indices(self._ask, self._names, environment)
        self._lease = Lease(self._client, self._names.control, term_s)
        self._activation = Activation(self._heads, self._indices, self._lease, clock)
        self._history = ElasticHistory(self._ask, self._names, self._heads, clock)
        self._revisions = Revisions(self._ask, self._heads, self._history, clock, self._lease.check)
        self._pruning = Pruning(self._ask, self._names, self._heads, self._indices)
        self._build: ElasticBuild | None = None
        self._leased = False
        self._untidy = False
        self._compared: tuple[str, int, int] | None = None
        self._look(environment)

    @contextmanager
    def lease(self, owner: str) -> Iterator[None]:
        """Hold the lease. Raises `LeaseHeld`, naming who holds it. Finishes and clears away what a killed indexer
        left."""
        self._indices.ensure()
        with self._lease.hold(owner, self._clock):
            # First of all: from here on, nothing that another writer prepared can begin to serve.
            self._indices.disarm()
            self._take_stock()
            self._leased = True
            try:
                yield
                self._tidy()
            finally:
                self._leased = False
                self._discard_build()

    def head(self) -> Head | None:
        """Where the store stands; None where nothing was ever published."""
        placed = self._heads.serving()
        return None if placed is None else placed.stored.head

    def held(self) -> bool:
        """Whether a rollback holds the indexer. A damaged head holds nobody: it must be possible to rebuild, and
        everything else that publishes meets the damage itself."""
        placed = self._activation.readable()
        return placed is not None and placed.stored.held

    def resume(self) -> None:
        """Let the indexer go on after a rollback."""
        placed = self._placed()
        if placed.stored.held:
            self._unless_overtaken(lambda: self._heads.replace(placed, replace(placed.stored, held=False)))

    @contextmanager
    def registry(self) -> Iterator[ElasticRegistry]:
        """Open one view of what is published, for comparing."""
        yield self._registry_of(self._published())

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Give key and version of every live record of a kind, ordered by key."""
        yield from self._registry_of(self._published()).versions(kind)

    def quarantine(self) -> Iterator[dict[str, Any]]:
        """Give the rows that the last sync refused."""
        placed = self._heads.serving()
        if placed is not None:
            yield from read_quarantine(self._ask, placed)

    def work(self) -> Work:
        """Say what the indexer noted last."""
        return read_work(self._ask, self._names)

    def note(self, work: Work) -> None:
        """Note what the indexer is doing. Raises `CouldNotSearch` where it cannot be written."""
        if not self._leased:
            self._indices.ensure()
        self._ask(
            "noting what the indexer does",
            lambda client: client.index(
                index=writing_alias(self._names.control),
                id=WORK_ID,
                document={"text": encode_work(work)},
                require_alias=True,
            ),
        )

    def new_generation(self) -> ElasticBuild:
        """Begin a generation beside the serving one, in the place of any other that is under construction."""
        self._require_lease()
        self._tidy()
        self._discard_build()
        against = self._indices.serving()
        name = new_generation_name(self._clock())
        self._build = ElasticBuild(
            self._ask,
            self._indices,
            name,
            self._handle_key,
            lambda index, stored: self._swap(index, stored, against),
        )
        return self._build

    def publish(self, drafts: Sequence[Draft], position: Mapping[str, Any] | None = None) -> Head:
        """Publish at most `REVISION_LIMIT` records as the next revision, in one step.

        Raises `IndexerHeld` after a rollback, `ValueError` for too many drafts or a key that comes twice, `LeaseHeld`
        where the lease was lost.
        """
        if len(drafts) > REVISION_LIMIT or len({draft.key for draft in drafts}) < len(drafts):
            raise ValueError(f"a revision holds at most {REVISION_LIMIT} records, each once")
        for _ in range(_ATTEMPTS):
            placed = self._writable()
            try:
                after = self._revisions.publish(placed, drafts, position, self._handle_key)
            except Overtaken:
                # Another writer's revision came first. Whoever lost the lease stops here. Whoever has it still was
                # overtaken by one that lost it: finish that revision and compare these records again.
                self._lease.verify()
                self._revisions.finish(self._placed())
                continue
            if self._compared == placed.stored.head.edition:
                self._compared = after.stored.head.edition
            return self._done(after.stored)
        raise CouldNotSearch("Other writers publish into this store all the time: stop them.")

    def seal(self, head: Head, quarantine: Iterable[Mapping[str, Any]] | None) -> Head:
        """End a sync: write `as_of`, `position` and the quarantine of this pass in one step.

        Raises `CouldNotSearch` where another writer published during this pass: it saw everything of its source, but
        did not compare it with that.
        """
        placed = self._writable()
        if self._compared != placed.stored.head.edition:
            raise _overtaken()
        return self._done(self._unless_overtaken(lambda: self._revisions.seal(placed, head, quarantine)).stored)

    def rollback(self) -> Head:
        """Make the previous generation serve again, with a higher activation, and hold the indexer.

        Raises `NotFound` where there is none, `StoreDamaged` where it cannot be used; what serves then goes on.
        """
        placed = self._keep_history(self._placed())
        if placed.stored.previous is None:
            raise NotFound("There is no previous generation to go back to.")
        # A revision that was committed in it and not finished when it was replaced is part of what it stood for.
        back = self._revisions.finish(self._heads.of(placed.stored.previous))
        stored = self._unless_overtaken(lambda: self._activation.go_back(placed, back))
        self._compared = stored.head.edition
        return self._done(stored)

    def close(self) -> None:
        """Give back what the writer holds open."""
        self._client.close()

    def _look(self, environment: str) -> None:
        """Refuse a store of another environment. A cluster that does not answer now is met by whatever is asked next,
        a damaged store must be open to a rebuild."""
        impatient = patiently(self._client.options(request_timeout=LOOK_S, max_retries=0))
        try:
            Heads(impatient, self._names, environment).serving()
        except CouldNotSearch as error:
            _log.warning("The store could not be looked at: %s", error)

    def _take_stock(self) -> None:
        """Finish what a killed or deposed writer left, then clear away what nobody needs. Without a readable head
        nothing goes: it must be possible to rebuild."""
        try:
            placed = self._heads.serving()
            self._compared = None
            if placed is not None:
                if self._heads.last_activation() < placed.stored.head.activation:
                    self._heads.note_activation(placed.stored.head)
                placed = self._keep_history(self._revisions.finish(placed))
                self._pruning.log(placed, self._clock())
                self._compared = self._pruning.quarantine(placed).stored.head.edition
            self._pruning.generations()
        except StoreDamaged as error:
            _log.warning("What a killed indexer may have left was not looked for: %s", error)

    def _swap(self, index: str, built: StoredHead, against: str | None) -> Head:
        """Make a finished generation serve in the place of `against`, the one that it was built against."""
        self._require_lease()
        stored = self._activation.begin(index, built, against)
        self._build = None
        self._compared = stored.head.edition
        self._untidy = True
        return self._done(stored)

    def _tidy(self) -> None:
        """Do what a new generation needs and no question waits for: history, pruning. It serves already; what fails
        here is done before anything else is published, or by the next holder of the lease."""
        if not self._untidy:
            return
        try:
            placed = self._heads.serving()
            if placed is not None:
                self._heads.note_activation(placed.stored.head)
                self._keep_history(placed)
            self._pruning.generations()
            self._untidy = False
        except CouldNotSearch as error:
            _log.warning("The new generation serves, but tidying up behind it failed: %s", error)
        self._lease.check()

    def _keep_history(self, placed: ServingHead) -> ServingHead:
        """Keep in the history what the serving generation brought, where that was not done yet. It is done before
        anything is published into it, so versions come into the history in their order."""
        return placed if placed.stored.history_kept else self._unless_overtaken(lambda: self._history.finish(placed))

    def _unless_overtaken(self, act: Callable[[], _Written]) -> _Written:
        """Write a head. Where another writer did meanwhile, who lost the lease says so, and who has it cannot go on."""
        try:
            return act()
        except Overtaken:
            self._lease.verify()
            raise _overtaken() from None

    def _writable(self) -> ServingHead:
        """Give the serving head for writing. Raises `IndexerHeld` after a rollback."""
        placed = self._placed()
        if placed.stored.held:
            raise IndexerHeld("A rollback holds the indexer: resume it, or build the store again.")
        return self._keep_history(placed)

    def _done(self, stored: StoredHead) -> Head:
        """Give the head after what was done. A writer that lost its lease meanwhile stops: what it has committed stays,
        but it may not be what serves."""
        self._lease.check()
        return stored.head

    def _placed(self) -> ServingHead:
        self._require_lease()
        return self._published()

    def _published(self) -> ServingHead:
        placed = self._heads.serving()
        if placed is None:
            raise CouldNotSearch("Nothing was published in the store yet: build a generation first.")
        return placed

    def _registry_of(self, placed: ServingHead) -> ElasticRegistry:
        return ElasticRegistry(self._ask, placed.index, placed.stored.head)

    def _discard_build(self) -> None:
        if self._build is not None:
            self._build.discard()
            self._build = None

    def _require_lease(self) -> None:
        if not self._leased:
            raise RuntimeError("take the lease before changing the store")
        self._lease.check()


def _overtaken() -> CouldNotSearch:
    return CouldNotSearch("Another indexer published into the store during this pass: sync again.")
