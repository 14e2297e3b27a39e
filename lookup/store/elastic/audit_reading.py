"""Reads the copy of the audit trail of all nodes in Elasticsearch: its lines, newest first, and the signed heads.

Decides the order, and that a search which did not see every shard is no answer. What may be asked for is decided by
`lookup.audit.shipped`; whether a line is genuine tells the trail of its node alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lookup.store.cluster import Cluster
from lookup.store.elastic.client import building_client, patiently, whole
from lookup.store.elastic.documents import Names

REQUEST_S = 10.0
"""How long one search may take: people wait for it at a desk."""
_HEADS_AT_ONCE = 1000

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

    def find(self, filters: Sequence[Mapping[str, Any]], after: Cursor | None, size: int) -> list[Hit]:
        """Give the lines that pass all filters, newest first, behind this cursor; `size` at most."""
        order = [{"occurred_at": "desc"}, {"segment": "desc"}, {"sequence": "desc"}]
        query = {"bool": {"filter": list(filters)}}
        hits = self._search(self._names.audits, query, order, after, size)
        return [Hit(hit["_source"]["segment"], hit["_source"]["line"].encode(), hit["sort"]) for hit in hits]

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
