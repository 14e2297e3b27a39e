"""Assessments shared between questions: equal facts on one day, under one policy, have one assessment and one wording.

Decides how many are kept and that they are written as JSON once. An assessment depends on nothing else, so sharing
changes no answer.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from lookup.law.assess import assess
from lookup.law.assessment import Assessment
from lookup.law.facts import Facts
from lookup.law.policy import Policy
from lookup.wording import guidance_document, immunity_document

KEPT = 8192
"""Assessments kept by a process, about 10 kB each. A registry of 124,000 people has a few thousand different sets of
facts a day."""

shared_assessment = lru_cache(maxsize=KEPT)(assess)
"""`assess`, remembered."""


@dataclass(frozen=True, slots=True)
class WrittenAssessment:
    """An assessment with its `immunity` object (but for `at`) and its `guidance` object as JSON text."""

    assessment: Assessment
    immunity: str
    guidance: str

    def immunity_at(self, at: str) -> str:
        """Give the `immunity` object as JSON text, with the moment that was asked about."""
        return f'{self.immunity[:-1]},"at":"{at}"}}'


@lru_cache(maxsize=KEPT)
def written_assessment(facts: Facts, day: date, policy: Policy, outcome: str) -> WrittenAssessment:
    """Give the assessment of these facts in words, remembered."""
    assessment = shared_assessment(facts, day, policy)
    return WrittenAssessment(
        assessment,
        written(immunity_document(assessment, policy, outcome)),
        written(guidance_document(assessment, policy, outcome)),
    )


def written(document: object) -> str:
    """Write a document as JSON text, without blanks."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
