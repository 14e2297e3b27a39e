"""How long a session lasts, what locks and what ends it, on both services."""

import base64
import hmac
import json
import sqlite3
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lookup.settings import Settings
from mobile_api.access.caller import Caller
from mobile_api.access.people import Person
from mobile_api.access.session_store import Session, SessionStore, new_session_id
from mobile_api.access.sessions import Sessions
from tests.access.people import OWN, Browser, Somebody, events_of, trail_of
from tests.api.serving import EXTRACTED_AT, MovableClock, runtime_of

Roadside = Callable[[Browser], Browser]
JO = Caller("account:jo", "account:jo", frozenset({"lookup"}), "person", "ZZ0010000", session="s1")


def is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def test_after_30_minutes_without_use_the_console_locks_cjis_ac_11(
    browser: Browser, operator: Somebody, clock: MovableClock, settings: Settings
) -> None:
    browser.sign_in(operator)
    for _ in range(3):
        clock.advance(minutes=29, seconds=59)
        assert is_in(browser)
    clock.advance(minutes=30)
    assert browser.get("/").headers["Location"] == "/sign-in"
    assert events_of(settings, operator) == ["sign_in", "session.locked"]
    locked, refused = trail_of(settings, "console")[-2:]
    assert (locked["event"], refused["event"]) == ("session.locked", "access.refused")
    assert (locked["user"], locked["agency_ori"]) == (operator.account.user, "ZZ0010000")
    assert not is_in(browser)
    assert browser.sign_in(operator).status_code == 200
    assert is_in(browser)
    assert events_of(settings, operator) == ["sign_in", "session.locked", "sign_in"]


def test_a_page_that_nobody_uses_gives_way_to_one_that_hides_it_cjis_ac_11_1(
    browser: Browser, operator: Somebody, clock: MovableClock
) -> None:
    browser.sign_in(operator)
    assert '<meta http-equiv="refresh" content="1800;url=/locked">' in browser.get("/").get_data(as_text=True)
    clock.advance(minutes=30)
    html = browser.get("/locked").get_data(as_text=True)
    assert "Locked" in html
    assert operator.name not in html
    assert "Jo Doe" not in html


def test_coming_to_the_locked_page_is_no_use_cjis_ac_11(
    browser: Browser, operator: Somebody, clock: MovableClock
) -> None:
    browser.sign_in(operator)
    clock.advance(minutes=29)
    html = browser.get("/locked").get_data(as_text=True)
    assert "This page is hidden" in html
    assert "Jo Doe" not in html
    assert '<meta http-equiv="refresh" content="1800;url=/locked">' in html
    clock.advance(minutes=1)
    assert not is_in(browser)


def test_the_cookie_of_a_locked_session_opens_nothing_any_more(
    center: Flask, browser: Browser, operator: Somebody, clock: MovableClock
) -> None:
    browser.sign_in(operator)
    copied = browser.cookie("immunity_console")
    assert copied is not None
    clock.advance(minutes=30)
    assert not is_in(browser)
    clock.advance(minutes=-30)
    thief = Browser(center)
    thief.take("immunity_console", copied)
    assert not is_in(thief)


def test_an_exempt_device_does_not_lock_and_blanks_what_it_shows_after_5_minutes_cjis_ac_11_note(
    center: Flask, browser: Browser, operator: Somebody, clock: MovableClock, roadside: Roadside, settings: Settings
) -> None:
    code = runtime_of(center).devices.exempt("dispatch 3", "dispatch")
    browser.sign_in(operator)
    response = browser.post("/device", "/device", code=code)
    assert response.status_code == 200
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    browser.post("/", "/sign-out")
    browser.sign_in(operator)
    assert '<meta http-equiv="refresh" content="300;url=/">' in browser.get("/").get_data(as_text=True)
    there = roadside(browser)
    clock.advance(hours=11)
    assert is_in(browser)
    assert is_in(there)
    assert events_of(settings, operator) == ["sign_in", "device.enrolled", "sign_out", "sign_in"]
    clock.advance(hours=1)
    assert not is_in(browser)
    assert not is_in(there)


def test_a_device_that_is_removed_locks_again_at_once(
    center: Flask, browser: Browser, operator: Somebody, clock: MovableClock, roadside: Roadside
) -> None:
    devices = runtime_of(center).devices
    code = devices.exempt("dispatch 4", "dispatch")
    browser.sign_in(operator)
    browser.post("/device", "/device", code=code)
    browser.post("/", "/sign-out")
    browser.sign_in(operator)
    there = roadside(browser)
    clock.advance(minutes=31)
    assert is_in(there)
    devices.remove("dispatch 4")
    assert not is_in(browser)
    assert not is_in(there)


@pytest.mark.parametrize("broken", ["again", "late", "wrong", "removed"])
def test_a_devices_code_is_good_once_and_for_a_day(
    center: Flask, browser: Browser, operator: Somebody, clock: MovableClock, broken: str
) -> None:
    devices = runtime_of(center).devices
    code = devices.exempt(f"car {broken}", "vehicle")
    if broken == "again":
        assert devices.enrol(code) is not None
    if broken == "late":
        clock.advance(hours=24)
    if broken == "removed":
        devices.remove(f"car {broken}")
    browser.sign_in(operator)
    response = browser.post("/device", "/device", code="x" * 20 if broken == "wrong" else code)
    assert response.status_code == 403
    assert browser.cookie("immunity_device") is None


def test_a_session_ends_after_12_hours_however_much_it_is_used(
    browser: Browser, operator: Somebody, clock: MovableClock, roadside: Roadside
) -> None:
    browser.sign_in(operator)
    there = roadside(browser)
    for _ in range(71):
        clock.advance(minutes=10)
        assert is_in(browser)
        assert is_in(there)
    clock.advance(minutes=10)
    assert not is_in(browser)
    assert not is_in(there)


def test_the_officers_cookie_ends_after_15_minutes_and_is_renewed_by_use(
    browser: Browser, officer: Somebody, clock: MovableClock, roadside: Roadside
) -> None:
    browser.sign_in(officer)
    there = roadside(browser)
    for _ in range(3):
        clock.advance(minutes=14)
        assert is_in(there)
    clock.advance(minutes=15)
    assert not is_in(there)


@pytest.mark.parametrize("where", ["console", "roadside"])
def test_a_sign_out_kills_the_session_on_the_server_for_every_copy_of_its_cookies(
    browser: Browser, operator: Somebody, roadside: Roadside, settings: Settings, clock: MovableClock, where: str
) -> None:
    browser.sign_in(operator)
    here, there = Browser(browser.client.application), roadside(browser)
    copied = browser.cookie("immunity_console")
    assert copied is not None
    here.take("immunity_console", copied)
    assert is_in(here)
    assert is_in(there)
    if where == "console":
        response = browser.post("/", "/sign-out")
        assert browser.cookie("immunity_console") is None
        assert browser.cookie("immunity_session") is None
    else:
        leaving = roadside(browser)
        clock.advance(seconds=1)
        response = leaving.client.post("/leave", headers=OWN)
        assert leaving.cookie("immunity_session") is None
    assert response.status_code == 200
    assert not is_in(browser)
    assert not is_in(here)
    assert not is_in(there)
    assert events_of(settings, operator) == ["sign_in", "sign_out"]


def test_a_key_that_signed_in_is_signed_out_for_every_copy_of_its_cookie(
    app: Flask, make_key: Callable[..., dict[str, str]]
) -> None:
    there, copy = Browser(app), Browser(app)
    token = make_key("lookup")["Authorization"].removeprefix("Bearer ")
    there.client.post("/enter", data={"key": token}, headers=OWN)
    copied = there.cookie("immunity_session")
    assert copied is not None
    copy.take("immunity_session", copied)
    assert is_in(copy)
    there.client.post("/leave", headers=OWN)
    assert not is_in(copy)


def test_a_removed_account_is_signed_out_everywhere_at_once_cjis_ac_2(
    center: Flask, browser: Browser, operator: Somebody, roadside: Roadside
) -> None:
    browser.sign_in(operator)
    there = roadside(browser)
    runtime_of(center).accounts.remove(operator.name)
    assert not is_in(browser)
    assert not is_in(there)


@pytest.mark.parametrize("change", [{"role": "auditor"}, {"agency": "ZZ0020000"}])
def test_a_session_of_what_an_account_was_before_holds_nowhere(
    center: Flask, browser: Browser, operator: Somebody, roadside: Roadside, change: dict[str, str]
) -> None:
    """Also one that began while the account was being changed, and that nobody ended therefore."""
    browser.sign_in(operator)
    there = roadside(browser)
    assert [one.get("/").status_code for one in (browser, there)] == [200, 200]
    runtime_of(center).accounts.change(operator.name, lambda before, after: None, **change)
    assert [one.get("/").status_code for one in (there, browser)] == [303, 303]
    assert browser.sign_in(operator).status_code == 200
    html = browser.get("/").get_data(as_text=True)
    assert all(value in html for value in change.values())


def test_ending_all_sessions_of_somebody_ends_no_other(
    center: Flask, operator: Somebody, officer: Somebody, roadside: Roadside
) -> None:
    theirs, others = Browser(center), Browser(center)
    theirs.sign_in(operator)
    others.sign_in(officer)
    assert runtime_of(center).session_store.end_all(operator.account.user) == 1
    assert not is_in(theirs)
    assert not is_in(roadside(theirs))
    assert is_in(roadside(others))


def test_signing_in_again_ends_the_session_before(
    center: Flask, browser: Browser, operator: Somebody, officer: Somebody, clock: MovableClock
) -> None:
    """One browser, two people, one after the other: the first one's cookie is worth nothing any more."""
    browser.sign_in(operator)
    copied = browser.cookie("immunity_console")
    assert copied is not None
    browser.post("/", "/sign-out")
    browser.sign_in(officer)
    thief = Browser(center)
    thief.take("immunity_console", copied)
    assert not is_in(thief)


def test_the_file_of_sessions_holds_no_secret_of_a_browser(
    browser: Browser, operator: Somebody, settings: Settings
) -> None:
    browser.sign_in(operator)
    files = list(settings.data_dir.glob("sessions.sqlite*"))
    written = b"".join(path.read_bytes() for path in files)
    for name in ("immunity_console", "immunity_session"):
        value = browser.cookie(name)
        assert value is not None
        assert value.encode() not in written
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_an_ended_session_is_refused_by_every_process_at_its_next_look(tmp_path: Path) -> None:
    clock = MovableClock()
    ours, theirs = (SessionStore(tmp_path, "training", clock) for _ in range(2))
    session = Session(new_session_id(), clock(), clock())
    token = ours.begin(session)
    assert theirs.find(token) == session
    assert not theirs.is_ended(session.session_id)
    ours.end(session.session_id)
    assert theirs.is_ended(session.session_id)
    assert theirs.find(token) is None
    clock.advance(hours=11, minutes=59)
    ours.begin(Session(new_session_id(), clock(), clock()))
    assert theirs.is_ended(session.session_id)
    clock.advance(minutes=1)
    ours.begin(Session(new_session_id(), clock(), clock()))
    assert not theirs.is_ended(session.session_id)
    ours.close()
    theirs.close()


def test_a_visit_in_which_nobody_signed_in_is_forgotten_after_an_hour(tmp_path: Path) -> None:
    clock = MovableClock()
    store = SessionStore(tmp_path, "training", clock)
    token = store.begin(Session(new_session_id(), clock(), clock(), data={"a": 1}))
    clock.advance(minutes=59)
    assert store.find(token) is not None
    clock.advance(minutes=1)
    assert store.find(token) is None
    store.close()


def test_a_token_says_who_asks_and_holds_until_its_end(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    token = sessions.issue(JO, EXTRACTED_AT, EXTRACTED_AT)
    read = sessions.read(token, EXTRACTED_AT + timedelta(minutes=14, seconds=59))
    assert read is not None
    assert (read.caller, read.since, read.until) == (JO, EXTRACTED_AT, EXTRACTED_AT + timedelta(minutes=15))
    assert sessions.read(token, EXTRACTED_AT + timedelta(minutes=15)) is None


def test_a_shorter_idle_lock_holds_for_the_officers_cookie_too(tmp_path: Path) -> None:
    token = Sessions(tmp_path, timedelta(minutes=5)).issue(JO, EXTRACTED_AT, EXTRACTED_AT)
    assert Sessions(tmp_path).read(token, EXTRACTED_AT + timedelta(minutes=5)) is None


def test_a_token_that_we_did_not_sign_says_nothing(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    token = sessions.issue(JO, EXTRACTED_AT, EXTRACTED_AT)
    claim, signature = token.split(".")
    (tmp_path / "other").mkdir()
    others = Sessions(tmp_path / "other").issue(JO, EXTRACTED_AT, EXTRACTED_AT)
    forged = [
        f"{claim[:-2]}xx.{signature}",
        f"{claim}.{signature[:-1]}",
        claim,
        "",
        ".",
        f".{signature}",
        others,
        "é.é",
    ]
    assert [sessions.read(text, EXTRACTED_AT) for text in forged] == [None] * len(forged)


@pytest.mark.parametrize("said", ["x", "[]", "{}", json.dumps({"since": 1, "until": 9_999_999_999, "device": None})])
def test_a_signed_token_of_another_version_signs_nobody_in(tmp_path: Path, said: str) -> None:
    sessions = Sessions(tmp_path)
    claim = base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
    signature = hmac.digest((tmp_path / "session.key").read_bytes(), claim.encode(), "sha256").hex()
    assert sessions.read(f"{claim}.{signature}", EXTRACTED_AT) is None


def test_a_session_that_another_version_wrote_signs_nobody_in(tmp_path: Path) -> None:
    clock = MovableClock()
    store = SessionStore(tmp_path, "training", clock)
    person = Person("account:jo", frozenset({"lookup"}))
    token = store.begin(Session(new_session_id(), clock(), clock(), person))
    assert store.find(token) is not None
    connection = sqlite3.connect(tmp_path / "sessions.sqlite", isolation_level=None)
    connection.execute('UPDATE sessions SET person = \'{"scopes": [], "rank": 1}\'')
    connection.close()
    assert store.find(token) is None
    store.close()
