"""Whole answers about a plate or a vehicle number: a plate is not a person, and no plate is answered for another."""

from typing import Any

import pytest

from lookup.law.terms import ACTIONS
from lookup.records import RegistrationStatus
from tests.unit.asking import answers, ask, blocks, notices, verdict
from tests.unit.memory_registry import held
from tests.unit.people import PLATE, day, family, member, mission, mission_vehicle, post, unaccredited, vehicle

VIN = "TRN00000000000001"
NOBODY = ("unverified", "nobody_yet", None)
ASKED = {"plate": "dea-1234"}


# match


def test_a_match_says_what_was_asked_and_how_it_reads() -> None:
    assert ask(ASKED, vehicle(), member(), mission())["query"] == {
        "kind": "plate",
        "given": "dea-1234",
        "normalized": "DEA1234",
        "display": "D EA 1234",
        "reading": {"series": "leading_status", "status_letter": "D", "mission_code": "EA", "serial": "1234"},
    }


def test_a_plate_outside_the_grammar_has_no_reading() -> None:
    query = ask({"plate": "TRN7"}, vehicle(plate="TRN7"), member(), mission())["query"]
    assert (query["display"], query["reading"]) == ("TRN7", None)


def test_a_match_shows_the_vehicle_with_its_mission() -> None:
    seen = vehicle(vin=VIN, model="Mark 2", color="blue", year=2023, valid_until=day(90))
    assert ask(ASKED, seen, member(), mission())["vehicle"] == {
        "handle": "handle-vehicle:DEA1234",
        "plate": "DEA1234",
        "display": "D EA 1234",
        "make": "Zephyr",
        "model": "Mark 2",
        "color": "blue",
        "year": 2023,
        "vin": VIN,
        "registration_status": "active",
        "valid_until": "2027-02-19",
        "mission": {
            "mission_id": "EM1",
            "name": "Embassy of Arcadia",
            "kind": "embassy",
            "sending_state": "FR",
            "organization": None,
        },
    }


def test_a_plate_with_a_registrant_is_about_the_registrant() -> None:
    answer = ask(ASKED, vehicle(), member(post(title="Second Secretary")), mission())
    assert verdict(answer) == ("match", "full", "registrant", "diplomatic_agent")
    assert answer["person"]["member_id"] == "TRN1"
    assert answer["person"]["title"] == "Second Secretary"
    assert answer["candidates"] == []
    assert answer["premises"] is None


def test_all_seven_permissions_are_always_there() -> None:
    for things in ([vehicle(), member(), mission()], [vehicle()], []):
        permissions = ask(ASKED, *things)["immunity"]["permissions"]
        assert list(permissions) == list(ACTIONS)
        for permission in permissions.values():
            assert list(permission) == ["answer", "condition", "codes", "citations"]
            assert (permission["condition"] is None) is (permission["codes"] == [])


@pytest.mark.parametrize("category", ["service_staff", "private_servant", "career_consular_officer"])
def test_by_plate_no_personal_action_is_open_before_the_driver_is_identified(category: str) -> None:
    answer = ask(ASKED, vehicle(), member(post(category=category)), mission())
    assert answer["immunity"]["applies_to"] == "registrant"
    for action in ("arrest_or_detain", "enter_residence", "subpoena_as_witness", "prosecute", "search_person"):
        assert answer["immunity"]["permissions"][action]["codes"] == ["identify_driver_first"]


def test_every_plate_answer_says_that_a_plate_is_not_proof() -> None:
    registries: list[list[Any]] = [
        [vehicle(), member(), mission()],
        [mission_vehicle(), mission()],
        [vehicle(registration_status="revoked")],
        [held("vehicle", PLATE)],
        [vehicle(plate="DEA1235")],
        [],
    ]
    for body in (ASKED, {"vin": VIN}, ASKED | {"state": "VA"}):
        assert all("plate_is_not_proof" in blocks(ask(body, *things)) for things in registries)


def test_a_plate_of_the_missions_own_names_nobody() -> None:
    answer = ask(ASKED, mission_vehicle(), mission())
    assert verdict(answer) == ("match", *NOBODY)
    assert answer["person"] is None
    assert answer["vehicle"]["mission"]["kind"] == "embassy"
    assert answers(answer)["search_vehicle"] == "no"
    assert "mission_vehicle_inviolable" in blocks(answer)


def test_a_registrant_without_a_post_is_shown_and_nobody_is_verified() -> None:
    answer = ask(ASKED, vehicle(), unaccredited(), mission())
    assert verdict(answer) == ("match", *NOBODY)
    assert answer["person"]["mission"] is None
    assert answer["person"]["title"] is None


def test_a_registrant_who_is_family_is_shown_as_family_with_the_principals_mission() -> None:
    answer = ask(ASKED, vehicle(member_id="TRN2"), family(), member(post(title="Second Secretary")), mission())
    assert verdict(answer) == ("match", "full", "registrant", "diplomatic_agent")
    assert answer["person"]["role"] == "family"
    assert answer["person"]["mission"]["mission_id"] == "EM1"
    assert answer["person"]["title"] is None


# registrations


@pytest.mark.parametrize("status", ["surrendered", "revoked"])
@pytest.mark.parametrize("body", [ASKED, {"vin": VIN}])
def test_a_registration_that_has_ended_stands_for_nobody(status: RegistrationStatus, body: dict[str, Any]) -> None:
    answer = ask(body, vehicle(registration_status=status, vin=VIN), member(), mission())
    assert verdict(answer) == ("match", *NOBODY)
    assert answer["person"] is None
    assert answer["vehicle"]["registration_status"] == status
    assert [(notice["code"], notice["severity"]) for notice in answer["notices"]] == [("plate_not_valid", "stop")]


@pytest.mark.parametrize(
    ("changes", "notice"),
    [
        ({"registration_status": "expired"}, "registration_expired"),
        ({"valid_until": day(-1)}, "registration_expired"),
        ({"registration_status": "suspended"}, "registration_suspended"),
        ({"registration_status": "suspended", "valid_until": day(-1)}, "registration_suspended"),
    ],
)
def test_an_expired_or_suspended_registration_keeps_the_registrants_answer(
    changes: dict[str, Any], notice: str
) -> None:
    answer = ask(ASKED, vehicle(**changes), member(), mission())
    assert verdict(answer) == ("match", "full", "registrant", "diplomatic_agent")
    assert answer["person"]["member_id"] == "TRN1"
    assert notices(answer) == [notice]


def test_a_registration_is_valid_on_its_last_day() -> None:
    assert notices(ask(ASKED, vehicle(valid_until=day(0)), member(), mission())) == []


def test_a_stolen_vehicle_is_a_matter_of_the_law_and_keeps_its_registrant() -> None:
    answer = ask(ASKED, vehicle(registration_status="stolen"), member(), mission())
    assert verdict(answer) == ("match", "full", "registrant", "diplomatic_agent")
    assert answer["immunity"]["permissions"]["search_vehicle"]["codes"] == ["confirm_stolen_with_state"]
    assert "stolen_vehicle_exception" in blocks(answer)
    assert notices(answer) == []


def test_a_theft_that_state_confirmed_opens_the_vehicle() -> None:
    confirmed = ASKED | {"circumstances": {"vehicle_stolen_confirmed": True}}
    assert answers(ask(confirmed, mission_vehicle(), mission()))["search_vehicle"] == "yes"


# no record


def test_no_record_is_unverified_about_nobody_and_no_proof_of_anything() -> None:
    answer = ask(ASKED)
    assert verdict(answer) == ("no_record", *NOBODY)
    assert (answer["vehicle"], answer["person"], answer["premises"], answer["candidates"]) == (None, None, None, [])
    assert "no_record_is_not_no_immunity" in blocks(answer)
    assert answer["immunity"]["headline"] == "No record found: this does not mean no immunity"


def test_no_record_never_carries_the_immunity_of_a_near_plate() -> None:
    near = ask({"plate": "DEAI234"}, vehicle(), member(), mission())
    alone = ask({"plate": "DEAI234"})
    assert [candidate["plate"] for candidate in near["candidates"]] == [PLATE]
    assert near["immunity"] == alone["immunity"]
    assert near["guidance"] == alone["guidance"]
    assert (near["vehicle"], near["person"]) == (None, None)


def test_circumstances_are_kept_where_there_is_no_record() -> None:
    said = {"circumstances": {"situation": "dui", "bag": True}}
    assert {"dui_tests_offer_only", "bag_inviolable"} < set(blocks(ask(ASKED | said)))
    assert {"dui_tests_offer_only", "bag_inviolable"} < set(blocks(ask(ASKED | said | {"state": "VA"}, vehicle())))


def test_unverified_never_opens_an_action() -> None:
    for things in ([], [held("vehicle", PLATE)], [mission_vehicle(), mission()], [vehicle()]):
        given = answers(ask(ASKED, *things))
        for action in ("arrest_or_detain", "enter_residence", "search_person", "prosecute"):
            assert given[action] != "yes"


# possible matches


def test_the_same_characters_of_another_issuer_are_possible_matches_without_a_level() -> None:
    answer = ask(ASKED | {"state": "VA"}, vehicle(), member(), mission())
    assert verdict(answer) == ("possible_matches", *NOBODY)
    assert (answer["vehicle"], answer["person"], answer["premises"]) == (None, None, None)
    assert [candidate["plate"] for candidate in answer["candidates"]] == [PLATE]
    assert notices(answer) == ["issuer_differs"]
    assert "no_record_is_not_no_immunity" not in blocks(answer)


def test_a_held_plate_of_another_issuer_is_a_possible_match_too() -> None:
    answer = ask(ASKED | {"state": "CA-ON"}, held("vehicle", PLATE))
    assert verdict(answer) == ("possible_matches", *NOBODY)
    assert "record_conflict" not in blocks(answer)


def test_another_issuers_plate_that_we_do_not_have_is_no_record_with_the_notice() -> None:
    answer = ask(ASKED | {"state": "VA"}, vehicle(plate="DEA1235"))
    assert verdict(answer) == ("no_record", *NOBODY)
    assert answer["candidates"] == []
    assert notices(answer) == ["issuer_differs"]


def test_the_department_by_name_is_no_other_issuer() -> None:
    for state in ("US", "us-dos"):
        answer = ask(ASKED | {"state": state}, vehicle(), member(), mission())
        assert (answer["outcome"], notices(answer)) == ("match", [])


def test_several_vehicles_with_one_number_are_possible_matches() -> None:
    other = vehicle(plate="DEA1111", vin=VIN, member_id=None)
    answer = ask({"vin": VIN}, vehicle(vin=VIN), other, member(), mission())
    assert verdict(answer) == ("possible_matches", *NOBODY)
    assert (answer["vehicle"], answer["person"]) == (None, None)
    assert [candidate["plate"] for candidate in answer["candidates"]] == ["DEA1111", "DEA1234"]


def test_of_several_vehicles_with_one_number_the_valid_one_answers() -> None:
    old = vehicle(plate="DEA1111", vin=VIN, registration_status="revoked")
    answer = ask({"vin": VIN.lower()}, old, vehicle(vin=VIN), member(), mission())
    assert verdict(answer) == ("match", "full", "registrant", "diplomatic_agent")
    assert answer["vehicle"]["plate"] == PLATE
    assert (answer["query"]["kind"], answer["query"]["display"], answer["query"]["reading"]) == ("vin", VIN, None)


# records that cannot be used


@pytest.mark.parametrize(
    "things",
    [
        [held("vehicle", PLATE)],
        [vehicle(), mission()],
        [vehicle(), mission(), held("member", "TRN1")],
        [vehicle(), member(post(mission_id="gone")), mission()],
        [mission_vehicle()],
        [mission_vehicle(), held("mission", "EM1")],
    ],
    ids=["held", "member gone", "member held", "member's mission gone", "mission gone", "mission held"],
)
def test_a_plate_that_cannot_be_used_is_a_match_about_nobody(things: list[Any]) -> None:
    answer = ask(ASKED, *things)
    assert verdict(answer) == ("match", *NOBODY)
    assert answer["person"] is None
    assert answer["vehicle"]["plate"] == PLATE
    assert "record_conflict" in blocks(answer)
    assert "no_record_is_not_no_immunity" not in blocks(answer)


def test_a_held_vehicle_is_shown_by_its_plate_alone() -> None:
    seen = ask(ASKED, held("vehicle", PLATE))["vehicle"]
    assert {name for name, value in seen.items() if value is not None} == {"handle", "plate", "display"}


def test_a_mission_that_cannot_be_used_is_shown_by_its_id_alone() -> None:
    of = ask(ASKED, vehicle(mission_id="gone"), member(), mission())["vehicle"]["mission"]
    assert {name: value for name, value in of.items() if value is not None} == {"mission_id": "gone"}
