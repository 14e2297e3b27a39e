"""Every failure has one shape, and an unexpected one tells nothing."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lookup.errors import CouldNotSearch, ImmunityError, NotFound, TrailNotSearched
from lookup.settings import Settings
from mobile_api import refusals
from mobile_api.access.guard import install_guard, public, stated_accesses
from mobile_api.problems import install_problems
from mobile_api.service_app import Service
from tests.api.serving import MakeKey, runtime_of

PHONE = "571-345-3146"
MEMBERS = {"type", "title", "status", "detail", "request_id"}


def assert_is_problem(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    document: dict[str, Any] = response.json or {}
    with_phone = status >= 500 or status in (403, 429)
    assert set(document) - {"errors"} == MEMBERS | ({"phone"} if with_phone else set())
    assert document["status"] == status
    assert re.fullmatch(r"/problems/[a-z-]+", document["type"])
    assert document["request_id"] == response.headers["X-Request-Id"]
    assert document.get("phone", PHONE) == PHONE
    assert ("errors" in document) == (status == 422)
    return document


@pytest.fixture
def failing(app: Flask, settings: Settings) -> Callable[[Exception], Flask]:
    """Makes a service with one route that raises what it is given."""

    def make(error: Exception) -> Flask:
        service = Service("failing", static_folder=None)

        @service.get("/fail")
        @public
        def fail() -> str:
            raise error

        service.extensions.update(app.extensions)
        runtime = runtime_of(app)
        install_guard(service, runtime)
        install_problems(service, runtime.phone)
        return service

    return make


ERRORS = [
    *(error for error in vars(refusals).values() if isinstance(error, type) and error.__module__ == refusals.__name__),
    NotFound,
    CouldNotSearch,
    TrailNotSearched,
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_each_error_of_ours_has_its_status(failing: Callable[[Exception], Flask], error: type[ImmunityError]) -> None:
    raised = error("Do this.", 7) if issubclass(error, refusals.TooManyQueries) else error("Do this.")
    response = failing(raised).test_client().get("/fail")
    document = assert_is_problem(response, error.status)
    assert document["type"] == f"/problems/{error.problem}"
    assert document["detail"] == "Do this."
    assert response.headers.get("Retry-After") == {429: "7", 503: "5"}.get(error.status)


def test_an_unexpected_exception_is_a_500_that_tells_nothing(
    failing: Callable[[Exception], Flask], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = failing(RuntimeError("plate DZZ1234 of Somebody")).test_client().get("/fail")
    assert_is_problem(response, 500)
    assert "DZZ1234" not in response.get_data(as_text=True)
    assert "DZZ1234" not in caplog.text
    assert "RuntimeError" in caplog.text
    assert [record.request_id for record in caplog.records] == [response.headers["X-Request-Id"]]  # type: ignore[attr-defined]


def test_a_wrong_field_is_named_by_its_pointer(app: Flask, make_key: MakeKey) -> None:
    body = {"plate": "DZZ1234", "circumstances": {"offense": "murder"}}
    response = app.test_client().post("/v1/lookups", json=body, headers=make_key("lookup"))
    document = assert_is_problem(response, 422)
    assert document["type"] == "/problems/invalid-request"
    assert [fault["pointer"] for fault in document["errors"]] == ["/circumstances/offense"]


def test_an_unreadable_plate_has_a_problem_of_its_own(app: Flask, make_key: MakeKey) -> None:
    response = app.test_client().post("/v1/lookups", json={"plate": "D=1"}, headers=make_key("lookup"))
    document = assert_is_problem(response, 422)
    assert document["type"] == "/problems/plate-not-readable"
    assert document["errors"][0]["pointer"] == "/plate"


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/lookups/", "//v1/lookups", "/v1/lookups/x/y"])
def test_what_is_not_there_is_404(center: Flask, path: str) -> None:
    assert_is_problem(center.test_client().get(path), 404)


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")


def test_a_wrong_method_is_405_on_every_route_and_names_the_right_ones(app: Flask, center: Flask) -> None:
    for service in (app, center):
        routes = service.url_map.bind("localhost")
        for path in {rule.rule.replace("<", "").replace(">", "") for rule in service.url_map.iter_rules()}:
            methods = {method for method in METHODS if routes.test(path, method)}
            for method in set(METHODS) - methods - {"HEAD"}:
                response = service.test_client().open(path, method=method)
                assert_is_problem(response, 405)
                assert set(response.headers["Allow"].split(", ")) == methods


def test_every_failure_of_every_route_without_a_token_has_the_shape(app: Flask, center: Flask) -> None:
    for service in (app, center):
        for rule in service.url_map.iter_rules():
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            response = service.test_client().open(rule.rule.replace("<", "").replace(">", ""), method=method)
            is_page = stated_accesses(service)[rule.endpoint].entrance in ("page", "session")
            if response.status_code >= 400 and not is_page:
                assert_is_problem(response, response.status_code)


@pytest.mark.parametrize("chosen", ["0192f3c4-0000-7000-8000-000000000001", "0192F3C400007000800000000000ABCD"])
def test_a_sane_request_id_is_kept(app: Flask, chosen: str) -> None:
    assert app.test_client().get("/healthz", headers={"X-Request-Id": chosen}).headers["X-Request-Id"] == chosen


@pytest.mark.parametrize(
    "chosen",
    [
        "",
        "short",
        "a" * 65,
        "with blank in it",
        "-starts-with-dash",
        "quote'quote'quote",
        "TRN00012345",
        "unit_7.car-12",
    ],
)
def test_another_request_id_is_replaced(app: Flask, chosen: str) -> None:
    given = app.test_client().get("/healthz", headers={"X-Request-Id": chosen}).headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{24}", given)


def test_faults_of_a_part_of_the_body_point_into_the_whole_of_it(app: Flask, make_key: MakeKey) -> None:
    batch = {"queries": [{"plate": "DZZ1234"}, {"plate": "="}, {"vin": 7}]}
    response = app.test_client().post("/v1/lookups/batch", json=batch, headers=make_key("lookup"))
    assert response.status_code == 200
    assert response.json is not None
    first, second, third = response.json["answers"]
    assert first["outcome"] == "no_record"
    assert (second["status"], second["errors"][0]["pointer"]) == (422, "/queries/1/plate")
    assert (third["status"], third["errors"][0]["pointer"]) == (422, "/queries/2/vin")
