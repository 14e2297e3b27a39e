"""The lookup: one question in, one answer out.

Decides the order of the work: which records are meant, what facts they are, what the law says, what the caller gets.
Each of these is decided elsewhere. Reads the clock once, and one view of the store where the answer is not remembered.
"""

from datetime import date, datetime
from typing import Any

from lookup.agreements import AgreementBook
from lookup.answering import Answering
from lookup.answers import Answer
from lookup.clock import Clock, day_in_washington, system_clock
from lookup.errors import CouldNotSearch, FieldFault, InvalidRequest
from lookup.facts_of_records import FactFinder
from lookup.freshness import FreshnessLimits, freshness_of
from lookup.glance import Glance
from lookup.law.assess import assess
from lookup.law.facts_schema import read_facts
from lookup.law.policy import Policies
from lookup.lookup_ids import new_lookup_id
from lookup.queries import Query
from lookup.remembered import Remembered, is_remembered, question_key
from lookup.store.protocol import Head, Store
from lookup.store.ways import ask_in_turn
from lookup.wording import guidance_document, immunity_document


class LookupService:
    """Answers queries from one store, under the policies, in one environment. Safe to share between threads."""

    def __init__(
        self,
        store: Store,
        policies: Policies,
        environment: str,
        limits: FreshnessLimits,
        clock: Clock = system_clock,
        glance_s: float = 0.0,
    ) -> None:
        self.store = store
        self.policies = policies
        self.environment = environment
        self.limits = limits
        self.clock = clock
        self._agreements = AgreementBook()
        self._remembered = Remembered()
        self._head = Glance(self._look, glance_s)

    def answer(self, query: Query) -> Answer:
        """Answer a query.

        Raises `InvalidRequest` where the moment asked about lies in the future, `CouldNotSearch` where no store could
        really look.
        """
        now = self.clock()
        today = day_in_washington(now)
        return self._remembered_answer(query, now, today) or self._new_answer(query, now, today)

    def _new_answer(self, query: Query, now: datetime, today: date) -> Answer:
        """Answer from the first way to the records that can look."""
        return ask_in_turn(self.store, lambda store: self._answer_from(store, query, now, today))

    def _remembered_answer(self, query: Query, now: datetime, today: date) -> Answer | None:
        """Give the answer to a question that was asked before in the edition that serves."""
        if not is_remembered(query):
            return None
        try:
            head = self._head()
        except CouldNotSearch:
            return None  # another way may know
        freshness = freshness_of(head, self.store.source, now, self.limits)
        substance = self._remembered.get(head, question_key(query, freshness, today))
        if substance is None:
            return None
        return Answer(new_lookup_id(now), query, now, freshness, self.environment, substance)

    def _answer_from(self, store: Store, query: Query, now: datetime, today: date) -> Answer:
        at = query.at or now
        if at > now:
            raise InvalidRequest([FieldFault("/at", "Ask about now or about a moment that has passed.")])
        day = day_in_washington(at)
        with store.reading() as registry:
            freshness = freshness_of(registry.head, store.source, now, self.limits)
            finder = FactFinder(
                registry, day, self.policies.on(day), query.circumstances, freshness.is_usable, self._agreements
            )
            substance = Answering(query, finder, freshness, today).substance(self.environment)
            if is_remembered(query) and store is self.store:
                self._remembered.keep(registry.head, question_key(query, freshness, today), substance)
        return Answer(new_lookup_id(now), query, at, freshness, self.environment, substance)

    def _look(self) -> Head:
        with self.store.reading() as registry:
            return registry.head


def assess_document(body: object, policies: Policies, today: date) -> dict[str, Any]:
    """Answer one object of facts (docs/interface.md, assessments) with the `immunity` and `guidance` objects.

    Raises `InvalidRequest` with the pointer of every fault.
    """
    question = read_facts(body)
    day = question.at or today
    policy = policies.on(day)
    assessment = assess(question.facts, day, policy)
    return {
        "immunity": immunity_document(assessment, policy) | {"at": day.isoformat()},
        "guidance": guidance_document(assessment, policy),
    }
