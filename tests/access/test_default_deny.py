"""Default deny (CJIS AC-3, AC-6): every route of both services, asked by everybody, against one table.

A route that is not in the table fails the walk, so that nobody adds one without saying who may call it.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import pytest
from flask import Flask

from mobile_api.access.caller import CallerKind, Scope
from mobile_api.access.guard import stated_accesses
from mobile_api.access.people import ROLES, Person, Role
from mobile_api.access.session_store import Session, new_session_id
from tests.access.people import OWN, Browser, enrol
from tests.api.serving import MakeKey, MovableClock, runtime_of


@dataclass(frozen=True)
class Asker:
    """Whoever sends a token: one scope, one kind, with or without an agency."""

    scope: Scope
    kind: CallerKind
    agency: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} with {self.scope}, {'an' if self.agency else 'no'} ORI"


SCOPES: tuple[Scope, ...] = get_args(Scope)
ORI = "ZZ0010000"
EVERYBODY = frozenset(
    {
        Asker("lookup", "camera"),
        *(Asker(scope, "system") for scope in SCOPES),
        *(Asker(scope, "person") for scope in SCOPES),
        *(Asker(scope, "person", ORI) for scope in SCOPES),
    }
)
"""All that a key can be; a camera with another scope is never made."""

CAMERA = Asker("lookup", "camera")
ONE_QUERY = frozenset({CAMERA, Asker("lookup", "system"), Asker("lookup", "person", ORI)})
MANY_QUERIES = frozenset({CAMERA, Asker("lookup", "system")})
CENTER = frozenset({Asker("console", "system"), Asker("console", "person", ORI)})
AUDITORS = frozenset({Asker("audit", "system"), Asker("audit", "person"), Asker("audit", "person", ORI)})

BY_TOKEN: Mapping[str, frozenset[Asker]] = {
    "POST /v1/lookups": ONE_QUERY,
    "POST /v1/assessments": ONE_QUERY,
    "POST /v1/lookups/batch": MANY_QUERIES,
    "GET /v1/guidance": EVERYBODY,
    "GET /v1/guidance/<category>": EVERYBODY,
    "GET /v1/consular-notification/<country>": EVERYBODY,
    "GET /v1/offices": EVERYBODY,
    "POST /v1/search": CENTER,
    "GET /v1/missions": CENTER,
    "GET /v1/missions/<any_id:mission_id>": CENTER,
    "GET /v1/missions/<any_id:mission_id>/members": CENTER,
    "GET /v1/missions/<any_id:mission_id>/vehicles": CENTER,
    "GET /v1/members/<handle>": CENTER,
    "GET /v1/members/<handle>/history": CENTER,
    "GET /v1/vehicles/<handle>": CENTER,
    "GET /v1/lookups/<lookup>": CENTER,
    "POST /v1/lookups/<lookup>/disclosures": CENTER,
    "GET /v1/status": CENTER,
    "POST /v1/audit/search": AUDITORS,
    "GET /v1/audit/<lookup>": AUDITORS,
}
"""Who is let in with a token. Everybody else is told 403, nobody 401."""

BY_SESSION: Mapping[str, frozenset[Role]] = {
    "GET /": frozenset(ROLES),
    "GET /device": frozenset(ROLES),
    "POST /device": frozenset(ROLES),
    "GET /password": frozenset(ROLES),
    "POST /password": frozenset(ROLES),
}
"""Which roles are let into the console's pages. Whoever is not signed in is led to the sign-in."""

TO_NOBODY: Mapping[str, int] = {
    # pages of the console, before the sign-in; a form without its token is refused
    "GET /sign-in": 200,
    "GET /locked": 200,
    "POST /notice": 403,
    "POST /sign-in": 403,
    "POST /sign-out": 403,
    "GET /sign-in/provider": 404,  # none is set
    "GET /sign-in/callback": 404,
    # the roadside page; a form from elsewhere is refused
    "GET /": 303,
    "POST /": 403,
    "GET /enter": 200,
    "POST /enter": 403,
    "GET /enter/<entry>": 401,
    "POST /leave": 403,
    # public
    "GET /openapi.json": 200,
    "GET /docs": 200,
    "GET /static/<name>": 404,
    "GET /.well-known/security.txt": 404,  # no contact is set
    # from the operators' network
    "GET /healthz": 200,
    "GET /readyz": 200,
    "GET /metrics": 200,
}
"""What is told to who brings nothing at all, from the machine itself."""
OPERATIONS = ("GET /healthz", "GET /readyz", "GET /metrics")


def routes(app: Flask, *entrances: str) -> set[str]:
    accesses = stated_accesses(app)
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
        if accesses[rule.endpoint].entrance in entrances
    }


def service_of(route: str, app: Flask, center: Flask) -> Flask:
    return app if route in routes(app, "token", "page", "public", "operations") else center


def call(app: Flask, route: str, headers: dict[str, str] | None = None, address: str = "127.0.0.1") -> int:
    method, path = route.split()
    path = path.replace("<", "").replace(">", "")
    return (
        app.test_client().open(path, method=method, headers=headers, environ_base={"REMOTE_ADDR": address}).status_code
    )


def test_the_table_holds_every_route_and_no_other(app: Flask, center: Flask) -> None:
    assert routes(app, "token") | routes(center, "token") == set(BY_TOKEN)
    assert routes(app, "session") | routes(center, "session") == set(BY_SESSION)
    others = ("page", "public", "operations")
    assert routes(app, *others) | routes(center, *others) == set(TO_NOBODY)


@pytest.mark.parametrize("asker", sorted(EVERYBODY, key=str), ids=str)
def test_a_token_opens_what_the_table_says_and_nothing_else_cjis_ac_3(
    app: Flask, center: Flask, make_key: MakeKey, asker: Asker
) -> None:
    headers = make_key(asker.scope, kind=asker.kind, agency=asker.agency)
    statuses = {route: call(service_of(route, app, center), route, headers) for route in BY_TOKEN}
    assert 401 not in statuses.values()
    opened = {route for route, status in statuses.items() if status != 403}
    assert opened == {route for route, who in BY_TOKEN.items() if asker in who}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}], ids=["nothing", "a bad token"])
def test_without_a_good_token_every_route_of_the_interface_is_401_cjis_ac_3(
    app: Flask, center: Flask, headers: dict[str, str]
) -> None:
    statuses = {route: call(service_of(route, app, center), route, headers) for route in BY_TOKEN}
    assert statuses == dict.fromkeys(BY_TOKEN, 401)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_a_session_opens_the_pages_that_the_table_says_cjis_ac_3(
    center: Flask, clock: MovableClock, role: Role | None
) -> None:
    browser = Browser(center)
    if role is not None:
        person = enrol(center, clock, role).account.person()
        session = Session(new_session_id(), clock(), clock(), person)
        browser.take("immunity_console", runtime_of(center).session_store.begin(session))
    for route, roles in BY_SESSION.items():
        method, path = route.split()
        response = browser.client.open(path, method=method, headers=OWN)
        if role in roles:
            assert response.status_code == (403 if method == "POST" else 200)  # the form has no token
        else:
            assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")


@pytest.mark.parametrize("role", ROLES)
def test_a_session_opens_nothing_of_the_interface(center: Flask, clock: MovableClock, role: Role) -> None:
    session = Session(new_session_id(), clock(), clock(), Person("person:7@x", ROLES[role], ORI))
    browser = Browser(center)
    browser.take("immunity_console", runtime_of(center).session_store.begin(session))
    for route in routes(center, "token"):
        method, path = route.split()
        assert browser.client.open(path, method=method, headers=OWN).status_code == 401


def test_who_brings_nothing_sees_the_sign_in_and_what_is_public(app: Flask, center: Flask) -> None:
    told = {route: call(service_of(route, app, center), route) for route in TO_NOBODY}
    assert told == TO_NOBODY


def test_operations_are_closed_to_other_networks(app: Flask, center: Flask) -> None:
    for service, route in itertools.product((app, center), OPERATIONS):
        assert call(service, route, address="10.0.0.1") == 403


def test_each_form_of_the_console_is_refused_without_its_own_token(center: Flask, clock: MovableClock) -> None:
    session = Session(new_session_id(), clock(), clock(), Person("person:7@x", ROLES["operator"], ORI))
    forms = {route for route in routes(center, "page", "session") if route.startswith("POST")}
    assert len(forms) == 5
    other = Browser(center)
    token = other.form_token("/sign-in")
    for form, fields in itertools.product(forms, ({}, {"csrf_token": ""}, {"csrf_token": token})):
        browser = Browser(center)
        browser.take("immunity_console", runtime_of(center).session_store.begin(session))
        response = browser.client.post(form.split()[1], data=fields, headers=OWN)
        assert response.status_code == 403
        assert "open it again" in response.get_data(as_text=True)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_each_form_of_the_console_is_taken_from_its_own_pages_only(center: Flask, headers: dict[str, str]) -> None:
    browser = Browser(center)
    token = browser.form_token("/sign-in")
    response = browser.client.post("/notice", data={"csrf_token": token}, headers=headers)
    assert response.status_code == 403
    assert "Restricted system" in browser.get("/sign-in").get_data(as_text=True)
