"""What an answer names as having had a part in it: all that is needed to derive it again, and no more."""

from typing import Any

import pytest

from lookup.queries import read_query
from lookup.records import Record
from tests.unit.asking import Thing, notices, refused, service
from tests.unit.memory_registry import HEAD, held, record_of, tombstone
from tests.unit.people import (
    CARD,
    LICENSE,
    PLATE,
    agreement,
    card,
    day,
    driver_license,
    family,
    member,
    mission,
    post,
    premises,
    vehicle,
)

BY_ID = {"member_id": "TRN1"}
BY_FAMILY = {"member_id": "TRN2"}
BY_PLATE = {"plate": PLATE}
BY_CARD = {"document": {"number": CARD}}
BY_ADDRESS = {"address": {"street": "1234 Example Ave NW", "city": "Washington", "state": "DC"}}
YESTERDAY = {"at": "2026-11-20T12:00:00Z"}
BY_NAME = {"person": {"family_name": "Quillfeather", "date_of_birth": "1980-05-17"}}
REGISTRANT = ["member:TRN1", "mission:EM1"]
DOCUMENTS = [f"driver_license:{LICENSE}", f"identity_card:{CARD}"]


def rests_on(body: dict[str, Any], *things: Thing) -> list[str]:
    return sorted(name.key for name in service(*things).answer(read_query(body)).rests_on)


@pytest.mark.parametrize(
    ("body", "things", "keys"),
    [
        (BY_PLATE, [vehicle(), member(), mission(), card()], [*REGISTRANT, "vehicle:DEA1234"]),
        (BY_PLATE, [held("vehicle", PLATE)], ["vehicle:DEA1234"]),
        (BY_PLATE, [vehicle(), held("member", "TRN1"), mission()], [*REGISTRANT, "vehicle:DEA1234"]),
        (BY_PLATE, [tombstone("vehicle", PLATE)], ["vehicle:DEA1234"]),
        (BY_PLATE, [vehicle(plate="DEA1235"), vehicle(plate="ZZZ1")], ["vehicle:DEA1235"]),
        (BY_PLATE | {"state": "VA"}, [vehicle(), member()], ["vehicle:DEA1234"]),
        (BY_PLATE | {"state": "VA"}, [tombstone("vehicle", PLATE)], []),
        (BY_ID, [member(), mission(), card()], ["identity_card:TRNC1", *REGISTRANT]),
        (BY_ID, [tombstone("member", "TRN1")], ["member:TRN1"]),
        (BY_ID, [member(), tombstone("mission", "EM1")], REGISTRANT),
        (BY_FAMILY, [family(), member(), mission()], ["member:TRN1", "member:TRN2", "mission:EM1"]),
        (BY_CARD, [card(), member(), mission(), driver_license()], [*DOCUMENTS, *REGISTRANT]),
        (BY_CARD, [tombstone("identity_card", CARD)], ["identity_card:TRNC1"]),
        (BY_CARD | {"state": "VA"}, [card(), member(), mission()], ["identity_card:TRNC1", "member:TRN1"]),
        (BY_NAME, [member(), member(member_id="TRN5"), mission()], ["member:TRN1", "member:TRN5"]),
        (BY_ADDRESS, [premises(), mission()], ["mission:EM1", "premises:P1"]),
        (BY_ADDRESS, [premises(address="1235 Example Ave NW"), mission()], ["mission:EM1", "premises:P1"]),
        (BY_ADDRESS | YESTERDAY, [premises(recognized_on=day(0)), mission()], ["premises:P1"]),
    ],
)  # fmt: skip
def test_every_record_that_had_a_part_is_named(body: dict[str, Any], things: list[Thing], keys: list[str]) -> None:
    assert rests_on(body, *things) == keys


def test_the_vehicle_that_a_person_drives_is_named_whatever_it_is() -> None:
    body = BY_ID | {"circumstances": {"driver_of": PLATE}}
    driven: tuple[Thing, ...] = (vehicle(member_id="TRN5"), held("vehicle", PLATE), tombstone("vehicle", PLATE))
    for one in driven:
        assert "vehicle:DEA1234" in rests_on(body, member(), mission(), one)


def test_of_the_agreements_the_one_that_counts_is_named() -> None:
    others = (
        agreement(agreement_id="AG2", treated_as="service_staff"),
        agreement(agreement_id="AG3", sending_state="DE"),
    )
    staff = member(post(category="service_staff"))
    assert rests_on(BY_ID, staff, mission(), agreement(), *others) == ["agreement:AG1", *REGISTRANT]


def test_a_record_is_named_once_with_its_version_and_its_handle() -> None:
    things = (vehicle(), member(), mission())
    names = service(*things).answer(read_query(BY_PLATE)).rests_on
    records: list[Record] = [record_of(thing) for thing in things]
    assert sorted(names) == sorted((record.key, record.version, record.handle) for record in records)


def test_a_newer_row_of_what_is_only_shown_beside_is_not_noticed() -> None:
    near = service(refused(vehicle(plate="DEA1235")), head=HEAD).answer(read_query(BY_PLATE))
    beside = service(member(), mission(), refused(card())).answer(read_query(BY_ID))
    assert [name.key for name in near.rests_on] == ["vehicle:DEA1235"]
    assert (notices(near.document()), notices(beside.document())) == ([], [])
