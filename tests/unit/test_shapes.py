"""Records as JSON objects: names and order of their fields, and what a record that cannot be used shows."""

from dataclasses import asdict

from lookup.shapes import (
    day_text,
    document_object,
    mission_object,
    person_name,
    person_object,
    premises_object,
    vehicle_object,
)
from tests.unit.memory_registry import held, record_of
from tests.unit.people import DAY, card, driver_license, member, mission, organization, premises, vehicle


def test_a_day_is_written_as_year_month_day() -> None:
    assert (day_text(DAY), day_text(None)) == ("2026-11-21", None)


def test_a_mission_shows_id_name_kind_and_whose_it_is() -> None:
    assert mission_object("IO1", organization("un")) == {
        "mission_id": "IO1",
        "name": "Invented Organization",
        "kind": "international_organization",
        "sending_state": None,
        "organization": "un",
    }
    assert mission_object("EM1", mission())["sending_state"] == "FR"


def test_a_mission_that_cannot_be_used_shows_its_id_alone() -> None:
    shown = mission_object("EM9", None)
    assert list(shown) == list(mission_object("EM1", mission()))
    assert {name: value for name, value in shown.items() if value is not None} == {"mission_id": "EM9"}


def test_a_vehicle_shows_what_can_be_compared_at_the_roadside() -> None:
    shown = vehicle_object(record_of(vehicle(valid_until=DAY)), {"mission_id": "EM1"})
    assert list(shown) == [
        "handle",
        "plate",
        "display",
        "make",
        "model",
        "color",
        "year",
        "vin",
        "registration_status",
        "valid_until",
        "mission",
    ]
    assert (shown["valid_until"], shown["mission"]) == ("2026-11-21", {"mission_id": "EM1"})


def test_a_vehicle_shows_neither_registrant_nor_lessor_nor_title() -> None:
    secretive = vehicle(lessor="Invented Leasing", title_number="TRNT1", member_id="TRN1")
    text = str(vehicle_object(record_of(secretive), None))
    assert not [value for value in ("Invented Leasing", "TRNT1", "TRN1") if value in text]


def test_a_held_vehicle_shows_its_plate_alone() -> None:
    shown = vehicle_object(held("vehicle", "DEA1234"), None)
    assert {name: value for name, value in shown.items() if value is not None} == {
        "handle": "handle",
        "plate": "DEA1234",
        "display": "D EA 1234",
    }


def test_a_name_is_read_out_given_names_first() -> None:
    assert person_name(member()) == "Ada Quillfeather"
    assert person_name(member(given_names=None)) == "Quillfeather"


def test_a_person_shows_the_documents_that_can_be_used() -> None:
    papers = [record_of(card()), held("identity_card", "TRNC9"), record_of(driver_license(expires_on=DAY))]
    shown = person_object(record_of(member()), member(), "principal", None, None, papers)
    assert shown["documents"] == [
        {"kind": "identity_card", "number": "TRNC1", "status": "active", "expires_on": None},
        {"kind": "driver_license", "number": "TRNL1", "status": "active", "expires_on": "2026-11-21"},
    ]
    assert list(shown) == ["handle", "member_id", "name", "date_of_birth", "role", "title", "mission", "documents"]


def test_a_person_without_a_date_of_birth_shows_none() -> None:
    unborn = member(date_of_birth=None)
    assert person_object(record_of(unborn), unborn, "principal", None, None, [])["date_of_birth"] is None


def test_what_is_no_document_shows_as_none() -> None:
    assert document_object(held("driver_license", "TRNL1")) is None
    assert document_object(record_of(member())) is None


def test_premises_show_where_they_are_and_not_who_lives_there() -> None:
    home = premises(kind="residence", member_id="TRN1", latitude=38.9, longitude=-77.0, postal_code="00012")
    shown = premises_object(record_of(home), home, {"mission_id": "EM1"}, "full")
    kept = {name: asdict(home)[name] for name in ("premises_id", "kind", "address", "city", "state")}
    assert shown == {"handle": "handle-premises:P1", **kept, "mission": {"mission_id": "EM1"}, "occupant_level": "full"}
