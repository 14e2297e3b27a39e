"""One lookup of the last 24 hours again, for the officer who calls back, and to whom it was passed on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lookup.audit.places import places_of
from lookup.audit.reading.stream import Reading
from mobile_api.schemas.past_lookups import DisclosureAnswer, PastLookupAnswer
from tests.api.serving import Asks, MakeKey, MovableClock, runtime_of

Entries = Callable[[str, str | None], list[dict[str, Any]]]

RECIPIENT = {"agency": "Invented Police", "name": "Officer Doe", "phone": "+1 202-555-0100", "parts": ["level"]}


@pytest.fixture
def ask(app: Flask, make_key: MakeKey) -> Any:
    def post(body: dict[str, Any], **key: Any) -> dict[str, Any]:
        headers = make_key("lookup", **key)
        response = app.test_client().post("/v1/lookups", json=body, headers=headers)
        assert response.status_code == 200
        document: dict[str, Any] = response.json or {}
        return document

    return post


@pytest.fixture
def get(ask_console: Asks) -> Any:
    return lambda name, status=200: ask_console(f"/v1/lookups/{name}", status=status)


@pytest.fixture
def disclose(ask_console: Asks) -> Any:
    return lambda name, body, status=200: ask_console(f"/v1/lookups/{name}/disclosures", body, status=status)


@pytest.fixture
def entries(center: Flask) -> Entries:
    """Gives the entries of an event that are about a lookup."""

    def read(event: str, lookup_id: str | None) -> list[dict[str, Any]]:
        lines = [json.loads(line.text) for line in Reading(places_of(runtime_of(center).settings))]
        return [line for line in lines if (line["event"], line["lookup_id"]) == (event, lookup_id)]

    return read


@pytest.mark.parametrize("name", ["lookup_id", "reference_number"])
def test_a_lookup_is_shown_again_as_it_was_answered(ask: Any, get: Any, plate: str, name: str) -> None:
    answer = ask({"plate": plate, "requestor": "OFC DOE", "reference": "26-1", "purpose": "D"}, agency="ZZ0010000")
    shown = get(answer[name])
    assert PastLookupAnswer().validate(shown) == {}
    assert (shown["verdict"], shown["because"], shown["answer"]) == ("matches", None, answer)
    assert (shown["lookup_id"], shown["reference_number"]) == (answer["lookup_id"], answer["reference_number"])
    asked = {"requestor": "OFC DOE", "case_number": "26-1", "purpose": "D", "agency": "ZZ0010000"}
    assert {field: shown[field] for field in asked} == asked
    assert (shown["entered_by"], shown["environment"]) == ("system", "training")
    assert shown["asked_at"] == "2026-11-21T14:05:00.000Z"


def test_what_a_camera_was_told_is_shown_without_the_person(ask: Any, get: Any, plate: str) -> None:
    answer = ask({"plate": plate}, kind="camera")
    shown = get(answer["lookup_id"])
    assert (shown["verdict"], shown["entered_by"], shown["answer"]) == ("matches", "camera", answer)
    assert shown["answer"]["person"] is None


def test_each_answer_of_a_batch_is_a_lookup_of_its_own(
    app: Flask, make_key: MakeKey, get: Any, plate: str, card: str
) -> None:
    batch = {"queries": [{"plate": plate}, {"document": {"number": card}}, {"plate": "ZZZ9999"}]}
    response = app.test_client().post("/v1/lookups/batch", json=batch, headers=make_key("lookup"))
    answers = (response.json or {})["answers"]
    assert len(answers) == 3
    assert [get(answer["reference_number"])["answer"] for answer in answers] == answers


def test_a_reference_number_is_taken_as_people_write_it(ask: Any, get: Any, card: str) -> None:
    answer = ask({"document": {"number": card}})
    written = answer["reference_number"].replace("-", " ").replace("0", "o").replace("1", "L").lower()
    assert get(written)["answer"] == answer


def test_a_lookup_is_shown_for_24_hours(ask: Any, get: Any, plate: str, clock: MovableClock) -> None:
    answer = ask({"plate": plate})
    clock.advance(hours=24)
    assert get(answer["reference_number"])["answer"] == answer
    clock.advance(seconds=1)
    for name in (answer["reference_number"], answer["lookup_id"]):
        assert "says nothing about the registry" in get(name, 404)["detail"]


@pytest.mark.parametrize("name", ["0192f3c4-0000-7000-8000-000000000001", "0000-0001", "nothing", "U000-0000", "%20"])
def test_an_unknown_lookup_is_404_and_says_nothing_about_the_registry(get: Any, name: str) -> None:
    problem = get(name, 404)
    assert problem["type"] == "/problems/not-found"
    assert "says nothing about the registry" in problem["detail"]


def test_nothing_is_shown_as_an_answer_that_is_not_what_was_said(
    ask: Any, get: Any, plate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask({"plate": plate})
    monkeypatch.setattr("lookup.answering.vehicle_notices", lambda vehicle, day: iter(["plate_not_valid"]))
    shown = get(answer["lookup_id"])
    assert (shown["verdict"], shown["answer"]) == ("differs", None)
    assert shown["because"].startswith("Outcome, level and parts are the same")


def test_a_look_at_a_lookup_is_in_the_trail(ask: Any, get: Any, plate: str, entries: Entries) -> None:
    answer = ask({"plate": plate})
    get(answer["lookup_id"])
    (asked,), (viewed,) = (entries(event, answer["lookup_id"]) for event in ("query.plate", "view.lookup"))
    assert (viewed["outcome"], viewed["details"]) == ("done", {"verdict": "matches"})
    assert (viewed["records"], viewed["disclosed"]) == (asked["records"], asked["disclosed"])
    before = len(entries("view.lookup", None))
    get("0000-0001", 404)
    viewed_in_vain = entries("view.lookup", None)
    assert (len(viewed_in_vain), viewed_in_vain[-1]["outcome"]) == (before + 1, "error")


@pytest.mark.parametrize("name", ["lookup_id", "reference_number"])
def test_to_whom_an_answer_was_passed_on_is_in_the_trail(
    ask: Any, disclose: Any, plate: str, entries: Entries, name: str
) -> None:
    answer = ask({"plate": plate})
    body = RECIPIENT | {"parts": ["level", "vehicle", "person"]}
    told = disclose(answer[name], body)
    assert DisclosureAnswer().validate(told) == {}
    assert told == {
        "lookup_id": answer["lookup_id"],
        "reference_number": answer["reference_number"],
        "disclosed_at": "2026-11-21T14:05:00.000Z",
        "secondary_recipient": body,
        "environment": "training",
    }
    (written,) = entries("disclosure", answer["lookup_id"])
    assert (written["secondary_recipient"], written["disclosed"]) == (body, body["parts"])


def test_a_disclosure_of_an_unknown_lookup_is_404(disclose: Any) -> None:
    assert "says nothing about the registry" in disclose("0000-0001", RECIPIENT, 404)["detail"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"agency": ""}, "/agency"),
        ({"agency": " "}, "/agency"),
        ({"agency": None}, "/agency"),
        ({"name": "x" * 101}, "/name"),
        ({"phone": "call me"}, "/phone"),
        ({"phone": "555-01"}, "/phone"),
        ({"phone": 12025550100}, "/phone"),
        ({"parts": []}, "/parts"),
        ({"parts": "level"}, "/parts"),
        ({"parts": ["name"]}, "/parts/0"),
        ({"parts": ["level", "level"]}, "/parts/1"),
        ({"parts": ["level", "premises"]}, "/parts/1"),
        ({"plate": "x"}, "/plate"),
    ],
)
def test_a_wrong_disclosure_is_422_and_names_the_field(
    ask: Any, disclose: Any, plate: str, change: dict[str, Any], pointer: str
) -> None:
    answer = ask({"plate": plate})
    problem = disclose(answer["lookup_id"], RECIPIENT | change, 422)
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]


@pytest.mark.parametrize("missing", ["agency", "name", "phone", "parts"])
def test_a_disclosure_names_everything(ask: Any, disclose: Any, plate: str, missing: str) -> None:
    answer = ask({"plate": plate})
    body = {field: value for field, value in RECIPIENT.items() if field != missing}
    problem = disclose(answer["lookup_id"], body, 422)
    assert [fault["pointer"] for fault in problem["errors"]] == [f"/{missing}"]


@pytest.mark.parametrize("scope", ["lookup", "audit", "admin"])
def test_only_the_console_looks_at_past_lookups(center: Flask, make_key: MakeKey, scope: Any) -> None:
    client, headers = center.test_client(), make_key(scope)
    assert client.get("/v1/lookups/0000-0001", headers=headers).status_code == 403
    assert client.post("/v1/lookups/0000-0001/disclosures", json=RECIPIENT, headers=headers).status_code == 403
