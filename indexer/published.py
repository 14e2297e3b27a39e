"""What was published before, as far as a comparison needs it: a store, or nothing yet.

Decides nothing; `compare` does.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from indexer.staging import Staging
from indexer.tables import TABLE_OF_KIND
from lookup.records import Kind, Record, record_key
from lookup.store.protocol import Writer


class Published(Protocol):
    """The records that are out."""

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Give key and version of every live record of a kind, ordered by key."""

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give the records of these keys, tombstones too."""


class NothingPublished:
    """What is out before the first sync."""

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Give none."""
        return iter(())

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give none."""
        return {}


class StorePublished:
    """What a store has out."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Give key and version of every live record of a kind, ordered by key."""
        return self._writer.versions(kind)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give the records of these keys, tombstones too."""
        if not keys:
            return {}
        with self._writer.registry() as registry:
            return registry.get_many(keys)


_CHUNK = 500
"""Records that are fetched at once."""


class ConcernedPublished:
    """What is published of the records that a pass concerns; nothing else of the store is looked at."""

    def __init__(self, published: Published, staging: Staging) -> None:
        self._published = published
        self._staging = staging

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Give key and version of every live record of a kind, ordered by key."""
        found = self._staging.ask("SELECT key FROM concerned WHERE source = ? ORDER BY key", TABLE_OF_KIND[kind].number)
        keys = (record_key(kind, key) for (key,) in found)
        while chunk := list(islice(keys, _CHUNK)):
            records = self._published.get_many(chunk)
            yield from ((key, records[key].version) for key in chunk if key in records and not records[key].deleted)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give the records of these keys, tombstones too."""
        return self._published.get_many(keys)
