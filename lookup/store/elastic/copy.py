"""A whole generation read from Elasticsearch as it stood at one moment, in constant memory.

Decides the size of pages and how long the moment is kept. What becomes of the documents is for the caller.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from lookup.errors import CouldNotSearch
from lookup.store.elastic.client import Ask, whole

PAGE = 5000
"""Records of one answer: about 5 MB."""

KEEP_ALIVE = "5m"
"""How long the cluster keeps the moment after a page: the reader has that long to write one down. Each page renews
it."""

Document = Mapping[str, Any]


class PointInTime:
    """One moment of an index."""

    def __init__(self, ask: Ask, name: str) -> None:
        self._ask = ask
        self._name = name

    def documents(
        self, kind: str, by: str, size: int = PAGE, fields: Sequence[str] | None = None
    ) -> Iterator[Document]:
        """Stream the documents of this `type`, ordered by this field, with these fields or with all."""
        after = None
        while True:
            page = self._page(kind, by, size, fields, after)
            yield from page
            if len(page) < size:
                return
            after = page[-1]["sort"]

    def close(self) -> None:
        """Let go of the moment; where that fails, the cluster does by itself when its time is over."""
        with suppress(CouldNotSearch):
            self._ask("ending a copy", lambda client: client.close_point_in_time(id=self._name))

    def _page(self, kind: str, by: str, size: int, fields: Sequence[str] | None, after: Any) -> Sequence[Document]:
        answer = whole(
            self._ask(
                "copying",
                lambda client: client.search(
                    pit={"id": self._name, "keep_alive": KEEP_ALIVE},
                    query={"term": {"type": kind}},
                    sort=[{by: "asc"}],
                    size=size,
                    search_after=after,
                    source_includes=fields,
                    track_total_hits=False,
                    allow_partial_search_results=False,
                ),
            )
        )
        self._name = answer["pit_id"]
        hits: Sequence[Document] = answer["hits"]["hits"]
        return hits


@contextmanager
def point_in_time(ask: Ask, index: str) -> Iterator[PointInTime]:
    """Keep what an index holds now, as searches see it, until the end. Raises `CouldNotSearch` where a shard is
    missing."""
    opened = whole(
        ask(
            "beginning a copy",
            lambda client: client.open_point_in_time(
                index=index, keep_alive=KEEP_ALIVE, allow_partial_search_results=False
            ),
        )
    )
    moment = PointInTime(ask, opened["id"])
    try:
        yield moment
    finally:
        moment.close()
