"""Where a segment ends: the last link of its chain, whether it was closed, and what a crash left behind it.

Decides it from the last whole line alone, or from the first. Whether the chain is whole is said by `verify`.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lookup.audit.chain import Link, digest_of, split_line
from lookup.audit.segment import last_line

SETTLE_S = 1.0
"""Seconds after which the end of a growing segment counts: an append that failed is cut off within microseconds."""


@dataclass(frozen=True, slots=True)
class SegmentEnd:
    """The end of a segment: `size` in bytes up to its last whole line, and `torn` bytes behind that."""

    link: Link
    is_closed: bool
    size: int
    torn: int


def end_of(path: Path) -> SegmentEnd | None:
    """Give where a segment ends; None where its last whole line is none of a trail. Raises `OSError`."""
    size = path.stat().st_size
    line, torn = last_line(path, size)
    return _end(line, size - torn, torn)


def durable_end_of(path: Path) -> SegmentEnd | None:
    """Give where a growing segment ends, once that is on disk; None where the disk refuses. Its writer may still take
    it back, where the disk refused him: it counts where `is_still_there` a moment later."""
    with suppress(OSError), path.open("rb") as file:
        end = end_of(path)
        os.fdatasync(file.fileno())
        return end
    return None


def is_still_there(path: Path, end: SegmentEnd) -> bool:
    """Tell whether the line with which a growing segment was seen to end still stands in its place."""
    if path.stat().st_size < end.size:
        return False
    parts = split_line(last_line(path, end.size)[0])
    return parts is not None and parts[1] == end.link.hash


def beginning_of(path: Path) -> SegmentEnd | None:
    """Give where a segment ended when it appeared: behind its first line, which is never taken back."""
    with path.open("rb") as file:
        line = file.readline()
    return _end(line.removesuffix(b"\n"), len(line), 0)


def _end(line: bytes, size: int, torn: int) -> SegmentEnd | None:
    parts = split_line(line)
    if parts is None or digest_of(parts[0]) != parts[1]:
        return None
    told = json.loads(line)
    return SegmentEnd(Link(told["sequence"], parts[1]), told["event"] == "segment.closed", size, torn)
