"""The history of a store in Elasticsearch as the writer keeps it: every version that was ever published.

Decides what a generation adds to it. Documents are only ever created, under key and version: doing it twice changes
nothing, a conflict means that the version was published before, and the order of creation is that of publishing, for a
revision is written here before it is committed, and the generation before that.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from lookup.clock import Clock
from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import KINDS, Kind, body_version
from lookup.store.elastic.bulk import create_line, in_portions, refresh, send
from lookup.store.elastic.client import Ask
from lookup.store.elastic.documents import ROW_FIELDS, history_document, history_id, row_of_document
from lookup.store.elastic.head import ServingHead
from lookup.store.elastic.heads import Heads
from lookup.store.elastic.names import Names
from lookup.store.elastic.reading import ElasticRegistry
from lookup.store.protocol import TOMBSTONE_VERSION
from lookup.store.rows import Row

_AT_ONCE = 1000
"""Records that are read at once to be copied: about 1 MB."""

_log = logging.getLogger(__name__)

Versions = Iterator[tuple[str, str]]


class ElasticHistory:
    """The history of one store. Raises `CouldNotSearch` where it cannot be written."""

    def __init__(self, ask: Ask, names: Names, heads: Heads, clock: Clock) -> None:
        self._ask = ask
        self._names = names
        self._heads = heads
        self._clock = clock

    def keep(self, rows: Iterable[Row], generation: str) -> None:
        """Keep the versions of a revision that is about to be published."""
        self._create(rows, generation, self._clock())
        refresh(self._ask, self._names.history)

    def finish(self, placed: ServingHead) -> ServingHead:
        """Keep what the generation that serves brought, and say so in its head. Raises `Overtaken` where somebody else
        wrote that meanwhile."""
        self._keep_generation(placed, self._before(placed.stored.previous))
        return self._heads.replace(placed, replace(placed.stored, history_kept=True))

    def _before(self, generation: str | None) -> ElasticRegistry | None:
        """Open the generation before, for comparing. That it is damaged must not stop its replacement."""
        if generation is None:
            return None
        try:
            placed = self._heads.of(generation)
        except StoreDamaged as error:
            _warn(error)
            return None
        return ElasticRegistry(self._ask, placed.index, placed.stored.head)

    def _keep_generation(self, placed: ServingHead, before: ElasticRegistry | None) -> None:
        """Keep what a generation that serves brought: what `before`, the one before it, had not, and as deletions what
        it no longer has. What both have was kept with that one."""
        registry = ElasticRegistry(self._ask, placed.index, placed.stored.head)
        generation, now = placed.stored.head.generation, self._clock()
        for kind in KINDS:
            old = iter(()) if before is None else _versions(before, kind)
            differences = _differences(_readable(old), _versions(registry, kind))
            while portion := list(islice(differences, _AT_ONCE)):
                self._create(self._read(placed.index, [key for key, is_there in portion if is_there]), generation, now)
                gone = (_deletion(key, kind) for key, is_there in portion if not is_there)
                self._create(gone, generation, now)
        refresh(self._ask, self._names.history)

    def _create(self, rows: Iterable[Row], generation: str, at: datetime) -> None:
        lines = (create_line(history_id(row), history_document(row, generation, at)) for row in rows)
        for portion in in_portions(lines):
            send(self._ask, self._names.history, portion, "keeping versions in the history")

    def _read(self, index: str, keys: Sequence[str]) -> Iterator[Row]:
        """Give the rows of these keys, checked as far as the history needs it: a body under its own version."""
        if not keys:
            return
        answer = self._ask(
            "reading what is to be kept", lambda client: client.mget(index=index, ids=keys, source_includes=ROW_FIELDS)
        )
        for document in answer["docs"]:
            if not document.get("found"):
                raise CouldNotSearch("Elasticsearch could not read a record that is to be kept.")
            row = row_of_document(document["_source"])
            if row.version != (TOMBSTONE_VERSION if row.body is None else body_version(row.body)):
                raise StoreDamaged("A record in the store is not what was written: build the store again.")
            yield row


def _versions(registry: ElasticRegistry, kind: Kind) -> Versions:
    """Give what lives of a kind; where the head counts none, nothing is asked."""
    return registry.versions(kind) if registry.head.counts.get(kind) else iter(())


def _readable(versions: Versions) -> Versions:
    """Give what can be read of the generation before: that it is damaged must not stop its replacement."""
    try:
        yield from versions
    except CouldNotSearch as error:
        _warn(error)


def _warn(error: CouldNotSearch) -> None:
    _log.warning("What the new generation no longer has could not be kept in the history: %s", error)


def _differences(old: Versions, new: Versions) -> Iterator[tuple[str, bool]]:
    """Give each key that differs, by key, and whether the new ones have it."""
    was = next(old, None)
    for key, version in new:
        while was is not None and was[0] < key:
            yield was[0], False
            was = next(old, None)
        if was != (key, version):
            yield key, True
        if was is not None and was[0] == key:
            was = next(old, None)
    while was is not None:
        yield was[0], False
        was = next(old, None)


def _deletion(key: str, kind: Kind) -> Row:
    """Give the row of a record that a generation no longer has: no tombstone stands in its index."""
    return Row(key, kind, 0, TOMBSTONE_VERSION, "", 1, None, "")
