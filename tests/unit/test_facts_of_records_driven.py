"""From records to facts: whose vehicle it is that the caller says a person drives (`driver_of`).

Each test names a line under "Whose vehicle" in docs/facts.md.
"""

from typing import Any

import pytest

from lookup.law.facts import VehicleFacts
from lookup.records import RegistrationStatus
from tests.unit.asking import assessed, facts_of, facts_of_vehicle
from tests.unit.memory_registry import held, tombstone
from tests.unit.people import PLATE, family, member, mission, mission_vehicle, post, vehicle

NOBODYS: tuple[RegistrationStatus, ...] = ("surrendered", "revoked")


def driven(*things: Any, member_id: str = "TRN1", **said: Any) -> str | None:
    """Whose vehicle it is in a question by member id, where the caller says that this person drives it."""
    facts = facts_of(member_id, *things, **{"driver_of": PLATE} | said)
    assert facts.vehicle is not None
    return facts.vehicle.registrant


def owner(*posts: Any, **changes: Any) -> Any:
    """Another member, TRN3, who is the registrant."""
    return member(*posts, **{"member_id": "TRN3"} | changes)


def test_who_drives_a_car_of_the_mission_drives_the_missions() -> None:
    assert driven(member(), mission(), mission_vehicle()) == "embassy"


def test_a_diplomat_who_drives_their_own_car_is_a_full_member() -> None:
    assert driven(member(), mission(), vehicle()) == "member_full"


def test_service_staff_who_drive_their_own_car_drive_their_own() -> None:
    assert driven(member(post(category="service_staff")), mission(), vehicle()) == "self"


def test_who_is_unverified_drives_their_own_car_all_the_same() -> None:
    assert driven(member(post(category="special_mission_member")), mission(), vehicle()) == "self"


def test_the_callers_confirmation_counts_for_a_registrant_who_is_the_person_asked_about() -> None:
    envoy = member(post(category="special_mission_member"))
    assert driven(envoy, mission(), vehicle(), state_confirmed=True) == "member_full"


def test_the_callers_confirmation_does_not_count_for_another_registrant() -> None:
    envoy = owner(post(category="special_mission_member"))
    car = vehicle(member_id="TRN3")
    assert driven(member(), envoy, mission(), car, state_confirmed=True) == "unknown"


@pytest.mark.parametrize(
    ("category", "whose"),
    [
        ("diplomatic_agent", "member_full"),
        ("career_consular_officer", "member_consular"),
        ("service_staff", "third_party"),
        ("private_servant", "third_party"),
        ("special_mission_member", "unknown"),
    ],
)
def test_another_members_car_is_theirs_by_their_own_level(category: str, whose: str) -> None:
    driver = member(post(category="service_staff"))
    assert driven(driver, owner(post(category=category)), mission(), vehicle(member_id="TRN3")) == whose


def test_another_member_without_a_post_is_unverified_so_the_registrant_is_unknown() -> None:
    assert driven(member(), owner(accreditations=()), mission(), vehicle(member_id="TRN3")) == "unknown"


def test_a_spouse_who_drives_the_principals_car_drives_a_full_members() -> None:
    assert driven(family(), member(), mission(), vehicle(), member_id="TRN2") == "member_full"


def test_a_principals_car_is_another_members_to_a_spouse() -> None:
    principal = member(post(category="service_staff"))
    assert driven(family(), principal, mission(), vehicle(), member_id="TRN2") == "third_party"


def test_where_nobody_is_on_record_as_the_driver_every_registrant_is_another_member() -> None:
    staff = member(post(category="service_staff"))
    assert driven(staff, mission(), vehicle(), member_id="gone") == "third_party"


def test_an_unreliable_card_of_the_driver_does_not_lower_them_as_a_registrant() -> None:
    facts = facts_of("TRN1", member(), mission(), vehicle(), card_status="lost", driver_of=PLATE)
    assert facts.vehicle == VehicleFacts("member_full", "ordinary")


@pytest.mark.parametrize("status", NOBODYS)
def test_a_driven_vehicle_whose_registration_is_nobodys_has_an_unknown_registrant(status: RegistrationStatus) -> None:
    assert driven(member(), mission(), vehicle(registration_status=status)) == "unknown"
    assert driven(member(), mission(), mission_vehicle(registration_status=status)) == "unknown"


@pytest.mark.parametrize(
    "unusable",
    [
        (),
        (held("vehicle", PLATE),),
        (tombstone("vehicle", PLATE),),
        (mission_vehicle(mission_id="gone"),),
        (mission_vehicle(mission_id="EM9"), held("mission", "EM9")),
        (vehicle(member_id="gone"),),
        (vehicle(member_id="TRN3"), held("member", "TRN3")),
        (vehicle(member_id="TRN3"), owner(post(mission_id="gone"))),
        (vehicle(member_id="TRN3"), owner(principal_id="gone")),
    ],
    ids=[
        "not on record",
        "held",
        "deleted",
        "mission gone",
        "mission held",
        "registrant gone",
        "registrant held",
        "registrant's mission gone",
        "registrant's principal gone",
    ],
)
def test_a_driven_vehicle_that_cannot_be_used_is_no_conflict_but_of_nobody_known(unusable: Any) -> None:
    facts = facts_of("TRN1", member(), mission(), *unusable, driver_of=PLATE)
    assert facts.vehicle is not None
    assert facts.vehicle.registrant == "unknown"
    assert facts.record != "conflict"
    assert assessed(facts).level == "full"


def test_a_vehicle_with_a_registrant_does_not_need_its_mission() -> None:
    assert driven(member(), mission(), vehicle(mission_id="gone")) == "member_full"
    facts = facts_of_vehicle(vehicle(mission_id="gone"), member(), mission())
    assert facts.record != "conflict"
    assert facts.vehicle == VehicleFacts("member_full", "ordinary")


def test_a_rental_never_comes_from_the_registry() -> None:
    cars: list[tuple[Any, ...]] = [(vehicle(lessor="Invented Rental"),), (mission_vehicle(lessor="Invented Rental"),)]
    assert [driven(member(), mission(), *car) for car in cars] == ["member_full", "embassy"]
