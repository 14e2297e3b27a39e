"""Writing an extract to a directory: the nine tables as CSV while their rows are made, and `extract.json` last.

Decides how a value is written, as the extract's contract says (docs/extract.md), and that nothing but an invented
registry is ever replaced. Rows go to files under other names, which take their places when all are
complete; until `extract.json` is there, what was read differs from it and is refused as a copy still under way.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any

from indexer.sources.manifest import MANIFEST_NAME, PART, Manifest, TablePromise, part_of, read_manifest, write_manifest
from indexer.tables import TABLES, Table
from lookup.errors import ConfigurationError, SourceError

_OURS = frozenset({MANIFEST_NAME, *(f"{table.name}.csv" for table in TABLES)})


class _Digested(io.RawIOBase):
    """A file that computes the SHA-256 of what goes into it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        written = self._file.write(data)
        self.digest.update(memoryview(data)[:written])
        return written

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _TableFile:
    """One table's file while it is written."""

    def __init__(self, directory: Path, table: Table) -> None:
        self.rows = 0
        self.path = directory / f"{table.name}.csv"
        self._raw = _Digested(part_of(self.path))
        buffer = io.BufferedWriter(self._raw, buffer_size=1 << 16)
        self._text = io.TextIOWrapper(buffer, encoding="utf-8", newline="")
        self._writerow: Callable[[Any], object] = csv.writer(self._text).writerow
        self._cells = attrgetter(*table.schema.fields)
        self._writerow(table.columns)

    def write(self, row: object) -> None:
        """Write one row; the CSV writer gives an empty cell for nothing and `YYYY-MM-DD` for a day."""
        cells: Sequence[Any] = self._cells(row)
        if True in cells or False in cells:
            cells = [str(cell).lower() if isinstance(cell, bool) else cell for cell in cells]
        self._writerow(cells)
        self.rows += 1

    def close(self) -> TablePromise:
        """Close the file; give what the manifest says of it."""
        self._text.close()
        return TablePromise(self.rows, self._raw.digest.hexdigest())


class ExtractWriter:
    """Writes one extract; used in a `with` block, which leaves no half-written files behind when it fails.

    Raises `ConfigurationError` where the directory holds anything but an invented extract, which it would replace.
    """

    def __init__(self, directory: Path, extracted_at: datetime) -> None:
        _refuse_other_things(directory)
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._extracted_at = extracted_at
        self._tables = {table.name: _TableFile(directory, table) for table in TABLES}

    def write(self, table: str, row: object) -> None:
        """Write one row, whose fields are named as the table's columns."""
        self._tables[table].write(row)

    def counts(self) -> dict[str, int]:
        """Give the rows of each table so far."""
        return {name: table.rows for name, table in self._tables.items()}

    def __enter__(self) -> "ExtractWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        promises = {name: table.close() for name, table in self._tables.items()}
        if error is not None:
            for table in self._tables.values():
                part_of(table.path).unlink(missing_ok=True)
            return
        for table in self._tables.values():
            part_of(table.path).replace(table.path)
        write_manifest(self._directory / MANIFEST_NAME, Manifest(self._extracted_at, True, promises))


def _refuse_other_things(directory: Path) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise ConfigurationError(f"{directory} is not a directory: name a new or empty one for the invented registry.")
    found = {path.name for path in directory.iterdir()} - {name + PART for name in _OURS}
    if not found:
        return
    if found - _OURS:
        raise ConfigurationError(
            f"{directory} holds other things: name a new or empty directory for the invented registry."
        )
    if not _is_fictitious(directory / MANIFEST_NAME):
        raise ConfigurationError(
            f"{directory} holds an extract that does not say that it is fictitious; it stays as it is. "
            "Name a new or empty directory for the invented registry."
        )


def _is_fictitious(manifest: Path) -> bool:
    try:
        return read_manifest(manifest).fictitious
    except SourceError:
        return False
