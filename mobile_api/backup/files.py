"""Copies the files of a backup, in and out: databases at one moment, growing files up to their last whole line.

Decides how a file is copied so that a running service neither waits nor is met half way, and that a file appears in its
place whole. Which files, and in which order, is decided by `making` and `restoring`.
"""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from lookup.audit.segment import is_being_written, last_line

_PIECE = 1024 * 1024


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, also while others write it. The copy is one file."""
    create(target)
    with closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True)) as found, closing(open_alone(target)) as copy:
        found.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def open_alone(path: Path) -> sqlite3.Connection:
    """Open a database that nobody else has open."""
    return sqlite3.connect(path, isolation_level=None)


def copy_trail_file(source: Path, target: Path) -> None:
    """Copy a file of the audit trail; one that is being written up to its last whole line. A segment that is final
    says so by its mode, and keeps it."""
    size = source.stat().st_size
    if is_being_written(source):
        size -= last_line(source, size)[1]
    create(target)
    with source.open("rb") as found, target.open("wb") as copy:
        while size and (piece := found.read(min(size, _PIECE))):
            copy.write(piece)
            size -= len(piece)
    target.chmod(source.stat().st_mode & 0o600)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file that does not change. The copy is its owner's alone."""
    create(target)
    shutil.copyfile(source, target)


def create(path: Path) -> None:
    """Make an empty file of mode 0600, in directories of mode 0700. Raises `FileExistsError`."""
    for directory in (path.parent.parent, path.parent):
        directory.mkdir(exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write at; when the block is done it is on disk and takes the place of `path`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def begins_as(longer: Path, shorter: Path) -> bool:
    """Tell whether one file is the beginning of another."""
    with longer.open("rb") as first, shorter.open("rb") as second:
        return all(first.read(len(piece)) == piece for piece in _pieces(second))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
