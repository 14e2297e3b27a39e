"""Which records a query means: one, several, or none; and that what is merely near is a candidate."""

from datetime import date
from typing import Any

import pytest

from lookup.identify import CANDIDATE_LIMIT, Identification, identify
from lookup.queries import read_query
from tests.unit.memory_registry import MemoryRegistry, held, tombstone
from tests.unit.people import CARD, DAY, PLATE, card, driver_license, member, vehicle

VIN = "TRN00000000000001"


def identified(body: dict[str, Any], *things: Any, on: date = DAY) -> Identification:
    return identify(read_query(body), MemoryRegistry(*things), on)


def near_keys(found: Identification) -> list[str]:
    return [near.record.key for near in found.near]


# plate


def test_a_plate_on_record_is_a_match_without_candidates() -> None:
    found = identified({"plate": "dea-1234"}, vehicle(), vehicle(plate="DEA1235"))
    assert found.outcome == "match"
    assert found.vehicle is not None
    assert found.vehicle.key == "vehicle:DEA1234"
    assert (found.plates, found.near) == ((), ())


def test_a_held_vehicle_is_a_match_without_content() -> None:
    found = identified({"plate": PLATE}, held("vehicle", PLATE))
    assert found.outcome == "match"
    assert found.vehicle is not None
    assert found.vehicle.content is None


def test_a_plate_that_is_not_on_record_has_the_near_ones_as_candidates() -> None:
    found = identified({"plate": "DEA123A"}, vehicle(), vehicle(plate="DEA1294"))
    assert (found.outcome, found.vehicle, found.gone) == ("no_record", None, ())
    assert [one.near_miss.plate for one in found.plates] == ["DEA1234"]


def test_a_deleted_vehicle_is_no_record_and_known_to_be_gone() -> None:
    found = identified({"plate": PLATE}, tombstone("vehicle", PLATE), vehicle(plate="DEA1235"))
    assert (found.outcome, found.gone, len(found.plates)) == ("no_record", (tombstone("vehicle", PLATE),), 1)


@pytest.mark.parametrize("state", ["VA", "US-VA", "CA-ON"])
def test_the_same_characters_of_another_issuer_are_a_candidate(state: str) -> None:
    for ours in (vehicle(), held("vehicle", PLATE)):
        found = identified({"plate": PLATE, "state": state}, ours)
        assert (found.outcome, found.vehicle, near_keys(found)) == ("possible_matches", None, ["vehicle:DEA1234"])


def test_another_issuers_plate_has_no_near_misses_of_ours() -> None:
    for others in ([vehicle(plate="DEA1235")], [tombstone("vehicle", PLATE)], []):
        assert identified({"plate": PLATE, "state": "VA"}, *others) == Identification("no_record")


@pytest.mark.parametrize("state", ["US", "us-dos", None])
def test_the_departments_plate_is_ours(state: str | None) -> None:
    assert identified({"plate": PLATE, "state": state}, vehicle()).outcome == "match"


# vin


def test_one_vehicle_with_the_number_is_a_match() -> None:
    found = identified({"vin": VIN.lower()}, vehicle(vin=VIN), vehicle(plate="DEA1235"))
    assert found.vehicle is not None
    assert (found.outcome, found.vehicle.key) == ("match", "vehicle:DEA1234")


@pytest.mark.parametrize("status", ["surrendered", "revoked"])
def test_of_several_vehicles_with_one_number_those_that_stand_for_nobody_are_left_out(status: str) -> None:
    old = vehicle(plate="DEA1111", vin=VIN, registration_status=status)
    found = identified({"vin": VIN}, old, vehicle(vin=VIN))
    assert found.vehicle is not None
    assert (found.outcome, found.vehicle.key) == ("match", "vehicle:DEA1234")


def test_vehicles_that_all_stand_for_nobody_all_count() -> None:
    one = vehicle(vin=VIN, registration_status="revoked")
    other = vehicle(plate="DEA1111", vin=VIN, registration_status="surrendered")
    assert identified({"vin": VIN}, one).outcome == "match"
    found = identified({"vin": VIN}, one, other)
    assert (found.outcome, near_keys(found)) == ("possible_matches", ["vehicle:DEA1111", "vehicle:DEA1234"])


@pytest.mark.parametrize("status", ["active", "expired", "suspended", "stolen"])
def test_several_vehicles_that_remain_are_possible_matches(status: str) -> None:
    other = vehicle(plate="DEA1111", vin=VIN, registration_status=status)
    found = identified({"vin": VIN}, vehicle(vin=VIN), other)
    assert (found.outcome, found.vehicle, len(found.near)) == ("possible_matches", None, 2)


def test_a_number_that_is_on_no_vehicle_is_no_record_without_candidates() -> None:
    assert identified({"vin": VIN}, vehicle(vin="TRN00000000000002")) == Identification("no_record")


def test_the_one_vehicle_that_counts_is_found_behind_a_thousand_that_stand_for_nobody() -> None:
    old = [vehicle(plate=f"DEA{number}", vin=VIN, registration_status="revoked") for number in range(1000, 2000)]
    found = identified({"vin": VIN}, *old, vehicle(plate="DEB1", vin=VIN))
    assert found.vehicle is not None
    assert (found.outcome, found.vehicle.key) == ("match", "vehicle:DEB1")


# member id


def test_a_member_is_found_by_id_good_or_held() -> None:
    for record in (member(), held("member", "TRN1")):
        found = identified({"member_id": "trn-1"}, record)
        assert found.member is not None
        assert (found.outcome, found.member.key) == ("match", "member:TRN1")


def test_a_member_who_is_not_there_or_deleted_is_no_record_without_candidates() -> None:
    assert identified({"member_id": "TRN2"}, member()) == Identification("no_record")
    gone = tombstone("member", "TRN1")
    assert identified({"member_id": "TRN1"}, gone) == Identification("no_record", gone=(gone,))


# document


@pytest.mark.parametrize(
    ("kind", "key"),
    [("identity_card", "identity_card:TRNC1"), ("driver_license", "driver_license:TRNC1"), (None, None)],
)
def test_a_number_that_two_members_have_is_one_of_each_kind_and_possible_without(
    kind: str | None, key: str | None
) -> None:
    both = (card(), driver_license(license_number=CARD, member_id="TRN2"))
    found = identified({"document": {"number": CARD, "kind": kind}}, *both)
    if key is None:
        assert (found.outcome, found.document) == ("possible_matches", None)
        assert near_keys(found) == ["identity_card:TRNC1", "driver_license:TRNC1"]
    else:
        assert found.document is not None
        assert (found.outcome, found.document.key) == ("match", key)


def test_of_a_card_and_a_license_of_one_member_the_card_counts() -> None:
    found = identified({"document": {"number": CARD}}, driver_license(license_number=CARD), card())
    assert found.document is not None
    assert (found.outcome, found.document.kind) == ("match", "identity_card")


def test_a_document_of_the_other_kind_is_not_the_one_asked_for() -> None:
    asked = {"document": {"number": CARD, "kind": "driver_license"}}
    assert identified(asked, card()) == Identification("no_record")


def test_a_held_document_is_a_match_without_content() -> None:
    found = identified({"document": {"number": CARD}}, held("identity_card", CARD))
    assert found.document is not None
    assert (found.outcome, found.document.content) == ("match", None)


def test_a_held_card_beside_a_license_with_its_number_leaves_open_whose_it_is() -> None:
    found = identified({"document": {"number": CARD}}, held("identity_card", CARD), driver_license(license_number=CARD))
    assert (found.outcome, found.document) == ("possible_matches", None)
    assert near_keys(found) == ["identity_card:TRNC1", "driver_license:TRNC1"]


def test_a_deleted_document_is_no_record_and_does_not_stand_before_a_good_one() -> None:
    gone = tombstone("identity_card", CARD)
    assert identified({"document": {"number": CARD}}, gone) == Identification("no_record", gone=(gone,))
    found = identified({"document": {"number": CARD}}, gone, driver_license(license_number=CARD))
    assert found.document is not None
    assert found.document.kind == "driver_license"


def test_a_document_of_another_issuer_makes_ours_a_candidate() -> None:
    asked = {"document": {"number": CARD}, "state": "NY"}
    for ours in (card(), held("identity_card", CARD), driver_license(license_number=CARD)):
        found = identified(asked, ours)
        assert (found.outcome, found.document, len(found.near)) == ("possible_matches", None, 1)
    assert identified(asked, tombstone("identity_card", CARD)) == Identification("no_record")


# person


def person(**changes: Any) -> dict[str, Any]:
    asked = {"family_name": "Quillfeather", "given_names": "Ada", "date_of_birth": "1980-05-17"}
    return {"person": {name: text for name, text in (asked | changes).items() if text is not None}}


@pytest.mark.parametrize(
    "body",
    [
        person(),
        person(given_names=None),
        person(family_name="QUILL-FEATHER"),
        person(family_name="Qu\u00edllfeather", given_names="ADA"),
    ],
)
def test_a_name_and_date_of_birth_that_fit_one_record_after_folding_are_a_match(body: dict[str, Any]) -> None:
    found = identified(body, member(), member(member_id="TRN5", family_name="Other"))
    assert found.member is not None
    assert (found.outcome, found.member.key, found.near) == ("match", "member:TRN1", ())


def test_a_fit_on_two_records_is_possible_matches() -> None:
    found = identified(person(given_names=None), member(), member(member_id="TRN5", given_names="Bo"))
    assert (found.outcome, found.member) == ("possible_matches", None)
    assert near_keys(found) == ["member:TRN1", "member:TRN5"]


def test_a_fit_leaves_what_is_merely_near_out() -> None:
    found = identified(person(), member(), member(member_id="TRN5", family_name="Quillfeathers"))
    assert (found.outcome, found.near) == ("match", ())


@pytest.mark.parametrize(
    ("body", "because"),
    [
        (person(given_names="Bo"), "another given name"),
        (person(given_names=""), "another given name"),
        (person(family_name="Quillfether"), "family name one letter off"),
        (person(family_name="Quillfaether"), "family name one letter off"),
        (person(family_name="Ada", given_names="Quillfeather"), "family and given names exchanged"),
    ],
)
def test_what_is_looser_is_a_candidate(body: dict[str, Any], because: str) -> None:
    found = identified(body, member())
    assert (found.outcome, near_keys(found)) == ("possible_matches", ["member:TRN1"])
    assert found.near[0].because == because
    assert 0 < found.near[0].score < 1


@pytest.mark.parametrize(
    "body", [person(date_of_birth="1980-05-18"), person(family_name="Quilfeathrs"), person(family_name="Thornbury")]
)
def test_another_date_of_birth_or_another_name_is_nobody(body: dict[str, Any]) -> None:
    assert identified(body, member()) == Identification("no_record")


def test_a_held_member_is_not_found_by_name() -> None:
    assert identified(person(), held("member", "TRN1")) == Identification("no_record")


def test_candidates_are_at_most_ten_the_nearest_first() -> None:
    namesakes = [member(member_id=f"TRN{number}", given_names=f"Name{number}") for number in range(10, 25)]
    one_off = member(member_id="TRN0", family_name="Quillfeathe")
    found = identified(person(), one_off, *namesakes)
    assert len(found.near) == CANDIDATE_LIMIT == 10
    scores = [near.score for near in found.near]
    assert scores == sorted(scores, reverse=True)
    assert near_keys(identified(person(), namesakes[0], one_off)) == ["member:TRN0", "member:TRN10"]
    exchanged = member(member_id="TRN0", family_name="Ada", given_names="Quillfeather")
    assert near_keys(identified(person(), exchanged, namesakes[0])) == ["member:TRN10", "member:TRN0"]


def test_of_many_that_fit_alike_ten_are_candidates() -> None:
    named_alike = [member(member_id=f"TRN{number}") for number in range(10, 22)]
    assert near_keys(identified(person(), *named_alike)) == [f"member:TRN{number}" for number in range(10, 20)]


@pytest.mark.parametrize(
    ("body", "outcome"), [(person(), "match"), (person(family_name="Quillfether"), "possible_matches")]
)
def test_a_person_is_found_behind_a_thousand_of_that_name_and_day(body: dict[str, Any], outcome: str) -> None:
    others = [member(member_id=f"TRN{number}", given_names="Bo") for number in range(1000, 1999)]
    found = identified(body, *others, member(member_id="TRN1999"), member(member_id="TRN2000", given_names="Bo"))
    behind = identified(body, *others, member(member_id="TRN1998", given_names="Bo"), member(member_id="TRN1999"))
    for one in (found, behind):
        assert one.outcome == outcome
        assert "member:TRN1999" in ([one.member.key] if one.member else near_keys(one))
