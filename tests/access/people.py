"""Invented people who sign in, and the browsers in which they do."""

import itertools
import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lookup.audit.places import places_of
from lookup.settings import Settings
from mobile_api.access.accounts import Account
from mobile_api.access.passwords import STEP_S, enrolment_address
from tests.api.serving import MovableClock, runtime_of

PASSWORD = "a lamp, a boat, a spoon"
OWN = {"Sec-Fetch-Site": "same-origin"}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_NUMBERS = itertools.count()


@dataclass
class Somebody:
    """An account with what its person knows and has."""

    account: Account
    secret: str
    clock: MovableClock

    @property
    def name(self) -> str:
        return self.account.name

    def code(self) -> str:
        """The code that their app shows now; time goes on first, so that it was never used."""
        self.clock.advance(seconds=STEP_S)
        return pyotp.TOTP(self.secret).at(self.clock())


def enrol(app: Flask, clock: MovableClock, role: Any = "officer", **details: Any) -> Somebody:
    """Make an account."""
    given = {"agency": "ZZ0010000", "given_name": "Jo", "surname": "Doe"} | details
    account = Account(f"person{next(_NUMBERS)}", role, clock().replace(microsecond=0), **given)
    address = enrolment_address(runtime_of(app).accounts.create(account, PASSWORD), account.name)
    (secret,) = parse_qs(urlsplit(address).query)["secret"]
    return Somebody(account, secret, clock)


class Browser:
    """A browser at one service, which keeps cookies and posts forms as it found them."""

    def __init__(self, app: Flask, base_url: str = "http://localhost") -> None:
        self.client: FlaskClient = app.test_client()
        self.base_url = base_url

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=self.base_url)

    def form_token(self, page: str) -> str:
        """Open a page, and give the token of the form that it has."""
        found = _TOKEN.search(unescape(self.get(page).get_data(as_text=True)))
        return "" if found is None else found[1]

    def post(self, page: str, path: str, **fields: str) -> TestResponse:
        """Open a page, and post the form that it has."""
        data = {"csrf_token": self.form_token(page)} | fields
        return self.client.post(path, data=data, headers=OWN, base_url=self.base_url)

    def acknowledge(self) -> None:
        assert self.post("/sign-in", "/notice").status_code == 303

    def sign_in(self, somebody: Somebody, **wrong: str) -> TestResponse:
        """Read the notice, and sign in."""
        if "Restricted system" in self.get("/sign-in").get_data(as_text=True):
            self.acknowledge()
        right = {"name": somebody.name, "password": PASSWORD, "code": somebody.code()}
        return self.post("/sign-in", "/sign-in", **right | wrong)

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name)
        return None if found is None else found.value

    def take(self, name: str, value: str) -> None:
        """Put a cookie in, as somebody does who copied it."""
        self.client.set_cookie(name, value)


def trail_of(settings: Settings, service: str = "") -> list[dict[str, Any]]:
    """Everything that stands in the audit trail of one service, oldest first; of all, one service after the other."""
    paths = [path for place in places_of(settings) for path in place.glob("*")]
    paths.sort(key=lambda path: path.stat().st_mtime_ns)  # their names go by a clock that tests turn back
    entries = [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]
    return [entry for entry in entries if entry["component"].startswith(service)]


def events_of(settings: Settings, somebody: Somebody) -> list[str]:
    """The names of all that happened to one account, by whoever, oldest first."""
    entries = [
        entry
        for entry in trail_of(settings)
        if entry["user"] == somebody.account.user or (entry["details"] or {}).get("account") == somebody.name
    ]
    return [entry["event"] for entry in sorted(entries, key=lambda entry: str(entry["occurred_at"]))]
