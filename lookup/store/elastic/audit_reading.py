"""Reads the copy of the audit trail of all nodes in Elasticsearch: its lines by time, up to when each node copied, and
the signed heads.

Decides the order, and that a search which did not see every shard is no answer. What may be asked for is decided by
`lookup.audit.shipped`; whether a line is genuine tells the trail of its node alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from lookup.audit.entry import moment_text
from lookup.store.cluster import Cluster
from lookup.store.elastic.client import building_client, patiently, whole
from lookup.store.elastic.names import Names

REQUEST_S = 10.0
"""How long one search may take: people wait for it at a desk."""
_HEADS_AT_ONCE = 1000
MOST_NODES = 1000
"""Nodes of one store that are told apart: far more than there are."""

Cursor = Sequence[Any]
"""Where the next page begins: an opaque list that is JSON."""


class Hit(NamedTuple):
    """A line that was found, the segment that it stands in, and the cursor behind it."""

    segment: str
    text: bytes
    cursor: Cursor


class AuditCopy:
    """The copy, as who reads the store. Every method raises `CouldNotSearch` where it could not really look. Made after
    the process forked; safe between threads."""

    def __init__(self, cluster: Cluster) -> None:
        self._names = Names(cluster.prefix)
        self._client = building_client(cluster)
        self._ask = patiently(self._client.options(request_timeout=REQUEST_S, max_retries=1))

    def find(
        self, filters: Sequence[Mapping[str, Any]], after: Cursor | None, size: int, *, oldest_first: bool = False
    ) -> list[Hit]:
        """Give the lines that pass all filters, newest or oldest first, behind this cursor; `size` at most."""
        direction = "asc" if oldest_first else "desc"
        order = [{name: direction} for name in ("occurred_at", "segment", "sequence")]
        hits = self._search(self._names.audits, {"bool": {"filter": list(filters)}}, order, after, size)
        return [Hit(hit["_source"]["segment"], hit["_source"]["line"].encode(), hit["sort"]) for hit in hits]

    def reaches(self, since: datetime) -> dict[str, datetime]:
        """Give for each node that copied its trail since then, up to when all of it is there."""
        newest = {"max": {"field": "at"}}
        answer = self._ask(
            "asking how far the audit trail is copied",
            lambda client: client.search(
                index=self._names.audit_reaches,
                query={"range": {"at": {"gte": moment_text(since)}}},
                aggs={"nodes": {"terms": {"field": "node", "size": MOST_NODES}, "aggs": {"at": newest}}},
                size=0,
                ignore_unavailable=True,
                allow_no_indices=True,
                allow_partial_search_results=False,
            ),
        )
        nodes = whole(answer).get("aggregations", {}).get("nodes", {}).get("buckets", ())
        return {node["key"]: datetime.fromtimestamp(node["at"]["value"] / 1000, UTC) for node in nodes}

    def heads(self) -> Iterator[bytes]:
        """Give every signed head that was published, oldest first."""
        after: Cursor | None = None
        while True:
            order = [{"at": "asc"}, {"digest": "asc"}]
            hits = self._search(self._names.audit_heads, {"match_all": {}}, order, after, _HEADS_AT_ONCE)
            yield from (hit["_source"]["text"].encode() for hit in hits)
            if len(hits) < _HEADS_AT_ONCE:
                return
            after = hits[-1]["sort"]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _search(
        self, index: str, query: Mapping[str, Any], order: list[Any], after: Cursor | None, size: int
    ) -> list[Mapping[str, Any]]:
        answer = self._ask(
            "searching the audit trail",
            lambda client: client.search(
                index=index,
                query=query,
                sort=order,
                search_after=None if after is None else list(after),
                size=size,
                ignore_unavailable=True,
                allow_no_indices=True,
                allow_partial_search_results=False,
                track_total_hits=False,
            ),
        )
        hits: list[Mapping[str, Any]] = whole(answer)["hits"]["hits"]
        return hits
