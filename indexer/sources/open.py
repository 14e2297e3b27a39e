"""From what a person names as the source to a source: a directory, or the URL of a database.

Decides which it is. The libraries of a database are imported where one is named.
"""

from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from indexer.sources.csv_directory import CsvDirectory, stamp_of
from indexer.sources.database_url import is_database_url, read_database_url
from indexer.sources.extract import Extract
from lookup.settings import Settings


class Source(Protocol):
    """Where one extract after the other comes from."""

    def snapshot(self) -> AbstractContextManager[Extract]:
        """Give the extract as it is now. Raises `SourceError` where there is none."""

    def stamp(self) -> Hashable:
        """Give what differs where there is something new to read; None where only reading tells."""

    def close(self) -> None:
        """Give back what the source holds open."""


class DirectorySource:
    """A directory in which one extract takes the place of the other."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def snapshot(self) -> Iterator[Extract]:
        """Give the directory as it lies."""
        yield CsvDirectory(self._directory)

    def stamp(self) -> Hashable:
        """Give which files there are, how large, and of when."""
        return stamp_of(self._directory)

    def close(self) -> None:
        """There is nothing to give back."""


@contextmanager
def open_source(named: str, settings: Settings) -> Iterator[Source]:
    """Open the source that is named. Raises `SourceError` where it cannot be one."""
    source = _source(named, settings)
    try:
        yield source
    finally:
        source.close()


def _source(named: str, settings: Settings) -> Source:
    if not is_database_url(named):
        return DirectorySource(Path(named))
    from indexer.sources.database import DatabaseSource  # noqa: PLC0415 - SQLAlchemy takes half a second to import

    return DatabaseSource(read_database_url(named), settings.database_user, settings.database_password)
