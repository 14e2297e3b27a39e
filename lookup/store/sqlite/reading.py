"""One consistent view of an embedded generation: the questions of `Registry`, asked of one SQLite connection.

Decides nothing about which generation serves (that is `sqlite.store`). Each row is checked when it is read, and a
miss is believed only when both trees agree on it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import Kind, Record, body_version, record_key
from lookup.store.heads import decode_head
from lookup.store.protocol import Head
from lookup.store.rows import kind_of, record_of, row_terms
from lookup.store.sqlite.pointer import Pointer
from lookup.store.sqlite.schema import connect, could_not

BEYOND = "\U0010ffff"
"""Sorts after every text of ours."""

_GET = """SELECT kind, revision, version, handle, deleted, body, checksum
          FROM records INDEXED BY records_by_key WHERE key = ?"""
_CONFIRM_MISS = "SELECT 1 FROM records INDEXED BY records_by_kind WHERE kind = ? AND deleted IN (0, 1) AND key = ?"
_PRESENT = "SELECT key FROM records INDEXED BY records_by_key WHERE key IN ({marks})"
_PRESENT_AGAIN = """SELECT key FROM records INDEXED BY records_by_kind
                    WHERE kind IN ({kinds}) AND deleted IN (0, 1) AND key IN ({marks})"""
_KEYS_AT_ONCE = 500
"""Parameters of one statement, well below SQLite's limit of 32,766."""
_SCAN = """SELECT key FROM records INDEXED BY records_by_kind
           WHERE kind = ? AND deleted = 0 AND key > ? AND key < ? AND key GLOB ? ORDER BY key LIMIT ?"""
_VERSIONS = """SELECT key, version FROM records INDEXED BY records_by_kind
               WHERE kind = ? AND deleted = 0 AND key > ? AND key < ? ORDER BY key LIMIT ?"""
_FIND = "SELECT key FROM {table} WHERE term = ? AND key > ? AND key < ? ORDER BY key LIMIT ?"
_FIND_FIRST, _FIND_AGAIN = _FIND.format(table="exact"), _FIND.format(table="exact_again")
_FIND_WORDS = "SELECT key FROM words WHERE term IN ({marks}) GROUP BY key ORDER BY count(*) DESC, key LIMIT ?"
_FIND_WORD = "SELECT 1 FROM words WHERE term = ? AND key = ?"
_FIND_PREFIX = "SELECT DISTINCT key FROM words WHERE term >= ? AND term < ? ORDER BY key LIMIT ?"


class SqliteRegistry:
    """A view that is begun and ended once per question and used by one thread at a time.

    Raises `CouldNotSearch` or `StoreDamaged` where `path` is not a usable database of the generation that `pointer`
    names.
    """

    def __init__(self, path: Path, pointer: Pointer, mode: str = "ro") -> None:
        self._pointer = pointer
        self._data_version: int | None = None
        self._head: Head | None = None
        try:
            self._connection = connect(path, mode)
        except sqlite3.Error as error:
            raise could_not(error) from None

    @property
    def head(self) -> Head:
        """Where the store stands."""
        if self._head is None:
            raise CouldNotSearch("The view of the store was not begun.")
        return self._head

    def begin(self, floor: int, statement: str = "BEGIN") -> None:
        """Take the newest revision as the view. Raises `StoreDamaged` where that is below `floor`: somebody put an
        older file in the place of the one in use."""
        self.rows(statement)
        ((data_version,),) = self.rows("PRAGMA data_version")
        if data_version != self._data_version:
            self._look_again(floor)
            self._data_version = data_version

    def end(self) -> None:
        """Let go of the view, so that the writer may tidy up behind it."""
        self.rows("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, key: str) -> Record | None:
        """Give the record of this key, a tombstone too."""
        found = self.rows(_GET, key)
        if found:
            return record_of(key, *found[0])
        if self.rows(_CONFIRM_MISS, kind_of(key), key):
            raise StoreDamaged("An index of the store is damaged: build the store again.")
        return None

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give the records of these keys, tombstones too; absent ones are left out."""
        return {
            key: record
            for start in range(0, len(keys), _KEYS_AT_ONCE)
            for key in self._present(keys[start : start + _KEYS_AT_ONCE])
            if (record := self.get(key)) is not None
        }

    def _present(self, keys: Sequence[str]) -> list[str]:
        """Give those of the keys that are there, in their order. Near misses of a plate are 1,800 keys, nearly all
        absent: one statement a tree, not two a key."""
        marks = ",".join("?" * len(keys))
        kinds = sorted({kind for key in keys if (kind := kind_of(key)) is not None})
        found = self.rows(_PRESENT.format(marks=marks), *keys)
        again = self.rows(_PRESENT_AGAIN.format(kinds=",".join("?" * len(kinds)), marks=marks), *kinds, *keys)
        if set(found) != set(again):
            raise StoreDamaged("An index of the store is damaged: build the store again.")
        present = {key for (key,) in found}
        return [key for key in dict.fromkeys(keys) if key in present]

    def find(self, term: str, kind: Kind | None = None, after: str = "", limit: int = 1000) -> list[Record]:
        """Give the live records that carry this exact term, ordered by key."""
        low, high = _key_range(kind, after)
        found = self.rows(_FIND_FIRST, term, low, high, limit)
        if found != self.rows(_FIND_AGAIN, term, low, high, limit):
            raise StoreDamaged("The terms of the store are damaged: build the store again.")
        return self._live(found)

    def find_words(self, words: Sequence[str], limit: int) -> list[Record]:
        """Give live records that carry at least one of these words, most shared words first, then by key."""
        return self._live(self.rows(_FIND_WORDS.format(marks=",".join("?" * len(words))), *words, limit))

    def find_word_prefix(self, prefix: str, limit: int) -> list[Record]:
        """Give live records that carry a word with this beginning, ordered by key."""
        return self._live(self.rows(_FIND_PREFIX, prefix, prefix + BEYOND, limit))

    def find_plates(self, pattern: str, limit: int) -> list[Record]:
        """Give live vehicles whose plate fits: `?` one character, `*` any number; ordered by key."""
        glob = record_key("vehicle", pattern.replace("[", "[[]"))
        beginning = record_key("vehicle", pattern.split("*", maxsplit=1)[0].split("?", maxsplit=1)[0])
        low = beginning[:-1] + chr(ord(beginning[-1]) - 1) + BEYOND  # just before it, for the key itself may fit
        return self._live(self.rows(_SCAN, "vehicle", low, beginning + BEYOND, glob, limit))

    def scan(self, kind: Kind, after: str = "", limit: int = 1000) -> list[Record]:
        """Give live records of a kind whose key comes after `after`, ordered by key."""
        return self._live(self.rows(_SCAN, kind, *_key_range(kind, after), "*", limit))

    def versions(self, kind: Kind, after: str, limit: int) -> list[tuple[str, str]]:
        """Give key and version of live records of a kind whose key comes after `after`, ordered by key."""
        return self.rows(_VERSIONS, kind, *_key_range(kind, after), limit)

    def stored_texts(self, table: str) -> Iterator[str]:
        """Stream the texts of `head` or `quarantine`, each checked."""
        for text, checksum in self.stream(f"SELECT text, checksum FROM {table} ORDER BY rowid"):  # noqa: S608 - ours
            if not isinstance(text, str) or body_version(text) != checksum:
                raise StoreDamaged(f"The table {table} of the store is damaged: build the store again.")
            yield text

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a statement one by one, in constant memory."""
        try:
            for row in self._connection.execute(statement):  # noqa: UP028 - see below
                # `yield from` would close the cursor too when the reader stops early, perhaps after the connection.
                yield row
        except sqlite3.Error as error:
            raise could_not(error) from None

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Give all rows of a statement, errors of SQLite in our words."""
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise could_not(error) from None

    def _live(self, found: list[tuple[Any, ...]]) -> list[Record]:
        """Read the records that an index names. One that is not there, or not live, means a damaged index."""
        records = [self.get(key) for (key,) in found]
        live = [record for record in records if record is not None and not record.deleted]
        if len(live) != len(records):
            raise StoreDamaged("An index of the store is damaged: build the store again.")
        return live

    def _look_again(self, floor: int) -> None:
        """Read the head after the file has changed, and see that every kind it counts really answers."""
        head = self._read_head()
        if head.generation != self._pointer.generation or head.environment != self._pointer.environment:
            raise StoreDamaged("The file in use is not that of the generation that serves: build the store again.")
        if head.revision < floor:
            raise StoreDamaged("The file in use is older than what was already read: restore the newer one.")
        for kind, count in head.counts.items():
            if count:
                self._ask_canary(kind)
        self._head = head

    def _ask_canary(self, kind: Kind) -> None:
        """See that a record of this kind answers, and is found by the first of its words."""
        canaries = self.scan(kind, limit=1)
        if not canaries:
            raise StoreDamaged(f"The store says that it holds records of the kind {kind}, but there are none.")
        for word in row_terms(canaries[0].handle, canaries[0].content).words[:1]:
            if not self.rows(_FIND_WORD, word, canaries[0].key):
                raise StoreDamaged("The words of the store are damaged: build the store again.")

    def _read_head(self) -> Head:
        try:
            (text,) = self.stored_texts("head")
            return decode_head(text, self._pointer.activation)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise StoreDamaged("The head of the store is damaged: build the store again.") from None


def _key_range(kind: Kind | None, after: str) -> tuple[str, str]:
    """Give the bounds, both outside, between which the keys of a kind after `after` lie."""
    if kind is None:
        return after, BEYOND
    return max(after, f"{kind}:"), f"{kind}:{BEYOND}"
