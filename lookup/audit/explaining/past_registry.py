"""The registry as one answer met it: the record versions that it rests on, and nothing else.

Decides nothing: it keeps the protocol of a registry over records that somebody hands over, with the terms that every
engine computes. Whatever an answer chose among all records it chooses again among those that had a part in it.
"""

import fnmatch
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from lookup.records import Kind, Record
from lookup.store.protocol import Head
from lookup.store.rows import row_terms


class PastRegistry:
    """Some records at the head of then. Keeps the protocol `Registry`."""

    def __init__(self, head: Head, records: Iterable[Record]) -> None:
        self._head = head
        self._records = {record.key: record for record in sorted(records, key=lambda record: record.key)}
        self._terms = {record.key: row_terms(record.handle, record.content) for record in self._live()}

    @property
    def head(self) -> Head:
        """Where the store stood."""
        return self._head

    def get(self, key: str) -> Record | None:
        """Give the record of this key, a tombstone too."""
        return self._records.get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give the records of these keys, tombstones too; absent ones are left out."""
        return {key: self._records[key] for key in keys if key in self._records}

    def find(self, term: str, kind: Kind | None = None, after: str = "", limit: int = 1000) -> list[Record]:
        """Give the live records that carry this exact term, of one kind if asked, with a key after `after`, by key."""
        found = (one for one in self._live(kind) if one.key > after and term in self._terms[one.key].exact)
        return list(islice(found, limit))

    def find_words(self, words: Sequence[str], limit: int) -> list[Record]:
        """Give live records that carry at least one of these words, most shared words first, then by key."""
        shared = Counter({key: len(set(words) & set(terms.words)) for key, terms in self._terms.items()})
        keys = sorted((key for key in shared if shared[key]), key=lambda key: (-shared[key], key))
        return [self._records[key] for key in keys[:limit]]

    def find_word_prefix(self, prefix: str, limit: int) -> list[Record]:
        """Give live records that carry a word with this beginning, ordered by key."""
        carrying = (one for one in self._live() if any(word.startswith(prefix) for word in self._terms[one.key].words))
        return list(islice(carrying, limit))

    def find_plates(self, pattern: str, limit: int) -> list[Record]:
        """Give live vehicles whose plate fits: `?` one character, `*` any number; ordered by key."""
        fitting = (one for one in self._live("vehicle") if fnmatch.fnmatchcase(one.natural_key, pattern))
        return list(islice(fitting, limit))

    def scan(self, kind: Kind, after: str = "", limit: int = 1000) -> list[Record]:
        """Give live records of a kind whose key comes after `after`, ordered by key."""
        return list(islice((one for one in self._live(kind) if one.key > after), limit))

    def _live(self, kind: Kind | None = None) -> Iterator[Record]:
        return (one for one in self._records.values() if not one.deleted and kind in (None, one.kind))
