"""The roadside queries over HTTP: that they are the service's answers, whole and unkept."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from mobile_api import api, console
from mobile_api.access.keys import KeyRequest
from mobile_api.schemas.answers import AnswerBody
from mobile_api.schemas.law import AssessmentAnswer
from tests.api.serving import MakeKey, MovableClock, runtime_of


def ask(app: Flask, headers: dict[str, str], body: Any) -> dict[str, Any]:
    response = app.test_client().post("/v1/lookups", json=body, headers=headers)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    answer: dict[str, Any] = response.json or {}
    return answer


def test_an_answer_is_exactly_what_its_schema_says(app: Flask, make_key: MakeKey, plate: str, card: str) -> None:
    headers = make_key("lookup")
    asked: list[dict[str, Any]] = [
        {"plate": plate},
        {"plate": plate, "state": "VA"},
        {"plate": "DZZ9999"},
        {"document": {"number": card}},
        {"member_id": "TRN0"},
        {"person": {"family_name": "Nobody", "date_of_birth": "1980-05-17"}},
        {"address": {"street": "1 Nowhere St", "city": "Washington", "state": "DC"}},
    ]
    for body in asked:
        answer = ask(app, headers, body)
        assert AnswerBody().validate(answer) == {}
        assert set(answer) == set(AnswerBody().fields)
        assert answer["environment"] == "training"
        assert UUID(answer["lookup_id"]).version == 7


def test_a_plate_on_record_is_a_match_and_says_who_is_not_known(app: Flask, make_key: MakeKey, plate: str) -> None:
    answer = ask(app, make_key("lookup"), {"plate": plate.lower()})
    assert answer["outcome"] == "match"
    assert answer["query"]["given"] == plate.lower()
    assert answer["vehicle"]["plate"] == plate
    assert answer["immunity"]["applies_to"] == "registrant"
    assert "plate_is_not_proof" in [block["code"] for block in answer["guidance"]["blocks"]]


def test_no_record_is_an_answer(app: Flask, make_key: MakeKey) -> None:
    answer = ask(app, make_key("lookup"), {"plate": "DZZ9999"})
    assert (answer["outcome"], answer["immunity"]["level"]) == ("no_record", "unverified")
    assert "no_record_is_not_no_immunity" in [block["code"] for block in answer["guidance"]["blocks"]]


def test_a_batch_answers_in_order_like_single_queries(app: Flask, make_key: MakeKey, plate: str, card: str) -> None:
    headers = make_key("lookup")
    queries = [{"plate": "DZZ9999"}, {"plate": plate}, {"document": {"number": card}}]
    response = app.test_client().post("/v1/lookups/batch", json={"queries": queries}, headers=headers)
    assert response.json is not None
    batch = response.json["answers"]
    for answer, query in zip(batch, queries, strict=True):
        alone = ask(app, headers, query)
        for changing in ("lookup_id", "reference_number"):
            assert answer.pop(changing) != alone.pop(changing)
        assert answer == alone


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], ""),
        ({}, "/queries"),
        ({"queries": None}, "/queries"),
        ({"queries": "a"}, "/queries"),
        ({"queries": {}}, "/queries"),
        ({"queries": [{}], "more": 1}, "/more"),
        ({"queries": []}, "/queries"),
        ({"queries": [{}] * 101}, "/queries"),
    ],
)
def test_a_wrong_batch_is_refused_whole(app: Flask, make_key: MakeKey, body: Any, pointer: str) -> None:
    response = app.test_client().post("/v1/lookups/batch", json=body, headers=make_key("lookup"))
    assert response.status_code == 422
    assert response.json is not None
    assert [fault["pointer"] for fault in response.json["errors"]] == [pointer]


def test_a_batch_of_a_hundred_is_answered(app: Flask, make_key: MakeKey, plate: str) -> None:
    queries = {"queries": [{"plate": plate}] * 100}
    response = app.test_client().post("/v1/lookups/batch", json=queries, headers=make_key("lookup"))
    assert response.json is not None
    assert len(response.json["answers"]) == 100


@dataclass
class FailingClock(MovableClock):
    """A clock that fails once, when it is asked for the nth time."""

    asked: int = 0
    fails_at: int = 0
    message: str = "plate DZZ1234"

    def __call__(self) -> datetime:
        self.asked += 1
        if self.asked == self.fails_at:
            raise RuntimeError(self.message)
        return super().__call__()


def test_an_unforeseen_failure_of_one_query_leaves_the_others_their_answers(
    settings: Settings, plate: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FailingClock()
    app = api.create_app(settings, clock=clock)
    _, token = runtime_of(app).keys.create(KeyRequest("batches", frozenset({"lookup"})))
    headers = {"Authorization": f"Bearer {token}"}

    def batch(queries: int) -> Any:
        clock.asked = 0
        return app.test_client().post(
            "/v1/lookups/batch", json={"queries": [{"plate": plate}] * queries}, headers=headers
        )

    batch(2)  # the first one opens the trail
    batch(2)
    clock.fails_at = clock.asked  # where a batch of two asks last, for the trail, a batch of three begins its third
    response = batch(3)
    runtime_of(app).close()
    assert response.json is not None
    first, second, third = response.json["answers"]
    assert (first["outcome"], second["outcome"]) == ("match", "match")
    assert (third["status"], third["type"], third["phone"]) == (500, "/problems/internal-error", "571-345-3146")
    assert "RuntimeError" in caplog.text
    assert "DZZ1234" not in caplog.text + response.get_data(as_text=True)


def test_an_assessment_is_the_law_without_the_registry(app: Flask, make_key: MakeKey) -> None:
    headers = make_key("lookup")
    response = app.test_client().post("/v1/assessments", json={"category": "diplomatic_agent"}, headers=headers)
    assert response.status_code == 200
    assert response.json is not None
    assert AssessmentAnswer().validate(response.json) == {}
    assert list(response.json) == ["immunity", "guidance", "environment"]
    assert response.json["immunity"]["permissions"]["arrest_or_detain"]["answer"] == "no"


def test_impossible_facts_are_refused_with_their_pointer(app: Flask, make_key: MakeKey) -> None:
    facts = {"category": "diplomatic_agent", "age": -1}
    response = app.test_client().post("/v1/assessments", json=facts, headers=make_key("lookup"))
    assert response.status_code == 422
    assert response.json is not None
    assert [fault["pointer"] for fault in response.json["errors"]] == ["/age"]


def test_without_a_store_a_lookup_is_503_and_the_node_not_ready(tmp_path: Path) -> None:
    app = api.create_app(resolve_settings({"data_dir": str(tmp_path)}, environ={}))
    runtime = runtime_of(app)
    _, token = runtime.keys.create(KeyRequest("unit 7", frozenset({"lookup"})))
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    response = client.post("/v1/lookups", json={"plate": "DZZ1234"}, headers=headers)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.json is not None
    assert response.json["phone"] == "571-345-3146"
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json is not None
    assert len(ready.json["reasons"]) == 1
    runtime.close()


def test_old_data_is_no_reason_not_to_be_ready(app: Flask, make_key: MakeKey, clock: Any, plate: str) -> None:
    headers = make_key("lookup")
    clock.advance(days=10)
    assert app.test_client().get("/readyz").status_code == 200
    answer = ask(app, headers, {"plate": plate})
    assert (answer["freshness"]["state"], answer["immunity"]["level"]) == ("expired", "unverified")


@pytest.mark.parametrize("factory", [api.create_app, console.create_app])
def test_live_is_refused_while_there_is_no_audit_trail(factory: Any, tmp_path: Path) -> None:
    settings = resolve_settings({"data_dir": str(tmp_path), "environment": "live"}, environ={})
    with pytest.raises(ConfigurationError, match="audit trail"):
        factory(settings)
