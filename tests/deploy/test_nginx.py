"""nginx.conf: whole requests only, another node where one fails, the operators' routes inside, a number to call."""

import json
import re
import tomllib

import pytest

from lookup.clock import day_in_washington, system_clock
from lookup.errors import CouldNotSearch
from lookup.law.load import load_policies
from lookup.law.offices import always_open
from mobile_api.gunicorn_conf import KEEPALIVE_S
from tests.deploy.files import read_yaml, text_of

TEXT = "\n".join(line for line in text_of("nginx.conf").splitlines() if not line.strip().startswith("#"))


LOOKUP, CONSOLE = re.split(r"(?=^    server \{$)", TEXT, flags=re.MULTILINE)[-2:]
BOTH = pytest.mark.parametrize("server", [LOOKUP, CONSOLE], ids=["lookup", "console"])


def _values(directive: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^\s*{directive}\s+(.+?);$", text, flags=re.MULTILINE)


def _phone() -> str:
    policy = load_policies(language="en").on(day_in_washington(system_clock()))
    return always_open(policy)[0].numbers[0]


@BOTH
def test_a_request_is_read_whole_before_it_holds_a_place(server: str) -> None:
    assert (_values("proxy_request_buffering", server), _values("proxy_buffering", server)) == (["on"], ["on"])


def test_another_node_is_asked_where_one_fails_also_for_a_question() -> None:
    assert _values("proxy_next_upstream", LOOKUP) == ["error timeout http_502 http_503 http_504 non_idempotent"]
    assert [line.split()[0] for line in _values("server")] == ["node-1:8080", "node-2:8080", "console:8081"]
    assert {line.split()[0].split(":")[0] for line in _values("server")} <= set(read_yaml("compose.yaml")["services"])


def test_the_console_is_asked_once_and_nothing_of_it_is_kept() -> None:
    assert (_values("proxy_next_upstream", CONSOLE), _values("proxy_cache", CONSOLE)) == (["off"], ["off"])


@BOTH
def test_the_operators_routes_are_not_passed_on(server: str) -> None:
    assert re.findall(r"location = (/\w+) \{ return 404; \}", server) == ["/healthz", "/readyz", "/metrics"]


@BOTH
def test_a_service_hears_that_a_proxy_stands_before_it_and_who_asked_there(server: str) -> None:
    headers = {tuple(value.split()) for value in _values("proxy_set_header", server)}
    assert {("X-Forwarded-For", "$remote_addr"), ("X-Forwarded-Proto", "$scheme")} <= headers


@BOTH
def test_https_only_is_said_by_the_proxy_and_not_twice(server: str) -> None:
    assert _values("add_header", server)[0].startswith("Strict-Transport-Security ")
    assert _values("proxy_hide_header", server) == ["Strict-Transport-Security"]


def test_the_proxy_lets_go_of_a_connection_before_the_service_does() -> None:
    assert [int(value.removesuffix("s")) for value in _values("keepalive_timeout")] == [10, 10]
    assert KEEPALIVE_S > 10


@BOTH
def test_where_nothing_answers_there_is_the_number_to_call(server: str) -> None:
    bodies = re.findall(r"return 503 '(.+)';", server)
    problem = json.loads(bodies[0])
    assert (problem["type"], problem["title"]) == (f"/problems/{CouldNotSearch.problem}", CouldNotSearch.title)
    assert (problem["status"], problem["phone"]) == (503, _phone())
    assert f"tel:{_phone()}" in bodies[1]


def test_nothing_is_written_down_about_who_asked() -> None:
    assert _values("access_log") == ["off"]


def test_the_console_listens_where_the_settings_and_the_containers_say() -> None:
    assert _values("listen", CONSOLE) == ["8443 ssl http2"]
    assert "8443:8443" in read_yaml("compose.yaml")["services"]["nginx"]["ports"]
    assert tomllib.loads(text_of("settings.example.toml"))["console_url"].endswith(":8443")
