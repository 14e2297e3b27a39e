"""Who may call what: the kinds of keys, rates, and where operations are asked from."""

import pytest
from flask import Flask

from lookup.errors import ConfigurationError
from lookup.settings import Settings
from mobile_api.access.guard import install_guard, stated_accesses
from tests.api.serving import MakeKey, MovableClock, runtime_of

SIGN_IN = 'Bearer realm="immunity-lookup"'

OPERATIONS = {"GET /healthz", "GET /readyz"}


def call(app: Flask, route: str, headers: dict[str, str]) -> int:
    method, path = route.split()
    path = path.replace("<", "").replace(">", "")
    return app.test_client().open(path, method=method, headers=headers).status_code


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer immunity_training_é", "Bearer  x y"]
)
def test_a_bad_credential_is_401_and_says_how_to_sign_in(app: Flask, header: str) -> None:
    response = app.test_client().get("/v1/guidance", headers={"Authorization": header})
    assert response.status_code == 401
    given = header.startswith("Bearer ") and header.strip() != "Bearer"
    assert response.headers["WWW-Authenticate"] == SIGN_IN + (', error="invalid_token"' if given else "")


def test_the_scheme_of_a_credential_is_read_in_any_case(app: Flask, make_key: MakeKey) -> None:
    header = make_key("lookup")["Authorization"].replace("Bearer", "bearer")
    assert app.test_client().get("/v1/guidance", headers={"Authorization": header}).status_code == 200


def test_a_person_asks_one_query_at_a_time(app: Flask, make_key: MakeKey, plate: str) -> None:
    client, headers = app.test_client(), make_key("lookup", kind="person", agency="ZZ0010000")
    assert client.post("/v1/lookups", json={"plate": plate}, headers=headers).status_code == 200
    response = client.post("/v1/lookups/batch", json={"queries": [{"plate": plate}]}, headers=headers)
    assert response.status_code == 403


def test_a_camera_is_told_of_the_vehicle_and_of_no_person(app: Flask, make_key: MakeKey, plate: str) -> None:
    client, camera = app.test_client(), make_key("lookup", kind="camera")
    told = client.post("/v1/lookups", json={"plate": plate}, headers=make_key("lookup")).json
    seen = client.post("/v1/lookups", json={"plate": plate}, headers=camera).json
    assert told is not None
    assert seen is not None
    assert told["person"]["member_id"]
    assert seen["person"] is None
    assert seen["vehicle"] == told["vehicle"]
    assert seen["immunity"]["level"] == told["immunity"]["level"]
    batch = client.post("/v1/lookups/batch", json={"queries": [{"plate": plate}]}, headers=camera).json
    assert batch is not None
    assert batch["answers"][0]["person"] is None


def test_a_key_past_its_end_is_refused(app: Flask, make_key: MakeKey, clock: MovableClock) -> None:
    end = clock.now.replace(microsecond=0)
    headers = make_key("lookup", expires_at=end)
    assert call(app, "GET /v1/guidance", headers) == 401
    clock.advance(seconds=-1)
    assert call(app, "GET /v1/guidance", headers) == 200


def test_the_rate_of_a_key_holds_for_a_minute_and_says_when_to_come_back(
    app: Flask, make_key: MakeKey, clock: MovableClock, plate: str
) -> None:
    client, headers = app.test_client(), make_key("lookup", rate=3)
    clock.now = clock.now.replace(second=40)
    statuses = [client.post("/v1/lookups", json={"plate": plate}, headers=headers).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = client.post("/v1/lookups", json={"plate": plate}, headers=headers)
    assert refused.headers["Retry-After"] == "20"
    clock.advance(seconds=20)
    assert client.post("/v1/lookups", json={"plate": plate}, headers=headers).status_code == 200


def test_a_batch_counts_each_of_its_queries(app: Flask, make_key: MakeKey, plate: str) -> None:
    client, headers = app.test_client(), make_key("lookup", rate=5)
    batch = {"queries": [{"plate": plate}] * 4}
    assert client.post("/v1/lookups/batch", json=batch, headers=headers).status_code == 200
    assert client.post("/v1/lookups/batch", json=batch, headers=headers).status_code == 429


@pytest.mark.parametrize("route", sorted(OPERATIONS))
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.1", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": ""}, 403),
    ],
)
def test_operations_are_for_the_operators_network_only(
    app: Flask, route: str, address: str, headers: dict[str, str], status: int
) -> None:
    path = route.split()[1]
    response = app.test_client().get(path, headers=headers, environ_base={"REMOTE_ADDR": address})
    assert response.status_code == status


def test_an_application_with_a_route_that_states_no_access_refuses_to_start(app: Flask, settings: Settings) -> None:
    unguarded = Flask("unguarded", static_folder=None)
    unguarded.add_url_rule("/v1/secret", view_func=lambda: "everything")
    runtime = runtime_of(app)
    with pytest.raises(ConfigurationError, match="/v1/secret"):
        install_guard(unguarded, runtime)


def test_every_route_states_its_access(app: Flask, center: Flask) -> None:
    for service in (app, center):
        assert set(stated_accesses(service)) == {rule.endpoint for rule in service.url_map.iter_rules()}


@pytest.mark.parametrize(
    "path", ["/v1/guidance?x=1", "/v1/offices?state=VA&state=MD", "/v1/offices?State=VA", "/docs?x"]
)
def test_unknown_and_repeated_url_parameters_are_refused(app: Flask, make_key: MakeKey, path: str) -> None:
    response = app.test_client().get(path, headers=make_key("lookup"))
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["errors"]
