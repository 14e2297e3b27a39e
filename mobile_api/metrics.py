"""What a service counts while it works, for Prometheus, over all its worker processes.

Decides the metrics of a process: how long lookups take, what happened by event and outcome, what was refused, how the
audit trail and the way to Elasticsearch do. No label holds anything that was asked. What a look at the node tells
(data, replica, keys) is in `node_metrics`. Imports the library, which asks the environment once where the processes
meet: so this module is imported in a worker, after `server` has set that.
"""

import os
import threading
import time
from bisect import bisect_left
from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar, get_args

from flask import Flask
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from lookup.audit.entry import Entry, Event, Outcome
from lookup.audit.signing.keeper import Keeper
from lookup.audit.trail import Counts, Trail, TrailState
from lookup.store.elastic.breaker import State as BreakerState
from lookup.store.elastic.store import ElasticStore
from lookup.store.protocol import Store
from mobile_api.gunicorn_conf import METRICS_VARIABLE

EXTENSION = "metrics"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""A lookup takes milliseconds; a second is what the direct reading path may take at most."""
PULSE_S = 0.5
"""How often a process brings what it counted to where all of them meet; far below the interval of any scraper."""
UNREADABLE: Event = "query.unreadable"
QUESTIONS = frozenset(event for event in get_args(Event) if event.startswith("query.")) - {"query.search"}
"""What is asked at the roadside; a search of the console takes its time."""
FROM_ZERO: tuple[tuple[Event, Outcome], ...] = (
    ("alarm.sequence", "done"),
    ("alarm.misses", "done"),
    ("sign_in.failed", "refused"),
    ("sign_in.locked", "refused"),
)
"""What alerts watch: told from the start, for Prometheus takes the first value that it sees for no increase."""
Waiting = TypeVar("Waiting")


class Seconds(Histogram):
    """A histogram that takes many observations at once: one by one each costs 5 µs, so 0.3."""

    def observe_all(self, seconds: Sequence[float]) -> None:
        """Take these observations."""
        for place, count in Tally(bisect_left(self._upper_bounds, one) for one in seconds).items():
            self._buckets[place].inc(count)
        self._sum.inc(sum(seconds))


class Metrics:
    """The counts of one process. Safe between threads; make it after the process forked.

    A request only puts down what it did (0.4 µs, measured); `pulse` counts it, at most each `PULSE_S`.
    """

    def __init__(self, trail: Trail, store: Store, keeper: Callable[[], Keeper | None] = lambda: None) -> None:
        """`keeper` gives who signs the trail in this process, where somebody does."""
        self._trail = trail
        trail.listen(self.recorded)
        self._seen = Counts()
        self._keeper = keeper
        self._breakers = [way.breaker for way in store.ways() if isinstance(way, ElasticStore)]
        self._happened: deque[tuple[str, str]] = deque()
        self._took: deque[float] = deque()
        self._refused: deque[int] = deque()
        self._counting = threading.Lock()
        self._next_at = 0.0
        self._registry = registry = CollectorRegistry()
        self._lookup_s = Seconds(
            "immunity_lookup_seconds",
            "Time of a single lookup until its entry in the audit trail is on disk",
            buckets=BUCKETS_S,
            registry=registry,
        )
        self._events = Counter(
            "immunity_events",
            "What is in the audit trail, by event and outcome",
            ["event", "outcome"],
            registry=registry,
        )
        for event, outcome in FROM_ZERO:
            self._events.labels(event, outcome)
        self._refusals = Counter("immunity_refusals", "Requests refused or failed", ["status"], registry=registry)
        for status in ("401", "500", "503"):
            self._refusals.labels(status)
        self._trails = Gauge(
            "immunity_audit_workers",
            "Processes by what becomes of their audit entries",
            ["state"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._written = Counter(
            "immunity_audit_entries", "Audit entries by what became of them", ["how"], registry=registry
        )
        self._writes = Counter("immunity_audit_writes", "Writes that audit entries shared", registry=registry)
        self._unsigned = Gauge(
            "immunity_audit_unsigned_workers",
            "Processes that cannot sign a head of the audit trail",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._unpublished = Gauge(
            "immunity_audit_places_not_reached",
            "Places outside that do not take the signed heads",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._gap = Gauge(
            "immunity_audit_gap_since_timestamp_seconds",
            "Since when the directory of the audit trail takes no entries; 0 while it does",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._ways = Gauge(
            "immunity_elasticsearch_workers",
            "Processes by the state of the circuit breaker before Elasticsearch",
            ["breaker"],
            registry=registry,
            multiprocess_mode="livesum",
        )

    def recorded(self, entries: Sequence[Entry]) -> None:
        """Take what is in the audit trail now."""
        for one in entries:
            self._happened.append((one["event"], one["outcome"]))

    def answered(self, entries: Sequence[Entry], took_s: float) -> None:
        """Take how long a request took, if it was for one answer and got it; of a batch that would say nothing."""
        questions = [event for one in entries if (event := one["event"]) in QUESTIONS]
        if len(questions) == 1 and UNREADABLE not in questions:
            self._took.append(took_s)

    def refused(self, status: int) -> None:
        """Take that a request ended with this status."""
        self._refused.append(status)

    def pulse(self, *, now: bool = False) -> None:
        """Count what was put down since the last time, if that is long enough ago, or `now`."""
        moment = time.monotonic()
        if moment < self._next_at and not now:
            return
        self._next_at = moment + PULSE_S
        with self._counting:
            self._count()

    def text(self, node: Iterable[Collector]) -> bytes:
        """Write the metrics of all processes, and those of the node, as Prometheus reads them."""
        self.pulse(now=True)
        together = CollectorRegistry()
        if METRICS_VARIABLE in os.environ:
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        else:
            together.register(self._registry)
        for one in node:
            together.register(one)
        return generate_latest(together)

    def _count(self) -> None:
        for (event, outcome), count in Tally(_taken(self._happened)).items():
            self._events.labels(event, outcome).inc(count)
        for status, count in Tally(_taken(self._refused)).items():
            self._refusals.labels(str(status)).inc(count)
        self._lookup_s.observe_all(list(_taken(self._took)))
        self._count_trail()
        for breaker in self._breakers:
            present = breaker.state
            for state in get_args(BreakerState):
                self._ways.labels(state).set(state == present)

    def _count_trail(self) -> None:
        counts, before = self._trail.counts, self._seen
        self._written.labels("written").inc(counts.entries - before.entries)
        self._written.labels("refused").inc(counts.refused - before.refused)
        self._writes.inc(counts.writes - before.writes)
        self._seen = counts
        for state in get_args(TrailState):
            self._trails.labels(state).set(state == self._trail.state)
        gap, keeper = self._trail.gap, self._keeper()
        self._gap.set(0 if gap is None else gap.since.timestamp())
        if keeper is not None:
            self._unsigned.set(keeper.state.failing_since is not None)
            self._unpublished.set(len(keeper.state.not_reached))


def metrics_of(app: Flask) -> Metrics:
    """Give the metrics of an application."""
    found: Metrics = app.extensions[EXTENSION]
    return found


def _taken(waiting: deque[Waiting]) -> Iterator[Waiting]:
    """Give and take away what waits; more may come meanwhile."""
    for _ in range(len(waiting)):
        yield waiting.popleft()
