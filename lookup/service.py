"""The lookup: one question in, one answer out.

Decides the order of the work: which records are meant, what facts they are, what the law says, what the caller gets.
Each of these is decided elsewhere. Reads the clock once and one view of the store.
"""

from datetime import date, datetime
from typing import Any

from lookup.agreements import AgreementBook
from lookup.answering import Answering
from lookup.answers import Answer, Substance
from lookup.clock import Clock, day_in_washington, system_clock
from lookup.errors import FieldFault, InvalidRequest
from lookup.facts_of_records import FactFinder
from lookup.freshness import Freshness, FreshnessLimits, freshness_of
from lookup.law.assess import assess
from lookup.law.facts_schema import read_facts
from lookup.law.policy import Policies
from lookup.lookup_ids import new_lookup_id
from lookup.queries import Query
from lookup.remembered import Remembered, question_key
from lookup.store.protocol import Registry, Store
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
    ) -> None:
        self.store = store
        self.policies = policies
        self.environment = environment
        self.limits = limits
        self.clock = clock
        self._agreements = AgreementBook()
        self._remembered = Remembered()

    def answer(self, query: Query) -> Answer:
        """Answer a query.

        Raises `InvalidRequest` where the moment asked about lies in the future, `CouldNotSearch` where no store could
        really look.
        """
        now = self.clock()
        at = query.at or now
        if at > now:
            raise InvalidRequest([FieldFault("/at", "Ask about now or about a moment that has passed.")])
        with self.store.reading() as registry:
            freshness = freshness_of(registry.head, self.store.source, now, self.limits)
            substance = self._substance(query, registry, freshness, at, now)
        return Answer(new_lookup_id(now), query.document(), at, freshness, self.environment, substance)

    def _substance(
        self, query: Query, registry: Registry, freshness: Freshness, at: datetime, now: datetime
    ) -> Substance:
        """Give what the answer says: remembered from the same question in the same revision, or made."""
        day, today = day_in_washington(at), day_in_washington(now)
        key = question_key(query, freshness, day, today)
        known = None if key is None else self._remembered.get(registry.head, key)
        if known is not None:
            return known
        finder = FactFinder(
            registry, day, self.policies.on(day), query.circumstances, freshness.is_usable, self._agreements
        )
        substance = Answering(query, finder, freshness, today).substance(self.environment)
        if key is not None:
            self._remembered.keep(registry.head, key, substance)
        return substance


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
