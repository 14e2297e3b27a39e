"""Signing in at the console by a certified OpenID provider: the way there and back, and each way of not arriving."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lookup.clock import system_clock
from lookup.settings import Settings
from mobile_api import console
from mobile_api.access.admission import SignInRefused
from mobile_api.access.assurance import assurance_level
from mobile_api.access.code_flow import LONGEST, CodeFlow, Pending
from mobile_api.access.people import Person
from mobile_api.access.provider import Provider
from mobile_api.refusals import AccessUnavailable
from tests.access.minting import Issuer
from tests.access.people import Browser, trail_of
from tests.api.serving import MovableClock, runtime_of
from tests.servers.openid import (
    AUDITOR,
    BOTH_SIDES,
    CALLBACK,
    CONSOLE_URL,
    OFFICER,
    ONE_FACTOR,
    OPERATOR,
    WITHOUT_ORI,
    WITHOUT_ROLE,
    InventedPerson,
    RunningOpenid,
)


def settings_of(openid: RunningOpenid, settings: Settings, data_dir: Path) -> Settings:
    return replace(
        settings,
        data_dir=data_dir,
        audit_dir=data_dir / "audit",
        audit_spool=data_dir / "audit-spool",
        oidc_issuer=openid.issuer,
        oidc_client_id=openid.client_id,
        oidc_client_secret=openid.client_secret,
        oidc_ca=openid.ca,
        console_url=CONSOLE_URL,
    )


@pytest.fixture(scope="module")
def console_here(
    openid: RunningOpenid, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """A console whose people sign in at the provider. It has the machine's clock, as the provider has."""
    app = console.create_app(settings_of(openid, settings, tmp_path_factory.mktemp("console")), clock=system_clock)
    yield app
    runtime_of(app).close()


@pytest.fixture
def visitor(console_here: Flask) -> Browser:
    """A browser in which the notice was acknowledged."""
    browser = Browser(console_here, CONSOLE_URL)
    browser.acknowledge()
    return browser


def leave(browser: Browser) -> str:
    """Go to the provider, and give the address there."""
    response = browser.get("/sign-in/provider")
    assert response.status_code == 303
    return str(response.headers["Location"])


def come_back(browser: Browser, address: str, **changed: str | None) -> TestResponse:
    """Follow the provider's answer, with some of its parameters changed, or left out where None."""
    assert address.startswith(f"{CALLBACK}?")
    given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | changed
    return browser.get("/sign-in/callback?" + urlencode({name: value for name, value in given.items() if value}))


def sign_in(openid: RunningOpenid, browser: Browser, who: InventedPerson | None) -> TestResponse:
    return come_back(browser, openid.walk(leave(browser), who))


def is_signed_in(browser: Browser) -> bool:
    """Whether the sign-in page leads on."""
    return "You are signed in" in browser.get("/sign-in").get_data(as_text=True)


def last_entry(app: Flask) -> dict[str, Any]:
    entries = [entry for entry in trail_of(runtime_of(app).settings) if entry["event"].startswith("sign_in")]
    return max(entries, key=lambda entry: str(entry["occurred_at"]))


def told_of(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["event"], entry["outcome"], entry["user"], entry["details"]


# the whole way


@pytest.mark.parametrize(
    ("who", "scopes", "agency"),
    [
        (OFFICER, ["lookup"], "ZZ0010000"),
        (OPERATOR, ["console", "lookup"], "ZZ0010000"),
        (AUDITOR, ["audit"], None),
    ],
)
def test_a_person_signs_in_at_the_provider(
    console_here: Flask, openid: RunningOpenid, visitor: Browser, who: InventedPerson, scopes: list[str], agency: Any
) -> None:
    response = sign_in(openid, visitor, who)
    assert response.status_code == 200
    assert "You are signed in" in response.get_data(as_text=True)
    assert is_signed_in(visitor)
    entry = last_entry(console_here)
    user = f"person:{who.name}@{openid.issuer}"
    assert told_of(entry) == ("sign_in", "done", user, {"assurance_level": 2, "scopes": scopes})
    assert (entry["agency_ori"], entry["session"] is not None) == (agency, True)


def test_the_provider_tells_who_somebody_is(openid: RunningOpenid, settings: Settings, tmp_path: Path) -> None:
    here = settings_of(openid, settings, tmp_path)
    flow = CodeFlow(here, openid.client_id, Provider(openid.issuer, openid.ca), system_clock)
    address, pending = flow.begin()
    answer = parse_qs(urlsplit(openid.walk(address, OPERATOR)).query)
    person = flow.person(pending, {name: values[0] for name, values in answer.items()})
    assert person.user == f"person:operator@{openid.issuer}"
    assert person.scopes == {"lookup", "console"}
    assert (person.agency, person.employer, person.assurance_level) == ("ZZ0010000", "Invented PD", 2)
    assert (person.given_name, person.surname) == ("Ola", "Invented")
    assert (person.federation_id, person.provider_id) == ("operator", openid.issuer)
    assert (person.sworn_officer, person.ncic_certified) == (True, False)


def test_the_provider_is_asked_for_a_code_with_a_challenge_and_for_somebody_who_is_there(
    openid: RunningOpenid, visitor: Browser
) -> None:
    address = urlsplit(leave(visitor))
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == openid.issuer
    assert asked.pop("state") != asked.pop("nonce")
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": "console",
        "redirect_uri": CALLBACK,
        "scope": "openid profile lookup console audit admin",
        "code_challenge_method": "S256",
        "prompt": "login",
        "max_age": "0",
    }


def test_each_sign_in_has_values_of_its_own(visitor: Browser) -> None:
    first, second = (parse_qs(urlsplit(leave(visitor)).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_before_the_notice_is_acknowledged_nobody_is_sent_to_the_provider(console_here: Flask) -> None:
    assert Browser(console_here, CONSOLE_URL).get("/sign-in/provider").status_code == 403


def test_who_is_signed_in_already_is_not_sent_to_the_provider(openid: RunningOpenid, visitor: Browser) -> None:
    sign_in(openid, visitor, OPERATOR)
    assert visitor.get("/sign-in/provider").headers["Location"] == "/sign-in"


def test_the_way_begins_at_the_sign_in_page(visitor: Browser) -> None:
    assert 'href="/sign-in/provider"' in visitor.get("/sign-in").get_data(as_text=True)


def test_a_console_without_a_provider_has_no_way_there(center: Flask) -> None:
    browser = Browser(center)
    browser.acknowledge()
    assert browser.get("/sign-in/provider").status_code == 404
    assert browser.get("/sign-in/callback?code=a&state=b").status_code == 404


# who does not arrive


@pytest.mark.parametrize(
    ("who", "because", "advice"),
    [
        (ONE_FACTOR, "one_factor", "second factor"),
        (WITHOUT_ORI, "no_ori", "ORI"),
        (WITHOUT_ROLE, "no_scope", "no role"),
        (BOTH_SIDES, "scopes_apart", "not stand together"),
    ],
)
def test_whom_the_provider_knows_may_still_not_come_in(
    console_here: Flask, openid: RunningOpenid, visitor: Browser, who: InventedPerson, because: str, advice: str
) -> None:
    response = sign_in(openid, visitor, who)
    assert response.status_code == 401
    assert advice in response.get_data(as_text=True)
    assert not is_signed_in(visitor)
    user = f"person:{who.name}@{openid.issuer}"
    details = {"account": user, "because": because}
    assert told_of(last_entry(console_here)) == ("sign_in.failed", "refused", None, details)


def refused(console_here: Flask, visitor: Browser, response: TestResponse, because: str) -> None:
    """Check that nobody was signed in, and that the trail says why."""
    assert response.status_code == 401
    assert "Nobody was signed in" in response.get_data(as_text=True)
    assert not is_signed_in(visitor)
    details = {"account": None, "because": because}
    assert told_of(last_entry(console_here)) == ("sign_in.failed", "refused", None, details)


def test_an_answer_comes_once(console_here: Flask, openid: RunningOpenid, visitor: Browser) -> None:
    address = openid.walk(leave(visitor), OPERATOR)
    assert come_back(visitor, address).status_code == 200
    other = Browser(console_here, CONSOLE_URL)
    other.acknowledge()
    refused(console_here, other, come_back(other, address), "not_begun")
    assert come_back(visitor, address).status_code == 401


def test_an_answer_to_somebody_elses_question_is_refused(
    console_here: Flask, openid: RunningOpenid, visitor: Browser
) -> None:
    other = Browser(console_here, CONSOLE_URL)
    other.acknowledge()
    address = openid.walk(leave(other), OPERATOR)
    leave(visitor)
    refused(console_here, visitor, come_back(visitor, address), "state")


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"state": "invented"}, "state"),
        ({"state": None}, "state"),
        ({"state": "státe"}, "state"),
        ({"iss": "https://other.invalid"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"code": None}, "no_code"),
        ({"code": "invented"}, "provider:invalid_grant"),
        ({"error": "access_denied"}, "provider:access_denied"),
        ({"error": "<b>Anything</b>"}, "provider"),
    ],
)
def test_an_answer_that_was_changed_on_its_way_is_refused(
    console_here: Flask, openid: RunningOpenid, visitor: Browser, changed: dict[str, Any], because: str
) -> None:
    address = openid.walk(leave(visitor), OPERATOR)
    refused(console_here, visitor, come_back(visitor, address, **changed), because)
    refused(console_here, visitor, come_back(visitor, address), "not_begun")


def test_what_a_provider_says_besides_is_ignored_and_nothing_is_said_twice(
    console_here: Flask, openid: RunningOpenid, visitor: Browser
) -> None:
    address = openid.walk(leave(visitor), OPERATOR)
    refused(console_here, visitor, visitor.get(f"{address.removeprefix(CONSOLE_URL)}&state=another"), "repeated")
    assert come_back(visitor, openid.walk(leave(visitor), OPERATOR), session_state="s", hint="h").status_code == 200


def test_a_code_is_redeemed_once_even_by_the_same_browser(
    console_here: Flask, openid: RunningOpenid, visitor: Browser
) -> None:
    address = openid.walk(leave(visitor), OPERATOR)
    used = parse_qs(urlsplit(address).query)["code"][0]
    assert come_back(visitor, address).status_code == 200
    visitor.post("/", "/sign-out")
    visitor.acknowledge()
    state = parse_qs(urlsplit(leave(visitor)).query)["state"][0]
    refused(console_here, visitor, come_back(visitor, address, code=used, state=state), "provider:invalid_grant")


def test_who_cancels_at_the_provider_is_not_signed_in(
    console_here: Flask, openid: RunningOpenid, visitor: Browser
) -> None:
    refused(console_here, visitor, sign_in(openid, visitor, None), "provider:access_denied")


def test_the_provider_gives_no_code_without_a_challenge(
    console_here: Flask, openid: RunningOpenid, visitor: Browser
) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(leave(visitor)).query).items()}
    del asked["code_challenge"], asked["code_challenge_method"]
    address = openid.walk(openid.address_of(asked), OPERATOR)
    refused(console_here, visitor, come_back(visitor, address), "provider:invalid_request")


def test_a_code_is_worth_nothing_without_the_verifier(openid: RunningOpenid, visitor: Browser) -> None:
    address = openid.walk(leave(visitor), OPERATOR)
    code = parse_qs(urlsplit(address).query)["code"][0]
    redeemed = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = openid.ask("POST", "/token", data=redeemed, auth=(openid.client_id, openid.client_secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def flow_and_answer(
    openid: RunningOpenid, settings: Settings, data_dir: Path
) -> tuple[CodeFlow, Pending, dict[str, str]]:
    """Walk to the provider and back, up to where the answer is read."""
    here = settings_of(openid, settings, data_dir)
    flow = CodeFlow(here, openid.client_id, Provider(openid.issuer, openid.ca), system_clock)
    address, pending = flow.begin()
    answer = parse_qs(urlsplit(openid.walk(address, OPERATOR)).query)
    return flow, pending, {name: values[0] for name, values in answer.items()}


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"nonce": "another"}, "bad_token"),
        ({"verifier": "another" * 10}, "provider:invalid_grant"),
        ({"begun_at": -int(LONGEST.total_seconds()) - 1}, "too_late"),
    ],
)
def test_what_was_remembered_must_fit_the_token(
    openid: RunningOpenid, settings: Settings, tmp_path: Path, change: dict[str, Any], because: str
) -> None:
    flow, pending, answer = flow_and_answer(openid, settings, tmp_path)
    if "begun_at" in change:
        change = {"begun_at": pending.begun_at + change["begun_at"]}
    with pytest.raises(SignInRefused, match=rf"^{because}$"):
        flow.person(replace(pending, **change), answer)


# ID tokens that the certified provider would never give


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    issuer.add_key("one")
    issuer.start()
    names = ("authorization", "token", "userinfo")
    issuer.metadata = {f"{name}_endpoint": f"{issuer.name}/{name}" for name in names}
    yield issuer
    issuer.stop()


@pytest.fixture
def flow(issuer: Issuer, settings: Settings, clock: MovableClock) -> CodeFlow:
    here = replace(settings, oidc_issuer=issuer.name, console_url=CONSOLE_URL)
    return CodeFlow(here, "console", Provider(issuer.name), clock)


def answered(flow: CodeFlow, issuer: Issuer, change: dict[str, Any], info: dict[str, Any], **header: Any) -> Person:
    """Sign in with an ID token that has these claims changed (None: left out), and with this user info changed."""
    _, pending = flow.begin()
    now = pending.begun_at
    right = {"iss": issuer.name, "aud": "console", "sub": "ola", "iat": now, "exp": now + 60, "auth_time": now}
    right |= {"nonce": pending.nonce, "amr": ["pwd", "otp"]}
    told = {name: value for name, value in (right | change).items() if value is not None}
    token = issuer.mint(told, **{"typ": "JWT"} | header)
    issuer.answers["/token"] = {"access_token": "invented", "token_type": "Bearer", "id_token": token}
    issuer.answers["/userinfo"] = {"sub": "ola", "scope": "lookup", "ori": "ZZ0010000"} | info
    return flow.person(pending, {"state": pending.state, "code": "invented"})


def test_an_id_token_with_which_nothing_is_wrong_signs_in(flow: CodeFlow, issuer: Issuer) -> None:
    person = answered(flow, issuer, {}, {})
    assert (person.user, person.agency) == (f"person:ola@{issuer.name}", "ZZ0010000")
    assert person.scopes == {"lookup"}


@pytest.mark.parametrize(
    ("change", "info", "header"),
    [
        ({"iss": "https://other.invalid"}, {}, {}),
        ({"iss": None}, {}, {}),
        ({"aud": "terminal"}, {}, {}),
        ({"aud": ["terminal"], "azp": "console"}, {}, {}),
        ({"aud": ["console", "terminal"]}, {}, {}),
        ({"aud": ["console", "terminal"], "azp": "terminal"}, {}, {}),
        ({"aud": None}, {}, {}),
        ({"nonce": None}, {}, {}),
        ({"nonce": "another"}, {}, {}),
        ({"exp": 1}, {}, {}),
        ({"exp": None}, {}, {}),
        ({"iat": 2**40}, {}, {}),
        ({"sub": None}, {}, {}),
        ({"sub": "kim"}, {}, {}),
        ({"auth_time": None}, {}, {}),
        ({"auth_time": 1}, {}, {}),
        ({"auth_time": "now"}, {}, {}),
        ({"amr": "mfa"}, {}, {}),
        ({"at_hash": "another"}, {}, {}),
        ({}, {"sub": "kim"}, {}),
        ({}, {"sub": None}, {}),
    ],
    ids=str,
)
def test_an_id_token_with_a_wrong_claim_signs_nobody_in(
    flow: CodeFlow, issuer: Issuer, change: dict[str, Any], info: dict[str, Any], header: dict[str, Any]
) -> None:
    with pytest.raises(SignInRefused, match=r"^bad_token$"):
        answered(flow, issuer, change, info, **header)


def test_an_id_token_that_somebody_else_signed_signs_nobody_in(flow: CodeFlow, issuer: Issuer) -> None:
    flow.begin()  # the provider's keys are known now
    issuer.add_key("one")
    with pytest.raises(SignInRefused, match=r"^bad_token$"):
        answered(flow, issuer, {}, {})


def test_an_ori_that_is_none_signs_nobody_in(flow: CodeFlow, issuer: Issuer) -> None:
    with pytest.raises(SignInRefused, match=r"^bad_claims$"):
        answered(flow, issuer, {}, {"ori": "ZZ001"})


def test_what_the_id_token_says_counts_before_what_the_user_info_says(flow: CodeFlow, issuer: Issuer) -> None:
    assert answered(flow, issuer, {"ori": "ZZ0020000"}, {}).agency == "ZZ0020000"
    with pytest.raises(SignInRefused, match=r"^one_factor$"):
        answered(flow, issuer, {"amr": ["pwd"]}, {"amr": ["pwd", "otp"]})


def test_an_answer_without_an_id_token_signs_nobody_in(flow: CodeFlow, issuer: Issuer) -> None:
    _, pending = flow.begin()
    issuer.answers["/token"] = {"access_token": "invented", "token_type": "Bearer"}
    with pytest.raises(SignInRefused, match=r"^bad_token$"):
        flow.person(pending, {"state": pending.state, "code": "invented"})


def test_an_answer_that_is_no_object_is_no_refusal(flow: CodeFlow, issuer: Issuer) -> None:
    _, pending = flow.begin()
    issuer.answers["/token"] = ["invented"]
    with pytest.raises(AccessUnavailable):
        flow.person(pending, {"state": pending.state, "code": "invented"})


@pytest.mark.parametrize(
    ("claims", "level"),
    [
        ({}, 1),
        ({"amr": ["pwd"]}, 1),
        ({"amr": ["pwd", "pin"]}, 1),
        ({"amr": ["hwk"]}, 1),
        ({"amr": ["pwd", "sms"]}, 1),
        ({"amr": ["mfa"]}, 2),
        ({"amr": ["pwd", "otp"]}, 2),
        ({"amr": ["fpt", "swk"]}, 2),
        ({"amr": "mfa"}, 1),
        ({"amr": [["mfa"], {}]}, 1),
        ({"acr": "gold"}, 2),
        ({"acr": "silver", "amr": ["pwd"]}, 1),
        ({"acr": ["gold"]}, 1),
    ],
    ids=str,
)
def test_a_sign_in_has_several_factors_by_its_methods_or_by_the_providers_own_name(
    claims: dict[str, Any], level: int
) -> None:
    assert assurance_level(claims, frozenset({"gold"})) == level


# when the provider is away


def test_without_the_provider_nobody_is_sent_anywhere(
    openid: RunningOpenid, settings: Settings, tmp_path: Path
) -> None:
    openid.kill()
    app = console.create_app(settings_of(openid, settings, tmp_path), clock=system_clock)
    try:
        browser = Browser(app, CONSOLE_URL)
        browser.acknowledge()
        assert browser.get("/sign-in/provider").status_code == 503
    finally:
        runtime_of(app).close()
        openid.start()


def test_a_provider_that_dies_meanwhile_leaves_nobody_signed_in(
    console_here: Flask, openid: RunningOpenid, visitor: Browser
) -> None:
    address = openid.walk(leave(visitor), OPERATOR)
    openid.kill()
    response = come_back(visitor, address)
    openid.start()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert not is_signed_in(visitor)
    assert told_of(last_entry(console_here))[:3] == ("sign_in.failed", "unavailable", None)
    assert sign_in(openid, visitor, OPERATOR).status_code == 200
