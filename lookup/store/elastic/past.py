"""What was ever published in a store in Elasticsearch, read from its history index.

Decides the order of versions and that a body is the one its version names. What the history does not hold yet is for
the caller to add. Raises `NoHistory` where there is none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import body_version
from lookup.store.elastic.client import Ask, whole
from lookup.store.elastic.head import INDEX_NOT_FOUND
from lookup.store.elastic.names import Names
from lookup.store.protocol import PublishedVersion

VERSIONS_LIMIT = 10_000
"""Versions of one record that are read, all that an index gives at once: one a day for 27 years."""

Query = Mapping[str, Any]


class NoHistory(CouldNotSearch):
    """There is no history index."""


def kept_versions(ask: Ask, names: Names, key: str) -> list[PublishedVersion]:
    """Give the versions of a record that the history holds, tombstones too, in the order in which they came into it."""
    documents = _search(ask, names, [{"term": {"key": key}}], VERSIONS_LIMIT)
    if len(documents) == VERSIONS_LIMIT:
        raise CouldNotSearch("A record has more versions than can be read at once.")
    # One shard, and documents are only ever created: their sequence numbers are the order of publishing, also where
    # the clock of the indexer stood still or went back.
    return [_published(document["_source"]) for document in sorted(documents, key=lambda one: int(one["_seq_no"]))]


def kept_body(ask: Ask, names: Names, key: str, version: str) -> str | None:
    """Give the body of a version; None where the history does not hold it, or it is a deletion. Raises `StoreDamaged`
    where it is not what was written."""
    documents = _search(ask, names, [{"term": {"key": key}}, {"term": {"version": version}}], 1)
    body = documents[0]["_source"].get("body") if documents else None
    if body is None:
        return None
    if not isinstance(body, str) or body_version(body) != version:
        raise StoreDamaged("A version in the history is not what was written.")
    return body


def _search(ask: Ask, names: Names, filters: Sequence[Query], size: int) -> Sequence[Mapping[str, Any]]:
    answer = ask(
        "reading the history",
        lambda client: client.options(ignore_status=404).search(
            index=names.history,
            query={"bool": {"filter": filters}},
            size=size,
            source_excludes=None if size == 1 else ["body"],
            seq_no_primary_term=True,
            allow_partial_search_results=False,
        ),
    )
    if "error" in answer:
        if answer["error"]["type"] == INDEX_NOT_FOUND:
            raise NoHistory("The store has no history.")
        raise CouldNotSearch("Elasticsearch failed while reading the history.")
    found: Sequence[Mapping[str, Any]] = whole(answer)["hits"]["hits"]
    return found


def _published(source: Mapping[str, Any]) -> PublishedVersion:
    try:
        at = datetime.fromisoformat(source["published_at"])
        return PublishedVersion(source["version"], source["deleted"], source["generation"], source["revision"], at)
    except (KeyError, TypeError, ValueError):
        raise StoreDamaged("A version in the history is not what was written.") from None
