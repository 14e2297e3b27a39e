"""A generation under construction in an index of its own: loaded, settled, checked and handed over.

Decides what a finished generation must prove before it may serve. The call that makes it serve is the writer's. It is
the candidate from its first moment (`elastic.indices`), so a build of a writer that lost its lease can never serve.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from lookup.errors import CouldNotSearch, StoreDamaged
from lookup.records import Kind
from lookup.store.elastic.bulk import Line, in_portions, record_line, send
from lookup.store.elastic.client import Ask, whole
from lookup.store.elastic.documents import StoredHead, record_document
from lookup.store.elastic.indices import Indices
from lookup.store.elastic.quarantine import write_quarantine
from lookup.store.elastic.reading import ElasticRegistry
from lookup.store.protocol import Draft, Head
from lookup.store.rows import row_of
from lookup.store.sqlite.build import CANARY_EVERY
from lookup.store.sqlite.pointer import check_environment

_THREADS = 2
"""Requests at once: while one is answered, the next is made and sent. More of them made nothing faster."""
_WAITING = 4
"""Portions that are made and not answered yet: about 4 MB of memory."""

_log = logging.getLogger(__name__)


class ElasticBuild:
    """A build. `swap` makes the finished generation serve and gives its head."""

    def __init__(
        self, ask: Ask, indices: Indices, name: str, handle_key: bytes, swap: Callable[[str, StoredHead], Head]
    ) -> None:
        self.name = name
        self._ask = ask
        self._indices = indices
        self._handle_key = handle_key
        self._swap = swap
        self._canaries: list[str] = []
        self._kinds: set[Kind] = set()
        self._added = 0
        self._conflicts = 0
        self._sending: list[Future[int]] = []
        self._index = indices.make_generation(name)
        self._threads = ThreadPoolExecutor(_THREADS, "build")

    def add(self, drafts: Iterable[Draft]) -> None:
        """Add records; each key once. A key that comes twice is found when the build is activated."""
        for portion in in_portions(self._lines(drafts)):
            self._sending.append(self._threads.submit(send, self._ask, self._index, portion, "loading a build"))
            self._await(_WAITING)

    def activate(self, head: Head, quarantine: Iterable[Mapping[str, Any]]) -> Head:
        """Check what was built against `head.counts`, then make it the serving generation in one step.

        Raises `StoreDamaged` where the build does not hold what was said, `ValueError` where a key came twice; the
        build is gone then and what served goes on serving.
        """
        try:
            check_environment(head.environment, self._indices.environment)
            own = replace(head, generation=self.name, revision=0)
            self._await(0)
            name, portions = write_quarantine(self._ask, self._index, quarantine)
            self._indices.finish_loading(self._index)
            self._check(own)
            return self._swap(self._index, StoredHead(own, quarantine_pass=name, quarantine_portions=portions))
        except BaseException:
            self.discard()
            raise
        finally:
            self._threads.shutdown(cancel_futures=True)

    def discard(self) -> None:
        """Throw the build away; one that serves already stays.

        It goes only if it was still the candidate: it has never served then, and without the candidacy it never will,
        not even by a call that is still on its way. Where it was not, it serves, or did, or the next holder of the
        lease has taken it away and removes it.
        """
        self._threads.shutdown(cancel_futures=True)
        try:
            if self._indices.withdraw(self._index):
                self._indices.drop(self._index)
        except CouldNotSearch as error:
            _log.warning("A build could not be removed, the next indexer does it: %s", error)

    def _lines(self, drafts: Iterable[Draft]) -> Iterator[Line]:
        for draft in drafts:
            row = row_of(draft, 0, self._handle_key)
            self._choose_canary(draft)
            yield record_line(row.key, 0, record_document(row, draft.content))

    def _choose_canary(self, draft: Draft) -> None:
        if draft.kind not in self._kinds or self._added % CANARY_EVERY == 0:
            self._kinds.add(draft.kind)
            self._canaries.append(draft.key)
        self._added += 1

    def _await(self, waiting: int) -> None:
        """Wait until no more than so many portions are not answered yet. Raises what failed."""
        while len(self._sending) > waiting:
            # A conflict is a key that came twice, or one that came once and was sent twice, because the first answer
            # was lost: the counts tell which.
            self._conflicts += self._sending.pop(0).result()

    def _check(self, head: Head) -> None:
        """Read the generation as a reader will: counts, canaries, and that the index is the one that was made."""
        found, live = self._counts()
        if found != self._added:
            if self._conflicts >= self._added - found > 0:
                raise ValueError("a key was added twice to one build")
            raise StoreDamaged("The build does not hold every record that was added; nothing was published.")
        if live != {kind: count for kind, count in head.counts.items() if count}:
            raise StoreDamaged("The build does not hold as many records as were read; nothing was published.")
        if len(ElasticRegistry(self._ask, self._index, head).get_many(self._canaries)) != len(self._canaries):
            raise StoreDamaged("Records of the build do not answer; nothing was published.")
        self._indices.check_generation(self._index, self.name)

    def _counts(self) -> tuple[int, dict[str, int]]:
        """Give the number of records, and of the live ones of each kind, as a search finds them."""
        answer = whole(
            self._ask(
                "counting a build",
                lambda client: client.search(
                    index=self._index,
                    query={"term": {"type": "record"}},
                    size=0,
                    track_total_hits=True,
                    allow_partial_search_results=False,
                    aggregations={
                        "live": {
                            "filter": {"term": {"deleted": False}},
                            "aggregations": {"kinds": {"terms": {"field": "kind", "size": 100}}},
                        }
                    },
                ),
            )
        )
        kinds = answer["aggregations"]["live"]["kinds"]
        if kinds["sum_other_doc_count"]:
            raise CouldNotSearch("The build holds more kinds than there are.")
        return answer["hits"]["total"]["value"], {bucket["key"]: bucket["doc_count"] for bucket in kinds["buckets"]}
