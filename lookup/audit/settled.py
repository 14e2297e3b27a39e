"""How far the segments of a node are written for good: on disk, and seen there long enough not to be taken back.

Decides it for whoever reads a segment while it grows and can give nothing back, as the shipping. What was seen is
remembered from one look to the next; a segment that nobody writes any more is settled as far as it goes.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lookup.audit.ends import SETTLE_S, SegmentEnd, durable_end_of, is_still_there
from lookup.audit.segment import last_line
from lookup.file_lock import unheld


@dataclass(slots=True)
class _Growing:
    """A segment that somebody writes: how far it is settled, and where it was seen to end, and when."""

    size: int = 0
    seen: SegmentEnd | None = None
    seen_s: float = 0.0


class SettledEnds:
    """The segments of a node. Used by one thread. `unread` are those that grow whose end could not be read when it was
    looked for last: nobody knows how far they are settled."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._growing: dict[Path, _Growing] = {}
        self.unread: set[Path] = set()

    def size_of(self, path: Path) -> int:
        """Give how many bytes of a segment will stay as they are, up to the end of a line. Raises `OSError`."""
        with unheld(path) as stands:
            if stands:
                self._growing.pop(path, None)
                self.unread.discard(path)
                return _whole(path)
        return self._look(path, self._growing.setdefault(path, _Growing()))

    def _look(self, path: Path, growing: _Growing) -> int:
        now = self._now_s()
        if growing.seen is not None and now - growing.seen_s < SETTLE_S:
            return growing.size
        if growing.seen is not None and is_still_there(path, growing.seen):
            growing.size = growing.seen.size
        growing.seen, growing.seen_s = durable_end_of(path), now
        (self.unread.discard if growing.seen else self.unread.add)(path)
        return growing.size


def _whole(path: Path) -> int:
    """Give where the last whole line ends of a segment that nobody writes, once that is on disk."""
    with path.open("rb") as file:
        os.fdatasync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    return size - last_line(path, size)[1]
