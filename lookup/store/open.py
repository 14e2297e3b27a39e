"""From a store URL to a store: the only place that knows which engines there are.

Decides what a URL means. Opens nothing that is not asked for: an engine is imported where its scheme is met.
"""

from pathlib import Path

from lookup.clock import Clock, system_clock
from lookup.errors import ConfigurationError
from lookup.store.directory import StoreDirectory
from lookup.store.protocol import Store, Writer

SQLITE = "sqlite:///"
"""Followed by the path of a directory; a fourth slash begins an absolute one."""


def open_store(url: str, environment: str) -> Store:
    """Open a store for reading, after the process has forked.

    Raises `ConfigurationError` where the URL means nothing, or the store is of another environment or schema.
    """
    from lookup.store.sqlite_store import SqliteStore  # noqa: PLC0415

    return SqliteStore(_directory(url), environment)


def open_writer(url: str, environment: str, handle_key: bytes, clock: Clock = system_clock) -> Writer:
    """Open a store for the indexer; `handle_key` is the secret under which handles are made.

    Raises `ConfigurationError` where the URL means nothing, or the store is of another environment or schema.
    """
    from lookup.store.sqlite_writing import SqliteWriter  # noqa: PLC0415

    return SqliteWriter(_directory(url), environment, handle_key, clock)


def _directory(url: str) -> StoreDirectory:
    path = url.removeprefix(SQLITE)
    if path == url or not path:
        raise ConfigurationError(f"The store URL is not one that is supported: write {SQLITE}PATH, a directory.")
    directory = Path(path).expanduser().absolute()
    if directory.exists() and not directory.is_dir():
        raise ConfigurationError("The store URL must name a directory, and this path is a file.")
    return StoreDirectory(directory)
