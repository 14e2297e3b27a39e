"""A registry in a dictionary: a small engine of its own that keeps the protocol, for tests of what asks a registry."""

import fnmatch
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from lookup.records import (
    Content,
    Kind,
    Record,
    Vehicle,
    body_version,
    encode_body,
    record_key,
)
from lookup.store.protocol import Head
from lookup.terms import terms_of
from tests.contract.samples import draft

HEAD = Head("training", "g1", 1, 1, datetime(2026, 11, 21, tzinfo=UTC), fictitious=True)


def record_of(content: Content) -> Record:
    made = draft(content)
    version = body_version(encode_body("good", content))
    return Record(made.key, made.kind, version, 0, f"handle-{made.key}", "good", content)


def held(kind: Kind, natural_key: str) -> Record:
    return Record(record_key(kind, natural_key), kind, "", 0, "handle", "held")


def tombstone(kind: Kind, natural_key: str) -> Record:
    return Record(record_key(kind, natural_key), kind, "", 1, "handle", deleted=True)


class MemoryRegistry:
    """Keeps the `Registry` protocol over records that it was made with. `asked` counts the keys and records given."""

    def __init__(self, *things: Content | Record) -> None:
        records = [thing if isinstance(thing, Record) else record_of(thing) for thing in things]
        self._records = {record.key: record for record in sorted(records, key=lambda record: record.key)}
        self.asked = 0

    @property
    def head(self) -> Head:
        return HEAD

    def get(self, key: str) -> Record | None:
        return self.get_many([key]).get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        self.asked += len(keys)
        return {key: self._records[key] for key in keys if key in self._records}

    def find(self, term: str, kind: Kind | None = None, after: str = "", limit: int = 1000) -> list[Record]:
        return self._take((r for r in self._live(kind) if r.key > after and term in _exact(r)), limit)

    def find_words(self, words: Sequence[str], limit: int) -> list[Record]:
        shared = Counter({r.key: len(_words(r) & set(words)) for r in self._live()})
        ordered = sorted((key for key in shared if shared[key]), key=lambda key: (-shared[key], key))
        return self._take((self._records[key] for key in ordered), limit)

    def find_word_prefix(self, prefix: str, limit: int) -> list[Record]:
        return self._take((r for r in self._live() if any(word.startswith(prefix) for word in _words(r))), limit)

    def find_plates(self, pattern: str, limit: int) -> list[Record]:
        vehicles = ((r, r.content) for r in self._live("vehicle"))
        fitting = (r for r, v in vehicles if isinstance(v, Vehicle) and fnmatch.fnmatchcase(v.plate, pattern))
        return self._take(fitting, limit)

    def scan(self, kind: Kind, after: str = "", limit: int = 1000) -> list[Record]:
        return self._take((r for r in self._live(kind) if r.key > after), limit)

    def _live(self, kind: Kind | None = None) -> Iterable[Record]:
        return (r for r in self._records.values() if not r.deleted and kind in (None, r.kind))

    def _take(self, records: Iterable[Record], limit: int) -> list[Record]:
        taken = [record for record, _ in zip(records, range(limit), strict=False)]
        self.asked += len(taken)
        return taken


def _exact(record: Record) -> frozenset[str]:
    return frozenset(terms_of(record.content).exact if record.content else ())


def _words(record: Record) -> frozenset[str]:
    return frozenset(terms_of(record.content).words if record.content else ())
