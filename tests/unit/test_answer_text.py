"""An answer as a person reads it: what matters first, in the words of the document."""

from typing import Any

import pytest

from lookup.answer_text import answer_text, assessment_text
from lookup.service import assess_document
from tests.unit.asking import ask, policies
from tests.unit.memory_registry import held
from tests.unit.people import (
    CARD,
    DAY,
    PLATE,
    card,
    driver_license,
    family,
    member,
    mission,
    mission_vehicle,
    post,
    premises,
    vehicle,
)

BY_PLATE = {"plate": PLATE}


def text(body: dict[str, Any], *things: Any, **how: Any) -> str:
    return answer_text(ask(body, *things, **how))


def test_a_training_answer_says_first_that_it_is_one() -> None:
    assert text(BY_PLATE).startswith("TRAINING - invented data\nD EA 1234\n")
    assert text(BY_PLATE, environment="live").startswith("D EA 1234\n")


@pytest.mark.parametrize(
    ("body", "things", "line"),
    [
        (BY_PLATE, [vehicle(), member(), mission()], "One record."),
        (BY_PLATE | {"state": "VA"}, [vehicle()], "Several records are possible; choose one and ask again."),
        (BY_PLATE, [], "No record was found; this does not mean no immunity."),
    ],
)
def test_the_outcome_stands_before_the_verdict(body: dict[str, Any], things: list[Any], line: str) -> None:
    shown = text(body, *things)
    assert line in shown.splitlines()
    assert shown.index(line) < shown.index("Arrest or detain")


def test_every_permission_has_its_line_with_its_condition() -> None:
    shown = text({"member_id": "TRN1"}, member(post(category="career_consular_officer")), mission(kind="consulate"))
    words = (
        "Arrest or detain",
        "Search the person",
        "Search the vehicle",
        "Write a citation",
        "Compel testimony",
        "Enter the home",
        "Prosecute",
    )
    lines = [line for line in shown.splitlines() if line.startswith(words)]
    assert [line[:20].strip() for line in lines] == list(words)
    assert lines[0].startswith("Arrest or detain     IF: ")
    assert lines[3] == "Write a citation     YES"


def test_vehicle_and_person_are_described() -> None:
    registry = (vehicle(year=2023, color="blue", model="Mark 2"), member(), mission())
    lines = text(BY_PLATE, *registry).splitlines()
    at = lines.index("Vehicle: D EA 1234, 2023 blue Zephyr Mark 2, registration active")
    assert lines[at + 1 : at + 4] == [
        "  of Embassy of Arcadia",
        "Person: Ada Quillfeather, born 1980-05-17, principal",
        "  of Embassy of Arcadia",
    ]


def test_what_is_not_known_is_said_to_be_so() -> None:
    assert "Vehicle: D EA 1234, no description, registration not known" in text(BY_PLATE, held("vehicle", PLATE))
    unborn = member(date_of_birth=None, given_names=None)
    assert "Person: Quillfeather, born not known, principal" in text({"member_id": "TRN1"}, unborn, mission())
    assert "None" not in text(BY_PLATE, mission_vehicle(mission_id="gone", make=None))
    assert "  of a mission whose record cannot be used" in text(BY_PLATE, mission_vehicle(mission_id="gone"))


def test_premises_are_shown_without_a_verdict_about_anybody() -> None:
    body = {"address": {"street": "1234 Example Ave NW", "city": "Washington", "state": "DC"}}
    shown = text(body, premises(), mission())
    assert "Premises: chancery, 1234 Example Avenue NW, Washington, DC" in shown.splitlines()
    assert "Arrest or detain" not in shown


def test_a_notice_stands_with_its_severity() -> None:
    shown = text(BY_PLATE, vehicle(registration_status="revoked"))
    assert "\n[stop] This registration was surrendered or revoked." in shown


@pytest.mark.parametrize(
    ("body", "things", "line"),
    [
        ({"plate": "DEAI234"}, [vehicle()], "  near: D EA 1234 - 1 read as I"),
        (
            {"document": {"number": CARD}},
            [card(), driver_license(license_number=CARD, member_id="TRN2"), member(), family(), mission()],
            "  near: Bo Quillfeather, born 1982-02-03 - has this number",
        ),
        (
            {"document": {"number": CARD}, "state": "NY"},
            [held("identity_card", CARD)],
            "  near: identity_card - same characters, issued by the Department of State",
        ),
        (
            {"address": {"street": "1235 Example Ave NW", "city": "Washington", "state": "DC"}},
            [premises(), mission()],
            "  near: 1234 Example Avenue NW, Washington, DC - one letter or digit off",
        ),
    ],
)
def test_a_candidate_says_what_it_is_and_why(body: dict[str, Any], things: list[Any], line: str) -> None:
    assert line in text(body, *things).splitlines()


def test_a_question_about_a_person_does_not_repeat_the_name() -> None:
    body = {"person": {"family_name": "Quillfeather", "date_of_birth": "1980-05-17"}}
    assert text(body).splitlines()[1] == "Person"


def test_guidance_and_the_number_to_call_stand_at_the_end() -> None:
    answer = ask(BY_PLATE, vehicle(), member(), mission())
    lines = answer_text(answer).splitlines()
    unwrapped = " ".join(line.strip() for line in lines)
    for block in answer["guidance"]["blocks"]:
        assert block["text"] in unwrapped
    assert f"Verify: {answer['guidance']['verify']['phone']}" in unwrapped
    assert lines[-1] == f"Data of 2026-11-21T00:00:00Z (fresh). Reference {answer['reference_number']}."


def test_no_line_is_longer_than_a_hundred_characters() -> None:
    for things in ([], [vehicle(), member(), mission()]):
        assert max(len(line) for line in text(BY_PLATE, *things).splitlines()) <= 100


def test_an_assessment_is_written_like_an_answer() -> None:
    shown = assessment_text(assess_document({"category": "diplomatic_agent"}, policies(), DAY))
    assert shown.splitlines()[1] == "FULL: Full immunity: may not be arrested or detained"
    assert "Verify: " in shown
