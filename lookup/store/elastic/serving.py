"""The direct reading path: each question goes to Elasticsearch.

Decides which generation a question reads: the one that the alias leads to, never one that is older than what this
process has read before. Imports the client, so it is imported where it is used.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from lookup.errors import CouldNotSearch
from lookup.records import encode_body
from lookup.store.cluster import Cluster
from lookup.store.elastic.breaker import Breaker
from lookup.store.elastic.client import Ask
from lookup.store.elastic.head import ServingHead, confirm, read_serving
from lookup.store.elastic.names import Names
from lookup.store.elastic.noted import read_work
from lookup.store.elastic.past import NoHistory, kept_body, kept_versions
from lookup.store.elastic.question import ServingClient
from lookup.store.elastic.reading import ElasticRegistry
from lookup.store.protocol import PublishedVersion, Work

_log = logging.getLogger(__name__)

Kept = TypeVar("Kept")


class ElasticServing:
    """An open connection to the store. Every method raises `CouldNotSearch` where it could not really look,
    `ConfigurationError` where the store is of another environment or schema."""

    def __init__(self, cluster: Cluster, environment: str, breaker: Breaker) -> None:
        self._names = Names(cluster.prefix)
        self._environment = environment
        self._client = ServingClient(cluster, breaker)
        self._lock = threading.Lock()
        self._newest: ServingHead | None = None
        self._refused: tuple[int, int] | None = None
        self._checked: tuple[str, int] | None = None

    def registry(self, time_s: float | None) -> ElasticRegistry:
        """Give a view of what serves, for one question, whose time begins now."""
        registry = self._registry(self._client.question(time_s).ask)
        if registry is None and self._newest is not None:
            raise CouldNotSearch("The alias of the store is gone: build the store again.")
        if registry is None:
            raise CouldNotSearch("Nothing was published in the store yet: run `immunity sync`.")
        return registry

    def history(self, key: str) -> list[PublishedVersion]:
        """Give every version of a record; a generation that has just begun to serve may not be in the history yet."""
        ask = self._client.question().ask
        registry = self._registry(ask)
        kept = _unless_new(registry, lambda: kept_versions(ask, self._names, key)) or []
        record = registry.get(key) if registry is not None else None
        if registry is None or record is None or record.version in {version.version for version in kept}:
            return kept
        head = registry.head
        at = datetime.fromtimestamp(head.activation / 1000, UTC)
        return [*kept, PublishedVersion(record.version, record.deleted, head.generation, record.revision, at)]

    def body(self, key: str, version: str) -> str | None:
        """Give the canonical body of a version, from the history or from what serves."""
        ask = self._client.question().ask
        registry = self._registry(ask)
        kept = _unless_new(registry, lambda: kept_body(ask, self._names, key, version))
        record = registry.get(key) if registry is not None and kept is None else None
        if record is None or record.deleted or record.version != version:
            return kept
        return encode_body(record.standing, record.content)  # canonical, and the version was checked against it

    def work(self) -> Work:
        """Say what the indexer noted last."""
        return read_work(self._client.question().ask, self._names)

    def serving(self) -> ServingHead | None:
        """Give the head of what serves; None where nothing was published."""
        return self._serving(self._client.question().ask)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _registry(self, ask: Ask) -> ElasticRegistry | None:
        serving = self._serving(ask)
        if serving is None:
            return None
        registry = ElasticRegistry(ask, serving.index, serving.stored.head)
        activated = serving.index, serving.stored.head.activation
        if activated != self._checked:  # once an activation: an index that lost its records answers nothing at all
            registry.check_kinds()
            self._checked = activated
        return registry

    def _serving(self, ask: Ask) -> ServingHead | None:
        newest = self._newest  # before asking: another thread may raise it while this one waits
        serving = read_serving(ask, self._names, self._environment)
        if newest is not None and serving is not None and serving.order < newest.order:
            self._alarm(serving)
            serving = confirm(ask, self._names, self._environment, newest)
        with self._lock:
            if serving is not None and (self._newest is None or serving.order > self._newest.order):
                self._newest = serving
        return serving

    def _alarm(self, older: ServingHead) -> None:
        """Say so once, not with each question."""
        if older.order != self._refused:
            self._refused = older.order
            _log.error("The alias leads to an older head than was read before; it is refused.")


def _unless_new(registry: ElasticRegistry | None, read: Callable[[], Kept]) -> Kept | None:
    """Read the history; a store in which nothing was published has none."""
    try:
        return read()
    except NoHistory:
        if registry is None:
            return None
        raise
