"""Settled facts have the assessment of the facts they came from, trace and words included, and they are few."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from lookup.law.assess import assess
from lookup.law.facts import AccreditationFacts, Facts
from lookup.law.facts_schema import read_facts
from lookup.law.settle import settle
from lookup.wording import guidance_document, immunity_document
from tests.oracle.random_facts import AT, random_facts
from tests.unit.asking import policy
from tests.unit.people import DAY, day

CASES = 6_000
PERSON = Facts(
    record="found", lookup="person", role="principal", accreditations=(AccreditationFacts("diplomatic_agent"),)
)


def settled(facts: Facts, at: date = DAY) -> Facts:
    return settle(facts, at, policy())


def differing(facts: Facts, at: date) -> bool:
    """Whether the settled facts have another assessment, or another wording of it."""
    one, other = assess(facts, at, policy()), assess(settled(facts, at), at, policy())
    return (
        one != other
        or immunity_document(one, policy()) != immunity_document(other, policy())
        or guidance_document(one, policy()) != guidance_document(other, policy())
    )


@pytest.mark.parametrize("seed", range(3))
def test_settling_changes_no_assessment_trace_included(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - repeatable, not secret
    wrong = []
    for _ in range(CASES // 3):
        body = random_facts(chance)
        if differing(read_facts(body).facts, AT):
            wrong.append(body)
    assert wrong[:1] == []


def test_settling_changes_no_assessment_on_other_days_either() -> None:
    chance = Random(7)  # noqa: S311 - repeatable, not secret
    for days in (-401, -91, -31, -30, -1, 1, 29, 30, 31, 62, 400):
        for _ in range(60):
            facts = read_facts(random_facts(chance)).facts
            assert not differing(facts, AT + timedelta(days=days))


def test_settling_twice_is_settling_once() -> None:
    chance = Random(11)  # noqa: S311 - repeatable, not secret
    for _ in range(500):
        once = settled(read_facts(random_facts(chance)).facts, AT)
        assert settled(once, AT) == once


def test_a_day_that_has_done_its_work_is_left_out() -> None:
    begun = AccreditationFacts("diplomatic_agent", effective_on=day(0), terminated_on=day(0), departed_on=day(-9))
    assert settled(replace(PERSON, accreditations=(begun,))) == settled(PERSON)


def test_a_day_that_decides_is_kept() -> None:
    coming = replace(PERSON, accreditations=(AccreditationFacts("diplomatic_agent", effective_on=day(1)),))
    ended = AccreditationFacts("diplomatic_agent", terminated_on=day(-1), departed_on=day(3))
    assert settled(coming) == coming
    assert settled(replace(PERSON, accreditations=(ended,))).accreditations == (ended,)


@pytest.mark.parametrize(
    ("ages", "classes"), [(range(18), 1), (range(18, 21), 1), (range(21, 23), 1), (range(23, 90), 1), (range(90), 4)]
)
def test_of_the_ages_of_family_four_classes_are_left(ages: range, classes: int) -> None:
    child = replace(PERSON, role="family", relationship="child")
    assert len({settled(replace(child, age=age)) for age in ages}) == classes


def test_what_only_family_is_asked_goes_for_a_principal() -> None:
    told = replace(PERSON, age=19, household_exception=True, full_time_student=True, principal_us_status="national")
    assert settled(told) == settled(PERSON)


def test_the_country_of_notification_goes_where_no_arrest_is_meant() -> None:
    told = replace(PERSON, mandatory_notification_country=True)
    assert settled(told) == settled(PERSON)
    arrest = replace(told, arrest_contemplated=True)
    assert settled(arrest).mandatory_notification_country is True
