"""docs/interface.md has every route, problem, notice, scope and field of both services."""

import inspect
import json
import re
from dataclasses import fields as dataclass_fields
from typing import get_args

import pytest
from flask import Flask
from marshmallow import Schema, fields

from lookup.errors import ImmunityError
from lookup.freshness import Freshness
from lookup.identify import CANDIDATE_LIMIT
from lookup.law.codes import NOTICE_CODES
from lookup.law.facts_schema import FactsBody
from lookup.law.load import load_policies
from lookup.queries import LookupBody, read_query
from lookup.search_request import SearchRequest
from mobile_api import problems
from mobile_api.access.caller import CallerKind
from mobile_api.access.guard import Access, stated_accesses
from mobile_api.access.keys import SCOPES
from mobile_api.operations import NotReady
from mobile_api.schemas.answers import AnswerBody
from tests.api.serving import clock, console_service, lookup_service, settings, stopped_clock, synced
from tests.docs.pages import blocks, codes, page, rows, section

__all__ = ["clock", "console_service", "lookup_service", "settings", "stopped_clock", "synced"]

PAGE = page("interface.md")
POLICY = load_policies().all[-1]

ROUTES = {
    (route, service): access
    for cell, service, access, _ in rows(section(PAGE, "## The routes"))
    for route in re.findall(r"`((?:GET|POST) [^`]+)`", cell)
}


def _access_in_words(access: Access) -> str:
    if access.entrance != "token":
        words = {"public": "everybody", "operations": "operators", "session": "signed in at the console"}
        return words[access.entrance]
    scope = f"`{access.scope}`" if access.scope else "any token"
    return scope if access.person_kind else f"{scope}, not kind `person`"


def _routes(app: Flask) -> dict[str, Access]:
    accesses = stated_accesses(app)
    return {
        f"{method} {rule.rule.replace('any_id:', '')}": accesses[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@pytest.mark.parametrize(("service", "fixture"), [("lookup", "lookup_service"), ("console", "console_service")])
def test_every_route_of_a_service_stands_there_and_no_other(
    service: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    documented = {route for route, where in ROUTES if where in (service, "both")}
    assert documented == set(_routes(request.getfixturevalue(fixture)))


@pytest.mark.parametrize(("service", "fixture"), [("lookup", "lookup_service"), ("console", "console_service")])
def test_the_access_of_a_route_is_the_one_that_it_states(
    service: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    stated = {
        route: _access_in_words(access)
        for route, access in _routes(request.getfixturevalue(fixture)).items()
        if access.entrance != "page"
    }
    documented = {route: access for (route, where), access in ROUTES.items() if where in (service, "both")}
    assert {route: documented[route] for route in stated} == stated


def _problems(base: type[ImmunityError] = ImmunityError) -> set[tuple[str, str]]:
    """Give type and status of every error of ours; an error that only inherits its type adds nothing."""
    return {(base.problem, str(base.status))}.union(*(_problems(child) for child in base.__subclasses__()))


def test_every_problem_type_stands_there_with_its_status_and_no_other() -> None:
    of_http = {(name, str(status)) for status, (name, *_) in problems._HTTP_PROBLEMS.items()} | {("http-error", "any")}
    documented = {
        (cells[0].strip("`").removeprefix("/problems/"), cells[1]) for cells in rows(section(PAGE, "## Problems"))
    }
    assert NotReady.problem in {name for name, _ in _problems()}
    assert documented == _problems() | of_http


def test_every_other_fault_of_a_request_is_the_http_error_that_stands_there() -> None:
    assert '"http-error"' in inspect.getsource(problems)


def test_every_notice_stands_there_with_its_severity() -> None:
    table = {cells[0].strip("`"): cells[1] for cells in rows(section(PAGE, "### Notices"))}
    assert table == {code: POLICY.notices[code].severity for code in NOTICE_CODES}


def test_every_scope_and_kind_of_key_stands_there() -> None:
    named = set(codes(section(PAGE, "## Credentials")))
    assert {*SCOPES, *get_args(CallerKind)} <= named


def _names(schema: Schema) -> set[str]:
    """Give the names of all fields, those inside other objects too."""
    found = set(schema.fields)
    for field in schema.fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            found |= _names(inner.schema)
    return found


def test_every_field_of_a_question_stands_there() -> None:
    text = section(PAGE, "## Lookups")
    missing = {name for name in _names(LookupBody()) if f"`{name}`" not in text and f'"{name}"' not in text}
    assert missing == set()


def test_every_question_that_is_shown_can_be_asked() -> None:
    questions = blocks(section(PAGE, "## Lookups"), "json")[0].splitlines()
    assert {read_query(json.loads(question)).kind for question in questions} == {
        "plate",
        "vin",
        "member_id",
        "document",
        "person",
        "address",
    }


def test_every_part_of_an_answer_stands_there() -> None:
    table = " ".join(cells[0] for cells in rows(section(PAGE, "### The answer")))
    assert set(codes(table)) == set(AnswerBody().fields)


def test_every_fact_of_an_assessment_stands_there() -> None:
    named = set(codes(section(PAGE, "## Assessments"))) | set(re.findall(r'"(\w+)":', section(PAGE, "## Assessments")))
    assert _names(FactsBody()) - named == set()


def test_every_field_of_a_search_stands_there() -> None:
    named = {name for cells in rows(section(PAGE, "## Search")) for name in codes(cells[0])}
    assert named == {field.name for field in dataclass_fields(SearchRequest)}


def test_every_state_of_freshness_stands_on_its_page() -> None:
    states = get_args(Freshness.__annotations__["state"])
    assert [cells[0] for cells in rows(section(page("freshness.md"), "## The states"))] == [f"`{s}`" for s in states]


def test_the_number_of_candidates_is_the_one_that_is_given() -> None:
    assert CANDIDATE_LIMIT == 10
    assert "at most ten" in section(PAGE, "### The answer")
