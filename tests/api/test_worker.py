"""What the server itself answers: requests that cannot be read, or that never end."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from subprocess import Popen

import pytest

from lookup.settings import Settings
from mobile_api.bodies import BATCH_LIMIT, BODY_LIMIT
from mobile_api.worker.line import READ_S
from mobile_api.worker.worker import LEAVE_S
from tests.api.real_server import START_S, ask, running, token_for

SECRET = "immunity_training_c2VjcmV0"
LOOKUP = b"POST /v1/lookups HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "
THREADS = 4
"""The default of the setting `threads`."""

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[tuple[Popen[str], str]]:
    with running(settings, "serve", workers=1) as found:
        yield found


@pytest.fixture(scope="module")
def token(settings: Settings) -> bytes:
    return token_for(settings, "worker test", "lookup").encode()


def open_socket(base: str) -> socket.socket:
    host, port = base.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=START_S)


def send(base: str, raw: bytes) -> Answer:
    """Send bytes as they are and give status, headers and body of the answer, at whose end the server closes."""
    with open_socket(base) as connection:
        connection.sendall(raw)
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


def chunked(body: bytes) -> bytes:
    pieces = [body[place : place + 8192] for place in range(0, len(body), 8192)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status", "kind"),
    [
        (f"GET / HTTP/1.1\r\nHost: x\r\nBearer {SECRET}\r\n\r\n", 400, "bad-request"),
        (f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization {SECRET}: x\r\n\r\n", 400, "bad-request"),
        (f"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n {SECRET}\r\n\r\n", 400, "bad-request"),
        (f"{SECRET}() / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad-request"),
        (f"GET /{SECRET} HTTP/{SECRET}\r\nHost: x\r\n\r\n", 400, "bad-request"),
        (f"{SECRET}\r\n\r\n", 400, "bad-request"),
        (f"GET /{SECRET}{'x' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "http-error"),
        (f"GET / HTTP/1.1\r\nHost: x\r\nA: {SECRET}{'x' * 9000}\r\n\r\n", 431, "http-error"),
        (f"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {SECRET}\r\n\r\n", 501, "http-error"),
    ],
)
def test_a_request_that_cannot_be_read_is_a_problem_that_repeats_nothing(
    server: tuple[Popen[str], str], request_bytes: str, status: int, kind: str
) -> None:
    given, headers, body = send(server[1], request_bytes.encode())
    problem = json.loads(body)
    assert (given, problem["status"], problem["type"]) == (status, status, f"/problems/{kind}")
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Connection"] == "close"
    assert headers["Cache-Control"] == "no-store"
    assert re.fullmatch("[0-9a-f]{24}", headers["X-Request-Id"])
    assert problem["request_id"] == headers["X-Request-Id"]
    assert ("phone" in problem) == (status >= 500)
    assert SECRET.encode() not in body


def test_nothing_of_a_request_that_cannot_be_read_is_logged(settings: Settings) -> None:
    with running(settings, "serve", workers=1) as (process, base):
        for raw in (
            f"GET / HTTP/1.1\r\nHost: x\r\nBearer {SECRET}\r\n\r\n",
            f"{SECRET}() / HTTP/1.1\r\nHost: x\r\n\r\n",
            f"POST /v1/lookups HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{SECRET}\r\n",
        ):
            send(base, raw.encode())
        process.terminate()
        _, written = process.communicate(timeout=START_S)
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["status"] for line in lines] == [400, 400, 401, 400]  # what follows the last is no request either
    assert SECRET not in written


def test_half_requests_keep_nobody_from_an_answer(server: tuple[Popen[str], str], token: bytes) -> None:
    halves = [LOOKUP + token + b"\r\nContent-Length: 20\r\n\r\n{", b"GET / HTTP/1.1\r\nHost"]
    with ExitStack() as open_halves:
        for number in range(THREADS + 1):
            connection = open_halves.enter_context(open_socket(server[1]))
            connection.sendall(halves[number % 2])
        begun = time.monotonic()
        status, _ = ask(server[1], "/v1/lookups", token.decode(), {"plate": "DZZ9999"})
        assert status == 200
        assert time.monotonic() - begun < 2 * READ_S


def test_fewer_half_requests_than_threads_delay_nobody(server: tuple[Popen[str], str], token: bytes) -> None:
    with ExitStack() as open_halves:
        for _ in range(THREADS - 1):
            open_halves.enter_context(open_socket(server[1])).sendall(b"GET / HTTP/1.1\r\nHost")
        begun = time.monotonic()
        for _ in range(10):
            assert ask(server[1], "/v1/lookups", token.decode(), {"plate": "DZZ9999"})[0] == 200
        assert time.monotonic() - begun < READ_S  # else each had waited for a half one to run out of time


def test_who_does_not_close_keeps_nobody_from_an_answer(server: tuple[Popen[str], str], token: bytes) -> None:
    with ExitStack() as left_open:
        for _ in range(2 * THREADS):
            connection = left_open.enter_context(open_socket(server[1]))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        begun = time.monotonic()
        assert ask(server[1], "/v1/lookups", token.decode(), {"plate": "DZZ9999"})[0] == 200
        assert time.monotonic() - begun < 5 * LEAVE_S


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/v1/lookups", BODY_LIMIT), ("/v1/lookups/batch", BATCH_LIMIT), ("/v1/assessments", BODY_LIMIT)],
)
def test_a_chunked_body_over_the_limit_is_refused_and_not_cut(
    server: tuple[Popen[str], str], token: bytes, path: str, limit: int
) -> None:
    begun = LOOKUP.replace(b"/v1/lookups", path.encode()) + token
    begun += b"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    question = json.dumps({"plate": "DZZ9999"}).encode()
    whole = question.ljust(limit)
    assert send(server[1], begun + chunked(whole))[0] == (200 if path == "/v1/lookups" else 422)
    status, _, body = send(server[1], begun + chunked(whole + b"x"))
    assert (status, json.loads(body)["type"]) == (413, "/problems/body-too-large")


def test_a_chunked_form_over_the_limit_is_refused_and_not_cut(server: tuple[Popen[str], str], token: bytes) -> None:
    form = b"POST /enter HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nConnection: close\r\n"
    form += b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    fitting = (b"key=" + token + b"&rest=").ljust(BODY_LIMIT, b"x")
    assert send(server[1], form + chunked(fitting))[0] == 303
    assert send(server[1], form + chunked(fitting + b"x"))[0] == 413


@pytest.mark.parametrize("chunks", [b"zz\r\n{}", b"2\r\n{}xx", b"5;\x00\r\n"])
def test_a_broken_chunk_is_a_malformed_body(server: tuple[Popen[str], str], token: bytes, chunks: bytes) -> None:
    raw = LOOKUP + token + b"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks
    status, _, body = send(server[1], raw)
    assert (status, json.loads(body)["type"]) == (400, "/problems/malformed-json")
