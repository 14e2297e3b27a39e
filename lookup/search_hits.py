"""What a search finds, and how far it looks.

Decides the order of hits (by score, equal ones by key, the same on every engine) and when a search has not looked at
everything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lookup.records import Record

WORD_LIMIT = 2000
"""Records that are read for the words of one search, those that share most words first: more than carry a common name
and its sound, and about 60 ms to read."""

PREFIX_LIMIT = 3000
"""Records that are read for all beginnings and ends of words of one search together, each an equal part of them.
Measured on 124,000 invented people: with a slip in it the family name alone is found again in 9 of 10 searches, with a
given name beside it in all."""

PLATE_LIMIT = 500
"""Vehicles that are read for one part or pattern of a plate."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A live record that fits a search. `score` goes from 0 to 1, four decimals; `because` says why it fits, best
    reason first. A held record, which its exact key alone finds, has no content."""

    record: Record
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in any order. `complete` is false where a limit was reached: what lies beyond it was not read, so there may
    be more, also where there are none."""

    hits: tuple[Hit, ...] = ()
    complete: bool = True

    def __add__(self, other: "Found") -> "Found":
        return Found(self.hits + other.hits, self.complete and other.complete)


def read_up_to(limit: int, read: Callable[[int], list[Record]]) -> tuple[list[Record], bool]:
    """Read at most `limit` records, and say whether these are all: one more is asked for than is given."""
    records = read(limit + 1)
    return records[:limit], len(records) <= limit


def best_hits(hits: Iterable[Hit]) -> list[Hit]:
    """Give each record once, by its best score, best first, equal ones by key."""
    ordered = sorted(hits, key=lambda hit: (-hit.score, hit.record.key, hit.because))
    once: dict[str, Hit] = {}
    for hit in ordered:
        once.setdefault(hit.record.key, hit)
    return list(once.values())
