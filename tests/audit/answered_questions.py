"""Questions that were answered and recorded, as the trail holds them: what explaining begins with."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lookup.audit.answered import answer_entry
from lookup.audit.chain import written_entry
from lookup.audit.entry import Entry, Scene
from lookup.audit.explaining.derive import Present, policies_in
from lookup.audit.explaining.explain import Explanation, explain
from lookup.errors import InvalidRequest
from lookup.freshness import FreshnessLimits
from lookup.queries import read_query
from lookup.release import release
from lookup.service import LookupService
from lookup.store.protocol import Store

NEVER = FreshnessLimits(timedelta(days=9_000), timedelta(days=9_999))
COMPONENT = f"lookup/{release()}@node-1"


@dataclass(frozen=True)
class Answered:
    """An answer as it left, and its record as it is read from the trail."""

    text: bytes
    recorded: Entry


@dataclass
class Desk:
    """A service over a store; `now` is its clock."""

    store: Store
    now: datetime = datetime(2026, 11, 21, 17, 0, 0, 123456, tzinfo=UTC)
    limits: FreshnessLimits = NEVER
    service: LookupService = field(init=False)

    def __post_init__(self) -> None:
        self.service = LookupService(self.store, policies_in("en"), "training", self.limits, lambda: self.now)

    def ask(self, body: dict[str, Any], entered_by: str = "person") -> Answered:
        """Answer a question and record it."""
        answer = self.service.answer(read_query(body))
        if entered_by == "camera":
            answer = answer.without_person()
        text = answer.to_json()
        made = answer_entry(answer, text, body, Scene(self.now, COMPONENT), entered_by)
        return Answered(text, json.loads(b"{%b}" % written_entry(made)))

    def ask_all(self, bodies: Iterable[dict[str, Any]], entered_by: str = "person") -> list[Answered]:
        """Answer all of these that can be read."""
        answered = []
        for body in bodies:
            try:
                answered.append(self.ask(body, entered_by))
            except InvalidRequest:
                continue
        return answered

    def explain(self, answered: Answered) -> Explanation:
        """Explain an answer from what the store knows now."""
        return explain(answered.recorded, Present(self.store))


def failures(desk: Desk, asked: Iterable[Answered]) -> list[Any]:
    """Give what cannot be derived as it was said: none where all is well."""
    wrong = []
    for one in asked:
        explained = desk.explain(one)
        derived = None if explained.answer is None else explained.answer.to_json()
        if (explained.verdict, derived) != ("matches", one.text):
            wrong.append((one.recorded["query"], explained.verdict, explained.because, explained.differences))
    return wrong
