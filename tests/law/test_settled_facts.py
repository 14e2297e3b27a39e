"""Facts without what cannot bear on the result: the assessment stays what it was, trace included."""

from dataclasses import replace
from itertools import product

import pytest

from lookup.law.assess import assess
from lookup.law.settle import settle

from .assessing import POLICY, TODAY, facts_of
from .walking import AGES, BOTH, HOUSEHOLD, PERIOD_ENDS, TERMINATED, by_chance, day


def test_settled_facts_have_the_same_assessment() -> None:
    for said in by_chance(1500, 25):
        facts = facts_of(said)
        settled = settle(facts, TODAY, POLICY)
        assert assess(settled, TODAY, POLICY) == assess(facts, TODAY, POLICY)
        assert settle(settled, TODAY, POLICY) == settled


def test_settled_children_have_the_same_assessment_at_every_age() -> None:
    child = {"category": "diplomatic_agent", "role": "family", "relationship": "child"}
    for age, student, exception, left in product(AGES, BOTH, BOTH, HOUSEHOLD):
        said = {"age": age, "full_time_student": student, "household_exception": exception, "household_until": left}
        facts = facts_of(child | said)
        assert assess(settle(facts, TODAY, POLICY), TODAY, POLICY) == assess(facts, TODAY, POLICY)


def test_settled_posts_have_the_same_assessment_at_every_stage() -> None:
    for begins, ends, period in product((None, day(-50), day(0), day(1)), TERMINATED, PERIOD_ENDS):
        post = {"category": "diplomatic_agent", "effective_on": begins, "terminated_on": ends}
        facts = facts_of({**post, "termination": "persona_non_grata", "reasonable_period_ends_on": period})
        assert assess(settle(facts, TODAY, POLICY), TODAY, POLICY) == assess(facts, TODAY, POLICY)


def test_people_who_differ_only_in_what_cannot_matter_are_settled_alike() -> None:
    one = {"category": "diplomatic_agent", "effective_on": day(-700), "terminated_on": day(300), "age": 44}
    other = {"category": "diplomatic_agent", "effective_on": day(-3), "age": 61, "recognized": True}
    assert settle(facts_of(one), TODAY, POLICY) == settle(facts_of(other), TODAY, POLICY)


IDLE = {
    "age": 44,
    "full_time_student": True,
    "household_exception": True,
    "household_until": day(-5),
    "recognized": False,
    "principal_us_status": "national",
    "mandatory_notification_country": True,
}


def test_what_is_asked_of_family_or_of_an_arrest_only_is_left_out_of_a_principal() -> None:
    bare = facts_of({"category": "diplomatic_agent"})
    assert settle(facts_of({"category": "diplomatic_agent", **IDLE}), TODAY, POLICY) == bare
    assert settle(replace(bare, relationship="spouse"), TODAY, POLICY) == bare


def test_what_is_asked_of_family_and_of_an_arrest_stays_where_there_is_one() -> None:
    facts = facts_of({"category": "io_staff", "role": "family", "arrest_contemplated": True, **IDLE, "age": 23})
    assert settle(facts, TODAY, POLICY) == facts


@pytest.mark.parametrize(
    ("age", "youngest"), [(0, 0), (17, 0), (18, 18), (20, 18), (21, 21), (22, 21), (23, 23), (99, 23), (None, None)]
)
def test_an_age_becomes_the_youngest_of_its_class(age: int | None, youngest: int | None) -> None:
    settled = settle(facts_of({"category": "io_staff", "role": "family", "age": age}), TODAY, POLICY)
    assert settled.age == youngest


@pytest.mark.parametrize(("distance", "stays"), [(-1, True), (0, False), (1, False)])
def test_the_last_day_in_the_household_stays_only_once_it_has_passed(distance: int, stays: bool) -> None:
    facts = facts_of({"category": "io_staff", "role": "family", "household_until": day(distance)})
    assert (settle(facts, TODAY, POLICY) == facts) is stays


@pytest.mark.parametrize(("distance", "stays"), [(-1, False), (0, False), (1, True)])
def test_a_beginning_stays_only_until_it_has_come(distance: int, stays: bool) -> None:
    facts = facts_of({"category": "io_staff", "effective_on": day(distance)})
    assert (settle(facts, TODAY, POLICY) == facts) is stays


@pytest.mark.parametrize(("distance", "stays"), [(-1, True), (0, False), (1, False)])
def test_an_end_and_all_that_belongs_to_it_stays_only_once_it_has_passed(distance: int, stays: bool) -> None:
    after = {"termination": "ended", "departed_on": day(-1), "reasonable_period_ends_on": day(9)}
    facts = facts_of({"category": "io_staff", "terminated_on": day(distance), **after})
    assert settle(facts, TODAY, POLICY) == (facts if stays else facts_of({"category": "io_staff"}))


def test_who_is_not_wanted_any_more_is_told_so_before_the_end_too() -> None:
    facts = facts_of({"category": "io_staff", "termination": "persona_non_grata"})
    assert settle(facts, TODAY, POLICY) == facts


def test_the_kind_of_the_post_stays_where_nobody_is_identified() -> None:
    facts = facts_of({"premises": "consular", "mission_kind": "honorary_consulate"})
    assert settle(facts, TODAY, POLICY) == facts
