"""The roadside page: signing in, asking, and what stands on the screen."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lookup.settings import resolve_settings
from mobile_api.access.caller import Scope
from mobile_api.access.keys import KeyRequest
from mobile_api.access.sessions import COOKIE
from mobile_api.api import create_app
from mobile_api.verdict import age_in_words
from tests.api.serving import MakeKey, MovableClock, runtime_of

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def token(make_key: MakeKey) -> str:
    return make_key("lookup")["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def officer(app: Flask, token: str) -> FlaskClient:
    """A browser that is signed in."""
    client = app.test_client()
    assert client.post("/enter", data={"key": token}, headers=OWN).status_code == 303
    return client


def ask(client: FlaskClient, value: str, kind: str = "plate") -> str:
    response = client.post("/", data={"value": value, "kind": kind}, headers=OWN)
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_who_is_not_signed_in_is_sent_to_the_sign_in(app: Flask) -> None:
    client = app.test_client()
    for response in (client.get("/"), client.post("/", data={"value": "DZZ1234"}, headers=OWN)):
        assert (response.status_code, response.headers["Location"]) == (303, "/enter")


def test_a_key_signs_in_with_a_cookie_that_no_script_and_no_other_site_reads(app: Flask, token: str) -> None:
    response = app.test_client().post("/enter", data={"key": token}, headers=OWN)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert token not in cookie
    assert {"HttpOnly", "SameSite=Strict", "Max-Age=900", "Path=/"} <= set(cookie.split("; "))


def test_over_tls_the_cookie_stays_on_tls(app: Flask, token: str) -> None:
    response = app.test_client().post("/enter", data={"key": token}, headers=OWN, base_url="https://localhost")
    assert "Secure" in response.headers["Set-Cookie"].split("; ")


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_wrong_key_does_not_sign_in(app: Flask, key: str) -> None:
    response = app.test_client().post("/enter", data={"key": key}, headers=OWN)
    assert response.status_code == 401
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(("scope", "kind"), [("console", "system"), ("audit", "system"), ("lookup", "camera")])
def test_a_key_that_may_not_look_up_as_a_person_does_not_sign_in(
    app: Flask, make_key: MakeKey, scope: Scope, kind: str
) -> None:
    other = make_key(scope, kind=kind)["Authorization"].removeprefix("Bearer ")
    assert app.test_client().post("/enter", data={"key": other}, headers=OWN).status_code == 401


def test_a_link_signs_in_once(app: Flask, token: str) -> None:
    keys = runtime_of(app).keys
    key = keys.authenticate(token)
    assert key is not None
    link = f"/enter/{keys.make_entry(key.key_id, timedelta(hours=1))}"
    first, second = app.test_client(), app.test_client()
    assert first.get(link).headers["Location"] == "/"
    assert first.get("/").status_code == 200
    assert second.get(link).status_code == 401
    assert second.get("/").status_code == 303


def test_a_sign_in_ends_after_fifteen_minutes_and_is_renewed_by_use(officer: FlaskClient, clock: MovableClock) -> None:
    for _ in range(3):
        clock.advance(minutes=14)
        assert officer.get("/").status_code == 200
    clock.advance(minutes=15)
    assert officer.get("/").status_code == 303


def test_a_sign_in_ends_after_twelve_hours_however_much_it_is_used(officer: FlaskClient, clock: MovableClock) -> None:
    for _ in range(71):
        clock.advance(minutes=10)
        assert officer.get("/").status_code == 200
    copied = officer.get_cookie(COOKIE)
    assert copied is not None
    clock.advance(minutes=9, seconds=59)
    response = officer.get("/")
    assert (response.status_code, "Set-Cookie" in response.headers) == (200, False)
    clock.advance(seconds=1)
    assert officer.get("/").status_code == 303
    officer.set_cookie(COOKIE, copied.value)
    assert officer.get("/").status_code == 303


def test_a_revoked_key_is_signed_out_at_once(app: Flask, officer: FlaskClient, token: str) -> None:
    keys = runtime_of(app).keys
    key = keys.authenticate(token)
    assert key is not None
    keys.revoke(key.key_id)
    assert officer.get("/").status_code == 303


def test_a_cookie_that_we_did_not_sign_signs_nobody_in(app: Flask, officer: FlaskClient) -> None:
    cookie = officer.get_cookie(COOKIE)
    assert cookie is not None
    for forged in (cookie.value[:-1] + ("0" if cookie.value[-1] != "0" else "1"), "", "x", "x.9999999999.", "é.9.9"):
        client = app.test_client()
        client.set_cookie(COOKIE, forged)
        assert client.get("/").status_code == 303


def test_signing_out_forgets_the_cookie(officer: FlaskClient) -> None:
    assert officer.post("/leave", headers=OWN).headers["Location"] == "/enter"
    assert officer.get_cookie(COOKIE) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_forms_are_taken_from_our_own_pages_only(
    officer: FlaskClient, plate: str, headers: dict[str, str], status: int
) -> None:
    assert officer.post("/", data={"value": plate}, headers=headers).status_code == status


def test_the_form_has_one_field_with_the_focus_and_posts(officer: FlaskClient) -> None:
    html = officer.get("/").get_data(as_text=True)
    assert html.count("autofocus") == 1
    assert 'method="post"' in html
    assert 'method="get"' not in html
    assert re.search(r'<input class="plate"[^>]*name="value"', html)


def test_an_answer_stands_in_the_order_of_the_glance(officer: FlaskClient, plate: str) -> None:
    html = ask(officer, plate)
    order = [
        'class="plate asked"',
        'class="verdict ',
        "Arrest or detain?",
        "Search the person?",
        "Search the car?",
        "Write a ticket?",
        "Must testify?",
        "Enter the home?",
        "Prosecute?",
        "Whose record",
        'class="age"',
        'class="reference"',
        "Verify by calling",
        "What to do",
    ]
    places = [html.index(part) for part in order]
    assert places == sorted(places)


def test_an_answer_says_what_the_service_says(app: Flask, officer: FlaskClient, make_key: MakeKey, plate: str) -> None:
    told = app.test_client().post("/v1/lookups", json={"plate": plate}, headers=make_key("lookup")).json
    assert told is not None
    html = ask(officer, plate)
    text = text_of(html)
    assert told["query"]["display"] in text
    assert told["immunity"]["headline"] in text
    assert told["person"]["name"] in text
    assert told["vehicle"]["mission"]["name"] in text
    assert told["guidance"]["summary"] in text
    for block in told["guidance"]["blocks"]:
        assert block["text"] in text
    for permission in told["immunity"]["permissions"].values():
        assert permission["condition"] is None or permission["condition"] in text
    assert f'class="verdict {told["immunity"]["level"]}"' in html
    assert "Data 5 min old (fresh)" in text
    assert re.search(r"Reference [0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4} ", text)


def test_a_card_is_asked_by_its_number(officer: FlaskClient, card: str) -> None:
    text = text_of(ask(officer, card, "document"))
    assert card in text
    assert "Nobody is identified" not in text


def test_no_record_is_no_all_clear(officer: FlaskClient) -> None:
    html = ask(officer, "DZZ9999")
    assert 'class="verdict unverified"' in html
    assert "UNVERIFIED \N{EN DASH} CALL" in html
    assert "No record found: this does not mean no immunity" in html
    assert "Nobody is identified." in html


def test_near_plates_are_shown_with_the_differing_character_marked_and_are_asked_by_a_post(
    officer: FlaskClient, plate: str
) -> None:
    last = plate[-1] if plate[-1].isdigit() else plate[0]
    place = len(plate) - 1 if plate[-1].isdigit() else 0
    other = plate[:place] + str((int(last) + 1) % 10) + plate[place + 1 :]
    html = ask(officer, other)
    assert f'name="value" value="{plate}"' in html
    assert f"<mark>{plate[place]}</mark>" in html
    assert 'class="verdict unverified"' in html


@pytest.mark.parametrize("value", ["", "=", "x" * 40, "<script>alert(1)</script>"])
def test_what_cannot_be_read_is_asked_again_with_what_was_typed(officer: FlaskClient, value: str) -> None:
    response = officer.post("/", data={"value": value}, headers=OWN)
    assert response.status_code == 422
    html = response.get_data(as_text=True)
    assert 'role="alert"' in html
    assert "<script" not in html
    assert f'value="{value}"' in unescape(html)


def test_a_form_without_any_field_is_asked_again(officer: FlaskClient) -> None:
    assert officer.post("/", data={}, headers=OWN).status_code == 422


def test_too_large_a_form_is_refused_on_a_page_with_the_number(officer: FlaskClient) -> None:
    response = officer.post("/", data={"value": "x" * 70_000}, headers=OWN)
    assert response.status_code == 413
    assert 'href="tel:+1-571-345-3146"' in response.get_data(as_text=True)


def test_data_from_the_future_is_not_called_fresh(officer: FlaskClient, plate: str, clock: MovableClock) -> None:
    clock.advance(hours=-2)
    officer.delete_cookie(COOKIE)
    key = KeyRequest("unit 8", frozenset({"lookup"}))
    _, token = runtime_of(officer.application).keys.create(key)
    officer.post("/enter", data={"key": token}, headers=OWN)
    text = text_of(ask(officer, plate))
    assert "The clock of this machine cannot be right" in text
    assert "fresh" not in text
    assert " old (" not in text


def test_an_answer_blanks_itself_after_five_minutes(officer: FlaskClient, plate: str) -> None:
    assert '<meta http-equiv="refresh" content="300;url=/">' in ask(officer, plate)


def test_every_page_is_marked_and_one_tap_from_the_number(officer: FlaskClient, app: Flask, plate: str) -> None:
    pages = [
        officer.get("/").get_data(as_text=True),
        ask(officer, plate),
        app.test_client().get("/enter").get_data(as_text=True),
        officer.post("/", data={"value": plate}, headers={}).get_data(as_text=True),
    ]
    for html in pages:
        assert "Training \N{EN DASH} invented data" in html
        assert 'href="tel:+1-571-345-3146"' in html


def test_pages_run_nothing_and_take_nothing_from_elsewhere(officer: FlaskClient, plate: str) -> None:
    for response in (officer.get("/"), officer.post("/", data={"value": plate}, headers=OWN), officer.get("/enter")):
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|http|\*", policy)
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "same-origin"
        html = response.get_data(as_text=True)
        assert not re.search(r"<script|<style|style=|onclick|https?://", html)


def test_nothing_of_an_answer_stands_in_an_address_or_a_title(officer: FlaskClient, plate: str) -> None:
    html = ask(officer, plate)
    assert all(plate not in address for address in re.findall(r'(?:href|action|src)="([^"]*)"', html))
    assert plate not in (re.findall(r"<title>(.*)</title>", html) or [""])[0]


def test_without_a_store_the_page_says_that_this_is_no_answer(tmp_path: Path) -> None:
    app = create_app(resolve_settings({"data_dir": str(tmp_path)}, environ={}))
    _, token = runtime_of(app).keys.create(KeyRequest("unit 7", frozenset({"lookup"})))
    client = app.test_client()
    client.post("/enter", data={"key": token}, headers=OWN)
    response = client.post("/", data={"value": "DZZ1234"}, headers=OWN)
    html = response.get_data(as_text=True)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "This is not an answer" in html
    assert "No record" not in html
    assert 'href="tel:+1-571-345-3146"' in html
    runtime_of(app).close()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
    ],
)
def test_an_age_is_said_in_its_largest_whole_unit(seconds: float, words: str) -> None:
    assert age_in_words(seconds) == words
