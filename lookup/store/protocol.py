"""What any store must offer, in our words: reading for the lookup, writing for the indexer.

Decides the questions that may be asked of a store and what "could not look" means. Knows no engine. Every engine
passes the same contract suite (tests/contract/).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from lookup.records import Content, Kind, Record, Standing

REVISION_LIMIT = 500
"""Records that one revision may hold."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a store stands: which data, how far, and how old.

    `as_of` is the time up to which the source is known to have been seen. `activation` grows with every change of
    generation, rollback included. `counts` are live records per kind; `quarantine` refused rows per table. `position`
    belongs to the indexer: what it last read.
    """

    environment: str
    generation: str
    activation: int
    revision: int
    as_of: datetime
    fictitious: bool
    counts: Mapping[Kind, int] = field(default_factory=dict)
    quarantine: Mapping[str, int] = field(default_factory=dict)
    position: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as the indexer hands it over for publishing; `content` None and `deleted` False is a held record."""

    key: str
    kind: Kind
    standing: Standing
    content: Content | None
    deleted: bool = False


class Registry(Protocol):
    """One consistent view of the published records, for the length of one question.

    Every method raises `CouldNotSearch` where the store cannot really look (`StoreDamaged` where a row is not what
    was written); an empty answer always means that the store looked and there is nothing. Tombstones are given by
    `get` and `get_many` only.
    """

    @property
    def head(self) -> Head:
        """Where the store stands."""

    def get(self, key: str) -> Record | None:
        """Give the record of this key, a tombstone too."""

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give the records of these keys, tombstones too; absent ones are left out."""

    def find(self, term: str, kind: Kind | None = None, after: str = "", limit: int = 1000) -> list[Record]:
        """Give the live records that carry this exact term, of one kind if asked, with a key after `after`, by key."""

    def find_words(self, words: Sequence[str], limit: int) -> list[Record]:
        """Give live records that carry at least one of these words, most shared words first, then by key."""

    def find_word_prefix(self, prefix: str, limit: int) -> list[Record]:
        """Give live records that carry a word with this beginning, ordered by key."""

    def find_plates(self, pattern: str, limit: int) -> list[Record]:
        """Give live vehicles whose plate fits: `?` one character, `*` any number; ordered by key."""

    def scan(self, kind: Kind, after: str = "", limit: int = 1000) -> list[Record]:
        """Give live records of a kind whose key comes after `after`, ordered by key."""


class Store(Protocol):
    """A store as the lookup uses it. Safe to share between threads of one process, opened after the process forked."""

    @property
    def source(self) -> str:
        """What answers name as their source: `embedded`, `replica` or `elasticsearch`."""

    def reading(self) -> AbstractContextManager[Registry]:
        """Open one consistent view. Raises `CouldNotSearch` where there is no usable generation."""

    def close(self) -> None:
        """Give back what the store holds open."""


class Build(Protocol):
    """A generation under construction, invisible until it is activated. Closing it without activating leaves no
    trace."""

    def add(self, drafts: Iterable[Draft]) -> None:
        """Add records; each key once."""

    def activate(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> Head:
        """Check what was built against `head.counts`, then make it the serving generation in one step."""

    def discard(self) -> None:
        """Throw the build away."""


class Writer(Protocol):
    """A store as the indexer uses it, under a lease."""

    def lease(self, owner: str) -> AbstractContextManager[None]:
        """Hold the lease. Raises `LeaseHeld`, naming who holds it."""

    def head(self) -> Head | None:
        """Where the store stands; None where nothing was ever published."""

    def held(self) -> bool:
        """Whether a rollback holds the indexer."""

    def resume(self) -> None:
        """Let the indexer go on after a rollback."""

    def registry(self) -> AbstractContextManager[Registry]:
        """Open one consistent view of what is published, for comparing."""

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Give key and version of every live record of a kind, ordered by key."""

    def quarantine(self) -> Iterator[dict[str, Any]]:
        """Give the rows that the last sync refused."""

    def new_generation(self) -> Build:
        """Begin a generation beside the serving one."""

    def publish(self, drafts: Sequence[Draft], position: Mapping[str, Any] | None = None) -> Head:
        """Publish at most `REVISION_LIMIT` records as the next revision, in one step."""

    def seal(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> Head:
        """End a sync: write `as_of`, `position` and the quarantine of this pass in one step, with the revision as it
        stands."""

    def rollback(self) -> Head:
        """Make the previous generation serve again, with a higher activation, and hold the indexer."""
