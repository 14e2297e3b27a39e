"""The engines under test: how each is opened, and the few steps that most tests begin with."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from lookup.store.cluster import read_cluster
from lookup.store.open import NOBODY, open_store, open_writer
from lookup.store.protocol import Draft, Head, Registry, Store, Writer

HANDLE_KEY = b"a key of tests, 32 bytes long..."
NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
NOW_MS = 1_795_273_200_000
TERM_S = 6.0
"""Term of a lease in Elasticsearch: a test that kills the holder waits for it."""


def head_for(drafts: Sequence[Draft], environment: str = "training", position: Mapping[str, Any] | None = None) -> Head:
    """Say of drafts what an indexer says when it activates them."""
    counts: dict[Any, int] = {}
    for draft in drafts:
        counts[draft.kind] = counts.get(draft.kind, 0) + (not draft.deleted)
    return Head(environment, "", 0, 0, NOW, fictitious=True, counts=counts, position=position or {})


@dataclass
class Engine:
    """One store of one engine. Everything that was opened through it is closed at the end of the test."""

    url: str
    environment: str = "training"
    opened: list[Store | Writer] = field(default_factory=list)

    source: ClassVar[str] = "embedded"
    one_moment: ClassVar[bool] = True
    """A question sees one revision from its beginning to its end, and keeps its generation as long as it lasts."""

    def store(self) -> Store:
        store = open_store(self.url, self.environment)
        self.opened.append(store)
        return store

    def writer(self) -> Writer:
        writer = self._open_writer()
        self.opened.append(writer)
        return writer

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        writer = self.writer()
        with writer.lease("a test"):
            yield writer

    def build(self, *drafts: Draft, quarantine: Sequence[Mapping[str, Any]] = ()) -> Head:
        """Make a generation of these drafts serve."""
        with self.writing() as writer:
            build = writer.new_generation()
            build.add(drafts)
            return build.activate(head_for(drafts, self.environment), quarantine)

    def publish(self, *drafts: Draft) -> Head:
        """Publish these drafts as a revision."""
        with self.writing() as writer:
            return writer.publish(drafts)

    @contextmanager
    def reading(self) -> Iterator[Registry]:
        store = self.store()
        with store.reading() as registry:
            yield registry

    def close(self) -> None:
        for thing in self.opened:
            thing.close()

    def _open_writer(self) -> Writer:
        return open_writer(self.url, self.environment, HANDLE_KEY, clock=lambda: NOW)


class ElasticEngine(Engine):
    """A store in Elasticsearch, read directly, whose lease runs out sooner than that of a real indexer."""

    source = "elasticsearch"
    one_moment = False
    """Each get is answered as things stand then, and an index that is removed answers nobody: `test_direct_reading.py`
    says what holds in its place."""

    def _open_writer(self) -> Writer:
        # Imported here: it takes a second, and a run that needs no Elasticsearch has none to spare.
        from lookup.store.elastic.writing import ElasticWriter  # noqa: PLC0415

        cluster = read_cluster(self.url, NOBODY)
        return ElasticWriter(cluster, self.environment, HANDLE_KEY, lambda: NOW, term_s=TERM_S)


def sqlite_engine(directory: Path) -> Engine:
    return Engine(f"sqlite:///{directory / 'store'}")


def elastic_engine(store: str) -> ElasticEngine:
    """`store` is the URL of an empty store."""
    return ElasticEngine(store)


class Question(threading.Thread):
    """A question in a thread of its own; `answer` waits for it and raises what it raised."""

    def __init__(self, ask: Any) -> None:
        super().__init__(daemon=True)
        self._ask = ask
        self._answer: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._answer = self._ask()
        except BaseException as error:
            self._error = error

    def answer(self) -> Any:
        self.join(30)
        if self.is_alive():
            raise TimeoutError("the question was not answered")
        if self._error is not None:
            raise self._error
        return self._answer
