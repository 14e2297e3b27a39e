"""From a store URL to a store: the only place that knows which engines there are.

Decides what a URL means. Opens nothing that is not asked for: an engine is imported where its scheme is met.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from lookup.clock import Clock, system_clock
from lookup.errors import ConfigurationError
from lookup.settings import Settings
from lookup.store.cluster import Access, Cluster, is_cluster, read_cluster
from lookup.store.protocol import Store, Writer
from lookup.store.sqlite.directory import StoreDirectory

if TYPE_CHECKING:
    from lookup.store.elastic.feed import Feed

NOBODY = Access()

REPLICA = "replica"
"""The directory of the replica, below the data directory."""

SQLITE = "sqlite:///"
"""Followed by the path of a directory; a fourth slash begins an absolute one."""


def open_store(url: str, environment: str, access: Access = NOBODY, replica: Path | None = None) -> Store:
    """Open a store for reading, after the process has forked. A store in Elasticsearch is read from the copy of it in
    the directory `replica`, or, without one, directly.

    Raises `ConfigurationError` where the URL means nothing, or the store is of another environment or schema.
    """
    if is_cluster(url):
        return _open_cluster(read_cluster(url, access), environment, replica)
    from lookup.store.sqlite.store import SqliteStore  # noqa: PLC0415

    return SqliteStore(_directory(url), environment)


def open_writer(
    url: str, environment: str, handle_key: bytes, clock: Clock = system_clock, access: Access = NOBODY
) -> Writer:
    """Open a store for the indexer; `handle_key` is the secret under which handles are made.

    Raises `ConfigurationError` where the URL means nothing, or the store is of another environment or schema.
    """
    if is_cluster(url):
        from lookup.store.elastic.writing import ElasticWriter  # noqa: PLC0415

        return ElasticWriter(read_cluster(url, access), environment, handle_key, clock)
    from lookup.store.sqlite.writing import SqliteWriter  # noqa: PLC0415

    return SqliteWriter(_directory(url), environment, handle_key, clock)


def reads_replica(settings: Settings) -> bool:
    """Whether lookups under these settings are answered from a replica on this node."""
    return is_cluster(settings.store) and settings.reading == "replica"


def replica_directory(settings: Settings) -> StoreDirectory:
    """Give the directory of the replica, one per data directory."""
    return StoreDirectory(settings.data_dir / REPLICA)


def feed_of(settings: Settings) -> "Feed":
    """Open the store that the settings name for a follower. Raises `ConfigurationError` where it is none that can be
    followed."""
    if not is_cluster(settings.store):
        raise ConfigurationError(
            "A replica follows a store in Elasticsearch, and this store is a directory, which every process on this "
            "machine reads itself: leave the replica out, or choose elasticsearch://HOST:PORT/PREFIX as the store."
        )
    from lookup.store.elastic.feed import Feed  # noqa: PLC0415

    return Feed(read_cluster(settings.store, _access(settings)), settings.environment)


def store_of(settings: Settings) -> Store:
    """Open the store that the settings name, by the reading path that they name."""
    replica = replica_directory(settings).path if settings.reading == "replica" else None
    return open_store(settings.store, settings.environment, _access(settings), replica)


def published_store_of(settings: Settings) -> Store:
    """Open what is published itself, also where lookups on this node are answered from a copy of it."""
    return open_store(settings.store, settings.environment, _access(settings))


def writer_of(settings: Settings) -> Writer:
    """Open the store that the settings name for the indexer."""
    return open_writer(settings.store, settings.environment, settings.handle_key(), access=_access(settings))


def cluster_of(settings: Settings) -> Cluster | None:
    """Give the cluster that the settings name, as who reads the store; None for an embedded store."""
    return read_cluster(settings.store, _access(settings)) if is_cluster(settings.store) else None


def audit_cluster_of(settings: Settings) -> Cluster | None:
    """Give the same cluster as who puts the audit trail there: a user of its own, where there is one."""
    if not is_cluster(settings.store):
        return None
    if settings.audit_user is None and settings.audit_api_key is None:
        return cluster_of(settings)
    own = Access(settings.audit_user, settings.audit_password, settings.audit_api_key, settings.elasticsearch_ca)
    return read_cluster(settings.store, own)


def _access(settings: Settings) -> Access:
    return Access(
        settings.elasticsearch_user,
        settings.elasticsearch_password,
        settings.elasticsearch_api_key,
        settings.elasticsearch_ca,
    )


def _open_cluster(cluster: Cluster, environment: str, replica: Path | None) -> Store:
    from lookup.store.elastic.store import ElasticStore  # noqa: PLC0415

    direct = ElasticStore(cluster, environment)
    if replica is None:
        direct.check()
        return direct
    from lookup.store.replica.store import ReplicaStore  # noqa: PLC0415

    return ReplicaStore(StoreDirectory(replica), environment, direct)


def _directory(url: str) -> StoreDirectory:
    path = url.removeprefix(SQLITE)
    if path == url or not path:
        raise ConfigurationError(
            f"The store URL is not one that is supported: write {SQLITE}PATH, a directory, or "
            "elasticsearch://HOST:PORT/PREFIX."
        )
    directory = Path(path).expanduser().absolute()
    if directory.exists() and not directory.is_dir():
        raise ConfigurationError("The store URL must name a directory, and this path is a file.")
    return StoreDirectory(directory)
