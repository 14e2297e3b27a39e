"""What a follower needs of a store in Elasticsearch: where it stands, its revisions one by one, and the whole of it.

Decides that an answer is whole and that nothing is left out between two revisions. When to ask, and what becomes of the
answers, is the follower's.
"""

from collections.abc import Iterator

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.store.cluster import Cluster
from lookup.store.elastic.client import building_client, patiently
from lookup.store.elastic.copy import PAGE, point_in_time
from lookup.store.elastic.documents import ROW_FIELDS, Change, change_id, change_of_document, row_of_document
from lookup.store.elastic.head import ServingHead, read_serving
from lookup.store.elastic.names import Names
from lookup.store.rows import Row

FEED_TIMEOUT_S = 10.0
"""How long one attempt of a follower may take: nobody waits for it, but it should notice a dead node. A page of a copy
takes about half a second."""

CHANGES_AT_ONCE = 50
"""Revisions of one answer: about 25 MB where all are full."""


class RevisionMissing(CouldNotSearch):
    """A log entry is not there any more: copy the generation again."""


class Feed:
    """A store in this cluster as a follower reads it. Made after the process forked; used by one thread.

    Every method raises `CouldNotSearch` where it could not really look, `StoreDamaged` where something is not what was
    written. `page` is how many records of a copy are read at once.
    """

    def __init__(self, cluster: Cluster, environment: str, page: int = PAGE) -> None:
        self._names = Names(cluster.prefix)
        self._environment = environment
        self._page = page
        self._client = building_client(cluster)
        self._ask = patiently(self._client.options(request_timeout=FEED_TIMEOUT_S, max_retries=1))

    def head(self) -> ServingHead:
        """Say which index serves and what its head says, as it was written a moment ago.

        Raises `ConfigurationError` where the store is of another environment or schema.
        """
        serving = read_serving(self._ask, self._names, self._environment)
        if serving is None:
            raise CouldNotSearch("Nothing was published in the store yet: run `immunity sync`.")
        return serving

    def changes(self, index: str, after: int, up_to: int) -> list[Change]:
        """Give the revisions of a generation after `after`, up to `up_to` at most, by number; no more than
        `CHANGES_AT_ONCE`. Raises `RevisionMissing` where one is not there: they are kept for seven days."""
        revisions = range(after + 1, min(up_to, after + CHANGES_AT_ONCE) + 1)
        if not revisions:
            return []
        ids = [change_id(revision) for revision in revisions]
        answer = self._ask("reading revisions", lambda client: client.mget(index=index, ids=ids))
        changes = []
        for revision, document in zip(revisions, answer["docs"], strict=True):
            if "error" in document:
                raise CouldNotSearch("Elasticsearch could not read a revision.")
            if not document["found"]:
                raise RevisionMissing("A revision is no longer in the log of the store: copy the generation again.")
            changes.append(change_of_document(document["_source"]))
            if changes[-1].head.revision != revision:
                raise StoreDamaged("An entry of the store's log is damaged: build the store again.")
        return changes

    def copy(self, index: str) -> Iterator[Row]:
        """Stream the row of every record of a generation, tombstones too, as they stood at one moment, ordered by
        key. The rows are not checked: `rows.record_of` does that. Some may be of revisions that are newer than the
        head."""
        with point_in_time(self._ask, index) as moment:
            for document in moment.documents("record", by="key", size=self._page, fields=ROW_FIELDS):
                yield row_of_document(document["_source"])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
