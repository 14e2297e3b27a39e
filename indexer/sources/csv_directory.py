"""A directory of CSV files, one per table, with or without `extract.json`.

Decides which file is a table, whether the directory is whole, and how old it is. How one file is read is `csv_file`.
A directory is read twice: once for the digests, so that a copy still under way is found before any work, and once for
the rows.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from indexer.sources.csv_file import CsvFile
from indexer.sources.extract import Description, SourceRow
from indexer.sources.manifest import MANIFEST_NAME, Manifest, TablePromise, read_manifest
from indexer.tables import TABLES, Table
from lookup.errors import SourceError


class CsvDirectory:
    """The extract in `directory`. Raises `SourceError` at once where that is no directory or a table is missing."""

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise SourceError(f"{directory} is not a directory. Name the directory that holds the tables as CSV files.")
        self._directory = directory
        self._paths = {table.name: path for table in TABLES if (path := self._find(table)) is not None}
        self._manifest: Manifest | None = None
        self._fingerprints: dict[str, str] = {}

    def describe(self) -> Description:
        """Read the manifest and all digests. Raises `SourceError` where a table differs from the manifest."""
        manifest_path = self._directory / MANIFEST_NAME
        self._manifest = read_manifest(manifest_path) if manifest_path.exists() else Manifest()
        oldest = datetime.fromtimestamp(min(path.stat().st_mtime for path in self._paths.values()), UTC)
        self._fingerprints = {name: _digest(path) for name, path in self._paths.items()}
        for table in TABLES:
            self._compare_digest(table)
        extracted_at = self._manifest.extracted_at
        return Description(
            extracted_at or oldest,
            "extract" if extracted_at else "oldest_file",
            self._manifest.fictitious,
            dict(self._fingerprints),
            {name: promise.rows for name, promise in self._manifest.tables.items() if promise.rows is not None},
        )

    def file_name(self, table: Table) -> str:
        """Give the name of the file, without its directory."""
        path = self._paths.get(table.name)
        return f"{table.name}.csv" if path is None else path.name

    def rows(self, table: Table, warn: Callable[[str], None]) -> Iterator[SourceRow]:
        """Give the rows of a table. Raises `SourceError` at the end where the file is not the one that was described,
        or its rows are not as many as promised."""
        if self._manifest is None:
            self.describe()
        path = self._paths.get(table.name)
        if path is None:
            return
        count = 0
        with CsvFile(path, table, warn) as file:
            for row in file:
                count += 1
                yield row
            digest = file.digest()
        if digest != self._fingerprints[table.name]:
            raise SourceError(f"{path.name} changed while it was read. Run again when the copy is complete.")
        promised = self._promise(table).rows
        if promised is not None and promised != count:
            raise SourceError(
                f"{path.name} has {count} rows, {MANIFEST_NAME} says {promised}. Run again when the copy is complete."
            )

    def _find(self, table: Table) -> Path | None:
        found = [path for suffix in (".csv", ".csv.gz") if (path := self._directory / f"{table.name}{suffix}").exists()]
        if len(found) > 1:
            raise SourceError(
                f"{found[0].name} and {found[1].name} are both there. Remove the one that is out of date."
            )
        if not found and not table.optional:
            raise SourceError(f"{table.name}.csv is missing. An empty table is a file with its header and no rows.")
        return found[0] if found else None

    def _promise(self, table: Table) -> TablePromise:
        assert self._manifest is not None  # noqa: S101 - every public method describes first
        return self._manifest.tables.get(table.name, TablePromise())

    def _compare_digest(self, table: Table) -> None:
        promise = self._promise(table)
        digest = self._fingerprints.get(table.name)
        if digest is None and promise != TablePromise():
            raise SourceError(f"{table.name}.csv is missing, though {MANIFEST_NAME} lists it.")
        if digest is not None and promise.sha256 not in (None, digest):
            raise SourceError(
                f"{self.file_name(table)} differs from {MANIFEST_NAME} (sha256). Run again when the copy is complete."
            )


def stamp_of(directory: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Give name, number, size and moment of every file in a directory: what differs once one of them was written."""
    try:
        found = [(path.name, path.stat()) for path in directory.iterdir()]
    except OSError:
        return ()
    return tuple(sorted((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from error
