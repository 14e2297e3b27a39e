"""The log of API keys in Elasticsearch, which every node copies: entries numbered 1, 2, 3, each created once.

Decides how an entry is added and read. Nothing here is ever changed or removed, and the role that writes cannot: so no
late or repeated write undoes a revocation, and of two writers one comes first. Entries are read by their ids, so no
refresh and no search stands between a revocation and the nodes. What an entry means is for who keeps the keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lookup.errors import CouldNotSearch
from lookup.store.cluster import Cluster
from lookup.store.elastic.bulk import create_line, send
from lookup.store.elastic.client import building_client, patiently
from lookup.store.elastic.documents import CHECKED_TEXT, checked_document, checked_text, index_body, index_meta
from lookup.store.elastic.indices import COPIES
from lookup.store.elastic.names import Names
from lookup.store.sqlite.pointer import check_environment

REQUEST_S = 5.0
"""How long one request may take: a get takes 2 ms, and who waits for this one learns of revocations late."""
AT_ONCE = 100
"""Entries of one answer."""

_MARK_ID = "mark"
_MAPPING: Mapping[str, Any] = {
    "dynamic": "strict",
    "properties": {"type": {"type": "keyword"}, "text": CHECKED_TEXT, "checksum": CHECKED_TEXT},
}


class LogEntry(NamedTuple):
    """One entry: its number, what it says, and a checksum over that."""

    number: int
    said: Mapping[str, Any]
    checksum: str


@dataclass(frozen=True, slots=True)
class Page:
    """What stands in the log after some number: the first entries; and the checksum of the entry of that number itself,
    None where there is none. `mark` says what the log was begun with, None where there is no log."""

    mark: Mapping[str, Any] | None
    here: str | None
    entries: Sequence[LogEntry]

    @property
    def is_last(self) -> bool:
        """Whether nothing more follows for now."""
        return len(self.entries) < AT_ONCE


class AccessLog:
    """The log of one store. Every method raises `CouldNotSearch` where it could not really look or write,
    `StoreDamaged` where an entry is not what was written. Made after the process forked; used by one thread."""

    def __init__(self, cluster: Cluster, environment: str) -> None:
        self._index = Names(cluster.prefix).access
        self._environment = environment
        self._client = building_client(cluster)
        self._ask = patiently(self._client.options(request_timeout=REQUEST_S, max_retries=0))

    def begin(self, mark: Mapping[str, Any]) -> None:
        """Begin the log with this mark where there is none yet."""
        body = index_body(_MAPPING, index_meta(self._environment), COPIES)
        answer = self._ask(
            "making the index of keys",
            lambda client: client.options(ignore_status=400).indices.create(
                index=self._index, mappings=body["mappings"], settings=body["settings"]
            ),
        )
        if "error" in answer and answer["error"]["type"] != "resource_already_exists_exception":
            raise CouldNotSearch("Elasticsearch did not make the index of keys.")
        self._create(_MARK_ID, checked_document("mark", {"environment": self._environment, **mark}))

    def after(self, number: int) -> Page:
        """Give what follows the entry of this number (0: all from the first one), at most `AT_ONCE` entries.

        Raises `ConfigurationError` where the log is of another environment.
        """
        numbers = range(number + 1, number + 1 + AT_ONCE)
        ids = [_MARK_ID, *map(str, (number, *numbers))]
        answer = self._ask(
            "reading keys", lambda client: client.options(ignore_status=404).mget(index=self._index, ids=ids)
        )
        sources = [_source(document) for document in answer.get("docs", ())]
        if not sources or sources[0] is None:
            return Page(None, None, ())
        mark = checked_text("mark", sources[0])
        check_environment(mark.get("environment", ""), self._environment)
        here = None if sources[1] is None else sources[1]["checksum"]
        entries = []
        for entry_number, source in zip(numbers, sources[2:], strict=True):
            if source is None:
                break
            entries.append(LogEntry(entry_number, checked_text("entry", source), source["checksum"]))
        return Page(mark, here, entries)

    def append(self, number: int, said: Mapping[str, Any]) -> bool:
        """Add the entry of this number; say whether it was ours that came first."""
        return self._create(str(number), checked_document("entry", said))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _create(self, document_id: str, document: Mapping[str, Any]) -> bool:
        line = create_line(document_id, document)
        return not send(self._ask, self._index, [line], "writing keys", by_alias=False)


def _source(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give what one part of an answer holds; None where there is no such document, or no such index yet."""
    if "error" in document:
        if document["error"]["type"] == "index_not_found_exception":
            return None
        raise CouldNotSearch("Elasticsearch could not read the keys.")
    source: Mapping[str, Any] | None = document["_source"] if document["found"] else None
    return source
