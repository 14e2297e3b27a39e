"""A store in Elasticsearch written document by document, right or wrong, without our writer: what reading is tested on.

One generation is made in one call; a test then changes single documents.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from lookup.store.cluster import Access, Cluster, read_cluster
from lookup.store.elastic.documents import (
    CONTROL_MAPPING,
    HEAD_ID,
    HISTORY_MAPPING,
    MAPPING,
    Change,
    StoredHead,
    change_document,
    change_id,
    generation_meta,
    head_document,
    history_document,
    index_body,
    record_document,
)
from lookup.store.elastic.names import Names
from lookup.store.elastic.store import ElasticStore
from lookup.store.protocol import Draft, Head
from lookup.store.rows import Row, record_of, row_of
from tests.contract.engines import HANDLE_KEY, NOW, NOW_MS, head_for

GENERATION = "g20261121T150000-00000001"
LATER = "g20261121T160000-00000002"
ONE_SHARD: dict[str, Any] = {"number_of_shards": 1, "number_of_replicas": 0}
NOWHERE: dict[str, Any] = {**ONE_SHARD, "index.routing.allocation.require._name": "nobody"}
"""No node may hold the shard: the index is red from its beginning."""


def store_url(address: str, prefix: str) -> str:
    return f"elasticsearch://{address.removeprefix('http://')}/{prefix}"


def row_for(draft: Draft, revision: int = 0) -> Row:
    return row_of(draft, revision, HANDLE_KEY)


def document_of(row: Row) -> dict[str, Any]:
    return record_document(row, record_of(*row).content)


class Indices:
    """The indices of one store, on the server at `address`."""

    def __init__(self, address: str, prefix: str) -> None:
        self.address = address
        self.names = Names(prefix)
        self.prefix = prefix
        self.client = Elasticsearch(address, request_timeout=60)

    def cluster(self, *addresses: str) -> Cluster:
        nodes = ",".join(address.removeprefix("http://") for address in addresses or (self.address,))
        return read_cluster(f"elasticsearch://{nodes}/{self.prefix}", Access())

    def make_index(
        self, index: str, mapping: Mapping[str, Any] = MAPPING, settings: Mapping[str, Any] = ONE_SHARD
    ) -> None:
        meta = generation_meta("training", index)
        body = index_body(mapping, meta, settings)
        self.client.indices.create(index=index, **body, wait_for_active_shards=0 if settings is NOWHERE else 1)

    def make(self, *drafts: Draft, name: str = GENERATION, **stored: Any) -> Head:
        """Make a generation of these drafts. It serves once it has the alias."""
        index = self.names.generation(name)
        self.make_index(index)
        head = replace(head_for(drafts), generation=name, activation=NOW_MS)
        self.put_rows([row_for(draft) for draft in drafts], name)
        self.put_head(head, name, **stored)
        return head

    def serve(self, *drafts: Draft, **stored: Any) -> Head:
        """Make a generation of these drafts serve, with an empty history beside it."""
        head = self.make(*drafts, **stored)
        self.alias(GENERATION)
        self.make_index(self.names.history, HISTORY_MAPPING)
        return head

    def alias(self, name: str) -> None:
        self.client.indices.put_alias(index=self.names.generation(name), name=self.names.alias)

    def unalias(self, name: str) -> None:
        self.client.indices.delete_alias(index=self.names.generation(name), name=self.names.alias)

    def put(self, id_: str, document: Mapping[str, Any], name: str = GENERATION) -> None:
        self.client.index(index=self.names.generation(name), id=id_, document=document, refresh=True)

    def put_rows(self, rows: Sequence[Row], name: str = GENERATION) -> None:
        actions = ({"_id": row.key, "_source": document_of(row)} for row in rows)
        bulk(self.client, actions, index=self.names.generation(name), refresh=True)

    def put_head(self, head: Head, name: str = GENERATION, **stored: Any) -> None:
        self.put(HEAD_ID, head_document(StoredHead(head, **{"history_kept": True} | stored)), name)

    def put_change(self, rows: Sequence[Row], head: Head, name: str = GENERATION) -> None:
        self.put(change_id(head.revision), change_document(Change(tuple(rows), head, NOW)), name)

    def revise(self, head: Head, *drafts: Draft) -> Head:
        """Publish these drafts as the revision after `head`, its steps in their order."""
        counts = dict(head.counts)
        for draft in drafts:
            counts[draft.kind] = counts[draft.kind] - draft.deleted
        after = replace(head, revision=head.revision + 1, counts=counts)
        rows = [row_for(draft, after.revision) for draft in drafts]
        self.put_change(rows, after)
        self.put_rows(rows)
        self.put_head(after)
        return after

    def change_source(self, id_: str, name: str = GENERATION, **fields: Any) -> None:
        """Write a document again with other values in some fields."""
        found = self.client.get(index=self.names.generation(name), id=id_)
        self.put(id_, found["_source"] | fields, name)

    def keep(self, *rows: Row, generation: str = GENERATION) -> None:
        """Put versions into the history."""
        for row in rows:
            self.client.index(
                index=self.names.history,
                document=history_document(row, generation, NOW),
                refresh=True,
            )

    def note(self, text: str) -> None:
        self.make_index(self.names.control, CONTROL_MAPPING)
        self.client.index(index=self.names.control, id="work", document={"text": text}, refresh=True)


@contextmanager
def direct(indices: Indices, *addresses: str, environment: str = "training") -> Iterator[ElasticStore]:
    """Open the store directly, by these addresses instead of the server's own."""
    store = ElasticStore(indices.cluster(*addresses), environment)
    try:
        yield store
    finally:
        store.close()
