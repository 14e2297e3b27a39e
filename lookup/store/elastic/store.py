"""A store in Elasticsearch as the lookup uses it, each question asked of the cluster itself.

Decides when the client is opened: at the first question, so that a process which never asks (one that reads a replica)
neither waits for the cluster nor imports the client, which takes more than a second. How a question is asked is decided
in `elastic.serving`.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from lookup.errors import ConfigurationError, CouldNotSearch
from lookup.store.cluster import Cluster
from lookup.store.elastic.breaker import Breaker
from lookup.store.protocol import Head, PublishedVersion, Registry, Store, Work

if TYPE_CHECKING:
    from lookup.store.elastic.serving import ElasticServing


class ElasticStore:
    """A store in this cluster, read directly. `breaker` may be looked at."""

    def __init__(self, cluster: Cluster, environment: str) -> None:
        self.breaker = Breaker()
        self._cluster = cluster
        self._environment = environment
        self._lock = threading.Lock()
        self._open: ElasticServing | None = None

    @property
    def source(self) -> str:
        """What answers name as their source."""
        return "elasticsearch"

    def check(self) -> None:
        """Look at the store once, at the start of a process. Raises `ConfigurationError` where it is of another
        environment or schema. Where it cannot be looked at, each question will say so: the process starts and can say
        whom to call."""
        with suppress(CouldNotSearch):
            self._serving().serving()

    @contextmanager
    def reading(self, time_s: float | None = None) -> Iterator[Registry]:
        """Open a view of what serves, for at most a second, or for `time_s` where the caller waits longer. Raises
        `CouldNotSearch` where there is no usable generation."""
        with _asking():
            registry = self._serving().registry(time_s)
        yield registry

    def history(self, key: str) -> list[PublishedVersion]:
        """Give every version of a record that was ever published, the first one first."""
        with _asking():
            return self._serving().history(key)

    def body(self, key: str, version: str) -> str | None:
        """Give the canonical body of a version; None where it was never published or is a deletion."""
        with _asking():
            return self._serving().body(key, version)

    def ways(self) -> Sequence[Store]:
        """Give this store: there is no other way to its records."""
        return (self,)

    def work(self) -> Work:
        """Say what the indexer is doing."""
        with _asking():
            return self._serving().work()

    def verify(self) -> Head:
        """Read every document of the serving generation and give its head. Raises `StoreDamaged` at the first fault.
        Takes some seconds for each 100,000 records."""
        from lookup.store.elastic.checking import verify_serving  # noqa: PLC0415

        return verify_serving(self._cluster, self._environment)

    def close(self) -> None:
        """Give back what the store holds open; another question opens it again."""
        with self._lock:
            if self._open is not None:
                self._open.close()
            self._open = None

    def _serving(self) -> "ElasticServing":
        from lookup.store.elastic.serving import ElasticServing  # noqa: PLC0415

        with self._lock:
            if self._open is None:
                self._open = ElasticServing(self._cluster, self._environment, self.breaker)
            return self._open


@contextmanager
def _asking() -> Iterator[None]:
    """Whatever turns out to be set up wrongly after the start, a question could not search."""
    try:
        yield
    except ConfigurationError as error:
        raise CouldNotSearch(str(error)) from error
