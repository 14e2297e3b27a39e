"""Answers that wait for their entries in the audit trail leave whole and in order. A caller who is slow or gone keeps
nobody else from an answer."""

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lookup.audit.places import segments_directory
from lookup.audit.segment import segments_in
from lookup.settings import Settings
from tests.api.real_server import running, token_for

SLOW_CALLERS = 12
"""More than a worker has threads."""


@pytest.fixture(scope="module")
def node(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    directory = tmp_path_factory.mktemp("held")
    return replace(settings, data_dir=directory, audit_dir=directory / "audit", audit_spool=directory / "spool")


@pytest.fixture(scope="module")
def token(node: Settings) -> str:
    return token_for(node, "held answers", "lookup")


@pytest.fixture(scope="module")
def address(node: Settings, token: str) -> Iterator[tuple[str, int]]:
    """A service of one worker, so that everybody meets the same one."""
    with running(node, "serve", workers=1) as (_, base):
        host, _, port = base.removeprefix("http://").partition(":")
        yield host, int(port)


def question(token: str, path: str, body: Any, *headers: str) -> bytes:
    text = json.dumps(body)
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        *headers,
    )
    return "\r\n".join((*lines, "", text)).encode()


def read_answer(stream: socket.socket) -> tuple[http.client.HTTPResponse, Any]:
    response = http.client.HTTPResponse(stream)
    response.begin()
    return response, json.loads(response.read())


def recorded(node: Settings) -> list[str]:
    """Give the ids of all lookups in the trail."""
    paths = segments_in(segments_directory(node))
    lines = [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]
    return [line["lookup_id"] for line in lines if line["event"].startswith("query.")]


def test_one_connection_asks_again_and_again(address: tuple[str, int], token: str, plate: str, node: Settings) -> None:
    connection = http.client.HTTPConnection(*address, timeout=10)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    ids = []
    for _ in range(20):
        connection.request("POST", "/v1/lookups", json.dumps({"plate": plate}), headers)
        response = connection.getresponse()
        ids.append(json.loads(response.read())["lookup_id"])
        assert (response.status, response.getheader("Connection")) == (200, "keep-alive")
    connection.close()
    assert len(set(ids)) == 20
    assert set(ids) <= set(recorded(node))


def test_questions_sent_at_once_are_answered_in_their_order(address: tuple[str, int], token: str, plate: str) -> None:
    with socket.create_connection(address, timeout=10) as stream:
        stream.sendall(
            question(token, "/v1/lookups", {"plate": plate, "reference": "first"})
            + question(token, "/v1/lookups", {"plate": "DZZ1234"}, "Connection: close")
        )
        received = b"".join(iter(lambda: stream.recv(65_536), b""))
    first, second = received.split(b"HTTP/1.1 200 OK")[1:]
    assert (b'"match"' in first, b'"no_record"' in second) == (True, True)


def test_a_connection_that_is_to_end_ends_after_its_answer(address: tuple[str, int], token: str, plate: str) -> None:
    with socket.create_connection(address, timeout=10) as stream:
        stream.sendall(question(token, "/v1/lookups", {"plate": plate}, "Connection: close"))
        response, document = read_answer(stream)
        assert (response.status, document["outcome"]) == (200, "match")
        assert stream.recv(1) == b""


def test_who_takes_a_long_answer_slowly_gets_it_whole_and_keeps_nobody_from_theirs(
    address: tuple[str, int], token: str, plate: str
) -> None:
    batch = question(token, "/v1/lookups/batch", {"queries": [{"plate": plate}] * 100})
    slow = []
    for _ in range(SLOW_CALLERS):
        stream = socket.socket()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the server cannot send it at once
        stream.settimeout(20)
        stream.connect(address)
        stream.sendall(batch)
        slow.append(stream)
    with socket.create_connection(address, timeout=10) as stream:
        stream.sendall(question(token, "/v1/lookups", {"plate": plate}))
        assert read_answer(stream)[0].status == 200
    _, document = read_answer(slow[0])
    assert [answer["outcome"] for answer in document["answers"]] == ["match"] * 100
    for stream in slow:
        stream.close()


def test_whoever_went_away_is_recorded_and_disturbs_nobody(
    address: tuple[str, int], token: str, plate: str, node: Settings
) -> None:
    before = len(recorded(node))
    for _ in range(20):
        with socket.create_connection(address, timeout=10) as stream:
            stream.sendall(question(token, "/v1/lookups", {"plate": plate}))
    with socket.create_connection(address, timeout=10) as stream:
        stream.sendall(question(token, "/v1/lookups", {"plate": plate}))
        assert read_answer(stream)[0].status == 200
    assert before < len(recorded(node)) <= before + 21


def test_an_answer_that_cannot_be_recorded_becomes_a_refusal_of_the_same_request(
    settings: Settings, tmp_path: Path, plate: str
) -> None:
    (tmp_path / "data").mkdir()
    broken = replace(settings, data_dir=tmp_path / "data")
    token = token_for(broken, "cannot be recorded", "lookup")
    (broken.data_dir / "audit").touch()  # a file in the place of the directory
    (broken.data_dir / "audit-spool").touch()
    request_id = "0192f3c4-0000-7000-8000-000000000001"
    with running(broken, "serve", workers=1) as (_, base):
        host, _, port = base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as stream:
            stream.sendall(question(token, "/v1/lookups", {"plate": plate}, f"X-Request-Id: {request_id}"))
            response, document = read_answer(stream)
            assert stream.recv(1) == b""
    assert (response.status, document["type"]) == (503, "/problems/audit-unavailable")
    assert (response.getheader("X-Request-Id"), document["request_id"]) == (request_id, request_id)
    assert response.getheader("Retry-After") == "5"
    assert document["phone"]
    assert plate not in json.dumps(document)
