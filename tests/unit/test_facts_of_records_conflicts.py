"""From records to facts: records that contradict each other or cannot be used. Then nobody is identified.

Each test names a sentence under "Conflict" in docs/facts.md.
"""

from typing import Any

import pytest

from lookup.law.facts import Facts, VehicleFacts
from tests.unit.asking import assessed, facts_of, facts_of_vehicle, finder
from tests.unit.memory_registry import held, tombstone
from tests.unit.people import PLATE, day, family, member, mission, mission_vehicle, post, unaccredited, vehicle

UNUSABLE_POSTS: list[Any] = [
    pytest.param((member(post(mission_id="gone")),), id="mission not there"),
    pytest.param((member(post()), held("mission", "EM1")), id="mission held"),
    pytest.param((member(post()), tombstone("mission", "EM1")), id="mission deleted"),
    pytest.param((member(post(effective_on=day(-3))), mission(terminated_on=day(-4))), id="mission ended before"),
    pytest.param((member(post(), post(accreditation_id="A2", mission_id="gone")), mission()), id="one of two"),
]


@pytest.mark.parametrize("things", UNUSABLE_POSTS)
def test_a_post_that_cannot_be_used_leaves_nobody_identified(things: Any) -> None:
    assert facts_of("TRN1", *things) == Facts(record="conflict", lookup="person")


@pytest.mark.parametrize("things", UNUSABLE_POSTS)
def test_a_principals_post_that_cannot_be_used_leaves_their_family_unidentified(things: Any) -> None:
    assert facts_of("TRN2", family(), *things) == Facts(record="conflict", lookup="person")


@pytest.mark.parametrize("things", UNUSABLE_POSTS)
def test_a_registrants_post_that_cannot_be_used_leaves_nobody_identified(things: Any) -> None:
    facts = facts_of_vehicle(vehicle(), *things)
    assert facts == Facts(record="conflict", lookup="plate", vehicle=VehicleFacts("unknown", "ordinary"))


@pytest.mark.parametrize("things", [(), (held("member", "TRN1"),), (tombstone("member", "TRN1"),)])
def test_a_member_who_is_not_there_is_a_conflict_for_a_document_and_a_plate(things: Any) -> None:
    assert facts_of("TRN1", *things).record == "conflict"
    assert facts_of_vehicle(vehicle(), mission(), *things).record == "conflict"


@pytest.mark.parametrize("things", [(), (held("member", "TRN1"),), (tombstone("member", "TRN1"),)])
def test_a_principal_who_is_not_there_is_a_conflict(things: Any) -> None:
    assert facts_of("TRN2", family(), mission(), *things).record == "conflict"


def test_a_principal_who_is_not_there_is_a_conflict_also_for_a_working_spouse() -> None:
    spouse = family(accreditations=(post(accreditation_id="A2"),))
    assert facts_of("TRN2", spouse, mission()).record == "conflict"


def test_a_principal_who_is_family_is_a_conflict() -> None:
    child = family(member_id="TRN4", principal_id="TRN2", relationship="child")
    assert facts_of("TRN4", child, family(), member(), mission()).record == "conflict"


def test_a_principal_who_is_family_with_a_post_of_their_own_is_a_conflict_too() -> None:
    child = family(member_id="TRN4", principal_id="TRN2", relationship="child")
    spouse = family(accreditations=(post(accreditation_id="A2"),))
    assert facts_of("TRN4", child, spouse, member(), mission()).record == "conflict"


def test_a_working_spouses_own_post_that_cannot_be_used_is_a_conflict() -> None:
    spouse = family(accreditations=(post(accreditation_id="A2", mission_id="gone"),))
    assert facts_of("TRN2", spouse, member(), mission()).record == "conflict"


@pytest.mark.parametrize("things", [(), (held("mission", "EM1"),), (tombstone("mission", "EM1"),)])
def test_a_mission_that_is_not_there_is_a_conflict_for_a_vehicle_of_its_own(things: Any) -> None:
    facts = facts_of_vehicle(mission_vehicle(), *things)
    assert facts == Facts(record="conflict", lookup="plate", vehicle=VehicleFacts("unknown", "ordinary"))


def test_a_principal_who_has_no_post_is_no_conflict() -> None:
    assert facts_of("TRN2", family(), unaccredited()).record != "conflict"


def test_nothing_of_the_person_is_a_fact_in_a_conflict_but_the_card() -> None:
    facts = facts_of("TRN1", member(post(mission_id="gone")), card_status="expired")
    assert facts == Facts(record="conflict", lookup="person", card_status="expired")


def test_vehicle_and_circumstances_stay_in_a_conflict() -> None:
    broken = member(post(mission_id="gone"))
    said: dict[str, Any] = {"offense": "felony", "bag": True, "vehicle_obstructing": True}
    driven = facts_of("TRN1", broken, mission(), mission_vehicle(), driver_of=PLATE, **said)
    assert driven == Facts(
        record="conflict",
        lookup="person",
        vehicle=VehicleFacts("embassy", "ordinary", True),
        offense="felony",
        bag=True,
    )
    by_plate = facts_of_vehicle(vehicle(registration_status="stolen"), broken, **said)
    assert by_plate.vehicle == VehicleFacts("unknown", "stolen", True)
    assert (by_plate.offense, by_plate.bag) == ("felony", True)


def test_a_conflict_is_about_nobody_and_unverified() -> None:
    result = assessed(facts_of("gone"))
    assert (result.level, result.applies_to, result.category) == ("unverified", "nobody_yet", None)
    assert "record_conflict" in result.blocks


def test_a_conflict_of_expired_data_is_a_conflict() -> None:
    assert finder(data_usable=False).of_member("gone").record == "conflict"


def test_an_answer_rests_on_every_record_that_its_facts_needed() -> None:
    found = finder(family(), member(), mission(), mission_vehicle())
    found.of_member("TRN2")
    assert sorted(found.rests_on) == ["member:TRN1", "member:TRN2", "mission:EM1"]
    found.of_vehicle(vehicle(member_id=None))
    assert sorted(found.rests_on) == ["member:TRN1", "member:TRN2", "mission:EM1"]
