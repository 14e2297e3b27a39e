"""nginx.conf: whole requests only, another node where one fails, the operators' routes inside, a number to call."""

import json
import re

from lookup.clock import day_in_washington, system_clock
from lookup.errors import CouldNotSearch
from lookup.law.load import load_policies
from lookup.law.offices import always_open
from mobile_api.gunicorn_conf import KEEPALIVE_S
from tests.deploy.files import read_yaml, text_of

TEXT = "\n".join(line for line in text_of("nginx.conf").splitlines() if not line.strip().startswith("#"))


def _values(directive: str) -> list[str]:
    return re.findall(rf"^\s*{directive}\s+(.+?);$", TEXT, flags=re.MULTILINE)


def _phone() -> str:
    policy = load_policies(language="en").on(day_in_washington(system_clock()))
    return always_open(policy)[0].numbers[0]


def test_a_request_is_read_whole_before_it_holds_a_place() -> None:
    assert (_values("proxy_request_buffering"), _values("proxy_buffering")) == (["on"], ["on"])


def test_another_node_is_asked_where_one_fails_also_for_a_question() -> None:
    assert _values("proxy_next_upstream") == ["error timeout http_502 http_503 http_504 non_idempotent"]
    assert [line.split()[0] for line in _values("server")] == ["node-1:8080", "node-2:8080"]
    assert {line.split()[0].split(":")[0] for line in _values("server")} <= set(read_yaml("compose.yaml")["services"])


def test_the_operators_routes_are_not_passed_on() -> None:
    assert re.findall(r"location = (/\w+) \{ return 404; \}", TEXT) == ["/healthz", "/readyz", "/metrics"]


def test_a_service_hears_that_a_proxy_stands_before_it() -> None:
    names = {value.split()[0] for value in _values("proxy_set_header")}
    assert {"X-Forwarded-For", "X-Forwarded-Proto"} <= names


def test_https_only_is_said_by_the_proxy_and_not_twice() -> None:
    assert _values("add_header")[0].startswith("Strict-Transport-Security ")
    assert _values("proxy_hide_header") == ["Strict-Transport-Security"]


def test_the_proxy_lets_go_of_a_connection_before_the_service_does() -> None:
    assert [int(value.removesuffix("s")) for value in _values("keepalive_timeout")] == [10]
    assert KEEPALIVE_S > 10


def test_where_no_node_answers_there_is_the_number_to_call() -> None:
    bodies = re.findall(r"return 503 '(.+)';", TEXT)
    problem = json.loads(bodies[0])
    assert (problem["type"], problem["title"]) == (f"/problems/{CouldNotSearch.problem}", CouldNotSearch.title)
    assert (problem["status"], problem["phone"]) == (503, _phone())
    assert f"tel:{_phone()}" in bodies[1]


def test_nothing_is_written_down_about_who_asked() -> None:
    assert _values("access_log") == ["off"]
