"""What was published before, as far as a comparison needs it: a store, or nothing yet.

Decides nothing; `compare` does.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from lookup.records import Kind, Record
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
