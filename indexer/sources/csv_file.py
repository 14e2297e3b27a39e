"""One CSV file of the extract, row by row in constant memory: RFC 4180, UTF-8 with or without BOM, plain or gzip.

Decides what makes a whole file unreadable, and says at which line; a row that merely holds nonsense is passed on. The
line of a row is where it begins, the header is line 1, and line breaks inside quotes count.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

from indexer.sources.extract import SourceRow
from indexer.tables import Table
from lookup.errors import SourceError

CELL_LIMIT = 10_000
"""Characters; the longest honest cell is an address or a citation. An unclosed quote runs into this limit long before
it fills the memory."""

LINE_LIMIT = 1_000_000
"""Bytes that are read in search of the end of a line: fourteen cells at their limit, in four-byte characters, fit."""

_BOM = b"\xef\xbb\xbf"


class _DigestingFile(io.RawIOBase):
    """A file that takes the digest of its bytes as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self._hash.update(data)
        buffer[: len(data)] = data
        return len(data)

    def finish(self) -> str:
        """Read what is left and give the digest."""
        while data := self._file.read(1 << 20):
            self._hash.update(data)
        return self._hash.hexdigest()


class CsvFile:
    """A file, opened, whose header was read. Iterating gives its rows and raises `SourceError` with file and line."""

    def __init__(self, path: Path, table: Table, warn: Callable[[str], None]) -> None:
        self._name = path.name
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise SourceError(f"{self._name} cannot be read: {error.strerror}.") from error
        self._digesting = _DigestingFile(self._file)
        buffered = io.BufferedReader(self._digesting, 1 << 20)
        self._bytes: io.BufferedIOBase = (
            gzip.GzipFile(fileobj=buffered, mode="rb") if path.suffix == ".gz" else buffered
        )
        csv.field_size_limit(CELL_LIMIT)
        self._line = 0
        self._reader = csv.reader(self._lines(), strict=True)
        try:
            self._header = self._read_header(table, warn)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def digest(self) -> str:
        """Give the SHA-256 of the file as it lies there, in hexadecimal."""
        return self._digesting.finish()

    def __iter__(self) -> Iterator[SourceRow]:
        header, width = self._header, self._width
        for line, row in self._rows():
            if len(row) != width:
                raise self._error(line, f"has {len(row)} cells, the header has {width}")
            yield SourceRow(line, {name: cell for name, place in header if (cell := row[place]) and not cell.isspace()})

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give what the reader reads, with the line where it begins; blank lines are no rows."""
        while True:
            line = self._line + 1
            try:
                row = next(self._reader, None)
            except csv.Error as error:
                raise self._error(line, _explain(error)) from error
            if row is None:
                return
            if row:
                yield line, row

    def _lines(self) -> Iterator[str]:
        """Give the lines decoded one by one, so that a fault is found at its line."""
        while data := self._next_bytes():
            self._line += 1
            if self._line == 1:
                data = data.removeprefix(_BOM)
            if len(data) >= LINE_LIMIT:
                raise self._error(self._line, f"is longer than {LINE_LIMIT:,} bytes")
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise self._error(self._line, "is not UTF-8") from error
            if "\0" in text:
                raise self._error(self._line, "holds a NUL character")
            yield text

    def _next_bytes(self) -> bytes:
        try:
            return self._bytes.readline(LINE_LIMIT)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise self._error(self._line + 1, "the compressed file is damaged or cut off") from error
        except OSError as error:
            raise self._error(self._line + 1, f"cannot be read: {error.strerror}") from error

    def _read_header(self, table: Table, warn: Callable[[str], None]) -> list[tuple[str, int]]:
        line, row = next(self._rows(), (1, []))
        names = [name.strip() for name in row]
        if line != 1 or not set(names) & set(table.columns):
            raise self._error(1, "there is no header row; the first line must name the columns")
        if len(set(names)) < len(names):
            raise self._error(1, f"column named twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}")
        if missing := [name for name in table.required if name not in names]:
            raise self._error(1, f"required columns are missing: {', '.join(missing)}")
        if unknown := [name for name in names if name not in table.columns]:
            warn(f"{self._name}: unknown columns are ignored: {', '.join(unknown)}")
        self._width = len(names)
        return [(name, place) for place, name in enumerate(names) if name in table.columns]

    def _error(self, line: int, fault: str) -> SourceError:
        return SourceError(f"{self._name}, line {line}: {fault}.")


def _explain(error: csv.Error) -> str:
    """Say in our words what the reader found; its own messages never hold cells."""
    text = str(error)
    if "field limit" in text:
        return f"a cell is longer than {CELL_LIMIT:,} characters, or a quote is not closed"
    if "unexpected end of data" in text:
        return "a quote is not closed"
    if "new-line character" in text:
        return "a carriage return stands alone; end lines with CR LF or LF"
    return "quotes are used wrongly; double a quote inside a quoted cell"
