"""What a reading of the trail met that is no line.

Decides how many of them are kept: a segment full of rubbish must not fill the memory of whoever reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

KEPT = 1000
"""Troubles that are told one by one, as many as a review lists; more are counted."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in a segment that is no line. `torn`: an append that a crash cut off, whose answer never left.
    `unreadable`: a line that does not begin as every line does."""

    segment: Path
    offset: int
    kind: Literal["torn", "unreadable"]


class Troubles:
    """All troubles of one reading: their length is how many there were, and the first `KEPT` can be iterated."""

    def __init__(self) -> None:
        self._kept: list[Trouble] = []
        self._count = 0

    def add(self, trouble: Trouble) -> None:
        """Take one more."""
        self._count += 1
        if len(self._kept) < KEPT:
            self._kept.append(trouble)

    @property
    def more(self) -> int:
        """How many there were beside those that are kept."""
        return self._count - len(self._kept)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Trouble]:
        return iter(self._kept)
