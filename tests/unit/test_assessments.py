"""Equal facts share one assessment and one wording; sharing changes no answer."""

import json
from dataclasses import replace
from datetime import date

from lookup.assessments import shared_assessment, written_assessment
from lookup.law.assess import assess
from lookup.law.facts import AccreditationFacts, Facts
from lookup.wording import guidance_document, immunity_document
from tests.unit.asking import policy
from tests.unit.people import DAY, day

DIPLOMAT = Facts(
    lookup="person",
    age=46,
    accreditations=(AccreditationFacts(category="diplomatic_agent", effective_on=date(2020, 1, 1)),),
)


def test_facts_that_cannot_matter_share_one_assessment() -> None:
    older = replace(DIPLOMAT, age=47)
    assert shared_assessment(older, DAY, policy()) is shared_assessment(DIPLOMAT, DAY, policy())


def test_another_day_another_policy_or_other_facts_share_nothing() -> None:
    one = shared_assessment(DIPLOMAT, DAY, policy())
    assert shared_assessment(DIPLOMAT, day(1), policy()) is not one
    assert shared_assessment(DIPLOMAT, DAY, replace(policy())) is not one
    assert shared_assessment(replace(DIPLOMAT, us_status="national"), DAY, policy()).level == "official_acts"


def test_a_shared_assessment_is_the_laws() -> None:
    assert shared_assessment(DIPLOMAT, DAY, policy()) == assess(DIPLOMAT, DAY, policy())


def test_the_written_assessment_is_the_documents_of_the_law() -> None:
    for outcome in ("match", "possible_matches", "no_record"):
        written = written_assessment(DIPLOMAT, DAY, policy(), outcome)
        assessment = assess(DIPLOMAT, DAY, policy())
        at = "2026-11-21T17:00:00Z"
        told = json.loads(written.immunity + b',"at":"%b"}' % at.encode())
        assert told == immunity_document(assessment, policy(), outcome) | {"at": at}
        assert json.loads(written.guidance) == guidance_document(assessment, policy(), outcome)


def test_outcomes_have_words_of_their_own() -> None:
    headlines = {
        json.loads(written_assessment(DIPLOMAT, DAY, policy(), outcome).immunity + b"}")["headline"]
        for outcome in ("match", "possible_matches", "no_record")
    }
    assert len(headlines) == 3
