"""The description of the services: valid, complete, and what the services really do."""

import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.serving import MakeKey

EXAMPLES = 10
"""Requests that are made up per operation: enough to meet each field, few enough for every test run."""


LOOKUP_SCOPES = {
    "POST /v1/lookups": "lookup",
    "POST /v1/lookups/batch": "lookup",
    "POST /v1/assessments": "lookup",
    "GET /v1/guidance": "any",
    "GET /v1/guidance/{category}": "any",
    "GET /v1/consular-notification/{country}": "any",
    "GET /v1/offices": "any",
}
CONSOLE_SCOPES = {
    "POST /v1/search": "console",
    "GET /v1/missions": "console",
    "GET /v1/missions/{mission_id}": "console",
    "GET /v1/missions/{mission_id}/members": "console",
    "GET /v1/missions/{mission_id}/vehicles": "console",
    "GET /v1/members/{handle}": "console",
    "GET /v1/members/{handle}/history": "console",
    "GET /v1/vehicles/{handle}": "console",
    "GET /v1/lookups/{lookup}": "console",
    "POST /v1/lookups/{lookup}/disclosures": "console",
    "GET /v1/status": "console",
    "POST /v1/audit/search": "audit",
    "GET /v1/audit/{lookup}": "audit",
}


def described(service: Flask) -> dict[str, Any]:
    document: dict[str, Any] = service.test_client().get("/openapi.json").json or {}
    return document


def test_the_descriptions_are_valid_openapi(app: Flask, center: Flask) -> None:
    for service in (app, center):
        document = described(service)
        assert document["openapi"] == "3.1.0"
        schemathesis.openapi.from_dict(document).validate()


def test_every_route_under_v1_is_described_with_its_scope_and_its_problems(app: Flask, center: Flask) -> None:
    for service, scopes in ((app, LOOKUP_SCOPES), (center, CONSOLE_SCOPES)):
        operations = {
            f"{method.upper()} {path}": operation
            for path, methods in described(service)["paths"].items()
            for method, operation in methods.items()
            if path.startswith("/v1/") and method != "parameters"
        }
        assert {route: operation["x-scope"] for route, operation in operations.items()} == scopes
        for operation in operations.values():
            assert operation["security"] == [{"bearer": []}]
            assert operation["summary"].endswith(".")
            assert "200" in operation["responses"]


def test_problems_are_described_as_problems(app: Flask) -> None:
    for response in described(app)["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_the_descriptions_can_be_read_as_a_page_without_another_host(app: Flask, center: Flask) -> None:
    for service in (app, center):
        html = service.test_client().get("/docs").get_data(as_text=True)
        for path in described(service)["paths"]:
            assert path.replace("<", "") in html
        assert not re.findall(r"https?://", html)
        assert "<script" not in html
        assert "Training \N{EN DASH} invented data" in html


BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def try_out(operation: Any, headers: dict[str, str]) -> None:
    """Send made-up requests to one operation and hold the answers against the description."""

    @BOUNDED
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        # the schemas say which fields there are, not which plates can be read or which of them go together
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    ask()


@pytest.mark.parametrize("name", ["lookup", "console"])
def test_made_up_requests_get_only_described_answers(name: str, app: Flask, center: Flask, make_key: MakeKey) -> None:
    service, headers = (app, make_key("lookup")) if name == "lookup" else (center, make_key("console"))
    for result in schemathesis.openapi.from_wsgi("/openapi.json", service).get_all_operations():
        assert not isinstance(result, Err)
        try_out(result.ok(), headers)
