"""Assessments shared between questions: equal facts on one day, under one policy, have one assessment and one wording.

Decides how many are kept and that they are written as JSON once. An assessment depends on nothing else, so sharing
changes no answer.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from lookup.json_text import written
from lookup.law.assess import assess
from lookup.law.assessment import Assessment
from lookup.law.facts import Facts
from lookup.law.policy import Policy
from lookup.law.settle import settle
from lookup.wording import guidance_document, immunity_document

KEPT = 4096
"""Assessments kept by a process, about 10 kB each. A registry of 124,000 people has a few hundred different ones a
day."""


def shared_assessment(facts: Facts, day: date, policy: Policy) -> Assessment:
    """Give `assess` of these facts, remembered."""
    return _assessment(settle(facts, day, policy), day, policy)


_assessment = lru_cache(maxsize=KEPT)(assess)


@dataclass(frozen=True, slots=True)
class WrittenAssessment:
    """An assessment with its `immunity` object, but for `at` and the closing brace, and its `guidance` object as
    JSON."""

    assessment: Assessment
    immunity: bytes
    guidance: bytes


def written_assessment(facts: Facts, day: date, policy: Policy, outcome: str) -> WrittenAssessment:
    """Give the assessment of these facts in words, remembered."""
    return _written_assessment(settle(facts, day, policy), day, policy, outcome)


@lru_cache(maxsize=KEPT)
def _written_assessment(facts: Facts, day: date, policy: Policy, outcome: str) -> WrittenAssessment:
    assessment = _assessment(facts, day, policy)
    return WrittenAssessment(
        assessment,
        written(immunity_document(assessment, policy, outcome))[:-1].encode(),
        written(guidance_document(assessment, policy, outcome)).encode(),
    )
