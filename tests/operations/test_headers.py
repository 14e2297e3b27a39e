"""What every response says to browsers, and whom to tell of a weakness."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from lookup.errors import ConfigurationError
from lookup.settings import Settings, resolve_settings
from mobile_api import api, console
from mobile_api.headers import HTTPS_ONLY
from mobile_api.security_txt import GOOD_FOR
from tests.api.serving import MovableClock, runtime_of

CONTACT = "mailto:security@example.org"
OF_PAGES = {
    "Content-Security-Policy",
    "Referrer-Policy",
    "X-Frame-Options",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
}
DISCOURAGED = {"X-XSS-Protection", "Public-Key-Pins", "Expect-CT", "X-Powered-By", "Access-Control-Allow-Origin"}
"""Useless or harmful, by the OWASP Secure Headers Project; nobody else's pages may read ours."""


@pytest.fixture(params=[api, console], ids=["lookup", "console"])
def with_contact(request: pytest.FixtureRequest, settings: Settings, clock: MovableClock) -> Iterator[Flask]:
    made: Flask = request.param.create_app(replace(settings, security_contact=CONTACT), clock=clock)
    yield made
    runtime_of(made).close()


def test_security_txt_names_contact_and_end(with_contact: Flask, clock: MovableClock) -> None:
    response = with_contact.test_client().get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in response.get_data(as_text=True).splitlines())
    assert (response.status_code, response.content_type) == (200, "text/plain; charset=utf-8")
    assert set(fields) == {"Contact", "Expires", "Preferred-Languages"}
    assert fields["Contact"] == CONTACT
    left = datetime.fromisoformat(fields["Expires"]) - clock()
    assert GOOD_FOR - timedelta(days=1) < left <= GOOD_FOR < timedelta(days=365)  # RFC 9116, 2.5.5


def test_without_a_contact_there_is_no_security_txt(app: Flask) -> None:
    assert app.test_client().get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(
    "contact", ["security@example.org", "mailto:a b@example.org", "http://security.example", "https://"]
)
def test_a_contact_that_is_no_address_stops_the_start(contact: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="security_contact"):
        resolve_settings({"data_dir": str(tmp_path), "security_contact": contact}, environ={})


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/docs", "/openapi.json", "/v1/lookups"])
def test_https_only_is_said_over_https_and_nowhere_else(app: Flask, path: str) -> None:
    plain = app.test_client().get(path)
    secure = app.test_client().get(path, base_url="https://localhost")
    assert plain.headers.getlist(HTTPS_ONLY[0]) == []
    assert secure.headers.getlist(HTTPS_ONLY[0]) == ["max-age=31536000"]


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/docs", "/openapi.json"])
def test_each_response_may_not_be_guessed_at_nor_kept(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert headers.getlist("Cache-Control") == ["no-store"]
    assert not DISCOURAGED & set(headers.keys())


def test_a_page_is_framed_by_nobody_and_runs_nothing_of_others(app: Flask) -> None:
    headers = app.test_client().get("/docs").headers
    assert set(headers.keys()) >= OF_PAGES
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "http" not in headers["Content-Security-Policy"]
