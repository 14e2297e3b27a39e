"""Bearer tokens of people: which are taken, each way of being wrong, changing keys, and a provider that is away."""

import json
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from flask import Flask
from joserfc.jwk import ECKey, OctKey, RSAKey

from lookup.clock import system_clock
from lookup.errors import ConfigurationError
from lookup.settings import Settings
from mobile_api import api
from mobile_api.access import provider_documents
from mobile_api.access.bearer_tokens import LEEWAY_S, BearerTokens
from mobile_api.access.caller import Caller
from mobile_api.access.provider import KEPT_S, REFRESH_S, RETRY_S, Provider
from mobile_api.refusals import AccessUnavailable
from tests.access.minting import Issuer, mint, signed_with_secret, unsigned
from tests.access.people import trail_of
from tests.api.real_server import ask as ask_served
from tests.api.real_server import running
from tests.api.serving import MakeKey, MovableClock, runtime_of
from tests.servers.openid import AUDIENCE, BOTH_SIDES, OFFICER, OPERATOR, RunningOpenid

SIGN_IN = 'Bearer realm="immunity-lookup", error="invalid_token"'


class Ticking:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer with one key, that runs."""
    issuer = Issuer()
    issuer.add_key("one")
    issuer.start()
    yield issuer
    issuer.stop()


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def provider(issuer: Issuer, ticking: Ticking) -> Provider:
    return Provider(issuer.name, monotonic=ticking)


@pytest.fixture
def tokens(settings: Settings, provider: Provider, clock: MovableClock) -> BearerTokens:
    return BearerTokens(settings, provider, clock)


@pytest.fixture
def claims(issuer: Issuer, clock: MovableClock) -> dict[str, Any]:
    """Claims with which nothing is wrong."""
    now = int(clock().timestamp())
    return {
        "iss": issuer.name,
        "aud": "immunity-lookup",
        "sub": "ola",
        "iat": now,
        "exp": now + 600,
        "scope": "openid lookup",
        "ori": "ZZ0010000",
    }


def person(issuer: str, *scopes: Any, agency: str | None = "ZZ0010000", subject: str = "ola") -> Caller:
    user = f"person:{subject}@{issuer}"
    return Caller(user, user, frozenset(scopes), "person", agency)


# what is taken


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "Ed25519"])
def test_a_token_that_the_provider_signed_is_a_persons(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], algorithm: str
) -> None:
    issuer.add_key("one", algorithm)
    assert tokens.caller_of(issuer.mint(claims, algorithm=algorithm)) == person(issuer.name, "lookup")


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ("lookup console", {"lookup", "console"}),
        (["lookup", "console"], {"lookup", "console"}),
        ("audit", {"audit"}),
        ("lookup fly lookups", {"lookup"}),
        ("training lookup", {"training", "lookup"}),
        ("", set()),
        ("lookup,console", set()),
        ({"lookup": True}, set()),
        (7, set()),
    ],
)
def test_scopes_are_words_of_a_string_or_of_a_list_and_unknown_ones_are_ignored(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], given: Any, scopes: set[str]
) -> None:
    assert tokens.caller_of(issuer.mint(claims | {"scope": given})) == person(issuer.name, *scopes)


def test_the_settings_name_the_claims_and_the_audience(
    issuer: Issuer, settings: Settings, provider: Provider, clock: MovableClock, claims: dict[str, Any]
) -> None:
    named = replace(settings, oidc_scope_claim="roles", oidc_ori_claim="agency", oidc_audience="urn:ours")
    tokens = BearerTokens(named, provider, clock)
    told = claims | {"aud": ["urn:other", "urn:ours"], "roles": ["console"], "agency": "ZZ0020000"}
    assert tokens.caller_of(issuer.mint(told)) == person(issuer.name, "console", agency="ZZ0020000")
    assert tokens.caller_of(issuer.mint(claims)) is None


def test_the_scope_of_seminars_does_not_exist_in_live(
    issuer: Issuer, settings: Settings, provider: Provider, clock: MovableClock, claims: dict[str, Any]
) -> None:
    tokens = BearerTokens(replace(settings, environment="live"), provider, clock)
    assert tokens.caller_of(issuer.mint(claims | {"scope": "training lookup"})) == person(issuer.name, "lookup")


def test_a_token_without_an_ori_is_a_persons_of_no_agency(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    del claims["ori"]
    assert tokens.caller_of(issuer.mint(claims)) == person(issuer.name, "lookup", agency=None)


# each way of being wrong


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.invalid"},
        {"iss": None},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 17},
        {"sub": "o" * 256},
        {"sub": "ola\nadmin"},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": None},
        {"iat": "today"},
        {"ori": "ZZ001"},
        {"ori": "zz0010000"},
        {"ori": 1001000},
        {"ori": ["ZZ0010000"]},
        {"scope": "audit lookup"},
        {"scope": "admin console"},
        {"scope": ["audit", "console"]},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], wrong: dict[str, Any]
) -> None:
    told = {name: value for name, value in (claims | wrong).items() if value is not None}
    assert tokens.caller_of(issuer.mint(told)) is None


@pytest.mark.parametrize(
    ("moved", "taken"),
    [
        ({"exp": -LEEWAY_S}, False),
        ({"exp": -LEEWAY_S + 1}, True),
        ({"nbf": LEEWAY_S}, True),
        ({"nbf": LEEWAY_S + 1}, False),
        ({"iat": LEEWAY_S, "exp": 600}, True),
        ({"iat": LEEWAY_S + 1, "exp": 600}, False),
        ({"iat": 0, "exp": 24 * 3600}, True),
        ({"iat": 0, "exp": 24 * 3600 + 1}, False),
    ],
)
def test_a_token_holds_in_its_time_with_half_a_minute_for_clocks_and_for_a_day_at_most(
    issuer: Issuer,
    tokens: BearerTokens,
    claims: dict[str, Any],
    clock: MovableClock,
    moved: dict[str, int],
    taken: bool,
) -> None:
    now = int(clock().timestamp())
    told = claims | {"iat": now - 600} | {name: now + seconds for name, seconds in moved.items()}
    assert (tokens.caller_of(issuer.mint(told)) is not None) == taken


@pytest.mark.parametrize(
    ("typ", "taken"),
    [
        ("at+jwt", True),
        ("AT+JWT", True),
        ("application/at+jwt", True),
        ("JWT", True),
        (None, True),
        ("logout+jwt", False),
    ],
)
def test_a_token_is_an_access_token_by_its_type(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], typ: str | None, taken: bool
) -> None:
    assert (tokens.caller_of(issuer.mint(claims, typ=typ)) is not None) == taken


@pytest.mark.parametrize("access_type", [("at+jwt", True), ("JWT", False), (None, False)])
def test_where_the_audience_names_a_client_too_an_id_token_is_not_taken_for_an_access_token(
    issuer: Issuer,
    settings: Settings,
    clock: MovableClock,
    claims: dict[str, Any],
    access_type: tuple[str | None, bool],
) -> None:
    typ, taken = access_type
    named = replace(settings, oidc_client_id="immunity-lookup")
    tokens = BearerTokens(named, Provider(issuer.name), clock)
    assert (tokens.caller_of(issuer.mint(claims, typ=typ)) is not None) == taken


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_a_token_that_nobody_signed_is_refused(
    tokens: BearerTokens, issuer: Issuer, claims: dict[str, Any], algorithm: str
) -> None:
    header = {"alg": algorithm, "kid": "one", "typ": "at+jwt"}
    assert tokens.caller_of(unsigned(claims, header)) is None
    assert tokens.caller_of(unsigned(claims, {"alg": algorithm, "typ": "at+jwt"})) is None


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_the_public_key_is_no_secret_to_sign_with(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], algorithm: str
) -> None:
    key = issuer.add_key("one", "RS256")
    assert isinstance(key, RSAKey)
    for text in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
        header = {"alg": algorithm, "kid": "one", "typ": "at+jwt"}
        assert tokens.caller_of(signed_with_secret(claims, text, header)) is None


def test_a_secret_that_the_provider_publishes_by_mistake_is_no_key(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    secret = OctKey.generate_key(256)
    public = issuer.keys["one"].as_dict(private=False) | {"kid": "one"}
    issuer.key_set = {"keys": [public, secret.as_dict(private=True) | {"kid": "secret"}]}
    assert tokens.caller_of(mint(claims, secret, {"alg": "HS256", "kid": "secret", "typ": "at+jwt"})) is None
    assert tokens.caller_of(issuer.mint(claims)) == person(issuer.name, "lookup")


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS384", "PS512"])
def test_an_algorithm_that_is_not_on_the_list_is_refused(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], algorithm: str
) -> None:
    issuer.add_key("one", "RS256")
    assert tokens.caller_of(issuer.mint(claims, algorithm=algorithm)) is None


def test_a_key_for_one_algorithm_signs_with_no_other(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    key = issuer.add_key("one", "RS256")
    issuer.key_set = {"keys": [key.as_dict(private=False) | {"kid": "one", "alg": "RS256"}]}
    assert tokens.caller_of(issuer.mint(claims, algorithm="PS256")) is None
    assert tokens.caller_of(issuer.mint(claims, algorithm="RS256")) == person(issuer.name, "lookup")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_short_keys_keys_for_secrecy_and_other_curves_are_not_used(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    short, hidden, other = RSAKey.generate_key(1024), ECKey.generate_key("P-256"), ECKey.generate_key("P-384")
    issuer.key_set = {
        "keys": [
            issuer.keys["one"].as_dict(private=False) | {"kid": "one"},
            short.as_dict(private=False) | {"kid": "short"},
            hidden.as_dict(private=False) | {"kid": "one", "use": "enc"},
            other.as_dict(private=False) | {"kid": "other"},
            {"kty": "EC", "kid": "broken"},
            {"kty": "EC", "kid": "broken", "crv": "P-256", "x": 1, "y": []},
            {"kty": ["EC"], "kid": "broken"},
            {"kty": "RSA", "kid": "broken", "n": None, "e": "AQAB"},
            {"kty": "OKP", "kid": "broken", "crv": "Ed25519", "x": "AA"},
            {"kty": "unheard-of", "kid": "broken"},
            {"kty": "EC", "kid": ["broken"]},
            "no key at all",
        ]
    }
    for key, kid, algorithm in ((short, "short", "RS256"), (hidden, "one", "ES256"), (other, "other", "ES384")):
        header = {"alg": algorithm, "kid": kid, "typ": "at+jwt"}
        assert tokens.caller_of(mint(claims, key, header)) is None
    assert tokens.caller_of(issuer.mint(claims)) == person(issuer.name, "lookup")


def test_a_signature_of_somebody_else_under_the_providers_key_id_is_refused(
    tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    header = {"alg": "ES256", "kid": "one", "typ": "at+jwt"}
    assert tokens.caller_of(mint(claims, ECKey.generate_key("P-256"), header)) is None


def test_claims_that_were_changed_after_signing_are_refused(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    header, _, signature = issuer.mint(claims | {"scope": "lookup"}).split(".")
    _, payload, _ = issuer.mint(claims | {"scope": "lookup console"}).split(".")
    assert tokens.caller_of(f"{header}.{payload}.{signature}") is None


def test_a_token_that_brings_its_own_key_is_refused(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    own = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "kid": "one", "typ": "at+jwt", "jwk": own.as_dict(private=False)}
    assert tokens.caller_of(mint(claims, own, header)) is None


def test_a_token_with_a_critical_header_that_we_do_not_know_is_refused(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    assert tokens.caller_of(issuer.mint(claims, critical_thing=1)) == person(issuer.name, "lookup")
    assert tokens.caller_of(issuer.mint(claims, critical_thing=1, crit=["critical_thing"])) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "eyJhbGciOiJFUzI1NiJ9",
        "e30.e30.",
        "bnVsbA.bnVsbA.",
        "WzFd.e30.AAAA",
        "eyJhbGciOltdfQ.e30.AAAA",
        "eyJhbGciOiJFUzI1NiIsImtpZCI6W119.e30.AAAA",
        "eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
        "a.b.c.d.e",
        "immunity.e30.AAAA",
        "ключ",
        "A" * 9000,
        "W1tb" * 1500 + ".e30.AAAA",
    ],
)
def test_what_is_no_token_is_refused(tokens: BearerTokens, token: str) -> None:
    assert tokens.caller_of(token) is None


# keys that change


def test_a_new_key_is_found_as_soon_as_a_token_names_it(
    issuer: Issuer, tokens: BearerTokens, ticking: Ticking, claims: dict[str, Any]
) -> None:
    assert tokens.caller_of(issuer.mint(claims)) is not None
    issuer.add_key("two")
    ticking.now += RETRY_S
    assert tokens.caller_of(issuer.mint(claims, kid="two")) == person(issuer.name, "lookup")
    assert tokens.caller_of(issuer.mint(claims)) == person(issuer.name, "lookup")
    assert issuer.asked == 2


def test_many_threads_that_meet_a_new_key_ask_for_it_once(
    issuer: Issuer, tokens: BearerTokens, ticking: Ticking, claims: dict[str, Any]
) -> None:
    assert tokens.caller_of(issuer.mint(claims)) is not None
    issuer.add_key("two")
    ticking.now += RETRY_S
    new = [issuer.mint(claims | {"jti": str(number)}, kid="two") for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(tokens.caller_of, new)) == {person(issuer.name, "lookup")}
    assert issuer.asked == 2


def test_keys_that_nobody_has_make_us_ask_once_in_a_while_and_no_more(
    issuer: Issuer, tokens: BearerTokens, ticking: Ticking, claims: dict[str, Any]
) -> None:
    invented = ECKey.generate_key("P-256")
    assert tokens.caller_of(issuer.mint(claims)) is not None

    def ask(kid: str) -> Caller | None:
        return tokens.caller_of(mint(claims, invented, {"alg": "ES256", "kid": kid, "typ": "at+jwt"}))

    ticking.now += RETRY_S
    assert ask("invented") is None
    assert issuer.asked == 2
    ticking.now += RETRY_S - 1
    assert ask("invented") is None
    with pytest.raises(AccessUnavailable):  # the provider may have made this one since
        ask("another")
    assert issuer.asked == 2
    ticking.now += 1
    assert ask("another") is None
    assert issuer.asked == 3


def test_the_first_token_of_a_process_is_refused_where_its_key_is_unknown(
    issuer: Issuer, settings: Settings, clock: MovableClock, claims: dict[str, Any]
) -> None:
    tokens = BearerTokens(settings, Provider(issuer.name), clock)
    header = {"alg": "ES256", "kid": "invented", "typ": "at+jwt"}
    assert tokens.caller_of(mint(claims, ECKey.generate_key("P-256"), header)) is None
    assert issuer.asked == 1


def test_a_key_that_the_provider_withdraws_ends_tokens_that_were_already_seen(
    issuer: Issuer, tokens: BearerTokens, provider: Provider, ticking: Ticking, claims: dict[str, Any]
) -> None:
    token = issuer.mint(claims)
    assert tokens.caller_of(token) is not None
    issuer.keys.clear()
    issuer.add_key("two")
    ticking.now += REFRESH_S
    tokens.caller_of(token)  # nobody waits for the keys that are fetched behind this one
    provider.close()
    assert tokens.caller_of(token) is None


def test_after_a_long_silence_the_keys_are_fetched_before_the_answer(
    issuer: Issuer, tokens: BearerTokens, ticking: Ticking, claims: dict[str, Any]
) -> None:
    token = issuer.mint(claims)
    assert tokens.caller_of(token) is not None
    issuer.keys.clear()
    issuer.add_key("two")
    ticking.now += 2 * REFRESH_S
    assert tokens.caller_of(token) is None


def test_another_key_under_an_old_name_ends_the_tokens_of_the_old_one(
    issuer: Issuer, tokens: BearerTokens, ticking: Ticking, claims: dict[str, Any]
) -> None:
    token = issuer.mint(claims)
    assert tokens.caller_of(token) is not None
    issuer.add_key("one")
    ticking.now += 2 * REFRESH_S
    assert tokens.caller_of(token) is None
    assert tokens.caller_of(issuer.mint(claims)) == person(issuer.name, "lookup")


def test_a_token_that_was_seen_is_not_checked_again_until_it_ends(
    issuer: Issuer, tokens: BearerTokens, provider: Provider, clock: MovableClock, claims: dict[str, Any]
) -> None:
    token = issuer.mint(claims)
    first = tokens.caller_of(token)
    assert tokens.caller_of(token) is first
    clock.advance(seconds=600 + LEEWAY_S - 1)
    assert tokens.caller_of(token) is first
    clock.advance(seconds=1)
    assert tokens.caller_of(token) is None


def test_the_tokens_that_are_remembered_are_bounded(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mobile_api.access.bearer_tokens._MOST_KNOWN", 8)
    for number in range(30):
        assert tokens.caller_of(issuer.mint(claims | {"jti": str(number)})) is not None
        assert len(tokens._known) <= 8
    assert tokens.caller_of(issuer.mint(claims)) == person(issuer.name, "lookup")


# a provider that is away


def test_a_provider_that_was_never_reached_leaves_the_question_open(
    issuer: Issuer, tokens: BearerTokens, ticking: Ticking, claims: dict[str, Any]
) -> None:
    token = issuer.mint(claims)
    issuer.stop()
    with pytest.raises(AccessUnavailable):
        tokens.caller_of(token)
    issuer.start()
    ticking.now += RETRY_S
    assert tokens.caller_of(token) == person(issuer.name, "lookup")


def test_known_keys_hold_for_a_day_without_the_provider(
    issuer: Issuer, tokens: BearerTokens, provider: Provider, ticking: Ticking, claims: dict[str, Any]
) -> None:
    assert tokens.caller_of(issuer.mint(claims)) is not None
    issuer.stop()
    ticking.now += KEPT_S - 1
    assert tokens.caller_of(issuer.mint(claims | {"jti": "new"})) == person(issuer.name, "lookup")
    provider.close()
    ticking.now += 1
    with pytest.raises(AccessUnavailable):
        tokens.caller_of(issuer.mint(claims | {"jti": "newer"}))


def test_without_the_provider_a_token_with_an_unknown_key_could_be_good(
    issuer: Issuer, tokens: BearerTokens, ticking: Ticking, claims: dict[str, Any]
) -> None:
    assert tokens.caller_of(issuer.mint(claims)) is not None
    issuer.stop()
    issuer.add_key("two")
    ticking.now += RETRY_S
    with pytest.raises(AccessUnavailable):
        tokens.caller_of(issuer.mint(claims, kid="two"))
    issuer.start()
    ticking.now += RETRY_S
    assert tokens.caller_of(issuer.mint(claims, kid="two")) == person(issuer.name, "lookup")


def test_a_bad_token_is_refused_without_the_provider_too(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any]
) -> None:
    assert tokens.caller_of(issuer.mint(claims)) is not None
    issuer.stop()
    assert tokens.caller_of(issuer.mint(claims | {"aud": "other"})) is None
    assert tokens.caller_of(unsigned(claims, {"alg": "none", "kid": "two"})) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"metadata": {"issuer": "https://other.invalid"}},
        {"metadata": {"issuer": None}},
        {"metadata": {"jwks_uri": None}},
        {"metadata": {"jwks_uri": "file:///etc/hostname"}},
        {"metadata": {"jwks_uri": "https://[no"}},
        {"metadata": {"token_endpoint": "ftp://other.invalid"}},
        {"key_set": {"keys": []}},
        {"key_set": {"keys": None}},
        {"key_set": {"keys": [{"kty": "oct", "k": "AAAA", "kid": "one"}]}},
        {"status": 500},
        {"status": 302},
    ],
    ids=str,
)
def test_documents_that_cannot_be_believed_are_as_good_as_none(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], broken: dict[str, Any]
) -> None:
    token = issuer.mint(claims)
    for name, value in broken.items():
        setattr(issuer, name, value)
    with pytest.raises(AccessUnavailable):
        tokens.caller_of(token)


def test_a_provider_that_keeps_silent_is_not_waited_for(
    issuer: Issuer, tokens: BearerTokens, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_documents, "TIMEOUT_S", 0.1)
    token = issuer.mint(claims)
    issuer.stop()
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", issuer.port)), pytest.raises(AccessUnavailable):
        tokens.caller_of(token)
    assert time.monotonic() - began < 2


def test_an_authority_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(ConfigurationError, match="oidc_ca"):
            Provider("https://provider.invalid", path)


# what a caller sees


@pytest.fixture(scope="module")
def standing_issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    issuer.add_key("one")
    issuer.start()
    yield issuer
    issuer.stop()


@pytest.fixture(scope="module")
def service(standing_issuer: Issuer, settings: Settings, stopped_clock: MovableClock) -> Iterator[Flask]:
    """A lookup service whose people come from the standing issuer."""
    app = api.create_app(replace(settings, oidc_issuer=standing_issuer.name), clock=stopped_clock)
    yield app
    runtime_of(app).close()


@pytest.fixture
def told(standing_issuer: Issuer, claims: dict[str, Any]) -> dict[str, Any]:
    return claims | {"iss": standing_issuer.name}


def ask(service: Flask, token: str, plate: str = "EAB1234") -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return service.test_client().post("/v1/lookups", json={"plate": plate}, headers=headers)


def test_a_person_asks_with_the_providers_token(
    service: Flask, standing_issuer: Issuer, told: dict[str, Any], plate: str
) -> None:
    response = ask(service, standing_issuer.mint(told), plate)
    assert response.status_code == 200
    assert response.json["outcome"] == "match"


def test_the_trail_names_the_person_by_subject_and_issuer(
    service: Flask, standing_issuer: Issuer, told: dict[str, Any]
) -> None:
    assert ask(service, standing_issuer.mint(told | {"sub": "kim"})).status_code == 200
    entries = trail_of(runtime_of(service).settings)
    (found,) = [entry for entry in entries if entry["user"] == f"person:kim@{standing_issuer.name}"]
    assert (found["event"], found["agency_ori"]) == ("query.plate", "ZZ0010000")


def test_a_bad_token_is_401_and_says_invalid_token(
    service: Flask, standing_issuer: Issuer, told: dict[str, Any]
) -> None:
    response = ask(service, standing_issuer.mint(told | {"aud": "another-service"}))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == SIGN_IN


@pytest.mark.parametrize("change", [{"scope": "console"}, {"scope": ""}, {"ori": None}])
def test_a_good_token_without_the_scope_or_without_an_ori_is_403(
    service: Flask, standing_issuer: Issuer, told: dict[str, Any], change: dict[str, Any]
) -> None:
    claims = {name: value for name, value in (told | change).items() if value is not None}
    assert ask(service, standing_issuer.mint(claims)).status_code == 403


def test_a_person_asks_one_query_at_a_time(service: Flask, standing_issuer: Issuer, told: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {standing_issuer.mint(told)}"}
    body = {"queries": [{"plate": "EAB1234"}]}
    assert service.test_client().post("/v1/lookups/batch", json=body, headers=headers).status_code == 403


def test_a_token_that_cannot_be_checked_is_503_and_a_key_works_on(
    standing_issuer: Issuer, settings: Settings, clock: MovableClock, told: dict[str, Any], make_key: MakeKey
) -> None:
    token = standing_issuer.mint(told)
    standing_issuer.stop()
    app = api.create_app(replace(settings, oidc_issuer=standing_issuer.name), clock=clock)
    try:
        response = ask(app, token)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert response.json["type"] == "/problems/access-unavailable"
        key = make_key("lookup")["Authorization"].removeprefix("Bearer ")
        assert ask(app, key).status_code == 200
        assert ask(app, "immunity_training_invented").status_code == 401
    finally:
        runtime_of(app).close()
        standing_issuer.start()


def test_nothing_of_a_token_is_logged_or_told(
    service: Flask, standing_issuer: Issuer, told: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bad = standing_issuer.mint(told | {"aud": "another-service", "sub": "very-secret-name"})
    header = {"alg": "ES256", "kid": "secret-kid"}
    unknown = mint(told | {"sub": "very-secret-name"}, ECKey.generate_key("P-256"), header)
    for token in (bad, unknown):
        response = ask(service, token)
        written = caplog.text + response.get_data(as_text=True) + str(response.headers)
        for part in (*token.split("."), "very-secret-name", "another-service", "secret-kid"):
            assert part not in written


# the certified provider


@pytest.fixture
def real(openid: RunningOpenid, ticking: Ticking) -> Provider:
    return Provider(openid.issuer, openid.ca, ticking)


@pytest.fixture
def real_tokens(settings: Settings, real: Provider) -> BearerTokens:
    return BearerTokens(replace(settings, oidc_audience=AUDIENCE), real, system_clock)


def test_a_token_of_the_certified_provider_is_a_persons(openid: RunningOpenid, real_tokens: BearerTokens) -> None:
    officer = person(openid.issuer, "lookup", subject="officer")
    operator = person(openid.issuer, "lookup", "console", subject="operator")
    assert real_tokens.caller_of(openid.bearer_token(OFFICER)) == officer
    assert real_tokens.caller_of(openid.bearer_token(OPERATOR, ("lookup", "console"))) == operator


def test_a_token_for_both_sides_of_the_certified_provider_is_refused(
    openid: RunningOpenid, real_tokens: BearerTokens
) -> None:
    assert real_tokens.caller_of(openid.bearer_token(BOTH_SIDES, ("lookup", "audit"))) is None


def test_the_certified_provider_changes_its_keys(
    openid: RunningOpenid, real: Provider, real_tokens: BearerTokens, ticking: Ticking
) -> None:
    old = openid.bearer_token(OFFICER)
    assert real_tokens.caller_of(old) is not None
    openid.rotate(keep_old=True)
    ticking.now += RETRY_S
    new = openid.bearer_token(OFFICER)
    officer = person(openid.issuer, "lookup", subject="officer")
    assert [real_tokens.caller_of(token) for token in (old, new)] == [officer, officer]
    openid.rotate(keep_old=False)
    ticking.now += 2 * REFRESH_S
    assert [real_tokens.caller_of(token) for token in (old, new)] == [None, None]
    real.close()


def test_the_certified_provider_is_killed_and_comes_back(
    openid: RunningOpenid, real: Provider, real_tokens: BearerTokens, ticking: Ticking
) -> None:
    token = openid.bearer_token(OFFICER)
    openid.kill()
    with pytest.raises(AccessUnavailable):
        real_tokens.caller_of(token)
    openid.start()
    ticking.now += RETRY_S
    assert real_tokens.caller_of(token) == person(openid.issuer, "lookup", subject="officer")
    openid.kill()
    ticking.now += REFRESH_S
    assert real_tokens.caller_of(token) == person(openid.issuer, "lookup", subject="officer")
    real.close()
    openid.start()


def test_a_provider_with_a_certificate_of_another_authority_is_not_believed(
    openid: RunningOpenid, settings: Settings, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    tokens = BearerTokens(settings, Provider(openid.issuer, tmp_path / "other.pem"), system_clock)
    with pytest.raises(AccessUnavailable):
        tokens.caller_of(openid.bearer_token(OFFICER))


def test_a_served_process_takes_the_certified_providers_tokens(
    openid: RunningOpenid, settings: Settings, plate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMMUNITY_OIDC_ISSUER", openid.issuer)
    monkeypatch.setenv("IMMUNITY_OIDC_CA", str(openid.ca))
    token, console_token = openid.bearer_token(OFFICER), openid.bearer_token(OPERATOR, ("console",))
    with running(settings, "serve", workers=1) as (_, base):
        assert ask_served(base, "/v1/lookups", token, {"plate": plate})[0] == 200
        openid.kill()
        statuses = [ask_served(base, "/v1/lookups", each, {"plate": plate})[0] for each in (token, console_token)]
        openid.start()
        assert statuses == [200, 403]
