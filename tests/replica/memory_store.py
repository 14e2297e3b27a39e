"""A shared store in memory: what a follower reads, and a writer whose every step can be told from the next."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lookup.records import Kind
from lookup.store.elastic.documents import Change, StoredHead
from lookup.store.elastic.feed import RevisionMissing
from lookup.store.elastic.head import ServingHead
from lookup.store.protocol import Draft, Head
from lookup.store.rows import Row, row_of
from tests.contract.engines import HANDLE_KEY, NOW, NOW_MS


@dataclass
class Generation:
    head: Head
    rows: dict[str, Row] = field(default_factory=dict)
    log: dict[int, Change] = field(default_factory=dict)
    previous: str | None = None

    def counts(self) -> dict[Kind, int]:
        """Count the live records that every committed revision leaves, also one whose records are not written yet."""
        newest = dict(self.rows)
        for row in (row for change in self.log.values() for row in change.rows):
            if row.key not in newest or row.revision >= newest[row.key].revision:
                newest[row.key] = row
        found: dict[Kind, int] = {}
        for row in newest.values():
            found[row.kind] = found.get(row.kind, 0) + (not row.deleted)
        return found


class MemoryStore:
    """A store of one environment, followed as if it were far away: `on_step` is called with the name of every step
    that a follower makes in it. `changes_at_once` revisions come in one answer."""

    changes_at_once = 2

    def __init__(self, environment: str = "training") -> None:
        self.environment = environment
        self.generations: dict[str, Generation] = {}
        self.serving: str | None = None
        self.on_step: Callable[[str], object] = lambda _: None
        self.copies = 0

    # what a writer does

    @property
    def now(self) -> Generation:
        assert self.serving is not None
        return self.generations[self.serving]

    def build(self, *drafts: Draft) -> Head:
        """Make a generation of these drafts serve."""
        number = len(self.generations) + 1
        rows = {draft.key: row_of(draft, 0, HANDLE_KEY) for draft in drafts}
        name = f"g20261121T150000-{number:08x}"
        head = Head(self.environment, name, self._next_activation(), 0, NOW, fictitious=True)
        built = Generation(head, rows, previous=self.serving)
        built.head = replace(head, counts=built.counts())
        self.generations[name] = built
        self.serving = name
        return built.head

    def publishing(self, *drafts: Draft) -> Iterator[str]:
        """Publish a revision step by step: the entry of the log, each record, the head."""
        generation = self.now
        revision = generation.head.revision + 1
        rows = tuple(row_of(draft, revision, HANDLE_KEY) for draft in drafts)
        pending = replace(generation, log={**generation.log, revision: Change(rows, generation.head, NOW)})
        head = replace(generation.head, revision=revision, counts=pending.counts())
        generation.log[revision] = Change(rows, head, NOW)
        yield "log"
        for row in rows:
            generation.rows[row.key] = row
            yield "record"
        generation.head = head
        yield "head"

    def publish(self, *drafts: Draft) -> Head:
        """Publish a revision."""
        for _ in self.publishing(*drafts):
            pass
        return self.now.head

    def seal(self, as_of: datetime) -> Head:
        """End a pass that changed nothing."""
        self.now.head = replace(self.now.head, as_of=as_of, position={"seen": as_of.isoformat()})
        return self.now.head

    def rollback(self) -> Head:
        """Make the previous generation serve again, under a higher activation."""
        previous = self.now.previous
        assert previous is not None
        activation = self._next_activation()
        back = self.generations[previous]
        back.head, back.previous = replace(back.head, activation=activation), None
        self.serving = previous
        return back.head

    def forget_log(self) -> None:
        """Prune the log, as after seven days."""
        self.now.log.clear()

    def _next_activation(self) -> int:
        return max([NOW_MS - 1, *(one.head.activation for one in self.generations.values())]) + 1

    # what a follower reads

    def head(self) -> ServingHead:
        self.on_step("head")
        return ServingHead(f"t-s1-{self.serving}", StoredHead(self.now.head), 0, 1)

    def changes(self, index: str, after: int, up_to: int) -> Sequence[Change]:
        self.on_step("changes")
        log = self._generation(index).log
        wanted = range(after + 1, up_to + 1)[: self.changes_at_once]
        if not set(wanted) <= set(log):
            raise RevisionMissing("A revision is no longer in the log of the store.")
        return [log[revision] for revision in wanted]

    def copy(self, index: str) -> Iterator[Row]:
        self.copies += 1
        self.on_step("copy")
        moment = [row for _, row in sorted(self._generation(index).rows.items())]
        for row in moment:
            self.on_step("row")
            yield row
        self.on_step("copied")

    def _generation(self, index: str) -> Generation:
        return self.generations[index.removeprefix("t-s1-")]


class Steps:
    """Does something at one step of the follower: the one with this number."""

    def __init__(self, number: int, act: Callable[[], Any]) -> None:
        self._number = number
        self._act = act
        self.names: list[str] = []

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self._number + 1:
            self._act()
