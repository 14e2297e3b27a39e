"""One file of the audit trail: made by one process, only ever longer, and locked while its writer lives.

Decides the name, the mode (0600), that an append is on disk before it returns, and that a failed one leaves no half
line. Whether a file is full and where the next one lies is decided by the trail.
"""

import fcntl
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

SUFFIX = ".jsonl"
_READ_BACK = 64 * 1024
"""Bytes from the end in which the last line of a file is looked for first; a line has one or two thousand."""


class Segment:
    """A segment that this process writes. Not safe between threads: the trail writes from one at a time.

    Every method but `close` raises `OSError` where the disk does not take it.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.size = os.fstat(descriptor).st_size
        self._descriptor = descriptor

    @classmethod
    def create(cls, directory: Path, at: datetime, writer: str) -> "Segment":
        """Make a new segment in `directory`, which is made too."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = directory / f"{at:%Y%m%dT%H%M%S}-{writer}-{secrets.token_hex(6)}{SUFFIX}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _sync_directory(directory)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor)

    @classmethod
    def reopen(cls, path: Path) -> "Segment | None":
        """Go on with a segment that was left open; None where another process has it."""
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(path, descriptor)

    def append(self, data: bytes) -> None:
        """Write whole lines, and return when they are on disk. After a failure nothing of them is left, unless the
        disk refuses that too; the segment must not be written again then, because what the disk holds is not known."""
        try:
            if os.write(self._descriptor, data) != len(data):
                raise OSError("the disk took only a part")
            os.fdatasync(self._descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def close(self) -> None:
        """Let the file go."""
        with suppress(OSError):
            os.close(self._descriptor)


def segments_in(directory: Path) -> list[Path]:
    """Give the segments in a directory, oldest first; none where there is no such directory."""
    return sorted(directory.glob(f"*{SUFFIX}"))


def is_being_written(path: Path) -> bool:
    """Tell whether a living process has this segment open for writing."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def last_line(path: Path) -> tuple[bytes, int]:
    """Give the last whole line of a segment, without its break (empty where there is none), and how many bytes follow
    it: of an append that a crash cut off, whose answer never left."""
    size = path.stat().st_size
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


def _sync_directory(directory: Path) -> None:
    """Put the name of a new file on disk: without it the file itself could be lost in a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
