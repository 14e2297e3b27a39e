"""From records to facts: the vehicle, whose it is, whether it is stolen, and the circumstances of the moment.

Each test names a row of the table in docs/facts.md. By plate the vehicle is the one asked about; of a person it is
the one that the caller says they drive.
"""

from typing import Any, get_args

import pytest

from lookup.law.facts import Facts, VehicleFacts
from lookup.law.terms import MISSION_KINDS, MissionKind, Offense, Situation
from lookup.queries import Circumstances
from lookup.records import RegistrationStatus
from tests.unit.asking import assessed, facts_of, facts_of_vehicle, finder
from tests.unit.memory_registry import held
from tests.unit.people import PLATE, day, member, mission, mission_vehicle, post, unaccredited, vehicle

NOBODYS: tuple[RegistrationStatus, ...] = ("surrendered", "revoked")


def registrant(*things: Any, **said: Any) -> str | None:
    """Whose vehicle it is in a question by its plate; the vehicle comes first."""
    facts = facts_of_vehicle(*things, **said)
    assert facts.vehicle is not None
    return facts.vehicle.registrant


# vehicle


def test_of_a_person_there_is_no_vehicle_unless_the_caller_names_one() -> None:
    said: dict[str, Any] = {"vehicle_obstructing": True, "vehicle_stolen_confirmed": True}
    assert facts_of("TRN1", member(), mission(), vehicle(), **said).vehicle is None


def test_by_plate_the_vehicle_is_the_one_asked_about() -> None:
    facts = facts_of_vehicle(vehicle(), member(), mission())
    assert facts.vehicle == VehicleFacts("member_full", "ordinary", None)


def test_the_vehicle_of_driver_of_is_there_also_where_nobody_is_on_record_as_the_driver() -> None:
    found = finder(vehicle(), member(), mission(), said=Circumstances(driver_of=PLATE))
    assert found.nobody("person", "not_found").vehicle == VehicleFacts("member_full", "ordinary")
    assert found.nobody("person").vehicle == VehicleFacts("member_full", "ordinary")
    assert found.of_unusable_person().vehicle == VehicleFacts("member_full", "ordinary")
    assert found.of_member("gone").vehicle == VehicleFacts("member_full", "ordinary")


def test_by_plate_where_nothing_fits_there_is_no_vehicle() -> None:
    assert finder().nobody("plate", "not_found").vehicle is None


def test_a_held_vehicle_asked_about_is_a_vehicle_of_nobody_known() -> None:
    facts = finder(held("vehicle", PLATE)).of_unusable_vehicle()
    assert facts == Facts(record="conflict", lookup="plate", vehicle=VehicleFacts("unknown", "ordinary"))


# vehicle.registrant, by plate


@pytest.mark.parametrize("kind", MISSION_KINDS)
def test_a_vehicle_without_a_registrant_is_the_missions(kind: MissionKind) -> None:
    assert registrant(mission_vehicle(), mission(kind=kind)) == kind


def test_a_vehicle_stays_its_missions_also_after_the_missions_end() -> None:
    assert registrant(mission_vehicle(), mission(terminated_on=day(-500))) == "embassy"


def test_a_registrant_whose_level_is_full_protects_the_vehicle() -> None:
    assert registrant(vehicle(), member(), mission()) == "member_full"


def test_a_registrant_whose_search_answer_spares_archives_alone_is_consular() -> None:
    consul = member(post(category="career_consular_officer"))
    assert registrant(vehicle(), consul, mission(kind="consulate")) == "member_consular"


@pytest.mark.parametrize("category", ["service_staff", "private_servant", "io_staff", "special_mission_member"])
def test_any_other_registrant_of_a_plate_is_the_person_asked_about(category: str) -> None:
    assert registrant(vehicle(), member(post(category=category)), mission()) == "self"


def test_a_registrant_whose_search_answer_has_another_code_too_is_not_consular() -> None:
    both = member(
        post(category="career_consular_officer"), post(accreditation_id="A2", category="special_mission_member")
    )
    codes = assessed(facts_of("TRN1", both, mission())).permissions["search_vehicle"].codes
    assert codes == ("except_archives_and_bag", "verify_first")
    assert registrant(vehicle(), both, mission()) == "self"


def test_a_registrant_without_a_post_is_the_person_asked_about() -> None:
    assert registrant(vehicle(), unaccredited(), mission()) == "self"


def test_the_registrants_level_is_that_of_the_day() -> None:
    left = member(post(terminated_on=day(-10), termination="ended", departed_on=day(-5)))
    assert registrant(vehicle(), left, mission(), on=day(-20)) == "member_full"
    assert registrant(vehicle(), left, mission(), on=day(-5)) == "self"


def test_the_callers_confirmation_counts_for_the_registrant_of_a_plate() -> None:
    envoy = member(post(category="special_mission_member"))
    assert registrant(vehicle(), envoy, mission(), state_confirmed=True) == "member_full"


def test_circumstances_do_not_change_the_registrants_level() -> None:
    consul = member(post(category="career_consular_officer"))
    said = {"offense": "felony", "warrant": True, "bag": True, "arrest_contemplated": True}
    assert registrant(vehicle(), consul, mission(kind="consulate"), **said) == "member_consular"


@pytest.mark.parametrize("status", NOBODYS)
def test_a_registration_that_is_given_back_or_taken_away_has_nobodys_facts(status: RegistrationStatus) -> None:
    facts = facts_of_vehicle(vehicle(registration_status=status), member(), mission())
    assert facts.accreditations == ()
    assert facts.vehicle == VehicleFacts("unknown", "ordinary")
    of_mission = facts_of_vehicle(mission_vehicle(registration_status=status), mission())
    assert of_mission.vehicle == VehicleFacts("unknown", "ordinary")


@pytest.mark.parametrize("status", NOBODYS)
def test_a_registration_that_is_nobodys_needs_no_record_beside_it(status: RegistrationStatus) -> None:
    facts = facts_of_vehicle(vehicle(registration_status=status))
    assert facts.record != "conflict"
    assert assessed(facts).applies_to == "nobody_yet"


@pytest.mark.parametrize("status", ["active", "expired", "suspended", "stolen"])
def test_any_other_registration_keeps_the_registrant(status: RegistrationStatus) -> None:
    assert registrant(vehicle(registration_status=status), member(), mission()) == "member_full"


def test_lessor_first_day_and_the_missions_beginning_decide_nothing() -> None:
    leased = vehicle(lessor="Invented Leasing", valid_from=day(30))
    assert registrant(leased, member(), mission(established_on=day(30))) == "member_full"


# vehicle.status and obstructing


@pytest.mark.parametrize(
    ("registration", "confirmed", "status"),
    [
        ("active", None, "ordinary"),
        ("active", False, "ordinary"),
        ("active", True, "stolen_verified"),
        ("stolen", None, "stolen"),
        ("stolen", False, "stolen"),
        ("stolen", True, "stolen_verified"),
        ("expired", None, "ordinary"),
        ("revoked", True, "stolen_verified"),
    ],
)
def test_a_vehicle_is_stolen_by_the_registry_or_verified_so_by_the_caller(
    registration: RegistrationStatus, confirmed: bool | None, status: str
) -> None:
    car = vehicle(registration_status=registration)
    by_plate = facts_of_vehicle(car, member(), mission(), vehicle_stolen_confirmed=confirmed).vehicle
    by_person = facts_of("TRN1", car, member(), mission(), driver_of=PLATE, vehicle_stolen_confirmed=confirmed).vehicle
    assert by_plate is not None
    assert by_person is not None
    assert (by_plate.status, by_person.status) == (status, status)


def test_a_plate_that_is_not_on_record_can_be_verified_stolen_by_the_caller() -> None:
    facts = facts_of("TRN1", member(), mission(), driver_of="DEA9999", vehicle_stolen_confirmed=True)
    assert facts.vehicle == VehicleFacts("unknown", "stolen_verified")


@pytest.mark.parametrize("obstructing", [True, False, None])
def test_whether_the_vehicle_obstructs_is_the_callers_word(obstructing: bool | None) -> None:
    facts = facts_of_vehicle(vehicle(), member(), mission(), vehicle_obstructing=obstructing)
    assert facts.vehicle == VehicleFacts("member_full", "ordinary", obstructing)


# offense, warrant, situation, arrest_contemplated, bag


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("offense", offense) for offense in get_args(Offense)),
        *(("situation", situation) for situation in get_args(Situation)),
        *((flag, said) for flag in ("warrant", "arrest_contemplated", "bag") for said in (True, False)),
    ],
)
def test_what_the_caller_says_of_the_moment_is_a_fact_whoever_is_found(name: str, value: Any) -> None:
    said = {name: value}
    assert getattr(facts_of("TRN1", member(), mission(), **said), name) == value
    assert getattr(facts_of("gone", **said), name) == value
    assert getattr(facts_of_vehicle(vehicle(), member(), mission(), **said), name) == value
    assert getattr(facts_of_vehicle(vehicle(member_id="gone"), **said), name) == value


def test_what_the_caller_does_not_say_is_missing() -> None:
    facts = facts_of("TRN1", member(), mission())
    said = (facts.offense, facts.warrant, facts.situation, facts.arrest_contemplated, facts.bag, facts.premises)
    assert said == (None,) * 6
