"""From records to facts: the accreditations, each with its dates, its mission and the agreement that lifts it.

Each test names a row of the table in docs/facts.md.
"""

from datetime import date
from typing import Any

import pytest

from lookup.law.facts import AccreditationFacts, AgreementFacts
from tests.unit.asking import assessed, facts_of
from tests.unit.memory_registry import held, tombstone
from tests.unit.people import agreement, day, family, member, mission, organization, post


def post_facts(*things: Any, **said: Any) -> tuple[AccreditationFacts, ...]:
    return facts_of("TRN1", *things, **said).accreditations


def only_post(*things: Any, **said: Any) -> AccreditationFacts:
    (one,) = post_facts(*things, **said)
    return one


def second(**changes: Any) -> Any:
    return post(**{"accreditation_id": "A2", "category": "io_staff"} | changes)


# Which accreditations


def test_ended_accreditations_are_facts_too() -> None:
    ended = post(terminated_on=day(-400), termination="ended")
    assert [one.terminated_on for one in post_facts(member(ended, second()), mission())] == [day(-400), None]


def test_a_post_that_begins_in_thirty_days_counts_beside_another() -> None:
    assert len(post_facts(member(post(), second(effective_on=day(30))), mission())) == 2


def test_a_post_that_begins_in_thirty_one_days_is_left_out_beside_another() -> None:
    coming = second(effective_on=day(31))
    assert [one.category for one in post_facts(member(post(), coming), mission())] == ["diplomatic_agent"]


def test_a_post_far_ahead_stays_where_there_is_no_other() -> None:
    assert only_post(member(post(effective_on=day(400))), mission()).effective_on == day(400)


def test_posts_far_ahead_stay_where_there_are_only_such() -> None:
    coming = member(post(effective_on=day(31)), second(effective_on=day(32)))
    assert len(post_facts(coming, mission())) == 2


def test_a_post_far_ahead_is_left_out_beside_one_that_has_ended() -> None:
    ended = post(terminated_on=day(-400))
    assert len(post_facts(member(ended, second(effective_on=day(31))), mission())) == 1


def test_a_post_left_out_needs_no_mission() -> None:
    coming = second(mission_id="gone", effective_on=day(31))
    assert facts_of("TRN1", member(post(), coming), mission()).record != "conflict"


# Dates of each


def test_a_post_keeps_the_category_and_the_dates_of_its_row() -> None:
    row = post(
        category="service_staff",
        effective_on=day(-90),
        terminated_on=day(-9),
        termination="persona_non_grata",
        departed_on=day(-5),
        reasonable_period_ends_on=day(4),
    )
    one = only_post(member(row), mission())
    assert (one.category, one.effective_on, one.terminated_on) == ("service_staff", day(-90), day(-9))
    assert (one.termination, one.departed_on) == ("persona_non_grata", day(-5))
    assert one.reasonable_period_ends_on == day(4)


@pytest.mark.parametrize(
    ("own_end", "closed_on", "end"),
    [
        (None, None, (None, None)),
        (None, day(-3), (day(-3), "mission_closed")),
        (day(-2), day(-3), (day(-3), "mission_closed")),
        (day(-3), day(-3), (day(-3), "ended")),
        (day(-4), day(-3), (day(-4), "ended")),
        (day(-4), None, (day(-4), "ended")),
        (None, day(90), (day(90), "mission_closed")),
    ],
)
def test_a_missions_end_ends_the_functions_unless_their_own_end_is_not_later(
    own_end: date | None, closed_on: date | None, end: tuple[date | None, str | None]
) -> None:
    row = post(terminated_on=own_end, termination="ended" if own_end else None)
    one = only_post(member(row), mission(terminated_on=closed_on))
    assert (one.terminated_on, one.termination) == end


def test_a_mission_that_closes_gives_its_ground_also_over_the_rows_own() -> None:
    row = post(terminated_on=None, termination="persona_non_grata")
    assert only_post(member(row), mission(terminated_on=day(-3))).termination == "mission_closed"


def test_a_mission_that_ends_on_the_first_day_of_a_post_is_no_contradiction() -> None:
    one = only_post(member(post(effective_on=day(-3))), mission(terminated_on=day(-3)))
    assert (one.effective_on, one.terminated_on) == (day(-3), day(-3))


# Who has stayed in a new post


def outlasted(end: date, begins: date, **row: Any) -> date | None:
    """The end of the period of a post since 2020 that ended on `end`, beside one that begins on `begins`."""
    old = post(**{"terminated_on": end, "termination": "ended"} | row)
    return post_facts(member(old, second(effective_on=begins)), mission())[0].reasonable_period_ends_on


def test_who_stays_in_a_new_post_is_protected_for_the_old_one_until_its_thirtieth_day() -> None:
    assert outlasted(end=day(-40), begins=day(-100)) == day(-10)
    assert outlasted(end=day(-1), begins=day(0)) == day(29)


def test_a_post_that_ends_on_the_day_has_not_ended_before_it() -> None:
    assert outlasted(end=day(0), begins=day(-9)) is None


def test_a_new_post_counts_from_the_day_on_which_it_begins() -> None:
    assert outlasted(end=day(-40), begins=day(0)) == day(-10)
    assert outlasted(end=day(-40), begins=day(1)) is None


def test_a_post_that_began_on_the_same_day_or_earlier_is_not_a_new_one() -> None:
    assert outlasted(end=day(-40), begins=day(-99), effective_on=day(-99)) is None
    assert outlasted(end=day(-40), begins=day(-98), effective_on=day(-99)) == day(-10)
    assert outlasted(end=day(-40), begins=day(-100), effective_on=day(-99)) is None


def test_a_departure_or_a_period_on_record_is_not_overruled_by_a_new_post() -> None:
    assert outlasted(end=day(-40), begins=day(-20), departed_on=day(-30)) is None
    assert outlasted(end=day(-40), begins=day(-20), reasonable_period_ends_on=day(60)) == day(60)


def test_a_post_that_a_closing_mission_ended_is_outlasted_like_any_other() -> None:
    new = second(mission_id="IO1", effective_on=day(-30))
    closed = mission(terminated_on=day(-40))
    old, _ = post_facts(member(post(), new), closed, organization("un"))
    assert old.reasonable_period_ends_on == day(-10)


def test_a_new_post_that_has_ended_too_was_begun_all_the_same() -> None:
    ended = member(post(terminated_on=day(-90)), second(effective_on=day(-80), terminated_on=day(-50)))
    old, new = post_facts(ended, mission())
    assert (old.reasonable_period_ends_on, new.reasonable_period_ends_on) == (day(-60), None)


def test_who_has_stayed_in_a_new_post_is_not_unverified_for_the_old_one() -> None:
    left = post(terminated_on=day(-40), termination="ended")
    assert assessed(facts_of("TRN1", member(left), mission())).level == "unverified"
    stayed = member(left, second(effective_on=day(-30)))
    assert assessed(facts_of("TRN1", stayed, mission())).level == "official_acts"


# What the mission gives


@pytest.mark.parametrize(
    ("name", "fact"),
    [("un", "un"), ("UN", "un"), ("Un", "un"), ("OAS", "oas"), ("oas", "oas"), ("Example Fund", "other"), (None, None)],
)
def test_an_organization_is_the_un_or_the_oas_in_any_case_or_another(name: str | None, fact: str | None) -> None:
    one = only_post(member(post(mission_id="IO1", category="io_staff")), organization(name))
    assert (one.organization, one.mission_kind) == (fact, "international_organization")


def test_the_kind_is_that_of_each_posts_own_mission() -> None:
    both = member(post(), second(mission_id="IO1"))
    kinds = [one.mission_kind for one in post_facts(both, mission(), organization("un"))]
    assert kinds == ["embassy", "international_organization"]


def test_a_national_of_the_sending_state_has_its_nationality_among_theirs() -> None:
    assert only_post(member(nationality=("FR",)), mission()).national_of_sending_state is True
    assert only_post(member(nationality=("ES", "FR")), mission()).national_of_sending_state is True
    assert only_post(member(nationality=("ES",)), mission()).national_of_sending_state is False


def test_a_mission_without_a_sending_state_has_no_nationals() -> None:
    one = only_post(member(post(mission_id="IO1")), organization("un"))
    assert one.national_of_sending_state is False


def test_family_is_national_of_the_sending_state_by_their_own_nationality() -> None:
    facts = facts_of("TRN2", family(nationality=("ES",)), member(nationality=("FR",)), mission())
    assert facts.accreditations[0].national_of_sending_state is False


@pytest.mark.parametrize(
    ("row", "caller", "fact"),
    [(True, None, True), (None, True, True), (False, True, True), (True, False, True), (None, None, False)],
)
def test_state_has_confirmed_where_the_row_or_the_caller_says_so(
    row: bool | None, caller: bool | None, fact: bool
) -> None:
    one = only_post(member(post(state_confirmed=row)), mission(), state_confirmed=caller)
    assert one.state_confirmed is fact


# agreement


def lifted(*agreements: Any, **row: Any) -> AgreementFacts | None:
    return only_post(member(post(**{"category": "service_staff"} | row)), mission(), *agreements).agreement


def test_an_agreement_lifts_the_category_of_its_states_missions() -> None:
    assert lifted(agreement()) == AgreementFacts("diplomatic_agent", False)
    assert lifted(agreement(covers_family=True)) == AgreementFacts("diplomatic_agent", True)


def test_an_agreement_of_another_state_or_category_lifts_nobody() -> None:
    assert lifted(agreement(sending_state="ES")) is None
    assert lifted(agreement(category="private_servant")) is None


def test_a_held_or_deleted_agreement_lifts_nobody() -> None:
    assert lifted(held("agreement", "AG1")) is None
    assert lifted(tombstone("agreement", "AG1")) is None


@pytest.mark.parametrize(
    ("begins", "ends", "in_force"),
    [
        (day(0), None, True),
        (day(1), None, False),
        (day(-9), day(0), True),
        (day(-9), day(-1), False),
        (day(0), day(0), True),
    ],
)
def test_an_agreement_counts_from_its_first_to_its_last_day(begins: date, ends: date | None, in_force: bool) -> None:
    assert (lifted(agreement(effective_on=begins, ends_on=ends)) is not None) is in_force


def test_of_several_agreements_the_one_that_lifts_highest_counts() -> None:
    low = agreement(agreement_id="AG0", treated_as="career_consular_officer", covers_family=True)
    assert lifted(low, agreement(agreement_id="AG9")) == AgreementFacts("diplomatic_agent", False)


def test_at_the_same_height_the_agreement_that_covers_family_counts() -> None:
    covering = agreement(agreement_id="AG9", treated_as="admin_technical_staff", covers_family=True)
    assert lifted(agreement(), covering) == AgreementFacts("admin_technical_staff", True)


def test_else_the_agreement_with_the_smallest_id_counts() -> None:
    later = agreement(agreement_id="AG2", treated_as="admin_technical_staff")
    assert lifted(later, agreement(agreement_id="AG10")) == AgreementFacts("diplomatic_agent", False)


def test_an_agreement_that_is_not_in_force_does_not_stand_before_one_that_is() -> None:
    past = agreement(agreement_id="AG0", ends_on=day(-1), covers_family=True)
    assert lifted(past, agreement()) == AgreementFacts("diplomatic_agent", False)
