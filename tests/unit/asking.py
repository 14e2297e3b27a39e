"""Asking the registry in a dictionary, on a day that stands still: facts of a member or a vehicle, whole answers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from lookup.facts_of_records import FactFinder
from lookup.freshness import FreshnessLimits
from lookup.law.assess import assess
from lookup.law.assessment import Assessment
from lookup.law.facts import Facts
from lookup.law.load import load_policies
from lookup.law.policy import Policies, Policy
from lookup.law.terms import CardStatus
from lookup.queries import Circumstances, read_query
from lookup.records import Content, Record, Vehicle
from lookup.service import LookupService
from lookup.store.protocol import Head, PublishedVersion, Store, Work
from tests.unit.memory_registry import HEAD, MemoryRegistry, record_of
from tests.unit.people import DAY

Thing = Content | Record

NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
"""Noon of the day in Washington, seventeen hours after the data of the registry."""

LIMITS = FreshnessLimits(timedelta(hours=26), timedelta(hours=72))


@cache
def policies() -> Policies:
    return load_policies()


def policy() -> Policy:
    return policies().on(DAY)


def finder(*things: Thing, on: date = DAY, said: Circumstances | None = None, data_usable: bool = True) -> FactFinder:
    return FactFinder(MemoryRegistry(*things), on, policy(), said or Circumstances(), data_usable)


def facts_of(
    member_id: str, *things: Thing, on: date = DAY, card_status: CardStatus | None = None, **said: Any
) -> Facts:
    """The facts of a question by member id; what is said beside is a circumstance."""
    return finder(*things, on=on, said=Circumstances(**said)).of_member(member_id, card_status)


def facts_of_vehicle(vehicle: Vehicle, *things: Thing, on: date = DAY, **said: Any) -> Facts:
    """The facts of a question by the plate of this vehicle."""
    return finder(vehicle, *things, on=on, said=Circumstances(**said)).of_vehicle(vehicle)


def assessed(facts: Facts, on: date = DAY) -> Assessment:
    return assess(facts, on, policy())


def refused(content: Content) -> Record:
    """A record whose newer row lies in quarantine."""
    return replace(record_of(content), standing="newer_row_refused")


class _Registry(MemoryRegistry):
    def __init__(self, head: Head, *things: Thing) -> None:
        super().__init__(*things)
        self._head = head

    @property
    def head(self) -> Head:
        return self._head


class MemoryStore:
    """Keeps the `Store` protocol over one registry."""

    source = "embedded"

    def __init__(self, *things: Thing, head: Head = HEAD) -> None:
        self.serve(*things, head=head)

    def serve(self, *things: Thing, head: Head) -> None:
        """Let another registry serve from now on."""
        self._registry = _Registry(head, *things)

    @contextmanager
    def reading(self, time_s: float | None = None) -> Iterator[MemoryRegistry]:
        yield self._registry

    def history(self, key: str) -> list[PublishedVersion]:
        return []

    def body(self, key: str, version: str) -> str | None:
        return None

    def ways(self) -> Sequence[Store]:
        return (self,)

    def work(self) -> Work:
        return Work()

    def verify(self) -> Head:
        return self._registry.head

    def close(self) -> None:
        """Nothing is held open."""


def service(*things: Thing, environment: str = "training", now: datetime = NOW, head: Head = HEAD) -> LookupService:
    return LookupService(MemoryStore(*things, head=head), policies(), environment, LIMITS, lambda: now)


def ask(body: dict[str, Any], *things: Thing, **how: Any) -> dict[str, Any]:
    """The answer to one body of a lookup, as the caller gets it."""
    return service(*things, **how).answer(read_query(body)).document()


def blocks(answer: dict[str, Any]) -> list[str]:
    return [block["code"] for block in answer["guidance"]["blocks"]]


def notices(answer: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in answer["notices"]]


def answers(answer: dict[str, Any]) -> dict[str, str]:
    return {action: permission["answer"] for action, permission in answer["immunity"]["permissions"].items()}


def verdict(answer: dict[str, Any]) -> tuple[str, str, str, str | None]:
    """Outcome, level, whom it is about, and the category."""
    immunity = answer["immunity"]
    return answer["outcome"], immunity["level"], immunity["applies_to"], immunity["category"]
