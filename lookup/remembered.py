"""Substances of answers remembered for as long as the registry has not changed.

Decides which questions are remembered, how many, and until when. Within one revision, one day and one state of the
data the same question about a plate has the same substance, whoever asks. Cameras read the same plates again and
again; nothing about people who were asked for by name or number is kept, and nothing about the past.
"""

from collections.abc import Hashable
from datetime import date

from lookup.answers import Substance
from lookup.freshness import Freshness
from lookup.queries import Query
from lookup.store.protocol import Head

KEPT = 16_384
"""Substances kept by a process: about 1.5 kB each beside the texts that they share, so 25 MB at most, at any size of
the registry."""


def is_remembered(query: Query) -> bool:
    """Whether the answer to this question may be given again: one about a plate, now."""
    return query.kind == "plate" and query.at is None


def question_key(query: Query, freshness: Freshness, today: date) -> Hashable:
    """Give what decides the substance of such an answer within one revision."""
    return query.normalized, query.issuer, query.circumstances, today, freshness.state, freshness.clock_suspect


class Remembered:
    """Substances by question, of one edition of the registry. Safe to share between threads: the whole is replaced
    when another edition is read or it is full, and a lost entry is made again."""

    def __init__(self) -> None:
        self._kept: tuple[Hashable, dict[Hashable, Substance]] = (None, {})

    def get(self, head: Head, key: Hashable) -> Substance | None:
        """Give the substance of this question in this edition, None where it is not remembered."""
        return self._of(head).get(key)

    def keep(self, head: Head, key: Hashable, substance: Substance) -> None:
        """Remember a substance that was made from this edition."""
        self._of(head)[key] = substance

    def _of(self, head: Head) -> dict[Hashable, Substance]:
        edition, kept = self._kept  # edition and substances as one value, so that no thread meets half a change
        if edition != head.edition or len(kept) >= KEPT:
            kept = {}
            self._kept = (head.edition, kept)
        return kept
