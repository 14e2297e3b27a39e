"""Strict JSON: which bytes are a body, and with which status the others are refused."""

import json

import pytest
from flask import Flask

from mobile_api.bodies import BATCH_LIMIT, BODY_LIMIT, DEPTH_LIMIT, parse_json
from mobile_api.refusals import MalformedBody
from tests.api.serving import MakeKey

JSON = "application/json"


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1} x',
        b'{"plate": "A", "plate": "B"}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\\ud800"}',
        b'{"a": "\n"}',
        b"9" * 5000,
        nested(DEPTH_LIMIT + 1),
        nested(30_000),
    ],
)
def test_what_is_not_strict_json_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse_json(data)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse_json(nested(DEPTH_LIMIT)) == json.loads(nested(DEPTH_LIMIT))


def test_many_brackets_side_by_side_or_in_a_text_are_not_deep() -> None:
    assert parse_json(b"[" + b",".join([b"[]"] * 100) + b"]") == [[]] * 100
    assert parse_json(b'"' + b"[" * 100 + b'"') == "[" * 100


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert parse_json(b'"\\ud83d\\ude97"') == "\N{AUTOMOBILE}"


@pytest.mark.parametrize("path", ["/v1/lookups", "/v1/lookups/batch", "/v1/assessments"])
def test_every_posting_route_refuses_malformed_json_with_400(app: Flask, make_key: MakeKey, path: str) -> None:
    response = app.test_client().post(path, data=b'{"a": 1, "a": 1}', content_type=JSON, headers=make_key("lookup"))
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["type"] == "/problems/malformed-json"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
def test_only_json_is_read(app: Flask, make_key: MakeKey, content_type: str) -> None:
    response = app.test_client().post(
        "/v1/lookups", data=b"{}", headers=make_key("lookup") | {"Content-Type": content_type}
    )
    assert response.status_code == 415


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/v1/lookups", BODY_LIMIT), ("/v1/assessments", BODY_LIMIT), ("/v1/lookups/batch", BATCH_LIMIT)],
)
def test_a_body_of_the_limit_is_read_and_one_byte_more_is_413(
    app: Flask, make_key: MakeKey, path: str, limit: int
) -> None:
    client, headers = app.test_client(), make_key("lookup")
    largest = b'"' + b"x" * (limit - 2) + b'"'
    assert client.post(path, data=largest, content_type=JSON, headers=headers).status_code == 422
    response = client.post(path, data=largest + b" ", content_type=JSON, headers=headers)
    assert response.status_code == 413
    assert response.json is not None
    assert response.json["type"] == "/problems/body-too-large"


def test_the_console_refuses_a_search_over_the_limit(center: Flask, make_key: MakeKey) -> None:
    body = json.dumps({"q": "x" * BODY_LIMIT}).encode()
    response = center.test_client().post("/v1/search", data=body, content_type=JSON, headers=make_key("console"))
    assert response.status_code == 413
