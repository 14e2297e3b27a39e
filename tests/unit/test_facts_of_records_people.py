"""From records to facts: whose facts, what the person's own row says, and family that is assessed both ways.

Each test names a row of the table in docs/facts.md.
"""

from datetime import date
from typing import Any

import pytest

from lookup.facts_of_records import age_on
from lookup.law.facts import Facts, WaiverFacts
from lookup.law.terms import UsStatus
from tests.unit.asking import assessed, facts_of, facts_of_vehicle, finder
from tests.unit.people import DAY, day, family, member, mission, post, unaccredited, vehicle, waiver

# lookup, whose facts, record


def test_a_question_about_a_member_is_a_lookup_of_a_person() -> None:
    assert facts_of("TRN1", member(), mission()).lookup == "person"


def test_a_question_by_plate_is_a_lookup_of_a_plate() -> None:
    assert facts_of_vehicle(vehicle(), member(), mission()).lookup == "plate"


def test_by_plate_the_facts_are_the_registrants() -> None:
    facts = facts_of_vehicle(vehicle(), member(us_status="permanent_resident"), mission())
    assert facts.us_status == "permanent_resident"
    assert [post.category for post in facts.accreditations] == ["diplomatic_agent"]


def test_by_plate_a_registrant_who_is_family_is_family_like_anybody_else() -> None:
    facts = facts_of_vehicle(vehicle(member_id="TRN2"), family(), member(), mission())
    assert (facts.role, facts.relationship, facts.age) == ("family", "spouse", 44)
    assert len(facts.accreditations) == 1


def test_a_vehicle_without_a_registrant_has_nobodys_facts() -> None:
    facts = facts_of_vehicle(vehicle(member_id=None), member(), mission())
    assert (facts.accreditations, facts.role, facts.us_status, facts.age) == ((), None, None, None)


def test_where_nothing_fits_the_record_is_not_found_and_there_is_nobody() -> None:
    assert finder().nobody("person", "not_found") == Facts(record="not_found", lookup="person")
    assert finder().nobody("plate", "not_found") == Facts(record="not_found", lookup="plate")


def test_possible_matches_have_no_record_fact_and_nothing_of_a_person() -> None:
    assert finder().nobody("person") == Facts(lookup="person")


@pytest.mark.parametrize("on", [DAY, day(-900)])
def test_expired_data_is_stale_for_every_moment_asked_about(on: date) -> None:
    found = finder(member(), mission(), vehicle(), on=on, data_usable=False)
    assert found.of_member("TRN1").record == "stale"
    assert found.of_vehicle(vehicle()).record == "stale"
    assert found.of_vehicle(vehicle(member_id=None)).record == "stale"
    assert found.of_vehicle(vehicle(registration_status="revoked")).record == "stale"


def test_data_that_is_usable_is_no_obstacle() -> None:
    level = assessed(facts_of("TRN1", member(), mission())).level
    assert level == "full"


# role


def test_who_has_a_principal_is_family_and_else_a_principal() -> None:
    assert facts_of("TRN2", family(), member(), mission()).role == "family"
    assert facts_of("TRN1", member(), mission()).role == "principal"


def test_the_persons_own_row_says_how_they_belong_to_the_household() -> None:
    child = family(relationship="child", household_until=day(3), household_exception=True, recognized=False)
    facts = facts_of("TRN2", child, member(), mission())
    assert (facts.relationship, facts.household_until) == ("child", day(3))
    assert (facts.household_exception, facts.recognized) == (True, False)


@pytest.mark.parametrize("status", ["none", "permanent_resident", "national"])
def test_us_status_is_the_persons_own(status: UsStatus) -> None:
    assert facts_of("TRN1", member(us_status=status), mission()).us_status == status
    of_family = facts_of("TRN2", family(us_status=status), member(), mission())
    assert of_family.us_status == status


def test_principal_us_status_is_the_principals_and_of_family_only() -> None:
    principal = member(us_status="national")
    assert facts_of("TRN2", family(), principal, mission()).principal_us_status == "national"
    assert facts_of("TRN1", principal, mission()).principal_us_status is None


def test_family_has_the_accreditations_of_their_principal() -> None:
    facts = facts_of("TRN2", family(), member(post(category="service_staff")), mission())
    assert [one.category for one in facts.accreditations] == ["service_staff"]


def test_somebody_without_accreditations_has_no_category() -> None:
    facts = facts_of("TRN1", unaccredited(), mission())
    assert facts.accreditations == ()
    assert assessed(facts).category is None


# a working spouse


def working_spouse(category: str, **changes: Any) -> Any:
    own_post = post(accreditation_id="A2", category=category)
    return family(accreditations=(own_post,), **changes)


def test_a_working_spouse_is_family_where_that_protects_more() -> None:
    facts = facts_of("TRN2", working_spouse("service_staff"), member(), mission())
    assert (facts.role, [one.category for one in facts.accreditations]) == ("family", ["diplomatic_agent"])


def test_a_working_spouse_is_a_principal_where_their_own_post_protects_more() -> None:
    principal = member(post(category="service_staff"))
    facts = facts_of("TRN2", working_spouse("diplomatic_agent"), principal, mission())
    assert (facts.role, [one.category for one in facts.accreditations]) == ("principal", ["diplomatic_agent"])
    assert (facts.relationship, facts.principal_us_status) == (None, None)


def test_a_working_spouse_whose_roles_protect_alike_is_a_principal() -> None:
    facts = facts_of("TRN2", working_spouse("admin_technical_staff"), member(), mission())
    assert (facts.role, [one.category for one in facts.accreditations]) == ("principal", ["admin_technical_staff"])


def test_unverified_counts_above_partial_for_a_working_spouse() -> None:
    principal = member(post(category="special_mission_member"))
    facts = facts_of("TRN2", working_spouse("career_consular_officer"), principal, mission())
    assert facts.role == "family"
    assert assessed(facts).level == "unverified"


def test_the_callers_confirmation_counts_when_a_working_spouse_is_assessed_both_ways() -> None:
    principal = member(post(category="io_senior_official"))
    spouse = working_spouse("special_mission_member")
    assert facts_of("TRN2", spouse, principal, mission()).role == "family"
    confirmed = facts_of("TRN2", spouse, principal, mission(), state_confirmed=True)
    assert confirmed.role == "principal"
    assert assessed(confirmed).level == "full"


def test_old_data_does_not_change_the_role_of_a_working_spouse() -> None:
    found = finder(working_spouse("service_staff"), member(), mission(), data_usable=False)
    facts = found.of_member("TRN2")
    assert (facts.role, facts.record) == ("family", "stale")
    last_known = [dict(entry.values) for entry in assessed(facts).basis if entry.rule == "stale_last_known"]
    assert last_known == [{"level": "full"}]


def test_neither_vehicle_nor_circumstances_decide_the_role_of_a_working_spouse() -> None:
    registry = (working_spouse("service_staff"), member(), mission(), vehicle(registration_status="stolen"))
    facts = facts_of("TRN2", *registry, driver_of="DEA1234", offense="felony", warrant=True, bag=True)
    assert facts.role == "family"


def test_a_principal_without_accreditations_leaves_a_working_spouse_unverified_as_family() -> None:
    facts = facts_of("TRN2", working_spouse("service_staff"), unaccredited(), mission())
    assert (facts.role, facts.accreditations) == ("family", ())


# age


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2005, 11, 21), date(2026, 11, 20), 20),
        (date(2005, 11, 21), date(2026, 11, 21), 21),
        (date(2004, 2, 29), date(2025, 2, 28), 20),
        (date(2004, 2, 29), date(2025, 3, 1), 21),
        (date(2004, 2, 29), date(2024, 2, 28), 19),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2026, 11, 21), date(2026, 11, 21), 0),
        (date(2026, 11, 22), date(2026, 11, 21), None),
        (None, date(2026, 11, 21), None),
    ],
)
def test_age_is_in_whole_years_and_missing_before_the_birth(born: date | None, on: date, age: int | None) -> None:
    assert age_on(born, on) == age
    assert facts_of("TRN1", member(date_of_birth=born), mission(), on=on).age == age


# full_time_student


@pytest.mark.parametrize(
    ("says", "until", "fact"),
    [
        (True, None, True),
        (True, day(1), True),
        (True, day(0), True),
        (True, day(-1), None),
        (False, None, False),
        (False, day(-1), False),
        (None, None, None),
    ],
)
def test_a_student_until_that_has_passed_is_not_known(says: bool | None, until: date | None, fact: bool | None) -> None:
    student = family(relationship="child", full_time_student=says, student_until=until)
    assert facts_of("TRN2", student, member(), mission()).full_time_student is fact


# waivers


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
def test_a_waiver_counts_from_its_first_to_its_last_day(begins: date, ends: date | None, in_force: bool) -> None:
    waived = member(waivers=(waiver(effective_on=begins, ends_on=ends),))
    assert len(facts_of("TRN1", waived, mission()).waivers) == in_force


def test_every_waiver_on_record_is_confirmed_by_state_and_keeps_its_scope_and_case() -> None:
    waived = member(waivers=(waiver(), waiver(waiver_id="W2", scope="testimony", case_reference="2026-TRN-7")))
    assert facts_of("TRN1", waived, mission()).waivers == (
        WaiverFacts("criminal", None, True),
        WaiverFacts("testimony", "2026-TRN-7", True),
    )


def test_a_principals_waiver_is_not_the_familys() -> None:
    facts = facts_of("TRN2", family(), member(waivers=(waiver(),)), mission())
    assert facts.waivers == ()


def test_the_familys_own_waiver_is_theirs() -> None:
    facts = facts_of("TRN2", family(waivers=(waiver(),)), member(), mission())
    assert facts.waivers == (WaiverFacts("criminal", None, True),)


# mandatory_notification_country


@pytest.mark.parametrize(
    ("nationality", "status", "mandatory"),
    [
        (("GB",), "none", True),
        (("FR",), "none", False),
        (("FR", "GB"), "none", True),
        (("BM",), "none", True),
        (("SH",), "none", True),
        (("HK",), "none", True),
        (("TW",), "none", False),
        (("PL",), "none", True),
        (("PL",), "national", True),
        (("PL",), "permanent_resident", False),
        (("PL", "GB"), "permanent_resident", True),
        (("GB",), "permanent_resident", True),
    ],
)
def test_notification_is_mandatory_by_any_nationality_itself_or_through_its_state(
    nationality: tuple[str, ...], status: UsStatus, mandatory: bool
) -> None:
    person = member(nationality=nationality, us_status=status)
    assert facts_of("TRN1", person, mission()).mandatory_notification_country is mandatory


def test_notification_asks_the_familys_own_nationality() -> None:
    facts = facts_of("TRN2", family(nationality=("FR",)), member(nationality=("GB",)), mission())
    assert facts.mandatory_notification_country is False
