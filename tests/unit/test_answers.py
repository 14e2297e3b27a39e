"""An answer as it is written: one line of JSON, and what a camera gets of it."""

import json
from typing import Any

import pytest

from lookup.queries import read_query
from tests.unit.asking import service
from tests.unit.people import CARD, PLATE, card, driver_license, family, member, mission, premises, vehicle

REGISTRY = (
    vehicle(make="Z\u00e9phyr \u96ea"),
    vehicle(plate="DEA1235"),
    member(),
    family(family_name="Quillfeather", date_of_birth=member().date_of_birth),
    mission(),
    card(),
    driver_license(license_number=CARD, member_id="TRN2"),
    premises(),
)

BODIES: list[dict[str, Any]] = [
    {"plate": PLATE},
    {"plate": "DEAI234"},
    {"plate": PLATE, "state": "VA"},
    {"member_id": "TRN2", "circumstances": {"driver_of": PLATE}},
    {"document": {"number": CARD}},
    {"person": {"family_name": "Quillfeather", "date_of_birth": "1980-05-17"}},
    {"address": {"street": "1234 Example Ave NW", "city": "Washington", "state": "DC"}},
    {"address": {"street": "1235 Example Ave NW", "city": "Washington", "state": "DC"}},
]


@pytest.mark.parametrize("body", BODIES)
def test_the_text_of_an_answer_is_its_document_on_one_line(body: dict[str, Any]) -> None:
    answer = service(*REGISTRY).answer(read_query(body))
    text = answer.to_json()
    assert b"\n" not in text
    assert json.loads(text) == answer.document()
    document = answer.document()
    assert (str(answer.lookup_id), answer.reference_number) == (document["lookup_id"], document["reference_number"])
    assert answer.outcome == document["outcome"]
    assert answer.level == (document["immunity"] or {"level": None})["level"]


def test_the_text_is_utf_8_and_not_escaped() -> None:
    text = service(*REGISTRY).answer(read_query({"plate": PLATE})).to_json()
    assert "Z\u00e9phyr \u96ea".encode() in text


def without_person(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The answer, what a camera gets of it, and the text that the camera gets."""
    answer = service(*REGISTRY).answer(read_query(body))
    camera = answer.without_person()
    return answer.document(), camera.document(), camera.to_json().decode()


@pytest.mark.parametrize("body", BODIES)
def test_a_camera_gets_everything_but_people(body: dict[str, Any]) -> None:
    whole, camera, text = without_person(body)
    assert camera["person"] is None
    assert [candidate.get("person") for candidate in camera["candidates"]] == [None] * len(camera["candidates"])
    for name in set(whole) - {"person", "candidates"}:
        assert camera[name] == whole[name]
    assert "Ada" not in text


def test_a_cameras_plate_keeps_vehicle_and_assessment() -> None:
    whole, camera, _ = without_person({"plate": PLATE})
    assert whole["person"]["member_id"] == "TRN1"
    assert camera["vehicle"]["plate"] == PLATE
    assert camera["immunity"]["level"] == "full"


def test_a_cameras_candidates_keep_all_but_the_person() -> None:
    whole, camera, _ = without_person({"document": {"number": CARD}})
    for candidate, shown in zip(camera["candidates"], whole["candidates"], strict=True):
        assert shown["person"] is not None
        assert candidate == shown | {"person": None}


def test_taking_the_person_out_leaves_the_whole_answer_as_it_was() -> None:
    answer = service(*REGISTRY).answer(read_query({"plate": PLATE}))
    answer.without_person()
    assert answer.document()["person"]["member_id"] == "TRN1"
