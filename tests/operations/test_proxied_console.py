"""The console behind a real nginx that deploy/nginx.conf sets up: TLS, who asked, forms, and nothing that is kept."""

import http.client
import json
import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
import trustme

from lookup.audit.places import places_of
from lookup.audit.reading.stream import Reading
from lookup.settings import Settings
from tests.api.real_server import free_port
from tests.operations.processes import PATIENCE_S, Service, service
from tests.servers.nginx import StartNginx

OFFICER = "127.0.0.2"
"""Where the browser is: another address of this machine than nginx has."""


class Browser:
    """Asks nginx over TLS from an address of its own, and keeps no cookie by itself."""

    def __init__(self, port: int, authority: trustme.CA) -> None:
        self.host = f"localhost:{port}"
        self._port = port
        self._tls = ssl.create_default_context()
        authority.configure_trust(self._tls)

    def ask(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPSConnection(
            "localhost", self._port, timeout=PATIENCE_S, context=self._tls, source_address=(OFFICER, 0)
        )
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """A node with a trail of its own."""
    return replace(settings, audit_dir=tmp_path / "audit", audit_spool=tmp_path / "spool")


@pytest.fixture
def console(own: Settings) -> Iterator[Service]:
    """The console of that node, which believes nginx."""
    with service(own, "console", audit_dir=str(own.audit_dir), trusted_proxies="127.0.0.1/32") as running:
        yield running


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def browser(console: Service, nginx: StartNginx, authority: trustme.CA) -> Browser:
    front = nginx([free_port(), free_port()], authority.issue_cert("localhost"), console.port)
    return Browser(front.console, authority)


def test_a_browser_gets_cookies_for_tls_alone_and_nothing_is_kept(browser: Browser) -> None:
    status, headers, html = browser.ask("GET", "/sign-in")
    assert (status, "Restricted system" in html) == (200, True)
    assert headers["Set-Cookie"].startswith("__Host-immunity_console=")
    assert "Secure" in headers["Set-Cookie"]
    assert headers.get_all("Cache-Control") == ["no-store"]
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]


@pytest.mark.parametrize("own_page", [True, False])
def test_a_form_is_taken_from_the_address_at_which_the_console_is_asked(browser: Browser, own_page: bool) -> None:
    _, headers, html = browser.ask("GET", "/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert token is not None
    sent = {
        "Cookie": headers["Set-Cookie"].split(";")[0],
        "Content_Type": "application/x-www-form-urlencoded",
        "Origin": f"https://{browser.host}" if own_page else "https://localhost",
    }
    status, _, _ = browser.ask("POST", "/notice", urlencode({"csrf_token": token[1]}), **sent)
    assert status == (303 if own_page else 403)


def test_the_trail_holds_the_address_of_who_asked_and_not_what_they_say_of_it(browser: Browser, own: Settings) -> None:
    for headers in ({}, {"X_Forwarded_For": "192.0.2.7"}):
        assert browser.ask("GET", "/v1/lookups/0000-0001", **headers)[0] == 401
    entries = [json.loads(line.text) for line in Reading(places_of(own))]
    told = [(entry["event"], entry["source_address"]) for entry in entries if entry["source_address"]]
    assert told == [("view.lookup", OFFICER)] * 2


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_the_operators_routes_stay_inside(browser: Browser, path: str) -> None:
    assert browser.ask("GET", path)[0] == 404


@pytest.mark.parametrize(("accept", "kind"), [("text/html", "text/html"), ("*/*", "application/problem+json")])
def test_where_the_console_is_down_there_is_a_number_to_call(
    browser: Browser, console: Service, accept: str, kind: str
) -> None:
    assert console.stop() == 0
    status, headers, text = browser.ask("GET", "/", Accept=accept)
    assert (status, headers.get_content_type(), headers["Cache-Control"]) == (503, kind, "no-store")
    assert "571-345-3146" in text
