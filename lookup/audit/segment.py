"""One file of the audit trail: made by one process, only ever longer, and locked while its writer lives.

Decides the name, the mode (0600), that an append is on disk before it returns, that a failed one leaves no half line,
and that nobody meets a segment that is still being made. Whether a file is full and where the next one lies is decided
by the trail.
"""

import os
import re
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from lookup.file_lock import lock, try_lock, unheld
from lookup.owner import give_to_owner, make_directory

SUFFIX = ".jsonl"
_NAME = re.compile(r"\d{8}T\d{6}-(service|commands)-[0-9a-f]{12}\.jsonl")
_READ_BACK = 64 * 1024
"""Bytes from the end in which the last line of a file is looked for first; a line has one or two thousand."""
_TRIAL = bytes(4096)
"""What a new segment must be able to hold: its first lines."""


class Segment:
    """A segment that this process writes. Not safe between threads: the trail writes from one at a time.

    Every method but `close` and `discard` raises `OSError` where the disk does not take it.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.size = os.fstat(descriptor).st_size
        self._descriptor = descriptor

    @classmethod
    def create(cls, directory: Path, at: datetime, writer: str) -> "Segment":
        """Make a new segment in `directory`, which is made too, and try whether the disk takes anything. Nobody sees
        it before it appears."""
        make_directory(directory)
        path = directory / f"{at:%Y%m%dT%H%M%S}-{writer}-{secrets.token_hex(6)}{SUFFIX}"
        descriptor = os.open(_hidden(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        segment = cls(path, descriptor)
        try:
            lock(descriptor)
            give_to_owner(descriptor, directory)
            segment.append(_TRIAL)
            os.ftruncate(descriptor, 0)
            segment.size = 0
        except BaseException:
            segment.discard()
            raise
        return segment

    def appear(self, first: bytes) -> None:
        """Write the first line and take the segment's name: whoever sees it finds it locked and not empty."""
        self.append(first)
        _hidden(self.path).rename(self.path)
        _sync_directory(self.path.parent)

    @classmethod
    def reopen(cls, path: Path) -> "Segment | None":
        """Go on with a segment that was left open; None where another process has it, or it is another account's."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except PermissionError:
            return None
        if not try_lock(descriptor):
            os.close(descriptor)
            return None
        return cls(path, descriptor)

    def append(self, data: bytes) -> None:
        """Write whole lines, and return when they are on disk. After a failure nothing of them is left, unless the
        disk refuses that too; the segment must not be written again then, because what the disk holds is not known."""
        try:
            write_all(self._descriptor, data)
            os.fdatasync(self._descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def cut(self, torn: int) -> None:
        """Cut off the bytes of a line at the end that was never finished."""
        os.ftruncate(self._descriptor, self.size - torn)
        self.size -= torn

    def close(self) -> None:
        """Let the file go."""
        with suppress(OSError):
            os.close(self._descriptor)

    def discard(self) -> None:
        """Let go of a segment that could not be begun, and leave nothing of it."""
        self.close()
        with suppress(OSError):
            _hidden(self.path).unlink(missing_ok=True)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`. Raises `OSError`, with the reason of the disk, where it took only a part."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])


def segments_in(directory: Path) -> list[Path]:
    """Give the segments in a directory, oldest first; none where there is no such directory."""
    return sorted(directory.glob(f"*{SUFFIX}"))


def is_segment_name(name: str) -> bool:
    """Tell whether a trail names its segments so."""
    return _NAME.fullmatch(name) is not None


def begun_at(path: Path) -> datetime:
    """Give when a segment was begun, by its name."""
    return datetime.strptime(path.name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def writer_of(path: Path) -> str:
    """Give what wrote a segment, by its name: `service` or `commands`."""
    return path.name.split("-")[1]


def is_being_written(path: Path) -> bool:
    """Tell whether a living process has this segment open for writing."""
    with unheld(path) as stands:
        return not stands


def last_line(path: Path, size: int | None = None) -> tuple[bytes, int]:
    """Give the last whole line of a segment, without its break (empty where there is none), and how many bytes follow
    it: of an append that a crash cut off, whose answer never left. `size`: read as if the file ended there."""
    size = path.stat().st_size if size is None else size
    length = _READ_BACK
    with path.open("rb") as file:
        while True:
            start = max(0, size - length)
            file.seek(start)
            data = file.read(size - start)
            end = data.rfind(b"\n")
            begin = data.rfind(b"\n", 0, end) if end >= 0 else -1
            if start == 0 or begin >= 0:
                return (data[begin + 1 : end], len(data) - end - 1) if end >= 0 else (b"", len(data))
            length *= 4


def _hidden(path: Path) -> Path:
    """Give the name of a segment before it appears: no reader takes it for one."""
    return path.with_name(f"{path.name}.new")


def _sync_directory(directory: Path) -> None:
    """Put the name of a new file on disk: without it the file itself could be lost in a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
