"""Somebody with a local account changes their own password at the console."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lookup.audit.places import trail_of as open_trail
from lookup.settings import Settings
from mobile_api.access.people import ROLES, Person
from mobile_api.access.session_store import Session, new_session_id
from mobile_api.refusals import AccessUnavailable
from tests.access.people import OWN, PASSWORD, Browser, Somebody, trail_of
from tests.api.serving import MovableClock, runtime_of

NEW = "a kite, a spade, a drum"
Roadside = Callable[[Browser], Browser]


def change(browser: Browser, **other: str) -> TestResponse:
    fields = {"old": PASSWORD, "password": NEW, "again": NEW} | other
    return browser.post("/password", "/password", **fields)


def outcomes(settings: Settings, somebody: Somebody) -> list[tuple[str, str, Any]]:
    return [
        (entry["event"], entry["outcome"], (entry["details"] or {}).get("because"))
        for entry in trail_of(settings, "console")
        if entry["user"] == somebody.account.user and entry["event"] in ("password.changed", "sign_in.locked")
    ]


def signs_in(center: Flask, somebody: Somebody, password: str) -> bool:
    return Browser(center).sign_in(somebody, password=password).status_code == 200


def test_the_new_password_signs_in_and_the_old_one_does_not(
    center: Flask, browser: Browser, operator: Somebody, settings: Settings
) -> None:
    browser.sign_in(operator)
    response = change(browser)
    assert response.status_code == 200
    assert "Your password is changed" in response.get_data(as_text=True)
    assert (signs_in(center, operator, NEW), signs_in(center, operator, PASSWORD)) == (True, False)
    assert outcomes(settings, operator) == [("password.changed", "done", None)]
    text = str(trail_of(settings, "console"))
    assert NEW not in text
    assert PASSWORD not in text


def test_every_other_sign_in_ends_at_once_and_this_one_goes_on_under_another_secret(
    center: Flask, browser: Browser, operator: Somebody, roadside: Roadside
) -> None:
    other, thief = Browser(center), Browser(center)
    browser.sign_in(operator)
    before = browser.cookie("immunity_console")
    assert before is not None
    thief.take("immunity_console", before)
    other.sign_in(operator)
    there, elsewhere = roadside(browser), roadside(other)
    assert [one.get("/").status_code for one in (browser, thief, other, there, elsewhere)] == [200] * 5
    assert change(browser).status_code == 200
    assert [one.get("/").status_code for one in (browser, thief, other, there, elsewhere)] == [200, 303, 303, 303, 303]
    assert roadside(browser).get("/").status_code == 200
    assert browser.cookie("immunity_console") != before


def test_a_change_makes_a_session_no_longer(browser: Browser, operator: Somebody, clock: MovableClock) -> None:
    browser.sign_in(operator)
    for _ in range(23):
        clock.advance(minutes=29)
        assert browser.get("/").status_code == 200
    assert change(browser).status_code == 200
    clock.advance(minutes=25)
    assert browser.get("/").status_code == 200
    clock.advance(minutes=29)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "short", "again": "short"}, "Choose 12 to 128 characters"),
        ({"password": "x" * 129, "again": "x" * 129}, "Choose 12 to 128 characters"),
        ({"password": NEW, "again": NEW + "."}, "not the same"),
        ({"password": PASSWORD, "again": PASSWORD}, "Choose another one than before"),
    ],
)
def test_a_password_that_is_not_taken_changes_nothing(
    center: Flask, browser: Browser, operator: Somebody, settings: Settings, fields: dict[str, str], said: str
) -> None:
    browser.sign_in(operator)
    response = change(browser, **fields)
    assert response.status_code == 422
    assert said in response.get_data(as_text=True)
    assert signs_in(center, operator, PASSWORD)
    assert outcomes(settings, operator) == [("password.changed", "error", None)]
    assert browser.get("/").status_code == 200


def test_wrong_old_passwords_count_as_failed_sign_ins_and_lock_the_account_cjis_ac_7(
    center: Flask, browser: Browser, operator: Somebody, settings: Settings
) -> None:
    other = Browser(center)
    browser.sign_in(operator)
    other.sign_in(operator)
    for _ in range(5):
        response = change(browser, old="nonsense, nonsense")
        assert response.status_code == 403
        assert "nothing was changed" in response.get_data(as_text=True)
    assert outcomes(settings, operator) == [
        *[("password.changed", "refused", "wrong")] * 5,
        ("sign_in.locked", "refused", "wrong"),
    ]
    assert [one.get("/").status_code for one in (browser, other)] == [303, 303]
    assert not signs_in(center, operator, PASSWORD)


def test_a_right_old_password_forgets_the_failures(browser: Browser, operator: Somebody) -> None:
    browser.sign_in(operator)
    for _ in range(4):
        change(browser, old="nonsense, nonsense")
    assert change(browser).status_code == 200
    assert change(browser, old="nonsense, nonsense").status_code == 403
    assert browser.get("/").status_code == 200


def test_what_the_trail_cannot_take_changes_nothing_cjis_au_5(
    center: Flask, browser: Browser, operator: Somebody, tmp_path: Path
) -> None:
    browser.sign_in(operator)
    now = runtime_of(center)
    token = browser.form_token("/password")
    for name in ("audit", "spool"):
        (tmp_path / name).write_text("no directory")
    broken = open_trail(replace(now.settings, audit_dir=tmp_path / "audit", audit_spool=tmp_path / "spool"), "console")
    center.extensions["immunity"] = replace(now, trail=broken)
    fields = {"csrf_token": token, "old": PASSWORD, "password": NEW, "again": NEW}
    response = browser.client.post("/password", data=fields, headers=OWN)
    center.extensions["immunity"] = now
    assert response.status_code == 503
    assert browser.get("/").status_code == 200
    assert signs_in(center, operator, PASSWORD)


def test_a_person_of_the_provider_changes_no_password_here(center: Flask, clock: MovableClock) -> None:
    person = Person("person:7@provider.example", ROLES["operator"], "ZZ0010000")
    session = Session(new_session_id(), clock(), clock(), person)
    browser = Browser(center)
    browser.take("immunity_console", runtime_of(center).session_store.begin(session))
    assert "/password" not in browser.get("/").get_data(as_text=True)
    for response in (browser.get("/password"), change_with_token(browser)):
        assert response.status_code == 403
        assert "its password is changed there" in response.get_data(as_text=True)


def change_with_token(browser: Browser) -> TestResponse:
    """Post the form with the token of another page."""
    fields = {"csrf_token": browser.form_token("/"), "old": PASSWORD, "password": NEW, "again": NEW}
    return browser.client.post("/password", data=fields, headers=OWN)


def test_the_console_leads_to_the_page(browser: Browser, operator: Somebody) -> None:
    browser.sign_in(operator)
    assert 'href="/password"' in browser.get("/").get_data(as_text=True)


def test_where_sign_ins_cannot_be_ended_the_old_password_holds(
    center: Flask, browser: Browser, operator: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in(operator)

    def fail(_user: str) -> int:
        raise AccessUnavailable("The file is busy.")

    with monkeypatch.context() as broken:
        broken.setattr(runtime_of(center).session_store, "end_all", fail)
        assert change(browser).status_code == 503
    assert (signs_in(center, operator, NEW), signs_in(center, operator, PASSWORD)) == (False, True)
