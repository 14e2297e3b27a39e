"""What a store in Elasticsearch must hold: its build, and over it the log, replayed. And that nothing is left over."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime

from elasticsearch import Elasticsearch

from lookup.store.cluster import Access, read_cluster
from lookup.store.elastic.documents import (
    HEAD_ID,
    StoredHead,
    change_id,
    change_of_document,
    head_of_document,
    history_id,
    row_of_document,
)
from lookup.store.elastic.names import Names
from lookup.store.elastic.writing import ElasticWriter
from lookup.store.protocol import Build, Draft, Head
from lookup.store.rows import Row, row_of
from tests.contract.engines import HANDLE_KEY, NOW, ElasticEngine, head_for
from tests.contract.samples import vehicle

TERM_S = 0.3
"""A lease that runs out at once: here every holder that is challenged is dead or paused."""
BUILDER = "ZBUILDER"
"""A vehicle whose color names the build that holds it."""


def content_of(name: str) -> list[Draft]:
    """Give the drafts of the build of this name."""
    return [vehicle(BUILDER, color=name), vehicle("ZAB1", color=f"{name}-1"), vehicle("ZAB2", color=f"{name}-2")]


class Ledger:
    """A store whose builds have names, opened for looking past our own code."""

    def __init__(self, url: str) -> None:
        self.engine = ElasticEngine(url)
        self.cluster = read_cluster(url, Access())
        self.names = Names(self.cluster.prefix)
        self.client = Elasticsearch(list(self.cluster.nodes), request_timeout=60)

    def writer(self, clock: Callable[[], datetime] = lambda: NOW, term_s: float = TERM_S) -> ElasticWriter:
        writer = ElasticWriter(self.cluster, "training", HANDLE_KEY, clock, term_s)
        self.engine.opened.append(writer)
        return writer

    def build(self, writer: ElasticWriter, name: str) -> Head:
        """Build the generation of this name, under the lease that the writer holds."""
        return self.finish(writer.new_generation(), name)

    @staticmethod
    def finish(build: Build, name: str) -> Head:
        """Load a build that was begun with the content of this name, and let it serve."""
        build.add(content_of(name))
        return build.activate(head_for(content_of(name)), [{"table": "members", "build": name}])

    def built(self, *names: str) -> Head:
        """Build these generations one after the other."""
        with closing(self.writer()) as writer, writer.lease("whoever builds"):
            return [self.build(writer, name) for name in names][-1]

    def prepare(self, step: int, previous: bool) -> None:
        """See that something serves and nothing is held, and, if asked, that there is something to go back to."""
        if not self.client.indices.exists_alias(name=self.names.alias):
            self.built(f"p{step}")
        stored = self.stored_head()
        if stored.held or (previous and stored.previous is None):
            self.built(f"s{step}")

    @property
    def serving(self) -> str:
        """The one index that has the alias."""
        (index,) = self.client.indices.get_alias(name=self.names.alias)
        return str(index)

    def stored_head(self, index: str | None = None) -> StoredHead:
        return head_of_document(self.client.get(index=index or self.serving, id=HEAD_ID)["_source"])

    def generations(self) -> set[str]:
        return set(self.client.indices.get(index=self.names.generations))

    def candidates(self) -> set[str]:
        answer = self.client.options(ignore_status=404).indices.get_alias(name=self.names.candidate)
        return set() if "error" in answer else set(answer)

    def rows(self, index: str) -> dict[str, Row]:
        """Give every record of a generation as it lies there."""
        self.client.indices.refresh(index=index)
        hits = self.client.search(index=index, query={"term": {"type": "record"}}, size=1000)["hits"]["hits"]
        return {hit["_id"]: row_of_document(hit["_source"]) for hit in hits}

    def log(self, index: str) -> list[Row]:
        """Give the rows of all revisions, in their order; their numbers have no gap."""
        rows: list[Row] = []
        for revision in range(1, self.stored_head(index).head.revision + 1):
            change = change_of_document(self.client.get(index=index, id=change_id(revision))["_source"])
            assert change.head.revision == revision
            rows += change.rows
        return rows

    def color(self, plate: str, index: str | None = None) -> str:
        (body,) = [row.body for row in self.rows(index or self.serving).values() if row.key == f"vehicle:{plate}"]
        assert body is not None
        return body.split('"color":"')[1].split('"')[0]

    def check(self) -> None:
        """See that what serves is its build and its log, that all of it is in the history, and that nothing else is
        left. A writer has held the lease since the last disturbance."""
        index = self.serving
        stored = self.stored_head(index)
        expected = {row.key: row for row in (self._row(draft) for draft in content_of(self.color(BUILDER, index)))}
        log = self.log(index)
        expected |= {row.key: row for row in log}
        assert self.rows(index) == expected
        assert not self.client.exists(index=index, id=change_id(stored.head.revision + 1))
        assert self.engine.store().verify() == stored.head
        assert stored.history_kept
        self._check_history([*expected.values(), *log])
        previous = set() if stored.previous is None else {self.names.generation(stored.previous)}
        assert self.generations() == {index} | previous
        assert self.candidates() == set()

    def close(self) -> None:
        self.engine.close()
        self.client.close()

    def _check_history(self, rows: Sequence[Row]) -> None:
        answer = self.client.mget(index=self.names.history, ids=[history_id(row) for row in rows])
        assert all(document["found"] for document in answer["docs"])

    @staticmethod
    def _row(draft: Draft) -> Row:
        return row_of(draft, 0, HANDLE_KEY)
