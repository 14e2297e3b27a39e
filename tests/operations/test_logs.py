"""The log: one object a line, and nothing in it of what was asked, sent or found."""

import io
import json
import logging
import re
import socket
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from lookup.clock import system_clock
from lookup.errors import CouldNotSearch
from lookup.logs import OURS, start_logs
from lookup.settings import Settings, variables_of
from mobile_api.access.key_store import KeyStore
from mobile_api.access.keys import KeyRequest
from tests.api.real_server import PROGRAM, free_port
from tests.operations.processes import PATIENCE_S, Service, ask, service

NODE = "node-7"
SECRETS = {
    "plate": "ZQX7731",
    "name": "Quillfeather",
    "born": "1979-03-07",
    "number": "TRN99887766",
    "street": "4711 Thistledown Ct",
    "reference": "CASE-55512",
    "token": "immunity_training_cGxhbnRlZA",
    "header": "planted-header",
    "word": "PLANTEDMETHOD",
}
"""What the requests below hold, each unlike anything else in a line."""
ALWAYS = {"time", "level", "event", "component", "node", "logger"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A log of this process; the loggers are as they were afterwards."""
    names = (None, *OURS)
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.getLogger().handlers[:]
    out = io.StringIO()
    start_logs("lookup", NODE, lambda: "0a1b", out)
    yield out
    logging.captureWarnings(False)
    logging.getLogger().handlers[:] = handlers
    for logger, level in before:
        logger.setLevel(level)


def line_of(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_line_names_moment_process_and_request(stream: io.StringIO) -> None:
    logging.getLogger("lookup.store").warning("The %s could not answer.", "replica")
    line = line_of(stream)
    moment = datetime.fromisoformat(str(line.pop("time")))
    assert abs((system_clock() - moment).total_seconds()) < PATIENCE_S
    assert line == {
        "level": "warning",
        "event": "The replica could not answer.",
        "component": "lookup",
        "node": NODE,
        "request_id": "0a1b",
        "logger": "lookup.store",
    }


def test_of_an_exception_only_class_causes_and_places_are_written(stream: io.StringIO) -> None:
    try:
        try:
            raise sqlite3.OperationalError(SECRETS["plate"])
        except sqlite3.OperationalError as error:
            raise ValueError(SECRETS["name"]) from error
    except ValueError:
        logging.getLogger("mobile_api").exception("It failed: %s", ValueError(SECRETS["number"]))
    line = line_of(stream)
    assert (line["event"], line["error"], line["causes"]) == (
        "It failed: ValueError",
        "ValueError",
        ["OperationalError"],
    )
    assert re.fullmatch(r"\['tests/operations/test_logs\.py:\d+ test_of_an_exception_\w+'\]", str(line["places"]))
    assert not planted(stream.getvalue())


def test_an_error_of_ours_is_a_sentence_that_may_be_written(stream: io.StringIO) -> None:
    logging.getLogger("lookup").error("It failed: %s", CouldNotSearch("The alias of the store is gone."))
    assert line_of(stream)["event"] == "It failed: The alias of the store is gone."


@pytest.mark.parametrize("name", ["elastic_transport.transport", "urllib3.connectionpool", "werkzeug"])
def test_of_a_library_only_the_sentence_of_its_code_is_written(stream: io.StringIO, name: str) -> None:
    logging.getLogger(name).warning("GET %s failed", SECRETS["plate"], extra={"route": SECRETS["name"]})
    assert line_of(stream)["event"] == "GET %s failed"
    assert not planted(stream.getvalue())


def test_a_sentence_that_a_library_put_together_is_named_by_its_place(stream: io.StringIO) -> None:
    logging.getLogger("authlib").error(f"token {SECRETS['token']} is bad")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"{SECRETS['number']} is old", stacklevel=1)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert re.fullmatch(r"test_logs\.py:\d+ reports", lines[0]["event"])
    assert [line["logger"] for line in lines] == ["authlib", "py.warnings"]
    assert not planted(stream.getvalue())


def test_of_the_server_a_traceback_as_text_is_left_out(stream: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").error("Exception during worker exit:\n%s", f"Traceback\n{SECRETS['plate']}")
    assert not planted(stream.getvalue())


def test_on_a_terminal_lines_are_plain() -> None:
    terminal, root = Terminal(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    start_logs("lookup", NODE, stream=terminal)
    logging.getLogger("lookup").error("The alias is gone.")
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    (line,) = terminal.getvalue().splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[error +\] The alias is gone\. ", line)
    with pytest.raises(json.JSONDecodeError):
        json.loads(line)


def test_an_unexpected_exception_in_a_view_is_one_line_with_its_request(app: Flask, stream: io.StringIO) -> None:
    def broken() -> str:
        raise RuntimeError(SECRETS["plate"])

    name = next(rule.endpoint for rule in app.url_map.iter_rules() if rule.rule == "/healthz")
    kept = app.view_functions[name]
    app.view_functions[name] = broken
    try:
        response = app.test_client().get("/healthz")
    finally:
        app.view_functions[name] = kept
    line = line_of(stream)
    assert (response.status_code, line["error"], line["method"], line["route"]) == (
        500,
        "RuntimeError",
        "GET",
        "/healthz",
    )
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert not planted(stream.getvalue())


QUERIES: tuple[object, ...] = (
    {"plate": f"{SECRETS['plate']}!"},
    {"plate": SECRETS["plate"], "color": SECRETS["word"]},
    {"plate": SECRETS["plate"] * 40},
    {"member_id": SECRETS["number"], "plate": SECRETS["plate"]},
    {"document": {"number": SECRETS["number"] * 30, "kind": SECRETS["word"]}},
    {"person": {"family_name": SECRETS["name"], "date_of_birth": f"{SECRETS['born']}T"}},
    {"person": {"family_name": SECRETS["name"], "date_of_birth": SECRETS["born"], "middle": SECRETS["word"]}},
    {"address": {"street": SECRETS["street"], "city": SECRETS["name"], "state": SECRETS["word"]}},
    {"plate": SECRETS["plate"], "reference": SECRETS["reference"] * 20},
    {"plate": SECRETS["plate"], "at": f"2999-{SECRETS['reference']}"},
    [SECRETS["plate"], SECRETS["name"]],
    SECRETS["plate"] * 20_000,
)
PATHS = (
    f"/v1/lookups?plate={SECRETS['plate']}",
    f"/v1/lookups/{SECRETS['number']}",
    f"/{SECRETS['plate']}",
    f"/v1/guidance/{SECRETS['name']}",
    f"/v1/consular-notification/{SECRETS['word']}",
    f"/v1/offices?state={SECRETS['plate']}",
    f"/v1/missions/{SECRETS['number']}",
    f"/v1/members/{SECRETS['number']}?cursor={SECRETS['plate']}",
    f"/v1/search?q={SECRETS['name']}",
    f"/static/{SECRETS['plate']}.css",
)
RAW = (
    f"GET /{SECRETS['plate']} HTTP/1.1\r\nHost: x\r\nBearer {SECRETS['token']}\r\n\r\n",
    f"{SECRETS['plate']}() / HTTP/1.1\r\nHost: x\r\n\r\n",
    f"GET / HTTP/{SECRETS['plate']}\r\nHost: x\r\n\r\n",
    f"GET /{SECRETS['plate']}{'x' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: x\r\nX-A: {SECRETS['header']}{'x' * 9000}\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {SECRETS['header']}\r\n\r\n",
    f"{SECRETS['word']} /v1/lookups HTTP/1.1\r\nHost: x\r\n\r\n",
    f"POST /v1/lookups HTTP/1.1\r\nHost: x\r\nContent-Type: text/{SECRETS['header']}\r\nContent-Length: 7\r\n\r\n"
    + SECRETS["plate"],
    f"POST /v1/lookups HTTP/1.1\r\nHost: x\r\nX-Request-Id: {SECRETS['plate']}\r\nContent-Length: 0\r\n\r\n",
)


@pytest.fixture(scope="module")
def tokens(settings: Settings) -> list[str]:
    """Tokens: none, a wrong one, and one of each scope."""
    keys = KeyStore(settings.data_dir, settings.environment, system_clock)
    made = [keys.create(KeyRequest(f"log {scope}", frozenset({scope})))[1] for scope in ("lookup", "console", "audit")]
    keys.close()
    return ["", SECRETS["token"], *made]


def ask_everything(running: Service, tokens: list[str]) -> int:
    """Ask all that can go wrong, as everybody; give how many requests were refused or failed."""
    refused = 0
    for token in tokens:
        for body in QUERIES:
            refused += ask(running.port, "/v1/lookups", token, body)[0] >= 400
            refused += ask(running.port, "/v1/lookups/batch", token, {"queries": body})[0] >= 400
            refused += ask(running.port, "/v1/search", token, body)[0] >= 400
        for path in PATHS:
            refused += ask(running.port, path, token)[0] >= 400
    for raw in RAW:
        with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_S) as connection:
            connection.sendall(raw.encode())
            connection.shutdown(socket.SHUT_WR)
            refused += b"".join(iter(lambda: connection.recv(65_536), b""))[9:10] in b"45"
    return refused


@pytest.mark.parametrize("command", ["serve", "console"])
def test_no_failing_request_leaves_a_trace_of_what_it_held(settings: Settings, tokens: list[str], command: str) -> None:
    with service(settings, command, node=NODE) as running:
        refused = ask_everything(running, tokens)
        assert running.stop() == 0
        lines = running.lines()
    assert refused > 100
    assert len([line for line in lines if "status" in line]) == refused
    assert all(set(line) >= ALWAYS and line["node"] == NODE for line in lines)
    assert {line["component"] for line in lines} == {{"serve": "lookup"}.get(command, command)}
    assert not planted(json.dumps(lines))


def test_a_lookup_that_is_answered_is_not_in_the_log(settings: Settings, tokens: list[str], plate: str) -> None:
    with service(settings) as running:
        assert ask(running.port, "/v1/lookups", tokens[2], {"plate": plate})[0] == 200
        assert running.stop() == 0
        assert running.log() == ""


def test_where_nothing_can_be_recorded_each_failure_is_one_line(
    settings: Settings, tokens: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    nowhere = replace(settings, audit_dir=tmp_path / "file" / "audit", audit_spool=tmp_path / "file" / "spool")
    with service(nowhere) as running:
        status, _ = ask(running.port, "/v1/lookups", tokens[2], {"plate": SECRETS["plate"]})
        running.stop()
        lines = [line for line in running.lines() if "request_id" in line]
    assert (status, [line["error"] for line in lines if "status" in line]) == (503, ["AuditUnavailable"])
    assert not planted(json.dumps(lines))


def test_where_elasticsearch_is_away_its_client_says_so_without_what_was_asked(
    settings: Settings, tokens: list[str]
) -> None:
    away = replace(settings, store=f"elasticsearch://127.0.0.1:{free_port()}/immunity-test", reading="direct")
    with service(away, workers="1") as running:
        for body in ({"plate": SECRETS["plate"]}, {"member_id": SECRETS["number"]}) * 3:
            assert ask(running.port, "/v1/lookups", tokens[2], body)[0] == 503
        running.stop()
        lines = running.lines()
    assert "elastic_transport.node_pool" in {line["logger"] for line in lines}
    failures = [line["error"] for line in lines if line["event"].startswith("A request failed")]
    assert (len(failures), set(failures)) == (6, {"NoAnswer", "CouldNotSearch"})  # the latter once the breaker is open
    assert not planted(json.dumps(lines))


@pytest.mark.parametrize(
    ("command", "component"), [(["sync", "--follow", "{missing}"], "indexer"), (["replica"], "replica")]
)
def test_the_processes_beside_write_the_same_lines(
    settings: Settings, tmp_path: Path, command: list[str], component: str
) -> None:
    """The source of the one is not there, the cluster of the other is away."""
    words = [word.replace("{missing}", f"sqlite:///{tmp_path}/source.sqlite") for word in command]
    sqlite3.connect(tmp_path / "source.sqlite").close()
    store = f"elasticsearch://127.0.0.1:{free_port()}/immunity-test" if component == "replica" else settings.store
    environ = variables_of(replace(settings, store=store, node=NODE, data_dir=tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        env=environ,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    line = json.loads(process.stderr.readline())
    process.terminate()
    process.communicate(timeout=PATIENCE_S)
    assert (line["component"], line["node"], set(line) >= ALWAYS) == (component, NODE, True)


def planted(text: str) -> list[str]:
    """Give what of the secrets stands in a text."""
    return [secret for secret in SECRETS.values() if secret.lower() in text.lower()]
