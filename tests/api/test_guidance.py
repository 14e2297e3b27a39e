"""The law without a query: whole, kept by clients, and given to any valid token."""

import pytest
from flask import Flask

from lookup.law.terms import ACTIONS, CATEGORIES
from mobile_api.schemas.contacts import NotificationAnswer, OfficesAnswer
from mobile_api.schemas.law import CategoryAnswer, PolicyAnswer
from tests.api.serving import MakeKey, runtime_of


def test_the_guidance_is_the_whole_policy(app: Flask, make_key: MakeKey) -> None:
    given = app.test_client().get("/v1/guidance", headers=make_key("audit")).json
    policy = runtime_of(app).policy()
    assert given is not None
    assert PolicyAnswer().validate(given) == {}
    assert given["policy"] == policy.name
    assert {(row["category"], row["role"]) for row in given["matrix"]} == set(policy.rows)
    assert all(tuple(row["permissions"]) == ACTIONS for row in given["matrix"])
    assert [block["code"] for block in given["blocks"]] == list(policy.blocks)


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_category_has_its_rows_and_their_conditions(app: Flask, make_key: MakeKey, category: str) -> None:
    given = app.test_client().get(f"/v1/guidance/{category}", headers=make_key("lookup")).json
    assert given is not None
    assert CategoryAnswer().validate(given) == {}
    assert {row["category"] for row in given["matrix"]} == {category}
    named = {code for row in given["matrix"] for answer in row["permissions"].values() for code in answer["codes"]}
    assert {condition["code"] for condition in given["conditions"]} == named


def test_a_category_that_does_not_exist_is_404(app: Flask, make_key: MakeKey) -> None:
    assert app.test_client().get("/v1/guidance/king", headers=make_key("lookup")).status_code == 404


@pytest.mark.parametrize("path", ["/v1/guidance", "/v1/guidance/io_staff"])
def test_a_client_that_has_it_already_is_told_so(app: Flask, make_key: MakeKey, path: str) -> None:
    client, headers = app.test_client(), make_key("lookup")
    first = client.get(path, headers=headers)
    assert first.headers["Cache-Control"] == "private, max-age=3600"
    again = client.get(path, headers=headers | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(path, headers=headers | {"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(("country", "duty"), [("RU", "mandatory"), ("bm", "mandatory"), ("MX", "on_request")])
def test_the_consular_notification_of_a_country(app: Flask, make_key: MakeKey, country: str, duty: str) -> None:
    given = app.test_client().get(f"/v1/consular-notification/{country}", headers=make_key("lookup")).json
    assert given is not None
    assert NotificationAnswer().validate(given) == {}
    assert (given["country"], given["duty"]) == (country.upper(), duty)


@pytest.mark.parametrize("country", ["XX", "%C4%B1D", "MXX", "%EF%BC%AD%EF%BC%B8"])
def test_a_country_that_does_not_exist_is_404(app: Flask, make_key: MakeKey, country: str) -> None:
    """Among them a dotless i, whose capital is I, and letters of full width."""
    response = app.test_client().get(f"/v1/consular-notification/{country}", headers=make_key("lookup"))
    assert response.status_code == 404


def test_the_offices_of_a_state_come_with_the_numbers_that_are_always_open(app: Flask, make_key: MakeKey) -> None:
    given = app.test_client().get("/v1/offices?state=VA", headers=make_key("lookup")).json
    assert given is not None
    assert OfficesAnswer().validate(given) == {}
    assert [office["code"] for office in given["offices"]] == ["washington"]
    assert given["always_open"][0]["numbers"][0] == runtime_of(app).phone()


@pytest.mark.parametrize("query", ["", "?state=", "?state=ZZ"])
def test_a_state_that_does_not_exist_is_422(app: Flask, make_key: MakeKey, query: str) -> None:
    response = app.test_client().get(f"/v1/offices{query}", headers=make_key("lookup"))
    assert response.status_code == 422
    assert response.json is not None
    assert [fault["pointer"] for fault in response.json["errors"]] == ["/state"]
