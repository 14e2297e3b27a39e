"""Signing in at the console: the notice before it, what it begins, what a failure tells, and what the trail holds."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, session

from lookup.settings import Settings
from mobile_api import console
from mobile_api.access.people import Person
from mobile_api.access.session_store import Session, new_session_id
from mobile_api.refusals import Forbidden
from mobile_api.runtime import EXTENSION
from mobile_api.sign_in import ACKNOWLEDGED, finish_sign_in
from tests.access.people import OWN, PASSWORD, Browser, Somebody, enrol, events_of, trail_of
from tests.api.serving import MovableClock, runtime_of

Roadside = Callable[[Browser], Browser]
ROADSIDE = "http://127.0.0.1:8080/"
CONSOLE = "http://127.0.0.1:8081/"


def led_to(html: str) -> str:
    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', html)
    assert found is not None
    return found[1]


def text_of(html: str) -> str:
    """A page without what differs each time."""
    return re.sub(r'value="[^"]*"', "", html)


def test_the_notice_stays_until_it_is_acknowledged_cjis_ac_8(browser: Browser, officer: Somebody) -> None:
    for _ in range(2):
        html = browser.get("/sign-in").get_data(as_text=True)
        for said in ("Restricted system", "monitored, recorded and audited", "prohibited", "punishable", "consents"):
            assert said in html
        assert 'name="password"' not in html
    browser.acknowledge()
    html = browser.get("/sign-in").get_data(as_text=True)
    assert 'name="password"' in html
    assert "Restricted system" not in html


def test_nobody_signs_in_before_the_notice_was_acknowledged_cjis_ac_8(browser: Browser, officer: Somebody) -> None:
    code = officer.code()
    response = browser.post("/sign-in", "/sign-in", name=officer.name, password=PASSWORD, code=code)
    assert response.status_code == 403
    assert browser.get("/").headers["Location"] == "/sign-in"
    assert browser.sign_in(officer, code=code).status_code == 200  # nothing was tried, so the code is not used up


def test_an_officer_is_led_to_the_roadside_page_and_signed_in_there(
    browser: Browser, officer: Somebody, roadside: Roadside
) -> None:
    response = browser.sign_in(officer)
    assert response.status_code == 200
    assert led_to(response.get_data(as_text=True)) == ROADSIDE
    there = roadside(browser)
    assert there.get("/").status_code == 200


def test_an_operator_is_led_to_the_console_and_signed_in_at_both(
    browser: Browser, operator: Somebody, roadside: Roadside
) -> None:
    response = browser.sign_in(operator)
    assert led_to(response.get_data(as_text=True)) == CONSOLE
    html = browser.get("/").get_data(as_text=True)
    assert "Jo Doe" in html
    assert "operator" in html
    assert "ZZ0010000" in html
    assert roadside(browser).get("/").status_code == 200


@pytest.mark.parametrize("role", ["auditor", "supervisor", "administrator"])
def test_who_watches_or_administers_gets_no_officers_cookie_cjis_ac_5(
    center: Flask, clock: MovableClock, browser: Browser, role: str
) -> None:
    response = browser.sign_in(enrol(center, clock, role, agency=None))
    assert led_to(response.get_data(as_text=True)) == CONSOLE
    assert browser.cookie("immunity_session") is None
    assert role in browser.get("/").get_data(as_text=True)


def test_the_cookies_are_closed_to_scripts_and_other_sites(browser: Browser, officer: Somebody) -> None:
    browser.acknowledge()
    before = browser.get("/sign-in").headers.get("Set-Cookie")
    assert before is None  # the notice's cookie goes on
    cookies = browser.sign_in(officer).headers.getlist("Set-Cookie")
    named = {cookie.split("=")[0]: set(cookie.split("; ")[1:]) for cookie in cookies}
    assert set(named) == {"immunity_console", "immunity_session"}
    for attributes in named.values():
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= attributes
        assert not any(attribute.startswith("Domain") for attribute in attributes)
    assert "Max-Age=900" in named["immunity_session"]


def test_before_the_sign_in_the_cookie_comes_back_from_a_provider_on_another_site(browser: Browser) -> None:
    browser.get("/sign-in")
    (cookie,) = Browser(browser.client.application).get("/sign-in").headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_over_tls_the_cookies_are_for_tls_and_this_host_alone(center: Flask, officer: Somebody) -> None:
    browser = Browser(center, "https://localhost")
    cookies = browser.sign_in(officer).headers.getlist("Set-Cookie")
    assert sorted(cookie.split("=")[0] for cookie in cookies) == ["__Host-immunity_console", "__Host-immunity_session"]
    assert all("Secure" in cookie.split("; ") for cookie in cookies)
    assert browser.get("/device").status_code == 200


def test_over_tls_a_cookie_without_the_prefix_signs_nobody_in(
    app: Flask, center: Flask, browser: Browser, operator: Somebody
) -> None:
    browser.sign_in(operator)
    for service, name in ((center, "immunity_console"), (app, "immunity_session")):
        stolen = browser.cookie(name)
        assert stolen is not None
        over_tls = Browser(service, "https://localhost")
        over_tls.take(name, stolen)
        assert over_tls.get("/").status_code == 303


def test_in_live_the_cookies_are_for_tls_alone(settings: Settings, clock: MovableClock) -> None:
    app = console.create_app(settings, clock=clock)
    now = runtime_of(app)
    app.extensions[EXTENSION] = replace(now, settings=replace(settings, environment="live"))
    (cookie,) = Browser(app).get("/sign-in").headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-immunity_console=")
    assert "Secure" in cookie.split("; ")
    now.close()


def test_a_sign_in_gives_the_browser_another_secret_and_the_old_one_is_worth_nothing(
    center: Flask, browser: Browser, operator: Somebody
) -> None:
    browser.acknowledge()
    planted = browser.cookie("immunity_console")
    browser.sign_in(operator)
    assert planted is not None
    assert browser.cookie("immunity_console") != planted
    thief = Browser(center)
    thief.take("immunity_console", planted)
    assert thief.get("/").status_code == 303
    assert runtime_of(center).session_store.find(planted) is None


@pytest.mark.parametrize(
    "wrong",
    [{"name": "nobody"}, {"password": "a lamp, a boat, a spoon!"}, {"code": "000000"}, {"code": ""}, {"password": ""}],
)
def test_a_failure_never_tells_what_was_wrong_cjis_ia_6(
    center: Flask, officer: Somebody, wrong: dict[str, str]
) -> None:
    first = Browser(center)
    expected = first.sign_in(officer, password="nonsense")
    response = Browser(center).sign_in(officer, **wrong)
    assert response.status_code == expected.status_code == 401
    assert text_of(response.get_data(as_text=True)) == text_of(expected.get_data(as_text=True))
    assert "immunity_session" not in "".join(response.headers.getlist("Set-Cookie"))


def test_a_locked_account_looks_like_any_other_failure_and_ends_its_sessions_cjis_ac_7(
    center: Flask, settings: Settings, operator: Somebody, roadside: Roadside
) -> None:
    working, away, guessing = Browser(center), Browser(center), Browser(center)
    working.sign_in(operator)
    there = roadside(working)
    away.sign_in(operator)
    failures = [guessing.sign_in(operator, password="nonsense").get_data(as_text=True) for _ in range(5)]
    locked = guessing.sign_in(operator)
    assert locked.status_code == 401
    assert len({text_of(html) for html in [*failures, locked.get_data(as_text=True)]}) == 1
    assert working.get("/").status_code == 303
    assert there.get("/").status_code == 303
    failed = ["sign_in.failed"] * 5
    assert events_of(settings, operator) == ["sign_in", "sign_in", *failed, "sign_in.locked", "sign_in.failed"]
    runtime_of(center).accounts.unlock(operator.name)
    assert working.get("/").status_code == 303
    assert away.get("/").status_code == 303
    assert there.get("/").status_code == 303
    assert guessing.sign_in(operator).status_code == 200


def test_a_sign_in_is_in_the_trail_with_who_where_and_in_which_session_cjis_au_2(
    center: Flask, settings: Settings, browser: Browser, officer: Somebody
) -> None:
    browser.sign_in(officer)
    entry = trail_of(settings, "console")[-1]
    assert entry["event"] == "sign_in"
    assert (entry["user"], entry["agency_ori"]) == (officer.account.user, "ZZ0010000")
    assert (entry["outcome"], entry["source_address"]) == ("done", "127.0.0.1")
    assert re.fullmatch(r"[0-9a-f]{16}", entry["session"])
    assert entry["details"] == {"assurance_level": 2, "scopes": ["lookup"]}


def test_a_failed_sign_in_is_in_the_trail_with_its_reason_and_no_secret_cjis_au_2(
    settings: Settings, browser: Browser, officer: Somebody
) -> None:
    browser.sign_in(officer, password="open sesame, please")
    browser.sign_in(officer, name="my password is 12345")
    wrong, unknown = trail_of(settings, "console")[-2:]
    assert (wrong["event"], wrong["outcome"], wrong["user"]) == ("sign_in.failed", "refused", None)
    assert wrong["details"] == {"account": officer.name, "because": "wrong"}
    assert unknown["details"] == {"account": None, "because": "unknown"}
    assert "sesame" not in str(wrong)
    assert "12345" not in str(unknown)


def test_no_session_begins_that_the_trail_could_not_record_cjis_au_5(
    settings: Settings, tmp_path: Path, clock: MovableClock
) -> None:
    full = tmp_path / "full"
    full.write_text("no directory")
    data_dir = tmp_path / "data"
    app = console.create_app(
        replace(settings, data_dir=data_dir, audit_dir=full / "audit", audit_spool=full / "spool"), clock=clock
    )
    browser, somebody = Browser(app), enrol(app, clock, "operator")
    response = browser.sign_in(somebody)
    assert response.status_code == 503
    assert "571-345-3146" in response.get_data(as_text=True)
    assert browser.get("/").status_code == 503  # nobody is signed in, and that cannot be recorded either
    assert browser.cookie("immunity_session") is None
    runtime_of(app).close()


@pytest.mark.parametrize("scopes", [frozenset[str](), frozenset({"audit", "lookup"})])
def test_who_has_no_role_or_two_that_exclude_each_other_is_not_signed_in_cjis_ac_5(
    center: Flask, clock: MovableClock, scopes: frozenset[str]
) -> None:
    person = Person("person:7@provider.example", scopes, "ZZ0010000")  # type: ignore[arg-type]
    with center.test_request_context("/sign-in", method="POST"):
        session[ACKNOWLEDGED] = True
        with pytest.raises(Forbidden):
            finish_sign_in(person)


def test_a_person_of_whom_no_agency_is_known_cannot_query_cjis_ac_2(
    app: Flask, clock: MovableClock, plate: str
) -> None:
    now = runtime_of(app)
    person = Person("person:7@provider.example", frozenset({"lookup"}))
    caller = person.caller(new_session_id())
    browser = Browser(app)
    browser.take("immunity_session", now.sessions.issue(caller, clock(), clock()))
    response = browser.client.post("/", data={"value": plate}, headers=OWN)
    html = response.get_data(as_text=True)
    assert response.status_code == 403
    assert 'href="tel:+1-571-345-3146"' in html
    assert "ORI" in html
    assert 'class="verdict' not in html


def test_a_browser_that_is_signed_in_is_led_on_from_the_sign_in(
    browser: Browser, officer: Somebody, roadside: Roadside, clock: MovableClock
) -> None:
    browser.sign_in(officer)
    clock.advance(minutes=16)
    assert roadside(browser).get("/").headers["Location"] == f"{CONSOLE}sign-in"
    response = browser.get("/sign-in")
    assert led_to(response.get_data(as_text=True)) == ROADSIDE
    assert roadside(browser).get("/").status_code == 200


def test_who_is_not_signed_in_is_sent_from_the_roadside_page_to_the_console(
    app: Flask, officer: Somebody, settings: Settings
) -> None:
    there = Browser(app)
    assert there.get("/").headers["Location"] == f"{CONSOLE}sign-in"
    posted = there.client.post("/", data={"value": "DZZ1234"}, headers=OWN)
    assert posted.status_code == 401
    assert f'href="{CONSOLE}sign-in"' in posted.get_data(as_text=True)
    now = runtime_of(app)
    app.extensions[EXTENSION] = replace(now, settings=replace(settings, console_url="https://console.example/"))
    assert there.get("/").headers["Location"] == "https://console.example/sign-in"
    app.extensions[EXTENSION] = now


def test_in_live_nobody_signs_in_with_a_key_cjis_ia_2(app: Flask, settings: Settings) -> None:
    now = runtime_of(app)
    app.extensions[EXTENSION] = replace(now, settings=replace(settings, environment="live"))
    there = Browser(app, "https://localhost")
    try:
        assert there.get("/enter").status_code == 403
        assert there.get("/enter/x").status_code == 403
        posted = there.client.post("/enter", data={"key": "x"}, headers=OWN, base_url="https://localhost")
        assert posted.status_code == 403
    finally:
        app.extensions[EXTENSION] = now


def test_a_session_is_no_credential_of_the_interface(browser: Browser, operator: Somebody, roadside: Roadside) -> None:
    browser.sign_in(operator)
    assert browser.get("/v1/status").status_code == 401
    assert roadside(browser).get("/v1/guidance").status_code == 401


def test_a_session_kept_for_a_person_says_who_they_are_after_it_was_read_again(
    center: Flask, clock: MovableClock
) -> None:
    store = runtime_of(center).session_store
    person = Person("person:7@provider.example", frozenset({"lookup", "console"}), "ZZ0010000", sworn_officer=True)
    begun = Session(new_session_id(), clock(), clock(), person)
    assert store.find(store.begin(begun)) == begun


def test_fields_are_labelled_and_password_managers_fill_them_wcag_3_3_8(browser: Browser) -> None:
    browser.acknowledge()
    html = browser.get("/sign-in").get_data(as_text=True)
    fields = dict(re.findall(r'<input id="(\w+)"[^>]*autocomplete="([\w-]+)"', html))
    assert fields == {"name": "username", "password": "current-password", "code": "one-time-code"}
    for field in fields:
        assert f'<label for="{field}">' in html
    assert not re.search(r"<script|onpaste|style=|maxlength=\"(?!40)", html)


@pytest.mark.parametrize("has_account", [False, True])
def test_beside_a_provider_stands_the_emergency_account_where_there_is_one(
    settings: Settings, tmp_path: Path, clock: MovableClock, has_account: bool
) -> None:
    app = console.create_app(replace(settings, data_dir=tmp_path), clock=clock)
    now = runtime_of(app)
    provider = {"oidc_issuer": "https://provider.example", "oidc_client_id": "console"}
    app.extensions[EXTENSION] = replace(now, settings=replace(now.settings, **provider))  # type: ignore[arg-type]
    if has_account:
        enrol(app, clock)
    browser = Browser(app)
    browser.acknowledge()
    html = browser.get("/sign-in").get_data(as_text=True)
    assert 'href="/sign-in/provider"' in html
    assert ('name="password"' in html) == has_account
    now.close()
