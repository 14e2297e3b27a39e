"""The questions of `Registry`, asked of the index of one generation in Elasticsearch.

Decides the queries, and that what comes back is a record of ours, whole and under the key that was asked. Records and
their order are exactly those of the embedded store. Keys go in bodies, never in addresses: these end in log lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import Kind, Record, record_key
from lookup.store.elastic.client import Ask, whole
from lookup.store.elastic.documents import ROW_FIELDS, row_of_document
from lookup.store.protocol import Head
from lookup.store.rows import kind_of, record_of

KEYS_AT_ONCE = 2000
"""Keys of one request: all near misses of a plate. Where all are there this is about 2 MB."""

PAGE = 5000
"""Records of one answer, about 5 MB: more than any of our questions asks for at once, and half of what an index gives
(`index.max_result_window`). One page of words is one moment of the index; a second one could miss who moved up."""

VERSIONS_PAGE = 10_000
"""Keys and versions of one answer, about 2 MB: all that an index gives at once."""

Query = dict[str, Any]
Hit = Mapping[str, Any]

_LIVE: Query = {"term": {"deleted": False}}
"""Only records have this field."""
_BY_KEY = [{"key": "asc"}]
"""In the order of UTF-8 bytes, which is that of Python and of SQLite."""
_BY_WORDS = [{"_score": "desc"}, {"key": "asc"}]


class ElasticRegistry:
    """A view of the generation in `index`, which stands at `head`.

    A record may be one committed revision ahead of the head: revisions are written record by record, the head last.
    """

    def __init__(self, ask: Ask, index: str, head: Head) -> None:
        self._ask = ask
        self._index = index
        self._head = head

    @property
    def head(self) -> Head:
        """Where the store stands."""
        return self._head

    def get(self, key: str) -> Record | None:
        """Give the record of this key, a tombstone too."""
        return self.get_many((key,)).get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Give the records of these keys, tombstones too; absent ones are left out. Sees what was written a moment
        ago."""
        ours = [key for key in dict.fromkeys(keys) if kind_of(key)]  # the others are no records: `head`, `change:1`
        return {
            record.key: record
            for start in range(0, len(ours), KEYS_AT_ONCE)
            for record in self._read(ours[start : start + KEYS_AT_ONCE])
        }

    def find(self, term: str, kind: Kind | None = None, after: str = "", limit: int = 1000) -> list[Record]:
        """Give the live records that carry this exact term, ordered by key."""
        return self._records(_filtered({"term": {"exact": term}}, *_within(kind, after)), _BY_KEY, limit)

    def find_words(self, words: Sequence[str], limit: int) -> list[Record]:
        """Give live records that carry at least one of these words, most shared words first, then by key. Each word
        is a clause: a cluster refuses more than it allows (1,024 or more), and our longest question has a hundred."""
        shared = [{"constant_score": {"filter": {"term": {"words": word}}}} for word in dict.fromkeys(words)]
        if not shared:
            return []
        query = {"bool": {"should": shared, "minimum_should_match": 1, "filter": [_LIVE]}}
        return self._records(query, _BY_WORDS, limit)

    def find_word_prefix(self, prefix: str, limit: int) -> list[Record]:
        """Give live records that carry a word with this beginning, ordered by key."""
        return self._records(_filtered({"prefix": {"words": prefix}}), _BY_KEY, limit)

    def find_plates(self, pattern: str, limit: int) -> list[Record]:
        """Give live vehicles whose plate fits: `?` one character, `*` any number; ordered by key."""
        fitting = {"wildcard": {"key": record_key("vehicle", pattern.replace("\\", "\\\\"))}}
        return self._records(_filtered(fitting), _BY_KEY, limit)

    def scan(self, kind: Kind, after: str = "", limit: int = 1000) -> list[Record]:
        """Give live records of a kind whose key comes after `after`, ordered by key."""
        return self._records(_filtered(*_within(kind, after)), _BY_KEY, limit)

    def versions(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Stream key and version of every live record of a kind, ordered by key, in constant memory. Each page is
        what is published when it is read."""
        query, after = _filtered(*_within(kind, "")), None
        while True:
            page = self._page(query, _BY_KEY, VERSIONS_PAGE, after, _source=False, docvalue_fields=["version"])
            yield from ((hit["_id"], hit["fields"]["version"][0]) for hit in page)
            if len(page) < VERSIONS_PAGE:
                return
            after = page[-1]["sort"]

    def check_kinds(self) -> None:
        """See that every kind that the head counts really answers. Raises `StoreDamaged` where one does not."""
        kinds = {"kinds": {"terms": {"field": "kind", "size": 100}}}
        answer = self._search(query=_filtered(), size=0, aggregations=kinds)
        found = {bucket["key"] for bucket in answer["aggregations"]["kinds"]["buckets"]}
        for kind, count in self._head.counts.items():
            if count and kind not in found:
                raise StoreDamaged(f"The store says that it holds records of the kind {kind}, but there are none.")

    def _read(self, keys: Sequence[str]) -> Iterator[Record]:
        answer = self._ask(
            "reading records", lambda client: client.mget(index=self._index, ids=keys, source_includes=ROW_FIELDS)
        )
        for key, document in zip(keys, answer["docs"], strict=True):
            if "error" in document:  # of a shard that is not there, for one: it cannot be told from a miss by `found`
                raise CouldNotSearch("Elasticsearch could not read a record.")
            if document["found"]:
                yield _record(key, document)

    def _records(self, query: Query, sort: Any, limit: int) -> list[Record]:
        found: list[Record] = []
        after = None
        while len(found) < limit:
            size = min(PAGE, limit - len(found))
            page = self._page(query, sort, size, after, source_includes=ROW_FIELDS)
            found += (_record(hit["_id"], hit) for hit in page)
            if len(page) < size:
                break
            after = page[-1]["sort"]
        return found

    def _page(self, query: Query, sort: Any, size: int, after: Any, **wanted: Any) -> Sequence[Hit]:
        answer = self._search(query=query, sort=sort, size=size, search_after=after, track_total_hits=False, **wanted)
        hits: Sequence[Hit] = answer["hits"]["hits"]
        return hits

    def _search(self, **asked: Any) -> Mapping[str, Any]:
        return whole(
            self._ask(
                "searching",
                lambda client: client.search(index=self._index, allow_partial_search_results=False, **asked),
            )
        )


def _filtered(*filters: Query) -> Query:
    return {"bool": {"filter": [_LIVE, *filters]}}


def _within(kind: Kind | None, after: str) -> Iterator[Query]:
    if kind is not None:
        yield {"term": {"kind": kind}}
    if after:
        yield {"range": {"key": {"gt": after}}}


def _record(key: str, document: Hit) -> Record:
    """Read the record that the document of this key holds. Raises `StoreDamaged` where it is not what was written."""
    row = row_of_document(document["_source"])
    if row.key != key:  # searches go by the field, gets by the id
        raise StoreDamaged("A record in the store lies under the key of another: build the store again.")
    return record_of(*row)
