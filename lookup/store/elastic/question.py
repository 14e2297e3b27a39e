"""How a reader asks Elasticsearch: all that one question needs within one time budget, and behind the circuit breaker.

Decides how long each attempt may take. What is asked is decided elsewhere.
"""

import math
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from lookup.errors import CouldNotSearch
from lookup.store.cluster import Cluster
from lookup.store.elastic.breaker import Breaker
from lookup.store.elastic.client import SERVING_TIMEOUT_S, Call, Client, NoAnswer, patiently, serving_client

QUESTION_S = 1.0
"""What one question may take in all. An officer waits for the answer, a question takes about 20 ms, and who has no
answer after a second is better served by the number to call."""

_ATTEMPTS = 2
"""The first attempt and the one retry of the serving client: each may take half of what is left."""

STEPS_PER_S = 20
"""Timeouts are rounded down to 50 ms: with less than that left no attempt is begun."""


class ServingClient:
    """The client of a reader, and what it has learned about the cluster. Safe to share between threads, made after the
    process forked."""

    def __init__(self, cluster: Cluster, breaker: Breaker, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = serving_client(cluster)
        self._breaker = breaker
        self._clock = clock
        self._limited = lru_cache(self._limit)  # making one takes a tenth of the time of a get

    def question(self, time_s: float | None = None) -> "Question":
        """Begin a question, which may take `QUESTION_S`, or `time_s` where its caller waits longer. Raises
        `CouldNotSearch` while the breaker is open."""
        if not self._breaker.lets_through():
            raise CouldNotSearch("Elasticsearch failed several times just now and is left alone for a second.")
        return Question(self._limited, self._breaker, self._clock, QUESTION_S if time_s is None else time_s)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _limit(self, steps: int) -> Client:
        return self._client.options(request_timeout=steps / STEPS_PER_S)


class Question:
    """One question: its budget runs from its beginning. `ask` is an `Ask`."""

    def __init__(
        self, limited: Callable[[int], Client], breaker: Breaker, clock: Callable[[], float], time_s: float
    ) -> None:
        self._limited = limited
        self._breaker = breaker
        self._clock = clock
        self._ends_at = clock() + time_s

    def ask(self, doing: str, call: Call) -> Mapping[str, Any]:
        """Make a request within what is left of the budget. Raises `CouldNotSearch` where nothing is left."""
        attempt_s = min(SERVING_TIMEOUT_S, (self._ends_at - self._clock()) / _ATTEMPTS)
        steps = math.floor(attempt_s * STEPS_PER_S)
        if steps < 1:
            raise CouldNotSearch(f"The time of the question was over while {doing}.")
        try:
            answer = patiently(self._limited(steps))(doing, call)
        except NoAnswer:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return answer
