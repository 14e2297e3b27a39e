"""Officers asking: plates, cards and misses in a mix, for as long and by as many as locust is told.

Needs `IMMUNITY_TEST_TOKEN` (an API key with the scope lookup) and `IMMUNITY_TEST_QUERIES` (a JSON file with the lists
`plates`, `documents` and `misses`, as `python -m loadtests.queries` writes it). An answer that is not 200, or whose
outcome is not the one that the list promises, is a failure; `--exit-code-on-error 1` makes the run fail then.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant_throughput, events, task

DEADLINE_MS = 1000
"""The contract with the roadside: an answer or a clear failure within a second."""


@events.init.add_listener  # type: ignore[untyped-decorator]  # locust has no types here
def read_queries(environment: Any, **_more: Any) -> None:
    """Read what to ask, once per process."""
    Officer.queries = json.loads(Path(os.environ["IMMUNITY_TEST_QUERIES"]).read_text(encoding="utf-8"))
    Officer.token = os.environ["IMMUNITY_TEST_TOKEN"]


class Officer(FastHttpUser):
    """Asks five queries a second: a whole watch in one."""

    wait_time = constant_throughput(5)
    queries: dict[str, list[str]]
    token: str

    @task(7)
    def ask_plate(self) -> None:
        """A plate that is on record."""
        self._ask("plate", {"plate": self._one("plates")}, "match")

    @task(2)
    def ask_document(self) -> None:
        """A card that is on record."""
        self._ask("document", {"document": {"number": self._one("documents")}}, "match")

    @task(1)
    def ask_unknown_plate(self) -> None:
        """A plate that nobody has: near misses are looked for."""
        self._ask("miss", {"plate": self._one("misses")}, "no_record")

    def _one(self, name: str) -> str:
        return random.choice(self.queries[name])  # noqa: S311 - a load test

    def _ask(self, name: str, body: dict[str, Any], outcome: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        with self.client.post("/v1/lookups", json=body, headers=headers, name=name, catch_response=True) as response:
            if response.status_code != 200:
                response.failure(f"status {response.status_code}")
            elif response.json()["outcome"] != outcome:
                response.failure(f"outcome other than {outcome}")
            elif response.request_meta["response_time"] > DEADLINE_MS:
                response.failure("later than a second")
