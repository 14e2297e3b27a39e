"""Whole answers about a person: by member id, by document, by name and date of birth; and the vehicle they drive."""

from typing import Any

import pytest

from lookup.law.terms import CardStatus
from lookup.records import IdentityCardStatus
from tests.unit.asking import answers, ask, blocks, notices, verdict
from tests.unit.memory_registry import held
from tests.unit.people import (
    CARD,
    LICENSE,
    PLATE,
    card,
    day,
    driver_license,
    family,
    member,
    mission,
    mission_vehicle,
    organization,
    post,
    unaccredited,
    vehicle,
)

NOBODY = ("unverified", "nobody_yet", None)
BY_ID = {"member_id": "trn-1"}
BY_CARD = {"document": {"number": CARD}}
BY_LICENSE = {"document": {"number": LICENSE, "kind": "driver_license"}}
BY_NAME = {"person": {"family_name": "Quillfeather", "given_names": "Ada", "date_of_birth": "1980-05-17"}}
FULL = ("match", "full", "person", "diplomatic_agent")


@pytest.mark.parametrize("body", [BY_ID, BY_CARD, BY_LICENSE, BY_NAME])
def test_a_person_is_a_match_by_id_by_document_or_by_name_and_date_of_birth(body: dict[str, Any]) -> None:
    answer = ask(body, member(), mission(), card(), driver_license())
    assert verdict(answer) == FULL
    assert (answer["vehicle"], answer["premises"], answer["candidates"]) == (None, None, [])
    assert "plate_is_not_proof" not in blocks(answer)


def test_a_match_shows_the_person_with_mission_title_and_documents() -> None:
    papers = (card(expires_on=day(9)), driver_license(status="suspended"), held("identity_card", "TRNC9"))
    answer = ask(BY_ID, member(post(title="Second Secretary")), mission(), *papers)
    assert answer["person"] == {
        "handle": "handle-member:TRN1",
        "member_id": "TRN1",
        "name": "Ada Quillfeather",
        "date_of_birth": "1980-05-17",
        "role": "principal",
        "title": "Second Secretary",
        "mission": {
            "mission_id": "EM1",
            "name": "Embassy of Arcadia",
            "kind": "embassy",
            "sending_state": "FR",
            "organization": None,
        },
        "documents": [
            {"kind": "identity_card", "number": CARD, "status": "active", "expires_on": "2026-11-30"},
            {"kind": "driver_license", "number": LICENSE, "status": "suspended", "expires_on": None},
        ],
    }


def test_the_title_and_mission_are_those_of_the_post_that_the_answer_is_about() -> None:
    posts = (
        post(title="Old", terminated_on=day(-300), departed_on=day(-290), effective_on=day(-900)),
        post(accreditation_id="A2", title="Now", mission_id="IO1", category="io_mission_diplomat"),
        post(accreditation_id="A3", title="Lesser", category="service_staff"),
    )
    answer = ask(BY_ID, member(*posts), mission(), organization("un"))
    assert answer["immunity"]["category"] == "io_mission_diplomat"
    assert (answer["person"]["title"], answer["person"]["mission"]["mission_id"]) == ("Now", "IO1")


def test_of_two_posts_in_one_category_the_one_in_force_is_shown() -> None:
    old = post(title="Old", terminated_on=day(-10), departed_on=day(-5))
    now = post(accreditation_id="A0", title="Now", effective_on=day(-900))
    assert ask(BY_ID, member(old, now), mission())["person"]["title"] == "Now"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (BY_ID, {"kind": "member_id", "given": "trn-1", "normalized": "TRN1", "display": "TRN1", "reading": None}),
        (BY_CARD, {"kind": "document", "given": CARD, "normalized": CARD, "display": CARD, "reading": None}),
    ],
)
def test_the_query_is_shown_as_written_and_as_compared(body: dict[str, Any], shown: dict[str, Any]) -> None:
    assert ask(body, member(), mission(), card())["query"] == shown


# no record, possible matches


@pytest.mark.parametrize("body", [BY_ID, BY_CARD, BY_LICENSE, BY_NAME])
def test_a_person_who_is_not_on_record_is_no_record(body: dict[str, Any]) -> None:
    answer = ask(body, mission())
    assert verdict(answer) == ("no_record", *NOBODY)
    assert (answer["vehicle"], answer["person"], answer["candidates"]) == (None, None, [])
    assert "no_record_is_not_no_immunity" in blocks(answer)


def test_two_people_of_one_name_and_date_of_birth_are_possible_matches_without_a_level() -> None:
    answer = ask(BY_NAME, member(), member(member_id="TRN5"), mission())
    assert verdict(answer) == ("possible_matches", *NOBODY)
    assert answer["person"] is None
    assert [candidate["person"]["member_id"] for candidate in answer["candidates"]] == ["TRN1", "TRN5"]
    assert answer["immunity"]["headline"] == "More than one possible match: nobody is identified yet"


def test_another_given_name_is_a_possible_match() -> None:
    answer = ask({"person": BY_NAME["person"] | {"given_names": "Bo"}}, member(), mission())
    assert verdict(answer) == ("possible_matches", *NOBODY)
    assert len(answer["candidates"]) == 1


def test_a_document_of_two_members_is_possible_matches() -> None:
    other = driver_license(license_number=CARD, member_id="TRN2")
    answer = ask(BY_CARD, card(), other, member(), family(), mission())
    assert verdict(answer) == ("possible_matches", *NOBODY)
    assert [candidate["person"]["member_id"] for candidate in answer["candidates"]] == ["TRN1", "TRN2"]
    assert notices(answer) == []


def test_of_one_members_card_and_license_the_card_counts() -> None:
    license_given_back = driver_license(license_number=CARD, status="surrendered")
    answer = ask(BY_CARD, card(), license_given_back, member(), mission())
    assert verdict(answer) == FULL
    assert notices(answer) == []
    only_license = {"document": {"number": CARD, "kind": "driver_license"}}
    asked_for = ask(only_license, card(), license_given_back, member(), mission())
    assert verdict(asked_for) == ("match", "unverified", "person", "diplomatic_agent")


def test_a_document_of_another_issuer_is_a_possible_match_without_a_level() -> None:
    answer = ask(BY_CARD | {"state": "NY"}, card(), member(), mission())
    assert verdict(answer) == ("possible_matches", *NOBODY)
    assert notices(answer) == ["issuer_differs"]
    assert answer["candidates"][0]["person"]["member_id"] == "TRN1"
    assert notices(ask(BY_CARD | {"state": "NY"}, member(), mission())) == ["issuer_differs"]


# documents


@pytest.mark.parametrize("status", ["lost", "stolen", "surrendered", "revoked"])
def test_an_unreliable_card_leaves_the_bearer_unverified(status: IdentityCardStatus) -> None:
    answer = ask(BY_CARD, card(status=status), member(), mission())
    assert verdict(answer) == ("match", "unverified", "person", "diplomatic_agent")
    assert "card_not_reliable" in blocks(answer)
    assert answer["person"]["member_id"] == "TRN1"


def test_an_expired_card_ends_no_standing() -> None:
    answer = ask(BY_CARD, card(expires_on=day(-1)), member(), mission())
    assert verdict(answer) == FULL
    assert "card_expired_not_status_expired" in blocks(answer)


def test_by_member_id_a_lost_card_is_not_asked() -> None:
    assert verdict(ask(BY_ID, card(status="lost"), member(), mission())) == FULL


@pytest.mark.parametrize("changes", [{"status": "suspended"}, {"status": "revoked"}, {"expires_on": day(-1)}])
def test_a_license_that_is_not_valid_is_noticed_and_ends_no_standing(changes: dict[str, Any]) -> None:
    answer = ask(BY_LICENSE, driver_license(**changes), member(), mission())
    assert verdict(answer) == FULL
    assert [(notice["code"], notice["severity"]) for notice in answer["notices"]] == [("license_not_valid", "caution")]


def test_a_license_given_back_leaves_the_bearer_unverified_and_is_noticed() -> None:
    answer = ask(BY_LICENSE, driver_license(status="surrendered"), member(), mission())
    assert verdict(answer) == ("match", "unverified", "person", "diplomatic_agent")
    assert notices(answer) == ["license_not_valid"]


def test_a_license_is_valid_on_its_last_day() -> None:
    assert notices(ask(BY_LICENSE, driver_license(expires_on=day(0)), member(), mission())) == []


# family


def test_family_is_shown_as_family_without_the_principals_title() -> None:
    answer = ask({"member_id": "TRN2"}, family(), member(post(title="Second Secretary")), mission())
    assert verdict(answer) == FULL
    assert (answer["person"]["role"], answer["person"]["title"]) == ("family", None)
    assert answer["person"]["mission"]["mission_id"] == "EM1"
    assert "family_same_as_sponsor" in blocks(answer)


def test_a_working_spouse_is_shown_in_the_role_that_answers() -> None:
    own = post(accreditation_id="A2", category="service_staff", title="Driver")
    as_family = ask({"member_id": "TRN2"}, family(accreditations=(own,)), member(), mission())
    assert (as_family["person"]["role"], as_family["person"]["title"]) == ("family", None)
    principal = member(post(category="private_servant"))
    as_principal = ask({"member_id": "TRN2"}, family(accreditations=(own,)), principal, mission())
    assert (as_principal["person"]["role"], as_principal["person"]["title"]) == ("principal", "Driver")


def test_somebody_without_a_post_is_shown_and_not_verified() -> None:
    answer = ask(BY_ID, unaccredited(), mission())
    assert verdict(answer) == ("match", *NOBODY)
    assert (answer["person"]["member_id"], answer["person"]["mission"]) == ("TRN1", None)


# records that cannot be used


@pytest.mark.parametrize(
    ("body", "things"),
    [
        (BY_ID, [held("member", "TRN1")]),
        (BY_ID, [member()]),
        (BY_ID, [member(), held("mission", "EM1")]),
        ({"member_id": "TRN2"}, [family()]),
        (BY_CARD, [held("identity_card", CARD), member(), mission()]),
        (BY_CARD, [card(), mission()]),
        (BY_CARD, [card(), held("member", "TRN1")]),
        (BY_NAME, [member()]),
    ],
)
def test_a_person_who_cannot_be_used_is_a_match_about_nobody(body: dict[str, Any], things: list[Any]) -> None:
    answer = ask(body, *things)
    assert verdict(answer) == ("match", *NOBODY)
    assert answer["person"] is None
    assert "record_conflict" in blocks(answer)
    assert "no_record_is_not_no_immunity" not in blocks(answer)


@pytest.mark.parametrize("status", ["lost", "expired"])
def test_a_conflict_keeps_what_the_card_says(status: CardStatus) -> None:
    paper = card(expires_on=day(-1)) if status == "expired" else card(status="lost")
    code = "card_expired_not_status_expired" if status == "expired" else "card_not_reliable"
    assert {code, "record_conflict"} < set(blocks(ask(BY_CARD, paper, mission())))


# driver_of


def test_the_vehicle_that_a_person_drives_is_shown_with_what_is_unusual_about_it() -> None:
    body = BY_ID | {"circumstances": {"driver_of": "dea-1234"}}
    answer = ask(body, member(), mission(), mission_vehicle(registration_status="expired"))
    assert verdict(answer) == FULL
    assert (answer["vehicle"]["plate"], answer["vehicle"]["mission"]["mission_id"]) == (PLATE, "EM1")
    assert notices(answer) == ["registration_expired"]


def test_the_vehicle_that_a_person_drives_decides_its_own_search() -> None:
    staff = member(post(category="service_staff"))
    body = BY_ID | {"circumstances": {"driver_of": PLATE}}
    assert answers(ask(body, staff, mission(), vehicle()))["search_vehicle"] == "yes"
    assert answers(ask(body, staff, mission(), mission_vehicle()))["search_vehicle"] == "no"
    not_on_record = ask(body, staff, mission())
    assert not_on_record["vehicle"] is None
    assert not_on_record["immunity"]["permissions"]["search_vehicle"]["codes"] == ["verify_first"]


def test_the_driven_vehicle_counts_where_nobody_is_on_record_and_is_not_shown() -> None:
    body = BY_ID | {"circumstances": {"driver_of": PLATE, "situation": "dui"}}
    answer = ask(body, mission(), mission_vehicle())
    assert verdict(answer) == ("no_record", *NOBODY)
    assert answer["vehicle"] is None
    assert answers(answer)["search_vehicle"] == "no"
    assert {"mission_vehicle_inviolable", "dui_do_not_let_drive"} < set(blocks(answer))


def test_the_driven_vehicle_counts_in_possible_matches_and_in_a_conflict() -> None:
    said = {"circumstances": {"driver_of": PLATE}}
    several = ask(BY_NAME | said, member(), member(member_id="TRN5"), mission(), mission_vehicle())
    assert (several["outcome"], several["vehicle"]) == ("possible_matches", None)
    assert answers(several)["search_vehicle"] == "no"
    conflict = ask(BY_ID | said, held("member", "TRN1"), mission(), mission_vehicle())
    assert answers(conflict)["search_vehicle"] == "no"
    assert conflict["vehicle"]["plate"] == PLATE


# circumstances


def test_circumstances_decide_what_is_left_open() -> None:
    consul = member(post(category="career_consular_officer"))
    registry = (consul, mission(kind="consulate"))
    assert answers(ask(BY_ID, *registry))["arrest_or_detain"] == "conditional"
    both = BY_ID | {"circumstances": {"offense": "felony", "warrant": True}}
    assert answers(ask(both, *registry))["arrest_or_detain"] == "yes"
    without = BY_ID | {"circumstances": {"offense": "felony", "warrant": False}}
    assert answers(ask(without, *registry))["arrest_or_detain"] == "no"


def test_the_callers_word_that_state_confirmed_verifies_a_special_mission() -> None:
    envoy = member(post(category="special_mission_member"))
    assert ask(BY_ID, envoy, mission())["immunity"]["level"] == "unverified"
    confirmed = BY_ID | {"circumstances": {"state_confirmed": True}}
    assert ask(confirmed, envoy, mission())["immunity"]["level"] == "full"
