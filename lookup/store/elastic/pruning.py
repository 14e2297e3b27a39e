"""What the holder of the lease clears away: generations, log entries and refused rows that nobody needs any more.

Decides what is needed. Everything here can be stopped at any step and done again by the next holder. The history is
never touched: old answers are derived again from it for as long as the audit trail names its versions.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lookup.store.elastic.bulk import delete_line, refresh, send
from lookup.store.elastic.client import Ask, whole
from lookup.store.elastic.head import ServingHead
from lookup.store.elastic.heads import Heads, Overtaken
from lookup.store.elastic.indices import Indices
from lookup.store.elastic.names import Names
from lookup.store.elastic.quarantine import quarantine_ids, remove_quarantine

KEPT_LOG = timedelta(days=7)
"""How long a revision stays in the log: a replica that was away for longer copies the generation again."""
_AT_ONCE = 5000


class Pruning:
    """Clears one store away. Every method needs the lease."""

    def __init__(self, ask: Ask, names: Names, heads: Heads, indices: Indices) -> None:
        self._ask = ask
        self._names = names
        self._heads = heads
        self._indices = indices

    def generations(self) -> None:
        """Remove every generation but the serving and the previous one.

        A holder that was paused in here, and lost its lease, must not remove what the next one built. So the list comes
        first: what is on it is no candidate and does not serve. Then the head that serves now says which is the
        previous one; anything else on the list can never serve again, however much later it is removed.
        """
        forgotten = self._indices.forgotten()
        if not forgotten:
            return
        placed = self._heads.serving()
        previous = None if placed is None else placed.stored.previous
        kept = set() if previous is None else {self._names.generation(previous)}
        for index in sorted(forgotten - kept):
            self._indices.drop(index)

    def log(self, placed: ServingHead, now: datetime) -> None:
        """Remove log entries that are older than `KEPT_LOG`, never one beyond the head: it is not finished yet.

        A writer could create an entry that was removed once more only if it was paused for as long as that; its records
        would be refused by their versions, and its head because others wrote it.
        """
        old = {"range": {"at": {"lt": (now - KEPT_LOG).isoformat()}}}
        known = {"range": {"revision": {"lte": placed.stored.head.revision}}}
        for ids in iter(lambda: self._find(placed.index, "change", old, known), []):
            send(self._ask, placed.index, [delete_line(one) for one in ids], "removing old log entries")
            refresh(self._ask, placed.index)

    def quarantine(self, placed: ServingHead) -> ServingHead:
        """Remove refused rows of passes that do not count, and give the head as it stands then.

        They may be those of a writer that lost its lease just before its head: writing the head anew first makes sure
        that it can no longer name them.
        """
        kept = {"bool": {"must_not": {"ids": {"values": quarantine_ids(placed.stored)}}}}
        ids = self._find(placed.index, "quarantine", kept)
        if not ids:
            return placed
        try:
            placed = self._heads.touch(placed)
        except Overtaken:
            return placed  # such a writer has just written its head: what counts is decided anew another time
        remove_quarantine(self._ask, placed.index, ids)
        return placed

    def _find(self, index: str, kind: str, *filters: Mapping[str, Any]) -> list[str]:
        answer = whole(
            self._ask(
                "looking for what nobody needs",
                lambda client: client.search(
                    index=index,
                    query={"bool": {"filter": [{"term": {"type": kind}}, *filters]}},
                    size=_AT_ONCE,
                    source=False,
                    allow_partial_search_results=False,
                ),
            )
        )
        return [hit["_id"] for hit in answer["hits"]["hits"]]
