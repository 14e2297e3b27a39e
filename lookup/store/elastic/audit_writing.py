"""Writes the copy of the audit trail in Elasticsearch, as somebody who can only create documents there.

Decides that writing again changes nothing: each document is created under a name of its own, and one that is there
already is as good. When and what is copied is decided by `lookup.audit.shipping`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lookup.errors import CouldNotSearch
from lookup.store.cluster import Cluster
from lookup.store.elastic.audit_documents import (
    HEADS_MAPPING,
    LINES_MAPPING,
    REACHES_MAPPING,
    SegmentLine,
    head_document,
    line_document,
    reach_document,
)
from lookup.store.elastic.bulk import create_line, in_portions, send
from lookup.store.elastic.client import building_client, patiently
from lookup.store.elastic.documents import index_body, index_meta
from lookup.store.elastic.indices import COPIES
from lookup.store.elastic.names import Names

REQUEST_S = 10.0
"""How long one request may take: nobody waits for it, but a dead node should be noticed."""

_SETTINGS = {"refresh_interval": "1s"} | COPIES
"""Said although it is the default: an index for which it is said is refreshed also while nobody searches it."""


class AuditWriter:
    """Creates documents in the copy, and cannot do more. Every method raises `CouldNotSearch` where that is not done;
    doing it again is right then. Made after the process forked; used by one thread."""

    def __init__(self, cluster: Cluster, environment: str, request_s: float = REQUEST_S) -> None:
        self._names = Names(cluster.prefix)
        self._environment = environment
        self._client = building_client(cluster)
        self._ask = patiently(self._client.options(request_timeout=request_s, max_retries=0))

    def make_month(self, month: str) -> bool:
        """Make the index of a month (YYYYMM) where there is none; say whether there was none."""
        return self._make(self._names.audit(month), LINES_MAPPING)

    def ship(self, month: str, lines: Sequence[SegmentLine]) -> None:
        """Copy lines of segments that were begun in this month; what is there already stays as it is."""
        for portion in in_portions(create_line(*line_document(line)) for line in lines):
            send(self._ask, self._names.audit(month), portion, "copying the audit trail", by_alias=False)

    def publish(self, text: bytes) -> None:
        """Keep a signed head."""
        self._make(self._names.audit_heads, HEADS_MAPPING)
        line = create_line(*head_document(text))
        send(self._ask, self._names.audit_heads, [line], "publishing a head of the audit trail", by_alias=False)

    def tell_reach(self, node: str, at: datetime) -> None:
        """Note that everything which this node wrote before `at` is copied."""
        index = self._names.audit_reach(f"{at:%Y%m}")
        self._make(index, REACHES_MAPPING)
        send(self._ask, index, [create_line(*reach_document(node, at))], "copying the audit trail", by_alias=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _make(self, index: str, mapping: Mapping[str, Any]) -> bool:
        body = index_body(mapping, index_meta(self._environment), _SETTINGS)
        answer = self._ask(
            "making an index of the audit trail",
            lambda client: client.options(ignore_status=400).indices.create(
                index=index, mappings=body["mappings"], settings=body["settings"]
            ),
        )
        if "error" not in answer:
            return True
        if answer["error"]["type"] != "resource_already_exists_exception":
            raise CouldNotSearch("Elasticsearch did not make an index of the audit trail.")
        return False
