"""Ships the segments of this node's audit trail into the copy of all nodes, as far as they are written for good.

Decides what is next and remembers how far it came, in a small database of its own: after a restart it goes on there,
and where it does not know it ships again, which changes nothing. Memory holds one piece of one segment. A line is
shipped once it is on disk and can no longer be taken back; nothing that is shipped is looked at again. When to look is
decided by who calls.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from lookup.audit.segment import is_segment_name, segments_in
from lookup.audit.settled import SettledEnds
from lookup.errors import CouldNotSearch
from lookup.store.elastic.audit_documents import SegmentLine

PIECE_BYTES = 1024 * 1024
"""What is read at once: some hundred lines. A line is far shorter; a longer one is shipped in pieces, as unreadable."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS shipped (segment TEXT PRIMARY KEY, up_to INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS named (only INTEGER PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL);
"""


class Copy(Protocol):
    """Where lines go. Both methods raise `CouldNotSearch` where that is not done."""

    def make_month(self, month: str) -> bool:
        """Make the place for the segments of a month (YYYYMM) where there is none; say whether there was none."""

    def ship(self, month: str, lines: Sequence[SegmentLine]) -> None:
        """Copy lines; what is there already stays as it is."""


class Shipping:
    """Ships the segments in some directories. Used by one thread; opened where it is used.

    `shipped` is the file that says how far it came. `go_on` is asked before each piece.
    """

    def __init__(
        self,
        places: Sequence[Path],
        copy: Copy,
        shipped: Path,
        go_on: Callable[[], bool],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._copy = copy
        self._go_on = go_on
        self._settled = SettledEnds(now_s)
        self._months: set[str] = set()
        with suppress(FileExistsError):
            os.close(os.open(shipped, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        self._shipped = sqlite3.connect(shipped, isolation_level=None)
        self._shipped.execute("PRAGMA journal_mode = WAL")
        self._shipped.execute("PRAGMA synchronous = OFF")  # what is lost in a crash is shipped again
        self._shipped.executescript(_SCHEMA)

    def ship(self) -> int:
        """Ship everything that is written for good by now and was not shipped yet, oldest segment first: of a segment
        that grows, what a call at least a second ago has seen. Give the number of lines. Raises `CouldNotSearch` where
        the copy does not take it, or nobody can tell whether that is all: what it took is remembered."""
        known = dict(self._shipped.execute("SELECT segment, up_to FROM shipped"))
        segments = (path for place in self._places for path in segments_in(place) if is_segment_name(path.name))
        lines = 0
        for path in sorted(segments, key=lambda path: path.name):
            with suppress(FileNotFoundError):  # retention removed it meanwhile
                if path.stat().st_size > known.get(path.name, 0):
                    lines += self._ship_segment(path, self._settled.size_of(path))
        if self._settled.unread:
            raise CouldNotSearch("The end of a segment that is being written cannot be read, so how far it is shipped.")
        return lines

    def known_as(self, node: str) -> str:
        """Give the name under which is told how far this trail is shipped: that of the node that shipped it first. A
        container that is made anew, or another one that shares the directory, has another name and the same trail."""
        self._shipped.execute("INSERT OR IGNORE INTO named VALUES (1, ?)", (node,))
        (name,) = self._shipped.execute("SELECT name FROM named").fetchone()
        return str(name)

    def close(self) -> None:
        """Close the database."""
        self._shipped.close()

    def _ship_segment(self, path: Path, size: int) -> int:
        month, lines = path.name[:6], 0
        for piece in self._pieces(path, size):
            if not self._go_on():
                break
            if self._made(month):
                return self._ship_segment(path, size)  # from its beginning: nothing of it is there any more
            self._copy_or_forget(month, piece)
            last = piece[-1]
            self._shipped.execute(
                "INSERT INTO shipped VALUES (?, ?) ON CONFLICT (segment) DO UPDATE SET up_to = excluded.up_to",
                (path.name, last.offset + len(last.text) + 1),
            )
            lines += len(piece)
        return lines

    def _made(self, month: str) -> bool:
        """See that there is a place for a month; say whether it had to be made. Then nothing of the month is there,
        whatever was shipped before."""
        if month in self._months:
            return False
        made = self._copy.make_month(month)
        if made:
            self._shipped.execute("DELETE FROM shipped WHERE substr(segment, 1, 6) = ?", (month,))
        self._months.add(month)
        return made

    def _copy_or_forget(self, month: str, piece: Sequence[SegmentLine]) -> None:
        """Ship a piece; after a failure the place of its month is seen to again, for somebody may have removed it."""
        try:
            self._copy.ship(month, piece)
        except CouldNotSearch:
            self._months.discard(month)
            raise

    def _pieces(self, path: Path, size: int) -> Iterator[list[SegmentLine]]:
        """Give the whole lines of the first bytes of a segment that were not shipped yet, some at a time."""
        row = self._shipped.execute("SELECT up_to FROM shipped WHERE segment = ?", (path.name,)).fetchone()
        offset = 0 if row is None else row[0]
        with path.open("rb") as file:
            while True:
                file.seek(offset)
                data = file.read(max(0, min(PIECE_BYTES, size - offset)))
                end = data.rfind(b"\n")
                if end < 0 and len(data) < PIECE_BYTES:
                    return
                lines = _lines(path.name, offset, data[: end if end >= 0 else len(data) - 1])
                offset += (end if end >= 0 else len(data) - 1) + 1
                yield lines


def _lines(segment: str, offset: int, data: bytes) -> list[SegmentLine]:
    """Cut whole lines apart."""
    lines = []
    for text in data.split(b"\n"):
        lines.append(SegmentLine(segment, offset, text))
        offset += len(text) + 1
    return lines
