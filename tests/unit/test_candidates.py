"""Candidates: what tells one from another, and nothing from which somebody could act."""

import json
from typing import Any

from lookup.candidates import candidate_objects
from lookup.identify import identify
from lookup.queries import read_query
from tests.unit.memory_registry import MemoryRegistry, held
from tests.unit.people import CARD, DAY, PLATE, card, driver_license, member, mission, premises, vehicle

NOTHING_TO_ACT_ON = ("level", "immunity", "permissions", "category", "applies_to", "occupant_level")


def candidates_of(body: dict[str, Any], *things: Any) -> list[dict[str, Any]]:
    registry = MemoryRegistry(*things)
    return candidate_objects(identify(read_query(body), registry, DAY), registry.get)


def test_a_near_plate_shows_how_it_differs_and_the_vehicle_to_compare() -> None:
    (candidate,) = candidates_of({"plate": "DEAI234"}, vehicle(year=2023, color="blue"), member(), mission())
    assert candidate.pop("score") > 0.6
    assert candidate == {
        "plate": "DEA1234",
        "display": "D EA 1234",
        "differs_at": [3],
        "because": "1 read as I",
        "vehicle": {
            "handle": "handle-vehicle:DEA1234",
            "plate": "DEA1234",
            "display": "D EA 1234",
            "make": "Zephyr",
            "model": None,
            "color": "blue",
            "year": 2023,
            "vin": None,
            "registration_status": "active",
            "valid_until": None,
        },
    }


def test_look_alikes_come_before_edits_and_at_most_ten() -> None:
    near = [vehicle(plate=f"DEA123{digit}") for digit in "0123456789"]
    candidates = candidates_of({"plate": "DEA123B"}, *near, vehicle(plate="DEA123"), vehicle(plate="DEA12B3"))
    assert len(candidates) == 10
    assert candidates[0]["plate"] == "DEA1238"
    scores = [candidate["score"] for candidate in candidates]
    assert scores == sorted(scores, reverse=True)


def test_a_plate_of_another_issuer_has_ours_as_a_candidate_that_differs_nowhere() -> None:
    (candidate,) = candidates_of({"plate": PLATE, "state": "VA"}, vehicle())
    assert (candidate["plate"], candidate["differs_at"], candidate["score"]) == (PLATE, [], 1.0)
    assert candidate["because"] == "same characters, issued by the Department of State"
    assert candidate["vehicle"]["make"] == "Zephyr"


def test_a_held_vehicle_as_a_candidate_shows_its_plate_alone() -> None:
    (candidate,) = candidates_of({"plate": PLATE, "state": "VA"}, held("vehicle", PLATE))
    assert (candidate["plate"], candidate["vehicle"]["plate"]) == (PLATE, PLATE)
    assert candidate["vehicle"]["registration_status"] is None


def test_a_person_shows_what_tells_them_from_another() -> None:
    body = {"person": {"family_name": "Quillfeather", "date_of_birth": "1980-05-17"}}
    candidates = candidates_of(body, member(sex="F"), member(member_id="TRN5", given_names="Bo", nationality=("ES",)))
    assert candidates[0] == {
        "person": {
            "handle": "handle-member:TRN1",
            "member_id": "TRN1",
            "name": "Ada Quillfeather",
            "date_of_birth": "1980-05-17",
            "sex": "F",
            "nationality": ["FR"],
        },
        "because": "same name and date of birth",
        "score": 1.0,
    }
    assert [candidate["person"]["name"] for candidate in candidates] == ["Ada Quillfeather", "Bo Quillfeather"]


def test_a_document_of_two_members_shows_both_with_their_holders() -> None:
    license_of_another = driver_license(license_number=CARD, member_id="TRN5")
    both = candidates_of({"document": {"number": CARD}}, card(), license_of_another, member(), mission())
    assert [candidate["document"]["kind"] for candidate in both] == ["identity_card", "driver_license"]
    assert both[0]["document"] == {
        "kind": "identity_card",
        "number": CARD,
        "status": "active",
        "expires_on": None,
    }
    assert both[0]["person"]["member_id"] == "TRN1"
    assert both[1]["person"] is None


def test_a_held_document_as_a_candidate_shows_kind_and_number_alone() -> None:
    (candidate,) = candidates_of({"document": {"number": CARD}, "state": "NY"}, held("identity_card", CARD))
    assert candidate["document"] == {"kind": "identity_card", "number": CARD, "status": None, "expires_on": None}


def test_near_premises_show_where_they_are_and_no_occupant() -> None:
    body = {"address": {"street": "1235 Example Ave NW", "city": "Washington", "state": "DC"}}
    home = premises(kind="residence", member_id="TRN1")
    (candidate,) = candidates_of(body, home, member(), mission())
    assert candidate["premises"]["address"] == "1234 Example Avenue NW"
    assert candidate["premises"]["mission"]["name"] == "Embassy of Arcadia"
    assert candidate["premises"]["occupant_level"] is None
    assert (candidate["because"], candidate["score"]) == ("one letter or digit off", 0.95)


def test_near_premises_of_a_mission_that_cannot_be_used_show_its_id_alone() -> None:
    body = {"address": {"street": "1235 Example Ave NW", "city": "Washington", "state": "DC"}}
    (candidate,) = candidates_of(body, premises())
    assert candidate["premises"]["mission"]["mission_id"] == "EM1"
    assert candidate["premises"]["mission"]["name"] is None


def test_no_candidate_carries_a_level() -> None:
    registry = [vehicle(), card(), member(), mission(), driver_license(license_number=CARD, member_id="TRN5")]
    bodies: list[dict[str, Any]] = [
        {"plate": "DEAI234"},
        {"plate": PLATE, "state": "VA"},
        {"document": {"number": CARD}},
        {"person": {"family_name": "Quillfether", "date_of_birth": "1980-05-17"}},
    ]
    for body in bodies:
        text = json.dumps(candidates_of(body, *registry))
        assert text != "[]"
        assert not [name for name in NOTHING_TO_ACT_ON if f'"{name}"' in text]


def test_a_match_has_no_candidates() -> None:
    assert candidates_of({"plate": PLATE}, vehicle(), vehicle(plate="DEA1235")) == []
