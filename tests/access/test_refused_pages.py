"""A page that is refused is in the audit trail as a refused call is, and strangers cannot fill the disk with it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lookup.settings import Settings
from mobile_api.access.strangers import EACH_SECOND
from tests.access.people import OWN, Browser, Somebody, trail_of
from tests.api.serving import MovableClock, runtime_of

Refusals = Callable[[], list[tuple[str, str, Any, Any]]]


@pytest.fixture(autouse=True)
def nobody_came_before(app: Flask, center: Flask) -> None:
    """Strangers of tests that ran within the same second count no longer."""
    for service in (app, center):
        runtime_of(service).strangers.__init__()  # type: ignore[misc]


@pytest.fixture
def refusals(settings: Settings) -> Refusals:
    """Gives event, outcome, user and details of what was recorded since the test began, but for the trail's own."""
    before = {entry["id"] for entry in trail_of(settings)}

    def recorded() -> list[tuple[str, str, Any, Any]]:
        new = [entry for entry in trail_of(settings) if entry["id"] not in before]
        return [
            (entry["event"], entry["outcome"], entry["user"], entry["details"])
            for entry in new
            if not entry["event"].startswith(("segment.", "account."))
        ]

    return recorded


def test_a_page_of_the_console_that_nobody_is_signed_in_for_is_recorded_as_refused(
    browser: Browser, refusals: Refusals
) -> None:
    assert browser.get("/").headers["Location"] == "/sign-in"
    assert refusals() == [("access.refused", "refused", None, {"page": "/", "because": "sign-in-needed"})]


def test_a_form_that_nobody_is_signed_in_for_was_refused_and_not_done(browser: Browser, refusals: Refusals) -> None:
    assert browser.client.post("/device", data={"code": "x"}, headers=OWN).status_code == 303
    assert refusals() == [("device.enrolled", "refused", None, {"page": "/device", "because": "sign-in-needed"})]


def test_a_page_after_the_session_has_locked_is_recorded_as_refused(
    browser: Browser, operator: Somebody, clock: MovableClock, refusals: Refusals
) -> None:
    browser.sign_in(operator)
    clock.advance(minutes=31)
    assert browser.get("/").status_code == 303
    assert [(event, outcome) for event, outcome, _, _ in refusals()] == [
        ("sign_in", "done"),
        ("session.locked", "done"),
        ("access.refused", "refused"),
    ]


def test_a_form_of_another_site_is_recorded_as_refused_with_who_is_signed_in(
    browser: Browser, operator: Somebody, refusals: Refusals
) -> None:
    browser.sign_in(operator)
    for path in ("/notice", "/sign-out", "/device"):
        assert browser.client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    user = operator.account.user
    assert [(event, who, told["page"]) for event, outcome, who, told in refusals() if outcome == "refused"] == [
        ("access.refused", user, "/notice"),
        ("sign_out", user, "/sign-out"),
        ("device.enrolled", user, "/device"),
    ]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/notice"), ("POST", "/sign-in")])
def test_a_flood_of_strangers_is_counted_and_not_written(
    center: Flask, browser: Browser, refusals: Refusals, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    seconds = iter([-2] * 50 + [-1])
    monkeypatch.setattr(runtime_of(center).strangers, "_now_s", lambda: next(seconds))
    for _ in range(51):
        browser.client.open(path, method=method)
    told = refusals()
    assert len(told) == EACH_SECOND + 1
    assert told[-1][3]["unrecorded_before"] == 50 - EACH_SECOND


def test_pages_that_were_shown_are_no_refusals(browser: Browser, operator: Somebody, refusals: Refusals) -> None:
    browser.sign_in(operator)
    assert browser.get("/").status_code == 200
    assert browser.get("/nothing").status_code == 404
    assert [(event, outcome) for event, outcome, _, _ in refusals()] == [("sign_in", "done")]


def test_the_roadside_page_records_a_form_of_another_site_too(app: Flask, refusals: Refusals) -> None:
    assert Browser(app).client.post("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert refusals() == [("query.unreadable", "refused", None, {"page": "/", "because": "forbidden"})]


def test_a_question_at_the_roadside_of_nobody_who_is_signed_in_is_recorded_as_refused(
    app: Flask, refusals: Refusals, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([-2] * 50 + [-1])
    monkeypatch.setattr(runtime_of(app).strangers, "_now_s", lambda: next(seconds))
    for _ in range(51):
        assert Browser(app).client.post("/", data={"value": "DEA1234"}, headers=OWN).status_code == 401
    told = refusals()
    assert told[0] == ("query.unreadable", "refused", None, {"page": "/", "because": "sign-in-needed"})
    assert len(told) == EACH_SECOND + 1
    assert told[-1][3]["unrecorded_before"] == 50 - EACH_SECOND
