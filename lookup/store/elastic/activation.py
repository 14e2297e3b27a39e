"""How a generation in Elasticsearch begins to serve: after a build, or again by a rollback.

Decides its activation and its first head, and what became of a call whose answer was lost. What the call to the cluster
consists of, and whom it refuses, is decided in `elastic.indices`.
"""

from dataclasses import replace

from lookup.clock import Clock
from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.store.elastic.documents import StoredHead
from lookup.store.elastic.head import ServingHead
from lookup.store.elastic.heads import Heads
from lookup.store.elastic.indices import Indices
from lookup.store.elastic.lease import Lease


class Activation:
    """Makes generations of one store serve, for the holder of `lease`."""

    def __init__(self, heads: Heads, indices: Indices, lease: Lease, clock: Clock) -> None:
        self._heads = heads
        self._indices = indices
        self._lease = lease
        self._clock = clock

    def begin(self, index: str, built: StoredHead, against: str | None) -> StoredHead:
        """Make a finished generation serve in the place of `against`, the one that it was built against."""
        last = self.readable()
        stored = replace(
            built,
            head=replace(built.head, activation=self._next(last)),
            previous=None if last is None else last.stored.head.generation,
        )
        self._heads.create(index, stored)
        self._serve(index, against)
        return stored

    def go_back(self, placed: ServingHead, back: ServingHead) -> StoredHead:
        """Make `back`, the generation before `placed`, serve again, and hold the indexer. Raises `Overtaken` where
        somebody else wrote its head meanwhile."""
        self._indices.nominate(back.index)
        head = replace(back.stored.head, activation=self._next(placed))
        stored = replace(back.stored, head=head, previous=None, held=True)
        # Killed before the alias moves: that head is read by nobody, and a further rollback writes it again.
        self._heads.replace(back, stored)
        self._serve(back.index, placed.index)
        self._heads.note_activation(head)
        return stored

    def readable(self) -> ServingHead | None:
        """Give the serving head, None also where it is damaged: a rebuild must be possible then."""
        try:
            return self._heads.serving()
        except StoreDamaged:
            return None

    def _serve(self, index: str, instead: str | None) -> None:
        """Move the alias from `instead` to the candidate `index`.

        A writer that lost its lease before it named its candidate learns so here. One that loses it after this look is
        refused by the cluster: the next holder has taken the candidacy away. Where the answer is lost, withdrawing the
        candidacy tells what became of the call: it was carried out, or never will be.
        """
        self._lease.check()
        try:
            self._indices.serve(index, instead)
        except CouldNotSearch:
            if self._indices.withdraw(index) or self._indices.serving() != index:
                self._lease.verify()
                raise

    def _next(self, last: ServingHead | None) -> int:
        """Give an activation that is greater than any before, also where no head can be read."""
        milliseconds = int(self._clock().timestamp() * 1000)
        known = self._heads.last_activation() if last is None else last.stored.head.activation
        return max(known + 1, milliseconds)
