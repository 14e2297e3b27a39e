"""What any store must offer, in our words: reading for the lookup, writing for the indexer.

Decides the questions that may be asked of a store and what "could not look" means. Knows no engine. Every engine
passes the same contract suite (tests/contract/).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from lookup.records import Content, Kind, Record, Standing, body_version, encode_body

TOMBSTONE_VERSION = body_version("")
"""A tombstone has no body; its version is that of the empty one."""

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

    @property
    def edition(self) -> tuple[str, int, int]:
        """What tells one state of the published records from every other: a new one may hold other records."""
        return self.generation, self.activation, self.revision


Phase = Literal["idle", "reading", "building", "publishing"]


@dataclass(frozen=True, slots=True)
class Work:
    """What the indexer is doing, for people who watch: the phase, when it began, how many records of how many are
    done, and how the last passes ended. `failure` is the title of the error, never its text."""

    phase: Phase = "idle"
    started_at: datetime | None = None
    done: int = 0
    total: int | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as the indexer hands it over for publishing; `content` None and `deleted` False is a held record. `body`
    is its canonical body, None for a deletion, and `version` that of the body: written once, for both are asked for to
    compare and again to publish."""

    key: str
    kind: Kind
    standing: Standing
    content: Content | None
    deleted: bool = False
    body: str | None = field(init=False, repr=False, compare=False)
    version: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Write the body."""
        body = None if self.deleted else encode_body(self.standing, self.content)
        object.__setattr__(self, "body", body)
        object.__setattr__(self, "version", TOMBSTONE_VERSION if body is None else body_version(body))


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """One version of a record, or its deletion, and where it was published first."""

    version: str
    deleted: bool
    generation: str
    revision: int
    published_at: datetime


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

    def reading(self, time_s: float | None = None) -> AbstractContextManager[Registry]:
        """Open one consistent view. All that is asked of it may take what a lookup may take, or `time_s` seconds where
        the caller can wait longer; an engine on this machine needs no limit. Raises `CouldNotSearch` where there is no
        usable generation."""

    def history(self, key: str) -> list[PublishedVersion]:
        """Give every version of a record that was ever published, its deletion too, in the order in which they first
        were. After a crash it may name one that was about to be published."""

    def body(self, key: str, version: str) -> str | None:
        """Give the canonical body of a version, so that an old answer can be derived again; None for a deletion and
        for what was never published."""

    def ways(self) -> "Sequence[Store]":
        """Give the stores to ask in turn, this one first: the next is asked where one could not look."""

    def work(self) -> Work:
        """Say what the indexer is doing. Raises `CouldNotSearch` where that cannot be read."""

    def verify(self) -> Head:
        """Check everything that serves, which takes seconds, and give its head. Raises `StoreDamaged` at the first
        fault."""

    def close(self) -> None:
        """Give back what the store holds open."""


class Build(Protocol):
    """A generation under construction, invisible until it is activated. Closing it without activating leaves no
    trace."""

    def add(self, drafts: Iterable[Draft]) -> None:
        """Add records; each key once."""

    def activate(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> Head:
        """Check what was built against `head.counts`, then make it the serving generation in one step, which ends a
        hold too. Generation, activation and revision of `head` are the store's to say.

        Raises `StoreDamaged` where the build does not hold as many live records of each kind as `head.counts` says
        (held ones are live), `ValueError` where a key came twice; the build is gone then, what served goes on.
        """

    def discard(self) -> None:
        """Throw the build away."""


class Writer(Protocol):
    """A store as the indexer uses it. What changes the store raises `RuntimeError` without the lease."""

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

    def work(self) -> Work:
        """Say what the indexer noted last."""

    def note(self, work: Work) -> None:
        """Note what the indexer is doing, for whoever watches. Needs no lease and decides nothing; raises
        `CouldNotSearch` where it cannot be written."""

    def new_generation(self) -> Build:
        """Begin a generation beside the serving one."""

    def publish(self, drafts: Sequence[Draft], position: Mapping[str, Any] | None = None) -> Head:
        """Publish at most `REVISION_LIMIT` records as the next revision, in one step. Drafts that change nothing are
        left out; where all are, the revision stays.

        Raises `IndexerHeld` after a rollback, `CouldNotSearch` where there is no generation yet, `ValueError` for too
        many drafts or a key that comes twice.
        """

    def seal(self, head: Head, quarantine: Iterable[Mapping[str, Any]] | None) -> Head:
        """End a sync: write `as_of`, `position`, `fictitious` and the quarantine of this pass, with its counts, in one
        step; revision and counts of records as they stand. None leaves the quarantine as it is, for a pass that read
        no row. Raises `IndexerHeld` after a rollback."""

    def rollback(self) -> Head:
        """Make the previous generation serve again, with a higher activation, and hold the indexer.

        Raises `NotFound` where there is none: one rollback follows one activation.
        """

    def close(self) -> None:
        """Give back what the writer holds open."""
