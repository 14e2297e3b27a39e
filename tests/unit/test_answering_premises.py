"""Whole answers about an address: premises, and nobody's immunity."""

from datetime import timedelta
from typing import Any

import pytest

from lookup.law.terms import PremisesKind
from tests.unit.asking import NOW, ask, blocks, notices, refused
from tests.unit.memory_registry import held
from tests.unit.people import day, family, member, mission, organization, post, premises

BASE = ["verify_with_state", "emergency_measures", "document_and_report", "duty_to_respect_law"]
FIRE = "consular_premises_fire_presumed_consent"


def at(street: str = "1234 Example Ave NW") -> dict[str, Any]:
    return {"address": {"street": street, "city": "Washington", "state": "DC"}}


def home(**changes: Any) -> Any:
    return premises(**{"kind": "residence", "member_id": "TRN1"} | changes)


def test_an_address_is_about_premises_and_about_nobody() -> None:
    answer = ask(at(), premises(), mission())
    assert (answer["outcome"], answer["immunity"], answer["vehicle"], answer["person"]) == ("match", None, None, None)
    assert answer["premises"] == {
        "handle": "handle-premises:P1",
        "premises_id": "P1",
        "kind": "chancery",
        "address": "1234 Example Avenue NW",
        "city": "Washington",
        "state": "DC",
        "mission": {
            "mission_id": "EM1",
            "name": "Embassy of Arcadia",
            "kind": "embassy",
            "sending_state": "FR",
            "organization": None,
        },
        "occupant_level": None,
    }
    assert blocks(answer) == [*BASE, "premises_consent_only"]


@pytest.mark.parametrize("kind", ["chancery", "ambassador_residence", "annex", "organization_headquarters"])
def test_premises_of_a_mission_are_entered_with_consent_only(kind: PremisesKind) -> None:
    assert blocks(ask(at(), premises(kind=kind), mission())) == [*BASE, "premises_consent_only"]


def test_consular_premises_are_closed_and_consent_is_presumed_in_a_fire() -> None:
    answer = ask(at(), premises(kind="consular"), mission(kind="consulate"))
    assert blocks(answer) == [*BASE, "premises_consent_only", FIRE]


def test_an_honorary_consuls_office_is_entered_in_the_ordinary_way() -> None:
    assert blocks(ask(at(), premises(kind="consular"), mission(kind="honorary_consulate"))) == BASE


@pytest.mark.parametrize(
    ("category", "level", "closed"),
    [("diplomatic_agent", "full", True), ("service_staff", "official_acts", False), ("private_servant", "none", False)],
)
def test_a_home_is_closed_by_its_occupants_level(category: str, level: str, closed: bool) -> None:
    answer = ask(at(), home(), member(post(category=category)), mission())
    assert answer["premises"]["occupant_level"] == level
    assert ("premises_consent_only" in blocks(answer)) is closed


def test_family_of_a_protected_person_close_their_home_too() -> None:
    answer = ask(at(), home(member_id="TRN2"), family(), member(), mission())
    assert answer["premises"]["occupant_level"] == "full"
    assert "premises_consent_only" in blocks(answer)


def test_a_home_without_a_named_occupant_has_no_level() -> None:
    answer = ask(at(), home(member_id=None), mission())
    assert answer["premises"]["occupant_level"] is None
    assert blocks(answer) == BASE


def test_an_occupant_who_cannot_be_used_is_unverified() -> None:
    for occupant in ([], [held("member", "TRN1")]):
        assert ask(at(), home(), mission(), *occupant)["premises"]["occupant_level"] == "unverified"


def test_a_member_named_at_premises_that_are_no_home_has_a_level_too() -> None:
    answer = ask(at(), premises(member_id="TRN1"), member(post(category="service_staff")), mission())
    assert answer["premises"]["occupant_level"] == "official_acts"


def test_of_several_at_one_address_the_first_is_shown_and_the_blocks_of_all_apply() -> None:
    office = premises(premises_id="P2", kind="consular", mission_id="C1")
    flat = home(premises_id="P1", member_id=None)
    answer = ask(at(), office, flat, mission(), mission(mission_id="C1", kind="consulate"))
    assert answer["premises"]["premises_id"] == "P1"
    assert blocks(answer) == [*BASE, "premises_consent_only", FIRE]


def test_no_premises_on_record_says_that_a_home_may_still_be_inviolable() -> None:
    answer = ask(at(), premises(released_on=day(-1)), mission())
    assert (answer["outcome"], answer["premises"], answer["immunity"]) == ("no_record", None, None)
    assert blocks(answer) == [*BASE, "no_record_is_not_no_immunity"]
    assert "may still be inviolable" in answer["guidance"]["summary"]


def test_near_premises_are_possible_matches_of_nobody_identified() -> None:
    answer = ask(at("1235 Example Ave NW"), home(), member(), mission())
    assert (answer["outcome"], answer["premises"]) == ("possible_matches", None)
    immunity = answer["immunity"]
    assert (immunity["level"], immunity["applies_to"], immunity["category"]) == ("unverified", "nobody_yet", None)
    assert blocks(answer) == BASE
    assert [candidate["premises"]["premises_id"] for candidate in answer["candidates"]] == ["P1"]


def test_only_the_blocks_of_premises_are_shown_whatever_the_circumstances() -> None:
    said = {"circumstances": {"situation": "dui", "bag": True, "arrest_contemplated": True, "offense": "felony"}}
    assert blocks(ask(at() | said, home(), member(), mission())) == [*BASE, "premises_consent_only"]
    assert blocks(ask(at() | said, mission())) == [*BASE, "no_record_is_not_no_immunity"]


@pytest.mark.parametrize("rests_on", ["premises", "mission", "occupant"])
def test_a_newer_row_that_was_refused_is_noticed_wherever_the_answer_rests_on_it(rests_on: str) -> None:
    things = {"premises": home(), "mission": mission(), "occupant": member()}
    registry = [refused(thing) if name == rests_on else thing for name, thing in things.items()]
    assert notices(ask(at(), *registry)) == ["newer_row_refused"]


def test_expired_data_opens_no_home() -> None:
    answer = ask(at(), home(), member(), mission(), now=NOW + timedelta(days=9))
    assert answer["premises"]["occupant_level"] == "unverified"
    assert "premises_consent_only" in blocks(answer)
    assert notices(answer) == ["data_stale"]


def test_the_display_of_an_address_is_its_normal_form() -> None:
    query = ask(at(), organization("un"))["query"]
    assert query["given"] == at()["address"]
    assert query["normalized"] == query["display"] == "1234exampleavenw|washington|dc"
